"""What a Python module defines, and how it is called."""

import pytest

from kuznia.domains.code.parsing.pytree import module_names, signatures, statements, tree_of


def tree(source: str):
    made = tree_of(source)
    assert made is not None
    return made


def test_everything_bound_at_module_level_can_be_imported():
    source = """
import a.b, c as d
from e import f as g
h = i, (j, *k) = 1, (2, 3)
l: int = 1
for m in []: n = 1
with open("") as o: pass
try: p = 1
except E: q = 1
else: r = 1
finally: s = 1
match t:
    case 1: u = 1
def v(): w = 1
async def x(): ...
class y: z = 1
"""

    assert module_names(tree(source)) == set("adghijklmnpqrsuvxy")


@pytest.mark.parametrize(
    "source", ["from a import *", "def __getattr__(name): ...", "*x, y = 1, 2"]
)
def test_what_only_running_would_tell_is_not_told(source):
    names = module_names(tree(source))

    assert names is None or names == {"x", "y"}


SOURCE = """
from dataclasses import dataclass

def f(a, /, b: int, *c: str, d=1, e: "list[int]" = None, **g): ...
def _hidden(): ...

class Stack:
    def __init__(self, size: int = 8): ...
    def push(self, item: object) -> None: ...
    @staticmethod
    def of(*items): ...
    @classmethod
    async def load(cls, path): ...
    @property
    def size(self): ...
    @functools.cached_property
    def top(self): ...
    @register("x").more
    def odd(self): ...
    def _grow(self): ...

@dataclass
class Point:
    x: int
"""


def test_signatures_are_as_they_are_called():
    shown = {
        name: None if params is None else [tuple(filter(None, p)) for p in params]
        for name, params in signatures(tree(SOURCE)).items()
    }

    assert shown == {
        "f": [
            ("a",),
            ("b", "int"),
            ("c", "str"),
            ("d", "1"),
            ("e", "'list[int]'", "None"),
            ("g",),
        ],
        "Stack": [("size", "int", "8")],
        "Stack.push": [("item", "object")],
        "Stack.of": [("items",)],
        "Stack.load": [("path",)],
        "Stack.size": None,
        "Stack.top": None,
        "Stack.odd": [],
        "Point": None,
    }


def test_a_list_of_exports_says_what_is_public():
    source = "__all__ = ['_f']\nother = 1\ndef _f(): ...\ndef g(): ...\n"

    assert list(signatures(tree(source))) == ["_f"]


def test_statements_come_in_order_and_those_inside_only_when_asked_for():
    module = tree("def f():\n    a = 1\nif b:\n    c = 2\n")

    assert [type(s).__name__ for s in statements(module)] == [
        "FunctionDef", "Assign", "If", "Assign",
    ]  # fmt: skip
    assert [type(s).__name__ for s in statements(module, inside=False)] == [
        "FunctionDef", "If", "Assign",
    ]  # fmt: skip


@pytest.mark.parametrize("source", ["def (", "x = '\0'", "-" * 90_000 + "1"])
def test_what_cannot_be_read_has_no_tree(source):
    assert tree_of(source) is None


def test_a_doubtful_escape_is_read_without_a_word():
    assert tree_of(r"x = '\d'") is not None
