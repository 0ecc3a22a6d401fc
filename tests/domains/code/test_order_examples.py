"""The examples of a request: what is read, what is left alone, and what a test of ours says."""

import ast

import pytest
from tests.domains.code.makers import a_draft

from kuznia.domains.code.order_examples import python_support
from kuznia.domains.code.order_examples.properties import properties
from kuznia.domains.code.order_examples.python_tests import python_tests
from kuznia.domains.code.order_examples.read import examples

READ = [
    (">>> f(2)\n4\n", "f(2) == 4"),
    ('"""Doubles.\n    >>> f([1, 2])\n    [2,\n     4]\n    """', "f([1, 2]) == [2, 4]"),
    (">>> f(2) == 4\nTrue", "f(2) == 4"),
    (">>> f(2) == 4", "f(2) == 4"),
    (
        ">>> f(0)\nTraceback (most recent call last):\n  ...\nValueError: no",
        "f(0) raises ValueError",
    ),
    (">>> s = Stack()\n>>> s.push(1)\n>>> s.pop()\n1", "s.pop() == 1"),
    ("f(2) → 4", "f(2) == 4"),
    ("f(2)  ➞ 4", "f(2) == 4"),
    ("f('a', b=1) -> {'a': null}", "f('a', b=1) == {'a': None}"),
    ("`f(2)` => `4`.", "f(2) == 4"),
    ("f(2) == 4, f(3) == 6", "f(3) == 6"),
    ("assert f(2) == 4", "f(2) == 4"),
    ("f(2) = 4", "f(2) == 4"),
    ("- `f(2)`: 4", "f(2) == 4"),
    ("f(2) returns 4 and f(3) returns 6.", "f(3) == 6"),
    ("f(2) should return True", "f(2) == True"),
    ("f(2) must be [1, 2], as said", "f(2) == [1, 2]"),
    ("For f(2) the result is 4.", "f(2) == 4"),
    ("для f(2) результат 4", "f(2) == 4"),
    ("f(2) повертає 'два'", "f(2) == 'два'"),
    ("f(2) має повернути 4; f(3) дорівнює 6", "f(3) == 6"),
    ("f(-1) raises ValueError", "f(-1) raises ValueError"),
    ("f(-1) should raise a `ValueError` for it", "f(-1) raises ValueError"),
    ("f(-1) кидає ValueError", "f(-1) raises ValueError"),
    ("| call | result |\n|---|---|\n| `f(2)` | 4 |", "f(2) == 4"),
    ("Given n = 2, when f(n) is called then it returns 4", "f(2) == 4"),
    ("Дано n = 2\nКоли викликано f(n) тоді 4", "f(2) == 4"),
    ("round(f(2), 1) == 4.0", "round(f(2), 1) == 4.0"),
    ("For n = 2 the output should be 4.", "n = 2 == 4"),
    ("Input: n = 2, m = 3\nOutput: 6", "n = 2, m = 3 == 6"),
    ("| n | result |\n|---|---|\n| 2 | 4 |", "n = 2 == 4"),
]
LEFT_ALONE = [
    "f(2) → 4 apples",
    "f(2) = 4 * 3",
    "f(2) → 1,000",
    "f(2) → [1, 2, ...]",
    "f(n) == 4",
    "f(2) == g(2)",
    "f(2) is not 4",
    "f(2) != 4",
    "f(2) >= 4",
    "It is not f(2) == 4",
    "if f(2) == 4 then stop",
    "Currently f(2) returns 5",
    "The bug: f(2) returns 5",
    "Wrong:\n>>> f(2)\n5",
    "Зараз f(2) повертає 5",
    "f(2) does not return 4",
    "f(2) → 4 or 5",
    "f(2) → 4, f(2) → 5",
    "def f(x=2): 4",
    "f(2) takes 4 seconds",
    "f(2) → ca. 4",
    "f(hello) => False",
    ">>> print(f(2))\n4",
    ">>> f(2)\n<Thing 4>",
    ">>> f('a\\\\b')\n'a'",
    "f(2) is 4 times f(1)",
    "call f(2) and 4 more",
    "A random key: f(2) → 'a7'",
    "x.f(2) == 4",
    "f(2) → 4%",
    "f(2) ==> ('Venus')",
    "| n | result |\n|---|---|\n| two | 4 |",
]


@pytest.mark.parametrize(("request_", "title"), READ)
def test_an_example_is_read(request_, title):
    assert title in [example.title for example in examples(request_)]


@pytest.mark.parametrize("request_", LEFT_ALONE)
def test_what_may_mean_something_else_is_left_alone(request_):
    assert examples(request_) == ()


def test_a_definition_by_parts_is_no_value_of_the_whole():
    (example,) = examples("f(1) = 3; f(3) == [1, 3, 8]")

    assert example.title == "f(3) == [1, 3, 8]"


def a_code(source: str):
    return a_draft(("src/a.py", "python", source)).files


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        ("g(2) → 4", "The code has no `g`."),
        ("abs(2) → 2", "It calls nothing of the code."),
        ("For m = 2 the output should be 4.", "No function of the code has exactly these"),
    ],
)
def test_an_example_of_something_else_is_not_run(request_, why):
    made = python_tests(examples(request_), a_code("def f(n): ...\n"))

    assert made.by_test == {}
    assert made.not_run[0].message.startswith(why)


@pytest.mark.parametrize("request_", [request for request, _ in READ])
def test_what_is_made_of_an_example_can_be_read_by_python(request_):
    made = python_tests(examples(request_), a_code("def f(n, m=0): ...\n\n\nclass Stack: ...\n"))

    assert ast.parse(made.tests.content)


@pytest.mark.parametrize(
    ("actual", "expected", "exact", "is_same"),
    [
        *((4, 4, True, True), (4.0, 4, True, True), (5, 4, True, False), ("4", 4, True, False)),
        *((10 / 3, 3.33, False, True), (10 / 3, 3.33, True, False), (3.34, 3.33, False, False)),
        *((0.1 + 0.2, 0.3, True, True), (1.56, 1.5, False, False), (None, 1.5, False, False)),
        *((float("nan"), float("nan"), True, True), ([1, 2.0], [1, 2], True, True)),
        *(
            ((1, 2), [1, 2], True, False),
            ([1], [1, 2], True, False),
            ({"a": 1}, {"a": 1}, True, True),
        ),
        *((iter([1]), [1], False, True), (True, 1, True, True), ({1}, {1}, True, True)),
    ],
)
def test_values_are_compared_as_a_person_would(actual, expected, exact, is_same):
    if is_same:
        python_support.must_give(lambda: actual, expected, exact=exact)
    else:
        with pytest.raises(AssertionError, match="it gives"):
            python_support.must_give(lambda: actual, expected, exact=exact)


def test_what_must_be_raised_is_held_to_its_name():
    async def late():
        raise KeyError("x")

    python_support.must_raise(late, "LookupError")
    with pytest.raises(AssertionError, match="says that it raises KeyError"):
        python_support.must_raise(lambda: 4, "KeyError")
    with pytest.raises(ZeroDivisionError):
        python_support.must_raise(lambda: 1 / 0, "KeyError")


def test_the_code_is_loaded_without_its_special_names():
    names = {}
    python_support.load(("tests.domains.code.makers",), names)

    assert "a_draft" in names
    assert "__name__" not in names


@pytest.mark.parametrize(
    ("request_", "kinds"),
    [
        (
            "Write merge(a, b). It returns a sorted list without duplicates.",
            "sorted, without duplicates",
        ),
        ("Функція повертає відсортований список без повторів.", "sorted, without duplicates"),
        ("The result is never negative.", "never negative"),
        ("Return a list of the same length.", "as long as the input"),
        ("slugify is idempotent.", "idempotent"),
        ("Round trip: decode(encode(x)) is x.", "undone"),
        ("It raises ValueError for an empty list.", "empty list"),
        ("Для порожнього рядка повертає 0.", "empty text"),
        ("Return None if the list is empty.", "empty list"),
        ("Raises ValueError if n is negative.", "negative"),
        ("Raises ValueError unless n is positive.", ""),
        ("Для від'ємного n кидає ValueError.", "negative"),
        ("It raises ValueError when n is zero or less.", "not positive"),
        ("A negative n never raises ValueError.", ""),
        # What is said of the input, of one case, or of another order, is no property.
        ("Given a sorted list, return its median.", ""),
        ("Return a sorted list if the flag is set.", ""),
        ("Return the list sorted by name.", ""),
        ("Its values are sorted, but only at even indices, in the returned list.", ""),
        ("Sort the way humans do. Return the sorted list.", ""),
        ("Return the number of distinct words.", ""),
        ("Given non-negative integers, return their sum.", ""),
        ("Return an empty list if nothing is found.", ""),
        ("Return a sorted or a shuffled list.", ""),
    ],
)
def test_what_a_request_says_of_every_result_is_read(request_, kinds):
    assert ", ".join(said.kind for said in properties(request_)) == kinds


HELD = [
    ("sorted", sorted, [([2, 1],)], None),
    ("sorted", lambda x: x, [([1, 2],), ([2, 1],)], "([2, 1]) gives [2, 1], which is not sorted"),
    ("without duplicates", lambda x: x, [([1, 1],)], "not without duplicates"),
    ("never negative", lambda a, b: a - b, [(2, 1), (1, 2)], "(1, 2) gives -1"),
    ("as long as the input", lambda x: x[1:], [("ab",)], "not as long as the input"),
    ("idempotent", lambda x: x + "!", [("a",)], "not idempotent"),
    ("idempotent", str.strip, [(" a ",)], None),
]


@pytest.mark.parametrize(("kind", "function", "inputs", "message"), HELD)
def test_a_property_is_held_against_results(kind, function, inputs, message):
    if message is None:
        python_support.must_hold(kind, [function], inputs)
        return
    with pytest.raises(AssertionError) as raised:
        python_support.must_hold(kind, [function], inputs)

    assert message in str(raised.value)


def test_what_does_not_undo_the_other_breaks_the_round_trip():
    python_support.must_hold("undone", [str.swapcase, str.swapcase], [("aB",)])

    with pytest.raises(AssertionError):
        python_support.must_hold("undone", [str.upper, str.lower], [("aB",)])


def test_what_raises_on_our_values_says_nothing():
    with pytest.raises(pytest.skip.Exception):
        python_support.must_hold("sorted", [lambda x: x[5]], [([],)])


@pytest.mark.parametrize(
    ("request_", "source", "titles"),
    [
        (
            "merge(a, b) returns a sorted list.",
            "def merge(a: list[int], b: list[int]): ...",
            ["every result of merge is sorted (“merge(a, b) returns a sorted list.”)"],
        ),
        # Nothing says what it takes.
        ("merge(a, b) returns a sorted list.", "def merge(a, b): ...", []),
        # Nothing says which of the two it is.
        ("It returns a sorted list.", "def f(a: list[int]): ...\n\ndef g(a: list[int]): ...", []),
        (
            "It raises ValueError on an empty list.",
            "def f(x): ...",
            ["f([]) raises ValueError"],
        ),
        (
            "It raises ValueError when n is zero or less.",
            "def f(n: int): ...",
            ["f(0) raises ValueError", "f(-1) raises ValueError"],
        ),
        (
            "The two are lossless.",
            "def encode(text: str): ...\n\ndef decode(text: str): ...",
            ["decode gives back what encode was given (“The two are lossless.”)"],
        ),
    ],
)
def test_a_property_is_of_a_function_whose_arguments_are_known(request_, source, titles):
    files = a_draft(("a.py", "python", source)).files

    made = python_tests(examples(request_), files, properties=properties(request_))

    assert list(made.by_test.values()) == titles
