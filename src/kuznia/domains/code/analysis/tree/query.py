"""The tree-sitter queries of an analysis, built from the counting tables and cached."""

from collections.abc import Iterable
from functools import cache

import tree_sitter
from tree_sitter import Node, Query, QueryCursor, Tree

from kuznia.domains.code.analysis.tables import TABLES
from kuznia.domains.code.analysis.tables.rules import Counting, Profile
from kuznia.domains.code.analysis.tree.frames import Captures
from kuznia.domains.code.languages.find import get
from kuznia.domains.code.parsing.grammar import load

# Patterns under way at once. A pattern with a child waits as long as its node lasts, so source
# that nests for the sake of it would cost its square; the code people write needs some dozens.
MAX_WAITING = 1_000
# The cursor counts levels in 16 bits; past them it finds the wrong things, and slowly.
MAX_DEPTH = 50_000
# Tokens without a name, one after the other, in what the parser could make nothing of.
MAX_BARE = 1_000
# What only ends what another token began, and what only marks the edges of a text.
CLOSING = frozenset(
    (
        *(")", "]", "}", "end", "fi", "done", "esac", "then", "?>"),
        *("endif", "endfor", "endwhile", "endforeach", "endswitch"),
        *("'", '"', "`", "'''", '"""'),
    )
)


# Kept by name: the hash of a whole row of the table of languages costs more than the look-up.
@cache
def counting(language: str, profile: Profile) -> Query:
    """The query that cyclomatic complexity alone needs."""
    return Query(load(get(language)), TABLES[language].rules(profile))


@cache
def everything(language: str, profile: Profile) -> Query:
    """The query that all metrics need, so that one walk over the tree serves them."""
    grammar, table = load(get(language)), TABLES[language]
    return Query(grammar, "\n".join((table.rules(profile), *_patterns(table, grammar))))


def _patterns(table: Counting, grammar: tree_sitter.Language) -> Iterable[str]:
    yield table.jumps
    yield table.parameters
    yield table.comments
    for kind, shape in table.shapes.items():
        yield f"({shape.within} ({kind}) @branch)" if shape.within else f"({kind}) @branch"
    for name, kinds in (
        ("logic", table.logic),
        ("loop", table.loops),
        ("call", table.calls),
        ("class", table.classes),
        ("name", table.names),
        ("literal", table.literals),
    ):
        if kinds:
            yield f"[{' '.join(f'({kind})' for kind in kinds)}] @{name}"
    yield f"[{' '.join(map(_quoted, _tokens(grammar)))}] @operator"


def _tokens(grammar: tree_sitter.Language) -> Iterable[str]:
    """Every token that the grammar has no name for, in order."""
    return sorted(
        {
            text
            for kind in range(grammar.node_kind_count)
            if grammar.node_kind_is_visible(kind) and not grammar.node_kind_is_named(kind)
            if (text := grammar.node_kind_for_id(kind)) and text.isprintable()
            if text.strip() and text not in CLOSING
        }
    )


def _quoted(token: str) -> str:
    escaped = token.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def captured(query: Query, tree: Tree) -> Captures | None:
    """The captures of a query; None where the source would take time quadratic in its size."""
    root = tree.root_node
    if root.has_error and _is_heap(root):
        return None
    if root.descendant_count > MAX_DEPTH and _is_abyss(tree):
        return None
    cursor = QueryCursor(query, match_limit=MAX_WAITING)
    # Never with a progress callback: the binding crashes the process when it calls it.
    captures = cursor.captures(root)
    return None if cursor.did_exceed_match_limit else captures


def _is_heap(root: Node) -> bool:
    """Whether an error holds so many unnamed tokens in a row that the cursor would stop at each.

    For every node it looks for the next one with a name; 100,000 brackets took it four seconds.
    """
    waiting = [root]
    while waiting:
        node = waiting.pop()
        run = 0
        for child in node.children:
            run = 0 if child.is_named else run + 1
            if run > MAX_BARE:
                return True
            if child.has_error:
                waiting.append(child)
    return False


def _is_abyss(tree: Tree) -> bool:
    cursor, depth = tree.walk(), 0
    while depth <= MAX_DEPTH:
        if cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return False
            depth -= 1
    return True
