"""The checks of documentation: it describes every public symbol correctly, and nothing else."""

import ast
import re
from collections.abc import Iterator

from kuznia.domains.code.checks.source import VISIBLE, held_apart, short, written
from kuznia.domains.code.imports.python import find_module, python_imports, unknown_names
from kuznia.domains.code.languages.find import find, get
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.parsing.markdown import Example, page
from kuznia.domains.code.parsing.proof import SECONDS, prove
from kuznia.domains.code.parsing.pytree import (
    Parameter,
    Parameters,
    parameters,
    signatures,
    tree_of,
)
from kuznia.domains.code.parsing.symbols import public
from kuznia.domains.code.schema import CodeBench, CodeDraft, CodeInput, DocumentationDraft
from kuznia.forge.terms import Check, Finding
from kuznia.platform.process.workers import Stopped, within

MAX_LISTED = 10
# The share of Cyrillic letters above which a text is Cyrillic, and below which it is not.
MOSTLY, BARELY = 0.5, 0.15
_WORD = re.compile(r"\w+")
_TICKS = re.compile(r"`([^`]+)`")
# A name, or a name with what it is called with.
_CLAIM = re.compile(
    r"(?:(?:async|def|class|function|func|fn|fun|method|static|public)[ \t]+)*"
    r"([A-Za-z_][\w.:]*)(?:\((.*)\)[^)\n]*)?"
)
# What code may raise without naming it: a look-up in a dictionary does.
_STANDARD = re.compile(r"[A-Z]\w*(?:Error|Exception|Iteration|Interrupt|Exit)")
_PROMPT = re.compile(r"^(?:>>>|\.\.\.) ?")


def is_a_page(draft: DocumentationDraft, _: CodeBench) -> Iterator[Finding]:
    """Documentation begins with a heading and is complete."""
    text = draft.files[0].content
    where = draft.files[0].path
    if not page(text).headings:
        yield Finding(
            "no-heading",
            "block",
            where,
            "The page has no heading.",
            "Begin with one heading and give every public symbol its own.",
        )
    if draft.truncated:
        yield Finding(
            "truncated",
            "block",
            where,
            "The page ends inside a block of code.",
            "Send the whole document; write it shorter if it does not fit.",
        )


def speaks_as_asked(draft: DocumentationDraft, bench: CodeBench) -> Iterator[Finding]:
    """A request in Ukrainian gets a page in Ukrainian; only the scripts are told apart."""
    examples = {line for example in page(draft.files[0].content).examples for line in example.lines}
    lines = draft.files[0].content.split("\n")
    prose = "\n".join(line for number, line in enumerate(lines, 1) if number not in examples)
    asked, written = _cyrillic(bench.reading.prompt), _cyrillic(_TICKS.sub("", prose))
    if (asked > MOSTLY and written < BARELY) or (asked < BARELY and written > MOSTLY):
        yield Finding(
            "wrong-prose-language",
            "block",
            draft.files[0].path,
            "The page is not in the language of the request.",
            "Write it in the language of the request; leave names and code as they are.",
        )


def _cyrillic(text: str) -> float:
    """The share of Cyrillic among the letters."""
    letters = [char for char in text if char.isalpha()]
    return sum("\u0400" <= char <= "\u04ff" for char in letters) / max(len(letters), 1)


def names_all(draft: DocumentationDraft, bench: CodeBench) -> Iterator[Finding]:
    """A public symbol that the page does not name cannot be found by a reader."""
    language = get(bench.reading.language)
    mentioned = set(_WORD.findall(draft.files[0].content))
    names = (s.name for file in written(bench).files for s in public(file.content, language))
    absent = [n for n in dict.fromkeys(names) if not mentioned.issuperset(_WORD.findall(n))]
    if absent:
        listed = ", ".join(map(short, absent[:MAX_LISTED]))
        yield Finding(
            "undocumented",
            "block",
            draft.files[0].path,
            f"The page does not name {listed}.",
            f"Add a heading with the signature and a description for {listed}.",
        )


def names_only_what_exists(draft: DocumentationDraft, bench: CodeBench) -> Iterator[Finding]:
    """A heading for a name that does not exist misleads its reader."""
    code = written(bench)
    there = {word for file in code.files for word in _WORD.findall(f"{file.path} {file.content}")}
    for line, name, _ in _claims(draft):
        absent = [word for word in _WORD.findall(name) if word not in there]
        if absent and not _STANDARD.fullmatch(absent[0]):
            yield Finding(
                "not-in-code",
                "block",
                f"{draft.files[0].path}:{line}",
                f"There is no {short(absent[0])} in the code.",
                "Remove it, or name what is in the code.",
            )


def _claims(draft: DocumentationDraft) -> Iterator[tuple[int, str, str | None]]:
    """The line, name and arguments of every heading that describes something in the code."""
    for heading in page(draft.files[0].content).headings:
        ticked = _TICKS.search(heading.text)
        claim = _CLAIM.fullmatch(ticked[1] if ticked else heading.text)
        alone = ticked is not None and ticked[0] == heading.text.strip(" :")
        if claim and (alone or claim[2] is not None):
            yield heading.line, claim[1], claim[2]


def signatures_are_right(draft: DocumentationDraft, bench: CodeBench) -> Iterator[Finding]:
    """A wrong parameter is an error for everyone who follows the page."""
    if bench.reading.language != "python":
        return
    known = _signatures(written(bench))
    for line, name, arguments in _claims(draft):
        claimed = _claimed(arguments) if arguments is not None else None
        real = [params for known_name, params in known.items() if _is_same(known_name, name)]
        if claimed is None or not real or any(r is None or _agrees(claimed, r) for r in real):
            continue
        right = ", ".join(map(_shown, real[0] or ()))
        yield Finding(
            "wrong-signature",
            "block",
            f"{draft.files[0].path}:{line}",
            f"{short(name)} takes ({short(right)}).",
            "Write every signature exactly as it is in the code.",
        )


def _agrees(claimed: tuple[Parameter, ...], real: tuple[Parameter, ...]) -> bool:
    """Whether the names are equal; types and defaults must be right, but may be left out."""
    return len(claimed) == len(real) and all(
        claim.name == parameter.name
        and claim.annotation in ("", parameter.annotation)
        and claim.default in ("", parameter.default)
        for claim, parameter in zip(claimed, real, strict=True)
    )


def _shown(parameter: Parameter) -> str:
    typed = f"{parameter.name}: {parameter.annotation}" if parameter.annotation else parameter.name
    return f"{typed} = {parameter.default}" if parameter.default else typed


def _signatures(code: CodeDraft) -> dict[str, Parameters]:
    trees = (tree_of(file.content) for file in code.files if file.language == "python")
    return {name: params for tree in trees if tree for name, params in signatures(tree).items()}


def _is_same(known: str, claimed: str) -> bool:
    return known == claimed or known.endswith(f".{claimed}") or claimed.endswith(f".{known}")


def _claimed(arguments: str) -> Parameters:
    """The parameters between the brackets; None where they are not written as parameters."""
    if "..." in arguments or "…" in arguments:
        return None
    tree = tree_of(f"def f({arguments}): pass")
    function = tree.body[0] if tree else None
    if not isinstance(function, ast.FunctionDef):
        return None
    claimed = parameters(function.args)
    return claimed[1:] if claimed and claimed[0].name in ("self", "cls") else claimed


def examples_parse(draft: DocumentationDraft, bench: CodeBench) -> Iterator[Finding]:
    """People copy examples, so every example must parse."""
    language = get(bench.reading.language)
    for example in page(draft.files[0].content).examples:
        if find(example.label) is not language:
            continue
        proof = prove(_source(example).encode(), language, within(SECONDS))
        for flaw in () if isinstance(proof, Stopped) else proof.errors[:1]:
            yield Finding(
                "example-syntax",
                "block" if _is_sure(language) else "warn",
                f"{draft.files[0].path}:{example.line + flaw.line - 1}",
                f"The example does not parse: {flaw.message}: {flaw.text}",
                "Correct the example.",
            )


def _is_sure(language: Language) -> bool:
    """Whether a grammar error in an example means an error: some grammars need a whole program."""
    return bool(language.reference or language.measured) and not language.doubt


def _source(example: Example) -> str:
    """The code of an example; of an interactive session, only what was typed."""
    lines = example.content.split("\n")
    if not any(line.startswith(">>>") for line in lines):
        return example.content
    return "\n".join(_PROMPT.sub("", line) if _PROMPT.match(line) else "" for line in lines)


def examples_import_what_is_there(draft: DocumentationDraft, bench: CodeBench) -> Iterator[Finding]:
    """An example that imports a name that does not exist fails for everybody."""
    if bench.reading.language != "python":
        return
    files = {file.path: file.content for file in written(bench).files}
    known = set(_signatures(written(bench)))
    for example in page(draft.files[0].content).examples:
        if example.label not in ("python", "py", "pycon"):
            continue
        for statement in python_imports(_source(example)):
            where = f"{draft.files[0].path}:{example.line + statement.line - 1}"
            local = find_module(statement, "", files)
            absent = [m.what for m in unknown_names(statement, local, files)] if local else []
            if local is None and known.intersection(statement.names):
                absent = [f"module {statement.module}"]
            for what in absent:
                hint = f"Import from {', '.join(files)} what is defined there."
                yield Finding("not-in-code", "block", where, f"There is no {short(what)}.", hint)


DOCUMENTATION: tuple[Check[DocumentationDraft, CodeInput], ...] = (
    Check("page", held_apart(is_a_page)),
    VISIBLE,
    Check("prose-language", held_apart(speaks_as_asked)),
    Check("complete", held_apart(names_all)),
    Check("real", held_apart(names_only_what_exists)),
    Check("signatures", held_apart(signatures_are_right)),
    Check("examples", held_apart(examples_parse)),
    Check("example-imports", held_apart(examples_import_what_is_there)),
)
