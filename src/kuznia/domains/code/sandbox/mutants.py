"""Mutants: copies of the code with one small fault each. Tests that pass with all prove nothing."""

from collections.abc import Iterator

from tree_sitter import Node, Tree

from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.parsing.grammar import parse
from kuznia.domains.code.schema import File
from kuznia.platform.process.workers import Stopped

# What each token becomes. Only whole tokens of the grammar are changed, never text in a string.
MUTATIONS = {
    "==": "!=",
    "!=": "==",
    "===": "!==",
    "!==": "===",
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
    "+": "-",
    "-": "+",
    "*": "+",
    "and": "or",
    "or": "and",
    "&&": "||",
    "||": "&&",
    "true": "false",
    "false": "true",
    "True": "False",
    "False": "True",
    "not in": "in",
    "in": "not in",
}
# `in` is a word of a loop too, where its opposite does not parse.
_COMPARES = frozenset({"comparison_operator"})


def mutants(
    files: tuple[File, ...], language: Language, most: int, deadline: float
) -> tuple[tuple[File, ...], ...]:
    """Copies of the files with one mutation each, spread over all places where one can be made."""
    places = [
        (number, place)
        for number, file in enumerate(files)
        if file.language == language.name
        for place in _places(file.content.encode(), language, deadline)
    ]
    step = max(1, len(places) // most)
    return tuple(_mutated(files, *place) for place in places[::step][:most])


def _places(source: bytes, language: Language, deadline: float) -> Iterator[tuple[int, int, str]]:
    tree = parse(source, language, deadline)
    if isinstance(tree, Stopped):
        return
    for node in _leaves(tree):
        mutation = MUTATIONS.get(node.type)
        compares = node.parent is not None and node.parent.type in _COMPARES
        if mutation is not None and (node.type not in ("in", "not in") or compares):
            yield node.start_byte, node.end_byte, mutation


def _leaves(tree: Tree) -> Iterator[Node]:
    cursor = tree.walk()
    while True:
        node = cursor.node
        if node is not None and node.child_count == 0:
            yield node
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return


def _mutated(files: tuple[File, ...], number: int, place: tuple[int, int, str]) -> tuple[File, ...]:
    start, end, mutation = place
    source = files[number].content.encode()
    mutated = (source[:start] + mutation.encode() + source[end:]).decode()
    changed = files[number].model_copy(update={"content": mutated})
    return (*files[:number], changed, *files[number + 1 :])
