"""The queries an analysis asks of a tree, built from the counting tables and kept."""

from collections.abc import Iterable
from functools import cache

import tree_sitter
from tree_sitter import Query, QueryCursor, Tree

from kuznia.domains.code.analysis.counting import Counting, Profile
from kuznia.domains.code.analysis.frames import Captures
from kuznia.domains.code.analysis.halstead import CLOSING
from kuznia.domains.code.analysis.tables import TABLES
from kuznia.domains.code.grammar import load
from kuznia.domains.code.table import Language

# Patterns under way at once. A pattern with a child waits as long as its node lasts, so source
# that nests for the sake of it would cost its square; the code people write needs some dozens.
MOST_WAITING = 1_000


@cache
def counting(language: Language, profile: Profile) -> Query:
    """What cyclomatic complexity alone needs."""
    return Query(load(language), TABLES[language.name].rules(profile))


@cache
def everything(language: Language, profile: Profile) -> Query:
    """What all metrics need, so that one walk over the tree serves them."""
    grammar, table = load(language), TABLES[language.name]
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
    """Every token the grammar has no name for, in order."""
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
    """What the query finds; None where the source nests too deep to be counted."""
    cursor = QueryCursor(query, match_limit=MOST_WAITING)
    # Never with a progress callback: the binding crashes the process on its first call.
    found = cursor.captures(tree.root_node)
    return None if cursor.did_exceed_match_limit else found
