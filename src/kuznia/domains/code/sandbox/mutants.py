"""Mutants: copies of the code with one small fault each. Tests that pass with all prove nothing."""

import ast
import warnings
from collections import defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from types import CodeType
from typing import NamedTuple

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
    "//": "*",
    "%": "*",
    "+=": "-=",
    "-=": "+=",
    "and": "or",
    "or": "and",
    "&&": "||",
    "||": "&&",
    "not in": "in",
    "in": "not in",
}
_TRUTHS = {"true": "false", "false": "true", "True": "False", "False": "True"}
# `in` is a word of a loop too, where its opposite does not parse.
_COMPARES = frozenset({"comparison_operator"})
_INTEGERS = frozenset({"integer", "number", "int_literal"})
_LOOKS = {"python": "pass", "javascript": ";"}
# What a node that may be removed holds: a call for its effect, or a change of a variable.
_EFFECTS = frozenset(
    ("call", "call_expression", "augmented_assignment", "augmented_assignment_expression")
)
_NOTHING = {"python": "None", "javascript": "undefined"}
_DEEPER = frozenset(("type", "type_annotation", "decorator", "import_statement", "comment"))


class Mutation(NamedTuple):
    """A place in a file, as bytes, what stands there instead, and what kind of fault that is."""

    file: int
    start: int
    end: int
    text: str
    kind: str


def mutants(
    files: tuple[File, ...], language: Language, number: int, deadline: float
) -> tuple[tuple[File, ...], ...]:
    """Copies of the files with one mutation each: of every kind in turn, over all of the code."""
    by_kind: defaultdict[str, list[Mutation]] = defaultdict(list)
    for index, file in enumerate(files):
        if file.language == language.name:
            for mutation in _mutations(index, file.content.encode(), language, deadline):
                by_kind[mutation.kind].append(mutation)
    turns = zip_longest(*(_spread(by_kind[kind], number) for kind in sorted(by_kind)))
    chosen: list[tuple[File, ...]] = []
    for mutation in (m for turn in turns for m in turn if m is not None):
        changed = _mutated(files, mutation)
        if len(chosen) < number and _differs(files, changed, mutation.file):
            chosen.append(changed)
    return tuple(chosen)


def _spread(places: list[Mutation], number: int) -> list[Mutation]:
    step = max(1, len(places) // number)
    return places[::step]


def _mutations(
    index: int, source: bytes, language: Language, deadline: float
) -> Iterator[Mutation]:
    tree = parse(source, language, deadline)
    for node in () if isinstance(tree, Stopped) else _nodes(tree):
        if node.child_count == 0:
            yield from _of_token(index, node)
        elif language.name in _NOTHING:
            yield from _of_statement(index, source, node, language.name)


def _nodes(tree: Tree) -> Iterator[Node]:
    """Every node in order, without types, decorators and imports: nothing runs there."""
    cursor = tree.walk()
    while True:
        node = cursor.node
        deeper = node is not None and node.type not in _DEEPER and not _is_aside(node)
        if node is not None and deeper:
            yield node
        if (deeper and cursor.goto_first_child()) or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return


def _is_aside(node: Node) -> bool:
    """Whether nobody expects tests of it: what is raised and printed, and what runs as a script."""
    if node.type in ("raise_statement", "throw_statement"):
        return True
    text = node.text or b""
    if node.type == "if_statement":
        return text.startswith((b'if __name__ == "__main__"', b"if __name__ == '__main__'"))
    if node.type == "function_definition":
        return text.startswith((b"def __repr__", b"def __str__", b"def main("))
    return node.type in _EFFECTS and text.startswith((b"print(", b"log", b"console.", b"warnings."))


def _of_token(index: int, node: Node) -> Iterator[Mutation]:
    start, end = node.start_byte, node.end_byte
    changed = MUTATIONS.get(node.type)
    compares = node.parent is not None and node.parent.type in _COMPARES
    if changed is not None and (node.type not in ("in", "not in") or compares):
        # `*` of `*args` and `-` of `-1` are no operators between two values.
        if node.parent is not None and node.parent.child_count >= 3:
            yield Mutation(index, start, end, changed, "operator")
    elif node.type in ("true", "false") and (truth := _TRUTHS.get((node.text or b"").decode())):
        yield Mutation(index, start, end, truth, "constant")
    elif node.type in _INTEGERS and (node.text or b"").isdigit():
        yield Mutation(index, start, end, str(int(node.text or b"0") + 1), "constant")


def _of_statement(index: int, source: bytes, node: Node, language: str) -> Iterator[Mutation]:
    start, end = node.start_byte, node.end_byte
    if node.type == "if_statement" and (condition := node.child_by_field_name("condition")):
        yield from _of_condition(index, source, node, condition, language)
    elif node.type == "expression_statement":
        effect = node.named_children[0] if node.named_child_count == 1 else None
        if effect is not None and effect.type in _EFFECTS and not _is_aside(effect):
            yield Mutation(index, start, end, _LOOKS[language], "statement")
    elif node.type == "return_statement" and node.named_child_count == 1:
        value = node.named_children[0]
        if (value.text or b"") not in (b"None", b"undefined", b"null"):
            changed = _NOTHING[language]
            yield Mutation(index, value.start_byte, value.end_byte, changed, "value")
    elif node.type in ("argument_list", "arguments") and node.named_child_count == 2:
        first, second = node.named_children
        if "argument" not in f"{first.type}{second.type}" and first.text != second.text:
            pieces = (second.text, source[first.end_byte : second.start_byte], first.text)
            swapped = b"".join(piece or b"" for piece in pieces).decode()
            yield Mutation(index, first.start_byte, second.end_byte, swapped, "arguments")


def _of_condition(
    index: int, source: bytes, node: Node, condition: Node, language: str
) -> Iterator[Mutation]:
    start, end = condition.start_byte, condition.end_byte
    text = source[start:end].decode()
    negated = f"not ({text})" if language == "python" else f"(!{text})"
    yield Mutation(index, start, end, negated, "condition")
    body = node.child_by_field_name("consequence")
    last = body.named_children[-1].type if body and body.named_child_count else ""
    if last in ("return_statement", "continue_statement", "break_statement"):
        never = "False" if language == "python" else "(false)"
        yield Mutation(index, start, end, never, "exit")


def _mutated(files: tuple[File, ...], mutation: Mutation) -> tuple[File, ...]:
    number = mutation.file
    source = files[number].content.encode()
    mutated = source[: mutation.start] + mutation.text.encode() + source[mutation.end :]
    changed = files[number].model_copy(update={"content": mutated.decode()})
    return (*files[:number], changed, *files[number + 1 :])


def _differs(files: tuple[File, ...], changed: tuple[File, ...], number: int) -> bool:
    """Whether a mutant can be told from the code at all: it parses, and not to the same."""
    before, after = files[number], changed[number]
    if before.language != "python":
        return before.content != after.content
    compiled = _compiled(after.content)
    return compiled is not None and compiled != _compiled(before.content)


def _compiled(source: str) -> tuple[object, ...] | None:
    """What the interpreter would run, without where it stands; None where it does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _essence(compile(source, "mutant", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _essence(code: CodeType) -> tuple[object, ...]:
    constants = tuple(_essence(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts)
    return code.co_code, constants, code.co_names
