"""The values that an annotation allows, as an expression for hypothesis."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kuznia.domains.code.parsing.pytree import decorators

# Small on purpose: `range(10**60)` would never end, and edges are near zero anyway.
INTEGERS = "st.integers(-1_000, 1_000)"
FLOATS = "st.floats(allow_nan=False, allow_infinity=False)"
ANYTHING = f"st.one_of(st.none(), st.booleans(), {INTEGERS}, st.text())"
_SIMPLE = {
    "int": INTEGERS,
    "float": FLOATS,
    "bool": "st.booleans()",
    "str": "st.text()",
    "bytes": "st.binary()",
    "bytearray": "st.binary().map(bytearray)",
    "complex": "st.complex_numbers(allow_nan=False, allow_infinity=False)",
    "Decimal": "st.decimals(allow_nan=False, allow_infinity=False)",
    "Fraction": "st.fractions()",
    "date": "st.dates()",
    "datetime": "st.datetimes()",
    "time": "st.times()",
    "timedelta": "st.timedeltas()",
    "UUID": "st.uuids()",
    "Any": ANYTHING,
    "object": ANYTHING,
    "Hashable": ANYTHING,
}
_LISTS = ("list", "List", "Sequence", "MutableSequence", "Collection", "Iterable", "Reversible")
_SETS = ("set", "Set", "AbstractSet", "MutableSet")
_MAPPINGS = ("dict", "Dict", "Mapping", "MutableMapping")
_WRAPPERS = ("Annotated", "Final", "Required", "NotRequired", "ReadOnly")
_UNHASHABLE = ("st.lists(", "st.sets(", "st.dictionaries(", "st.builds(", "bytearray")
# A class that holds a class that holds a class: beyond this it is a tree that holds itself.
MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class ModuleTypes:
    """The classes of a module that an annotation may name; `module` is its name in the tests."""

    module: str
    classes: Mapping[str, ast.ClassDef] = field(default_factory=dict[str, ast.ClassDef])
    depth: int = 0

    def deeper(self) -> "ModuleTypes":
        return ModuleTypes(self.module, self.classes, self.depth + 1)


def strategy(annotation: ast.expr | None, known: ModuleTypes) -> str | None:
    """An expression, or None where no value can be made from the annotation alone."""
    if annotation is None or known.depth > MAX_DEPTH:
        return None
    if isinstance(annotation, ast.Constant):
        return _constant(annotation, known)
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return _one_of([annotation.left, annotation.right], known)
    if isinstance(annotation, ast.Subscript):
        inner = annotation.slice
        inside = list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
        return _generic(_last(annotation.value), inside, known)
    name = _last(annotation)
    if name in known.classes:
        return _built(known.classes[name], known)
    return _SIMPLE.get(name) or _generic(name, [ast.Name("Any")], known)


def _constant(annotation: ast.Constant, known: ModuleTypes) -> str | None:
    if annotation.value is None:
        return "st.none()"
    if not isinstance(annotation.value, str):
        return None
    try:
        return strategy(ast.parse(annotation.value, mode="eval").body, known.deeper())
    except (SyntaxError, ValueError):
        return None


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _one_of(choices: list[ast.expr], known: ModuleTypes) -> str | None:
    made = [strategy(choice, known.deeper()) for choice in choices]
    if None in made:
        return None
    return f"st.one_of({', '.join(dict.fromkeys(filter(None, made)))})"


def _generic(name: str, inside: list[ast.expr], known: ModuleTypes) -> str | None:
    if name == "Literal":
        return f"st.sampled_from([{', '.join(map(ast.unparse, inside))}])"
    if name == "Union":
        return _one_of(inside, known)
    if name == "Optional":
        return _one_of([ast.Constant(None), *inside], known)
    if name in _WRAPPERS:
        return strategy(inside[0], known.deeper())
    made = [strategy(item, known.deeper()) for item in inside if not _is_dots(item)]
    return None if None in made else _collection(name, list(filter(None, made)), inside)


def _is_dots(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _collection(name: str, made: list[str], inside: list[ast.expr]) -> str | None:
    keys = made[0] if made else ""
    hashable = not any(mark in keys for mark in _UNHASHABLE)
    if name in _LISTS and len(made) == 1:
        return f"st.lists({keys})"
    if name == "Iterator" and len(made) == 1:
        return f"st.lists({keys}).map(iter)"
    if name in _SETS and hashable and len(made) == 1:
        return f"st.sets({keys})"
    if name in ("frozenset", "FrozenSet") and hashable and len(made) == 1:
        return f"st.frozensets({keys})"
    if name in _MAPPINGS and hashable and made:
        return f"st.dictionaries({keys}, {made[1] if len(made) > 1 else ANYTHING})"
    if name in ("tuple", "Tuple") and made:
        same = len(inside) == 1 and inside[0].__class__ is ast.Name and _last(inside[0]) == "Any"
        many = same or any(map(_is_dots, inside))
        return f"st.lists({keys}).map(tuple)" if many else f"st.tuples({', '.join(made)})"
    return None


def _built(node: ast.ClassDef, known: ModuleTypes) -> str | None:
    """Values of a class of the module, where its fields are declared in it."""
    bases = {_last(base) for base in node.bases}
    called = f"{known.module}.{node.name}"
    if bases & {"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"}:
        return f"st.sampled_from({called})"
    checked = any(
        isinstance(item, ast.FunctionDef) and item.name == "__post_init__" for item in node.body
    )
    is_data = "dataclass" in decorators(node) and not node.bases and not checked
    if not is_data and bases not in ({"NamedTuple"}, {"TypedDict"}):
        return None
    fields = list(_fields(node, known))
    if None in fields:
        return None
    if "TypedDict" in bases:
        keys = ", ".join(f"{name!r}: {made}" for name, made in filter(None, fields))
        return f"st.fixed_dictionaries({{{keys}}})"
    arguments = ", ".join(f"{name}={made}" for name, made in filter(None, fields))
    return f"st.builds({called}, {arguments})" if arguments else f"st.builds({called})"


def _fields(node: ast.ClassDef, known: ModuleTypes) -> Iterator[tuple[str, str] | None]:
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            made = strategy(item.annotation, known.deeper())
            if made:
                yield item.target.id, made
            elif item.value is None:
                yield None
