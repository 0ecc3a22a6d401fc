"""Properties as tests of Python: each is held against results of values that we choose."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from kuznia.domains.code.order_examples.example import OrderExample
from kuznia.domains.code.order_examples.literals import constant, parsed
from kuznia.domains.code.order_examples.properties import PAIRS, OrderProperty

MAX_INPUTS, MAX_QUOTE = 12, 120
# As literals. Any encoding takes the plain texts; others may be none of its own.
_PLAIN = ("'hello'", "'abc'", "'aaab'", "'zebra'")
_TEXTS = (*_PLAIN, "''", "'a'", "'Hello, World'", "'12ab'", "'a b  c'", "'pear fig apple fig'")
_WHOLE = ("1", "2", "3", "5", "8", "12", "0")
_PARTS = ("1.0", "2.5", "0.5", "10.0", "0.0")
_LISTS = (
    *("[3, 1, 2]", "[]", "[1]", "[2, 2, 1]", "[5, 3, 5, 2, 3, 3, 9, 0, 123]", "[10, -1, 7, 7]"),
    "[9, 8, 7, 6, 5, 4, 3, 2, 1]",
)
_TEXT_LISTS = ("['b', 'a']", "[]", "['pear', 'fig', 'apple', 'fig']", "['a', 'A', 'b']")
_VALUES: Mapping[str, tuple[str, ...]] = {
    "int": _WHOLE,
    "float": _PARTS,
    "str": _TEXTS,
    **{f"{kind}[int]": _LISTS for kind in ("list", "List", "Sequence", "Iterable")},
    **{f"{kind}[float]": _LISTS for kind in ("list", "List", "Sequence", "Iterable")},
    **{f"{kind}[str]": _TEXT_LISTS for kind in ("list", "List", "Sequence", "Iterable")},
}
_BELOW = {"negative": ("-1",), "not positive": ("0", "-1")}
_EMPTY = {"empty list": "[]", "empty text": "''"}


@dataclass(frozen=True, slots=True)
class PropertyTest:
    """A property of a function, or of two where one undoes the other, and their arguments."""

    kind: str
    functions: tuple[str, ...]
    # Lists of arguments, as literals.
    inputs: tuple[str, ...]
    title: str


def property_tests(
    properties: Sequence[OrderProperty],
    examples: Sequence[OrderExample],
    functions: Mapping[str, ast.arguments],
) -> Iterator[PropertyTest | OrderExample]:
    """The tests of the properties whose function and arguments are beyond doubt."""
    for prop in properties:
        if prop.kind == "undone":
            yield from _undone(prop, examples, functions)
        elif (name := _function(prop, examples, functions)) is None:
            continue
        elif prop.kind in _BELOW:
            yield from _below(prop, name, functions[name])
        elif prop.kind.startswith("empty"):
            yield from _empty(prop, name, functions[name])
        elif inputs := _inputs(name, functions[name], examples):
            title = f"every result of {name} is {prop.kind} (“{prop.quote[:MAX_QUOTE]}”)"
            yield PropertyTest(prop.kind, (name,), inputs, title)


def _function(
    prop: OrderProperty, examples: Sequence[OrderExample], functions: Mapping[str, ast.arguments]
) -> str | None:
    """The only function that a property can be about."""
    public = [name for name in functions if not name.startswith("_")]
    words = {*prop.quote.replace("(", " ").replace("`", " ").split()}
    called = {name for example in examples if (name := _called(example)) in functions}
    for names in (called, {name for name in public if name in words}, {*public}):
        if len(names) == 1:
            return names.pop()
    return None


def _called(example: OrderExample) -> str:
    node = parsed(example.call) if example.call else None
    function = node.func if isinstance(node, ast.Call) else None
    return function.id if isinstance(function, ast.Name) else ""


def _empty(prop: OrderProperty, name: str, arguments: ast.arguments) -> Iterator[OrderExample]:
    """An empty input as an example, where the function takes one argument alone."""
    required = _required(arguments)
    if required is None or len(required) != 1:
        return
    typed = ast.unparse(required[0].annotation) if required[0].annotation else ""
    values = {value for value in ("[]", "''") if value in _VALUES.get(typed, ())}
    value = _EMPTY.get(prop.kind) or (values.pop() if len(values) == 1 else None)
    if value is not None and (not values or value in values or not typed):
        yield OrderExample(f"{name}({value})", value=prop.value, raises=prop.raises)


def _below(prop: OrderProperty, name: str, arguments: ast.arguments) -> Iterator[OrderExample]:
    """Numbers that are refused as examples, where the function takes one number alone."""
    required = _required(arguments)
    if required is None or len(required) != 1:
        return
    typed = ast.unparse(required[0].annotation) if required[0].annotation else ""
    if typed in ("int", "float"):
        for value in _BELOW[prop.kind]:
            yield OrderExample(f"{name}({value})", raises=prop.raises)


def _undone(
    prop: OrderProperty, examples: Sequence[OrderExample], functions: Mapping[str, ast.arguments]
) -> Iterator[PropertyTest]:
    pairs = [
        (name.replace(undo, do, 1), name)
        for do, undo in PAIRS
        for name in functions
        if undo in name.split("_") and name.replace(undo, do, 1) in functions
    ]
    if len(pairs) != 1:
        return
    (do, undo), narrow = pairs[0], "encoded with" in prop.quote
    inputs = _inputs(do, functions[do], examples)
    if narrow:
        inputs = tuple(f"({text},)" for text in _PLAIN if f"({text},)" in inputs)
    if inputs and all(len(_required(functions[name]) or ()) == 1 for name in (do, undo)):
        title = f"{undo} gives back what {do} was given (“{prop.quote[:MAX_QUOTE]}”)"
        yield PropertyTest("undone", (do, undo), inputs, title)


def _inputs(
    name: str, arguments: ast.arguments, examples: Sequence[OrderExample]
) -> tuple[str, ...]:
    """Arguments by the types of the parameters, or like those of the examples."""
    required = _required(arguments)
    if not required:
        return ()
    shown = [
        args for example in examples if len(args := _arguments(example, name)) == len(required)
    ]
    columns: list[list[str]] = []
    for number, parameter in enumerate(required):
        typed = ast.unparse(parameter.annotation) if parameter.annotation else ""
        own = [args[number] for args in shown]
        kinds = _VALUES.get(typed) or _like(own)
        if not kinds:
            return ()
        columns.append([*dict.fromkeys((*own, *kinds))])
    longest = max(map(len, columns))
    rows = (
        ", ".join(column[row * (1 + number) % len(column)] for number, column in enumerate(columns))
        for row in range(longest)
    )
    return tuple(f"({row},)" for row in dict.fromkeys(rows))[:MAX_INPUTS]


def _like(literals: Sequence[str]) -> tuple[str, ...]:
    """More values of the one kind that the examples have; none where there are several."""
    kinds = {_kind(literal) for literal in literals}
    return _VALUES.get(kinds.pop(), ()) if len(kinds) == 1 else ()


def _kind(literal: str) -> str:
    value = ast.literal_eval(literal)
    if isinstance(value, list):
        inner = {type(item).__name__ for item in cast("list[object]", value)}
        return f"list[{inner.pop()}]" if len(inner) == 1 else ""
    return str(type(value).__name__)


def _arguments(example: OrderExample, name: str) -> list[str]:
    node = parsed(example.call) if example.call else None
    if _called(example) != name or not isinstance(node, ast.Call) or node.keywords:
        return []
    values = [constant(argument) for argument in node.args]
    return [value for value in values if value is not None] if all(values) else []


def _required(arguments: ast.arguments) -> list[ast.arg] | None:
    """The parameters that must be given; None where some must be given by name."""
    if (
        arguments.vararg
        or arguments.kwarg
        or len(arguments.kwonlyargs)
        > len([default for default in arguments.kw_defaults if default is not None])
    ):
        return None
    every = [*arguments.posonlyargs, *arguments.args]
    return every[: len(every) - len(arguments.defaults)]
