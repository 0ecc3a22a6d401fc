"""Functions whose body is missing."""

import ast
import re
from collections.abc import Iterator, Sequence

from kuznia.domains.code.languages.find import find
from kuznia.domains.code.languages.table import Comments, Language
from kuznia.domains.code.parsing.pytree import Function, decorators, statements, tree_of
from kuznia.domains.code.parsing.symbols import Symbol, symbols
from kuznia.domains.code.schema import File

_LATER = r"[^'\"`]{0,80}(?:not (?:yet )?implemented|unimplemented|todo|implement me)[^'\"`]{0,80}"
# The whole of a body that says it is none.
_STUB = re.compile(
    rf"(?:throw\s+(?:new\s+)?[\w.]+\(\s*['\"`]{_LATER}['\"`]\s*\)"
    rf"|(?:panic|fatalError|error|die|raise|failwith|precondition)!?[\s(]+['\"`]{_LATER}['\"`](?:\s*\))?"
    r"|throw\s+(?:new\s+)?(?>\w*?NotImplemented)\w*\([^()]{0,100}\)"
    r"|(?:todo|unimplemented)!\([^()]{0,100}\)|TODO\([^()]{0,100}\)|\?\?\?"
    r"|raise\s+NotImplementedError.{0,100}"
    r"|return\s+(?:nil,\s*)?errors\.New\(\"" + _LATER + r"\"\))\s*;?",
    re.IGNORECASE,
)
_COMMENT_BEGINS = re.compile(r"#|//+|--+|;+|%|/?\*+|<!--|\{-|\(\*")
# A comment that stands where code should.
_LEFT_OUT = re.compile(
    r"(?:\.{3}|…)?[ \t]*\(?(?:the )?(?:rest|remaining|remainder|other|existing|previous)\b(?: of)?"
    r"(?: the| your)?(?: \w+){0,2} (?:code|implementations?|methods|functions|logic)"
    r"(?: (?:goes|remains?|stays?|is|are|unchanged|same|here|as before)\b.{0,40})?[ .)…]*"
    r"|(?:\.{3}|…)?[ \t]*same as (?:before|above)[ .)…]*"
    r"|(?:your|add|insert|put|write)\b.{0,30}\b(?:code|logic|implementation)\b.{0,10}\bhere\b.{0,40}"
    r"|todo\b:?[ \t]*(?:implement|finish|complete|fill)\b.*"
    r"|implementation (?:goes |comes )?here[ .)…]*"
    r"|(?:тут|сюди)\b.{0,20}\bкод\b.{0,40}|решта (?:коду|методів|функцій)\b.{0,40}|ваш код\b.*",
    re.IGNORECASE,
)
# What is said of something that has nothing to do.
_NOTHING = re.compile(
    r"\bnothing\b|\bno[ -]?op\w*|\bignor|\bintentional|\bdeliberate|\bempty\b|\bby default\b"
    r"|\boverrid|\boptional\b|\bnot (?:needed|used|supported)\b|\bunused\b|\bdefault\b|\bhook\b"
    r"|\bsingleton\b|\bcannot be\b|\bprivate\b|\bskip|нічого|навмисно|за замовчуванням",
    re.IGNORECASE,
)
# Functions that are called by the system, and need not do anything.
_BY_THE_SYSTEM = re.compile(r"__construct|constructor|init|deinit|[A-Z]\w*|setUp|tearDown|main")
_DOTS = re.compile(r"\.{3}|…")
MAX_LINE = 300


def stubs(files: tuple[File, ...], *, are_tests: bool = False) -> Iterator[tuple[str, int, str]]:
    """The path, the line, and what is missing; what tests hand over may do nothing."""
    bases = {name for file in files for name in _bases(file)}
    for file in files:
        language = find(file.language)
        if language is None or not language.tests:
            continue
        for number in _left_out(file.content.split("\n"), language.comments):
            yield file.path, number, "a comment that stands where code should"
        bodies = (
            _of_python(file, bases) if language.name == "python" else _of_others(file, language)
        )
        for line, name in bodies:
            if not are_tests or name.lower().startswith("test"):
                yield file.path, line, f"{name} has no body of its own"


def _left_out(lines: list[str], comments: Comments) -> Iterator[int]:
    texts = ["", *(_comment(line, comments) for line in lines), ""]
    for number, comment in enumerate(texts):
        # Three dots in a longer comment are only a pause.
        alone = comment and not texts[number - 1] and not texts[number + 1]
        if _LEFT_OUT.fullmatch(comment) or (alone and _DOTS.fullmatch(comment)):
            yield number


def _comment(line: str, comments: Comments) -> str:
    """The text of a line that is only a comment; empty for any other line."""
    stripped = line.strip()[:MAX_LINE]
    begins = (*comments.line, *(begin for begin, _ in comments.block))
    begin = _COMMENT_BEGINS.match(stripped) if begins and stripped.startswith(begins) else None
    if begin is None:
        return ""
    text = stripped[begin.end() :].strip()
    closed = text.endswith(("*/", "-->"))
    return text.removesuffix("*/").removesuffix("-->").rstrip() if closed else text


def _of_others(file: File, language: Language) -> Iterator[tuple[int, str]]:
    every = symbols(file.content, language)
    if language.name in _SIGNATURES and not file.path.endswith(".d.ts"):
        yield from _without_body(every)
    for symbol in every:
        if symbol.kind != "function" or symbol.body is None:
            continue
        body = symbol.body.strip()
        inside = body.removeprefix("{").removeprefix("do").removesuffix("}").removesuffix("end")
        lines = [line.strip() for line in inside.strip().split("\n") if line.strip()]
        begins = language.comments.line or ("(*",)
        code = " ".join(line for line in lines if not line.startswith(begins))
        is_promise = lines and not code and not _does_nothing(symbol, lines)
        is_left = language.name in _LEFT_FOR_LATER and _LEFT_FOR_LATER[language.name].search(code)
        if is_promise or is_left or _STUB.fullmatch(code):
            yield symbol.line, symbol.name


_SIGNATURES = frozenset(("typescript", "tsx"))
_DECLARED = re.compile(r"\bdeclare\b|\babstract\b")


def _without_body(every: Sequence[Symbol]) -> Iterator[tuple[int, str]]:
    """The functions that are only signatures: each of an overloaded one needs one with a body."""
    made = {symbol.name for symbol in every if symbol.body is not None}
    for symbol in every:
        is_signature = symbol.kind == "function" and symbol.body is None
        if is_signature and symbol.name not in made and not _DECLARED.search(symbol.head):
            yield symbol.line, symbol.name


# What is called, or written, in a body that is not finished, wherever it stands there.
_LEFT_FOR_LATER = {
    "haskell": re.compile(r"^(?:=\s*)?undefined$"),
    "kotlin": re.compile(r"\bTODO\("),
    "rust": re.compile(r"\b(?:todo|unimplemented)!\s*[(\[{]"),
    "scala": re.compile(r"\?\?\?"),
}


def _does_nothing(symbol: Symbol, comments: list[str]) -> bool:
    """Whether a function whose body is only a comment says that it has nothing to do."""
    text = " ".join(comments)
    if _LATER_WORK.search(text):
        return False
    is_bare = not any(char.isalpha() for char in text)
    return is_bare or bool(_NOTHING.search(text) or _BY_THE_SYSTEM.fullmatch(symbol.name))


_LATER_WORK = re.compile(r"\b(?:todo|fixme|implement|later|goes? here)\b", re.IGNORECASE)


def _bases(file: File) -> Iterator[str]:
    """The names of the base classes in a Python file."""
    tree = tree_of(file.content) if file.language == "python" else None
    for node in statements(tree) if tree else ():
        if isinstance(node, ast.ClassDef):
            yield from (base.id for base in node.bases if isinstance(base, ast.Name))


def _of_python(file: File, bases: set[str]) -> Iterator[tuple[int, str]]:
    tree = tree_of(file.content)
    for node in (tree, *statements(tree)) if tree else ():
        members = node.body if isinstance(node, ast.Module | ast.ClassDef) else []
        for function in members:
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if not _may_be_empty(node, function, bases) and _is_stub(function):
                yield function.lineno, function.name


def _may_be_empty(owner: ast.AST, function: Function, bases: set[str]) -> bool:
    """Whether a function may lack a body: abstract, overloaded, overriding, or nothing to do."""
    if any(name.startswith("abstract") or name == "overload" for name in decorators(function)):
        return True
    if not isinstance(owner, ast.ClassDef):
        said = f"{function.name} {ast.get_docstring(function) or ''}".replace("_", " ")
        return _promises_nothing(function) and bool(_NOTHING.search(said))
    passes = isinstance(function.body[-1], ast.Pass) and _promises_nothing(function)
    return passes or bool(owner.bases) or owner.name in bases


def _promises_nothing(function: Function) -> bool:
    """Whether a method returns nothing; such a method may have nothing to do."""
    returns = function.returns
    return returns is None or (isinstance(returns, ast.Constant) and returns.value is None)


def _is_stub(function: Function) -> bool:
    return all(
        isinstance(statement, ast.Pass) or _says_nothing(statement) for statement in function.body
    )


def _says_nothing(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring, three dots, or an error that says "not implemented"."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if not isinstance(statement, ast.Raise) or statement.exc is None:
        return False
    raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
