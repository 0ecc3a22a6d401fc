"""Examples as an interpreter's session shows them: `>>> f(2)`, and the value on the next line."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from kuznia.domains.code.order_examples.example import OrderExample, is_wrong
from kuznia.domains.code.order_examples.literals import constant, names, parsed, value_of

_PROMPT = re.compile(r"[ \t]*>>> ?(.*)")
_MORE = re.compile(r"[ \t]*\.\.\. ?(.*)")
# Ends what a statement prints: a blank line, the next prompt, the end of the text around it.
_END = re.compile(r"\s*$|[ \t]*>>>|.*(?:\"\"\"|'''|```)")
_RAISED = re.compile(r"([A-Za-z_][\w.]*)(?::|$)")


def sessions(text: str) -> Iterator[OrderExample]:
    """Each statement of a session whose value is shown as a literal, or that raises."""
    lines = text.split("\n")
    before: list[str] = []
    number, above = 0, ""
    while number < len(lines):
        first = _PROMPT.match(lines[number])
        if first is None:
            above = lines[number] if lines[number].strip() else above
            number += 1
            continue
        statement = [first[1]]
        number += 1
        while number < len(lines) and (more := _MORE.match(lines[number])):
            statement.append(more[1])
            number += 1
        printed: list[str] = []
        while number < len(lines) and not _END.match(lines[number]):
            printed.append(lines[number].strip())
            number += 1
        source = "\n".join(statement).strip()
        example = _example(source, printed, tuple(before))
        if example and not is_wrong(above):
            yield example
        before.append(source)


def _example(source: str, printed: list[str], before: tuple[str, ...]) -> OrderExample | None:
    node = parsed(source)
    # Backslashes may have been escaped once more on their way into the request.
    if node is None or "\\\\" in source or "\\\\" in "".join(printed):
        return None
    compared = _compared(node, printed)
    if compared is None and not printed:
        return None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
        return None
    needed = names(source)
    setup = before if any(assigned(statement) & needed for statement in before) else ()
    if compared is not None:
        return replace(compared, setup=setup)
    if printed[0].startswith("Traceback"):
        raised = _RAISED.match(printed[-1])
        name = raised[1].rpartition(".")[2] if raised else ""
        return OrderExample(ast.unparse(node), raises=name, setup=setup) if name else None
    value = value_of("\n".join(printed)) or value_of(printed[0])
    shown = ast.unparse(node)
    return OrderExample(shown, value=value, setup=setup, exact=True) if value is not None else None


def _compared(node: ast.expr, printed: list[str]) -> OrderExample | None:
    """`>>> f(2) == 4`, with or without `True` below."""
    match node:
        case ast.Compare(left=ast.Call() as left, ops=[ast.Eq()], comparators=[right]):
            value = constant(right)
            if value is not None and printed[:1] in ([], ["True"]):
                return OrderExample(ast.unparse(left), value=value, exact=True)
        case _:
            pass
    return None


def assigned(statement: str) -> set[str]:
    """The names that a statement gives a value, imports among them."""
    try:
        tree = ast.parse(statement)
    except SyntaxError:
        return set()
    nodes = [*ast.walk(tree)]
    return {
        *(n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)),
        *((n.asname or n.name).partition(".")[0] for n in nodes if isinstance(n, ast.alias)),
    }
