"""The kinds of mutants, and what is none."""

import pytest

from kuznia.domains.code.languages.find import get
from kuznia.domains.code.sandbox.mutants import mutants
from kuznia.domains.code.schema import File
from kuznia.platform.process.workers import within


def mutated(source: str, language: str = "python", number: int = 20) -> list[str]:
    file = File(path="a", language=language, content=source)
    return [variant[0].content for variant in mutants((file,), get(language), number, within(5))]


@pytest.mark.parametrize(
    ("source", "mutant"),
    [
        ("x = a + b\n", "x = a - b\n"),
        ("x = a < b\n", "x = a >= b\n"),
        ("x = a[1]\n", "x = a[2]\n"),
        ("x = True\n", "x = False\n"),
        ("if a:\n    b()\n", "if not (a):\n    b()\n"),
        (
            "for a in b:\n    if a:\n        continue\n    c()\n",
            "    if False:\n        continue\n",
        ),
        ("def f(a):\n    a.append(b)\n", "def f(a):\n    pass\n"),
        ("def f(a):\n    a += b\n", "def f(a):\n    pass\n"),
        ("def f(a):\n    return a\n", "def f(a):\n    return None\n"),
        ("x = f(a, b)\n", "x = f(b, a)\n"),
    ],
)
def test_there_is_a_mutant_of_every_kind(source, mutant):
    assert any(mutant in variant for variant in mutated(source))


@pytest.mark.parametrize(
    "source",
    [
        '"""a + b, 1"""\n',
        "def f(a: list[1]) -> dict[2]: ...\n",
        "def f():\n    raise ValueError(1 + 1)\n",
        "def f():\n    print(1, 2)\n",
        'if __name__ == "__main__":\n    f(1 + 1)\n',
        "import a, b\n",
        "def f():\n    return None\n",
        "def f(*a, **b): ...\n",
    ],
)
def test_what_nobody_tests_is_not_mutated(source):
    assert mutated(source) == []


def test_what_compiles_to_the_same_is_no_mutant():
    assert all("not (1)" not in variant for variant in mutated("while 1:\n    x = 2\n"))
    assert mutated("x = 2 * 1\n", number=1) != []


def test_the_kinds_take_turns():
    source = "def f(a):\n    b = a + 1\n    c = a + b\n    d = a + c\n    return d + a\n"

    first = mutated(source, number=3)

    assert any("return None" in variant for variant in first)
    assert any("a + 2" in variant for variant in first)


@pytest.mark.parametrize(
    ("source", "mutant"),
    [
        ("x = a === b;\n", "x = a !== b;\n"),
        ("function f(a) { if (a) { return 1; } return 2; }\n", "if (!(a))"),
        ("function f(a) { return a; }\n", "return undefined;"),
        ("f(a, b);\n", "f(b, a);\n"),
    ],
)
def test_javascript_has_the_same_kinds(source, mutant):
    assert any(mutant in variant for variant in mutated(source, "javascript"))
