"""Prove a source: the strongest parser that accepts it, or the places that it rejects."""

import re
import sys
from collections.abc import Iterator

from tree_sitter import Node, Query, QueryCursor, Tree

from kuznia.domains.code.languages.find import find
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.parsing.grammar import load, parse, spend
from kuznia.domains.code.parsing.reference import find_reference
from kuznia.domains.code.schema import File, Flaw, Proof, weakest
from kuznia.platform.process.workers import Stopped

# A reader mends the first few errors; what follows is mostly their echo.
MAX_FLAWS = 20
MAX_TEXT = 80
# What a step may take that reads a reply or a caller's file: a parser, the checks of a draft.
SECONDS = 2.0
# What a grammar cannot read though the language can, and the same in words it can.
_TYPESCRIPT = (
    # Members of a type that end with their line, before one that begins with a bracket.
    (re.compile(rb"(?<=[\w>\])])\n(?=\s*[<(])"), b";\n"),
    (re.compile(rb"\btypeof import\([^()\n]*\)"), b"typeof imported"),
    (re.compile(rb"(?<=[<,])\s*in out (?=\w)"), b" "),
)
_REWRITES: dict[str, tuple[tuple[re.Pattern[bytes], bytes], ...]] = {
    # A new line before the brace that ends a class body.
    "kotlin": ((re.compile(rb"}"), b"\n}"),),
    # Nothing as the argument, or as the value, of something.
    "swift": ((re.compile(rb"\(\(\)\)"), b"(0)"),),
    "rust": ((re.compile(rb"\bsafe fn\b"), b"fn"),),
    "typescript": _TYPESCRIPT,
    "tsx": _TYPESCRIPT,
}
# Grammars that can end the process: one of them is asked only about what its reference accepts.
_CRASH = frozenset({"yaml"})
# Syntax that this interpreter's compiler may be too old for, by the version that brought it.
_NEWER = ((3, 12), "[(type_alias_statement) (type_parameter)] @new")


def prove(
    source: bytes, language: Language, deadline: float, tree: Tree | Stopped | None = None
) -> Proof | Stopped:
    """The proof of one source, in this process; pass the `tree` if it is parsed already."""
    if flaw := not_text(source):
        return Proof(level="none", errors=(flaw,))
    refused: Flaw | None = None
    if reference := find_reference(language):
        spend(language, len(source))
        refused = reference[1](source.decode())
        if not refused:
            return Proof(level="reference")
    if refused and language.name in _CRASH:
        return Proof(level="none", errors=(refused,))
    tree = tree or parse(source, language, deadline)
    if isinstance(tree, Stopped):
        return Proof(level="none", errors=(refused,)) if refused else tree
    return _judged(tree, source, language, deadline, refused)


def _judged(
    tree: Tree, source: bytes, language: Language, deadline: float, refused: Flaw | None
) -> Proof:
    """The errors of the grammar, in addition to what the reference parser rejected."""
    flaws = tuple(_flaws(tree, source, language))
    if flaws and _is_right_rewritten(source, language, deadline):
        return Proof(level="tree_sitter")
    if refused and not flaws and _is_newer(tree, language):
        return Proof(level="tree_sitter")
    if refused and language.doubt:
        refused = _doubted(refused, language) if flaws else None
    if refused:
        flaws = (refused, *(flaw for flaw in flaws if flaw.line != refused.line))[:MAX_FLAWS]
    return Proof(level="none" if flaws else "tree_sitter", errors=flaws)


def not_text(source: bytes) -> Flaw | None:
    """What makes a source no text; no parser is given it: NULs keep bash's busy for seconds."""
    try:
        source.decode()
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        return Flaw(line=line, column=1, text="", message="bytes that are not UTF-8")
    place = source.find(b"\0")
    if place < 0:
        return None
    line, begins = source.count(b"\n", 0, place) + 1, source.rfind(b"\n", 0, place) + 1
    column = len(source[begins:place].decode()) + 1
    return Flaw(line=line, column=column, text="", message="a NUL character")


def _is_right_rewritten(source: bytes, language: Language, deadline: float) -> bool:
    rewritten = source
    for pattern, words in _REWRITES.get(language.name, ()):
        rewritten = pattern.sub(words, rewritten)
    if rewritten == source:
        return False
    again = parse(rewritten, language, deadline)
    return not isinstance(again, Stopped) and not again.root_node.has_error


def _doubted(flaw: Flaw, language: Language) -> Flaw:
    """A flaw of one dialect's parser, marked as unverified: another dialect may allow it."""
    message = f"could not be verified ({language.doubt}): {flaw.message}"
    return flaw.model_copy(update={"message": message})


def _is_newer(tree: Tree, language: Language) -> bool:
    """Whether the grammar accepts it, and only our own interpreter is too old for it."""
    version, query = _NEWER
    if language.name != "python" or sys.version_info >= version:
        return False
    return bool(QueryCursor(Query(load(language), query)).captures(tree.root_node))


def _flaws(tree: Tree, source: bytes, language: Language) -> Iterator[Flaw]:
    for count, node in enumerate(_broken(tree.root_node)):
        if count == MAX_FLAWS:
            return
        yield _flaw(node, source, language)


def _flaw(node: Node, source: bytes, language: Language) -> Flaw:
    row, byte = node.start_point
    begins = node.start_byte - byte
    column = len(source[begins : node.start_byte].decode(errors="replace")) + 1
    text = source[node.start_byte : node.end_byte][: MAX_TEXT * 4].decode(errors="ignore")
    shown = text.lstrip().split("\n", 1)[0].strip()[:MAX_TEXT]
    message = f"missing {node.type}" if node.is_missing else "not expected here"
    if language.doubt:
        message = f"could not be verified ({language.doubt}): {message}"
    return Flaw(line=row + 1, column=column, text=shown, message=message)


def _broken(root: Node) -> Iterator[Node]:
    """The innermost ERROR and every MISSING node, in order; without recursion."""
    waiting = [root] if root.has_error else []
    while waiting:
        node = waiting.pop()
        if node.is_missing:
            yield node
            continue
        inner = [child for child in node.children if child.has_error or child.is_missing]
        if node.is_error and not inner:
            yield node
        waiting += reversed(inner)


def proof_of(files: tuple[File, ...], deadline: float) -> Proof:
    """One proof for the files of a draft; a file that was not read in time is not proven."""
    proofs: list[Proof] = []
    for file in files:
        language = find(file.language)
        if language:
            proof = prove(file.content.encode(errors="replace"), language, deadline)
            proofs.append(_placed(proof, file.path))
    return weakest(proofs)


def _placed(proof: Proof | Stopped, path: str) -> Proof:
    if isinstance(proof, Stopped):
        return Proof(level="none")
    errors = tuple(flaw.model_copy(update={"path": path}) for flaw in proof.errors)
    return Proof(level=proof.level, errors=errors)
