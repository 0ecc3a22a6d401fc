"""The checks of every part that contains source code."""

from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from kuznia.domains.code.checks.characters import invisible_characters
from kuznia.domains.code.checks.secrets import secrets
from kuznia.domains.code.checks.stubs import stubs
from kuznia.domains.code.imports.package_names import words
from kuznia.domains.code.imports.unresolved import unresolved_imports
from kuznia.domains.code.languages.find import find, get
from kuznia.domains.code.mend import faults
from kuznia.domains.code.parsing.apart import apart
from kuznia.domains.code.schema import (
    CodeBench,
    CodeDraft,
    CodeInput,
    DocumentationDraft,
    File,
    Flaw,
    ProgramDraft,
    TestsDraft,
)
from kuznia.forge.terms import Check, Finding
from kuznia.platform.process.workers import Stopped

MAX_QUOTED = 120
# The forge hears no more of one check; a draft may break its rule in every line.
MAX_FINDINGS = 50
_TYPESCRIPT = {"typescript", "tsx"}
UNCHECKED = Finding(
    "unproven",
    "block",
    "reply",
    "Checking took too long or too much memory.",
    "Write it shorter and simpler, so that it can be checked.",
)

AnyDraft = CodeDraft | DocumentationDraft
S = TypeVar("S", CodeDraft, ProgramDraft, TestsDraft, DocumentationDraft)
# Any: what a coroutine sends and receives while it runs does not concern its caller.
Held = Callable[[S, CodeBench], Coroutine[Any, Any, Iterable[Finding]]]


def written(bench: CodeBench) -> CodeDraft:
    """The accepted code, for the parts that are made from it."""
    draft = bench.accepted["code"]
    assert isinstance(draft, CodeDraft)
    return draft


def short(text: str) -> str:
    """A quotation from a draft, cut for a message: names can have any length."""
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…"


def text_length(bench: CodeBench, *drafts: AnyDraft) -> int:
    """The characters that a step has to read: its own drafts, and the accepted code."""
    accepted = (draft for draft in bench.accepted.values() if isinstance(draft, CodeDraft))
    return sum(len(file.content) for draft in (*drafts, *accepted) for file in draft.files)


def held_apart(
    run: Callable[[S, CodeBench], Iterable[Finding]],
    *,
    concerns: Callable[[S, CodeBench], bool] | None = None,
) -> Held[S]:
    """A check that reads a draft's text, run where it cannot block the event loop.

    `concerns` tells at a glance whether there is anything to look for.
    """

    async def held(draft: S, bench: CodeBench) -> Iterable[Finding]:
        if concerns and not concerns(draft, bench):
            return ()
        findings = await apart(partial(_findings, run, draft, bench), text_length(bench, draft))
        if isinstance(findings, Stopped):
            return (replace(UNCHECKED, where=draft.files[0].path),)
        return findings

    return held


def _findings(
    run: Callable[[S, CodeBench], Iterable[Finding]], draft: S, bench: CodeBench, _: float
) -> tuple[Finding, ...]:
    return tuple(islice(run(draft, bench), MAX_FINDINGS))


def is_readable(draft: CodeDraft) -> bool:
    """Whether the draft could be parsed in time; if not, no other check should try to."""
    return draft.proof.level != "none" or bool(draft.proof.errors)


def parses(draft: CodeDraft, _: CodeBench) -> Iterator[Finding]:
    """Code that does not parse is of no use, whatever else it is."""
    languages = {file.path: find(file.language) for file in draft.files}
    for flaw in draft.proof.errors:
        language = languages.get(flaw.path)
        yield _finding(flaw, in_doubt=bool(language and language.doubt))
    if not is_readable(draft):
        yield Finding(
            "unproven",
            "block",
            draft.files[0].path,
            "Parsing took too long or too much memory.",
            "Write it shorter and simpler, so that it can be parsed.",
        )


def _finding(flaw: Flaw, *, in_doubt: bool) -> Finding:
    where = f"{flaw.path}:{flaw.line}:{flaw.column}"
    message = f"{flaw.message}: {flaw.text}" if flaw.text else flaw.message
    if in_doubt:
        return Finding("unverified", "warn", where, message)
    return Finding("syntax", "block", where, message, "Correct the syntax at this place.")


def is_the_asked_language(draft: CodeDraft, bench: CodeBench) -> Iterator[Finding]:
    """Code in another language does not answer the request."""
    language = get(bench.reading.language)
    if bench.reading.files:
        # A change may be to any of the files that came.
        return
    # With JSX or without, it is TypeScript.
    right = _TYPESCRIPT if language.name in _TYPESCRIPT else {language.name}
    if all(file.language not in right for file in draft.files):
        came = ", ".join(sorted({file.language for file in draft.files}))
        yield Finding(
            "wrong-language",
            "block",
            draft.files[0].path,
            f"The reply is in {came}, not in {language.name}.",
            f"Write it in {language.title}, in fences opened with ```{language.name}.",
        )


def is_finished(draft: CodeDraft, _: CodeBench) -> Iterator[Finding]:
    """A file that was cut short may still parse."""
    if draft.truncated:
        yield Finding(
            "truncated",
            "block",
            draft.files[-1].path,
            "The reply ends before the code does.",
            "Send every file in full; write shorter files if they do not fit.",
        )


def keeps_no_secrets(draft: CodeDraft, _: CodeBench) -> Iterator[Finding]:
    """A key in code ends up in a repository; the finding never repeats it.

    Tests are full of samples: of what is to be masked, of what a signature is made with.
    """
    is_sure = not isinstance(draft, TestsDraft)
    for file in draft.files:
        for line, what, certain in secrets(file.content):
            yield Finding(
                "secret",
                "block" if certain and is_sure else "warn",
                f"{file.path}:{line}",
                f"A literal looks like {what}.",
                "Read it from the environment or take it as an argument.",
            )


def is_all_visible(draft: AnyDraft, _: CodeBench) -> Iterator[Finding]:
    """An invisible character can change the meaning of the text around it."""
    for file in draft.files:
        for character in invisible_characters(file.content):
            yield Finding(
                "invisible-character",
                "block",
                f"{file.path}:{character.line}:{character.column}",
                f"The text contains an invisible character: {character.name}.",
                r"Remove it; where a text needs it, write it as an escape such as \u202e.",
            )


def has_no_stubs(draft: CodeDraft, _: CodeBench) -> Iterator[Finding]:
    """A stub parses, and fails only when somebody calls it."""
    are_tests = isinstance(draft, TestsDraft)
    for path, line, what in stubs(draft.files, are_tests=are_tests) if is_readable(draft) else ():
        yield Finding(
            "placeholder",
            "block",
            f"{path}:{line}",
            f"There is {what}." if what.startswith("a ") else f"{short(what)}.",
            "Write the whole code here; leave nothing out.",
        )


def imports_resolve(draft: CodeDraft, bench: CodeBench) -> Iterator[Finding]:
    """Every import is standard, in the artefact, or listed as required."""
    beside = bench.accepted.get("code")
    others = beside.files if isinstance(beside, CodeDraft) else ()
    came = bench.reading.came
    files = {file.path: file.content for file in (*came, *others, *draft.files)}
    named = words(bench.reading.prompt) | {name.lower() for name in draft.requires}
    if isinstance(beside, CodeDraft):
        named |= {name.lower() for name in beside.requires}
    for file in draft.files:
        for unresolved in unresolved_imports(file, files, named):
            # A project has more files than come with a change to it.
            folder = unresolved.what.rpartition(" of ")[2]
            is_elsewhere = bool(came) and (folder.startswith(".") or folder not in files)
            certain = unresolved.certain and not is_elsewhere
            yield _import_finding(file, unresolved.line, unresolved.what, certain=certain)


def _import_finding(file: File, line: int, what: str, *, certain: bool) -> Finding:
    where = f"{file.path}:{line}"
    if certain:
        return Finding(
            "unresolved-import",
            "block",
            where,
            f"There is no {short(what)} to import.",
            "Import what exists, or add what is missing.",
        )
    return Finding("unnamed-package", "warn", where, f"{short(what)} is not listed as required.")


def is_tidy(draft: CodeDraft, _: CodeBench) -> Iterator[Finding]:
    """Our own code can correct these without asking the model."""
    for file in draft.files:
        for code, message in faults(file):
            yield Finding(code, "mend", file.path, message, "Send plain text with Unix line ends.")


VISIBLE: Check[Any, CodeInput] = Check("visible", held_apart(is_all_visible))
# They stand in parts of code and of tests, whose drafts differ; Any is the price of one tuple.
SOURCE: tuple[Check[Any, CodeInput], ...] = (
    Check("parses", parses),
    Check("language", is_the_asked_language),
    Check("finished", is_finished),
    Check("secrets", held_apart(keeps_no_secrets)),
    VISIBLE,
    Check("no-stubs", held_apart(has_no_stubs)),
    Check("imports", held_apart(imports_resolve)),
    Check("tidy", held_apart(is_tidy)),
)
