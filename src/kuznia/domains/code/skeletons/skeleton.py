"""Everything that can be written from one source; a job for a worker process."""

import ast
from collections.abc import Sequence
from typing import NamedTuple

from tree_sitter import Node, Tree

from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.parsing.grammar import parse
from kuznia.domains.code.parsing.proof import prove
from kuznia.domains.code.parsing.pytree import tree_of
from kuznia.domains.code.parsing.symbols import MAX_SYMBOLS, Symbol, offered, placed
from kuznia.domains.code.schema import File, Flaw
from kuznia.domains.code.skeletons.documented import documented, documented_python
from kuznia.domains.code.skeletons.page import page
from kuznia.domains.code.skeletons.properties import properties, test_path
from kuznia.domains.code.skeletons.result import (
    Left,
    Offered,
    Pages,
    PropertyTests,
    ProseLanguage,
    Skeletons,
)
from kuznia.domains.code.skeletons.signatures import signature
from kuznia.domains.code.skeletons.styles import STYLES, WORDS
from kuznia.platform.process.workers import Stopped


class Sketch(NamedTuple):
    """What was written from one source; only `flaws` where it does not parse."""

    flaws: tuple[Flaw, ...] = ()
    symbols: tuple[Offered, ...] = ()
    commented: File | None = None
    tests: File | None = None
    left: tuple[Left, ...] = ()


def can_be_sketched(language: Language) -> bool:
    """Whether the language has names that could be documented."""
    return language.name in STYLES or language.name == "python"


def sketch(
    source: bytes, language: Language, deadline: float, *, path: str, prose_language: ProseLanguage
) -> Sketch | Stopped:
    """Write everything from one source. Arguments and results can be sent to a worker."""
    tree = parse(source, language, deadline)
    proof = prove(source, language, deadline, tree)
    if isinstance(proof, Stopped):
        return proof
    if isinstance(tree, Stopped):
        return tree
    if proof.errors and not language.doubt:
        return Sketch(flaws=tuple(flaw.model_copy(update={"path": path}) for flaw in proof.errors))
    text = source.decode()
    is_offered = offered(text, language)
    every = list(placed(source, language, tree))
    public = [(node, symbol) for node, symbol in every if is_offered(symbol)]
    module = tree_of(text) if language.name == "python" else None
    known = tuple(
        Offered(
            path=path,
            line=symbol.line,
            name=symbol.name,
            kind=symbol.kind,
            signature=signature(symbol, module),
        )
        for _, symbol in public
    )
    more = (
        Left(path=path, line=1, name=path, reason=f"only its first {MAX_SYMBOLS} symbols are read"),
    )
    commented = _commented(text, language, public, module, prose_language)
    content = commented if _is_the_same(tree, text, commented, language, deadline) else text
    lines = frozenset(symbol.line for _, symbol in public)
    tests, left = ("", ()) if module is None else properties(path, module, lines)
    return Sketch(
        symbols=known,
        commented=File(path=path, language=language.name, content=content),
        tests=File(path=test_path(path), language="python", content=tests) if tests else None,
        left=left + (more if len(every) == MAX_SYMBOLS else ()),
    )


def _commented(
    text: str,
    language: Language,
    symbols: Sequence[tuple[Node, Symbol]],
    module: ast.Module | None,
    prose_language: ProseLanguage,
) -> str:
    words = WORDS[prose_language]
    if language.name != "python":
        return documented(text.encode(), language, symbols, words)
    lines = frozenset(symbol.line for _, symbol in symbols)
    return documented_python(text, module, lines, words) if module else text


def _is_the_same(
    tree: Tree, text: str, commented: str, language: Language, deadline: float
) -> bool:
    """Whether the comments changed nothing: the same names in the same order, no new error."""
    again = parse(commented.encode(), language, deadline)
    if isinstance(again, Stopped) or again.root_node.has_error > tree.root_node.has_error:
        return False
    before = [(symbol.name, symbol.kind) for _, symbol in placed(text.encode(), language, tree)]
    return before == [
        (symbol.name, symbol.kind) for _, symbol in placed(commented.encode(), language, again)
    ]


def put_together(
    sketches: Sequence[Sketch], prose_language: ProseLanguage, *, tests: bool, docs: bool
) -> Skeletons:
    """One answer from the sketches of several sources."""
    symbols = tuple(symbol for sketched in sketches for symbol in sketched.symbols)
    written = tuple(sketched.tests for sketched in sketches if sketched.tests)
    pages = (
        File(path="README.md", language="markdown", content=page(symbols, prose_language)),
        *(sketched.commented for sketched in sketches if sketched.commented),
    )
    return Skeletons(
        symbols=symbols,
        documentation=Pages(files=pages) if docs else None,
        tests=PropertyTests(files=written) if tests else None,
        left_out=tuple(left for sketched in sketches for left in sketched.left) if tests else (),
    )
