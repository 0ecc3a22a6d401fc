"""Posnett's model, the maintainability index, and the heuristic with its components."""

import math

import pytest
from tests.domains.code.analysis.counted import file_of, only

from kuznia.domains.code.analysis.metrics.readability import (
    SCALES,
    WEIGHTS,
    maintainability,
    posnett,
)


def heuristic(source: str, language: str = "python"):
    metrics = file_of(source, language).metrics
    assert metrics
    return metrics.readability


def test_posnett_is_what_the_paper_says():
    # def ( : return, f a a: seven tokens of six kinds, one of which comes twice.
    function = only("def f(a):\n    return a\n")

    volume = 7 * math.log2(6)
    entropy = 5 / 7 * math.log2(7) + 2 / 7 * math.log2(7 / 2)
    z = 8.87 - 0.033 * volume + 0.40 * 2 - 1.5 * entropy
    assert function.posnett.z == pytest.approx(z, abs=0.001)
    assert function.posnett.readability == pytest.approx(1 / (1 + math.exp(-z)), abs=0.0001)


def test_posnett_says_nothing_any_more_but_falls_no_further():
    assert posnett(1e6, 10, 1).readability == 0
    assert posnett(0, 0, 1_000).readability == 1


def test_the_maintainability_index_is_the_formula():
    expected = 100 * (171 - 5.2 * math.log(1000) - 0.23 * 10 - 16.2 * math.log(50)) / 171

    assert maintainability(1000, 10, 50) == pytest.approx(expected, abs=0.01)


def test_the_maintainability_index_stays_between_nothing_and_all():
    assert maintainability(0, 1, 0) == pytest.approx(99.87)
    assert maintainability(1e9, 500, 10_000) == 0


def test_a_file_is_as_maintainable_as_its_functions_by_their_lines():
    source = "def a(): pass\ndef b(x):\n    if x and y:\n        return z\n    return x\n"
    file = file_of(source)
    assert file.metrics

    by_lines = sum(one.maintainability * one.length for one in file.functions) / 5
    assert file.metrics.maintainability == pytest.approx(by_lines, abs=0.01)


def test_a_file_without_functions_is_judged_as_a_whole():
    metrics = file_of("a = 1\nb = 2\n").metrics

    assert metrics
    assert metrics.maintainability == maintainability(metrics.halstead.volume, 1, 2)


# A source that is bad in one thing alone, and that thing.
WORSE = [
    ("# why\na = " + " + ".join(["word"] * 40), "line_length"),
    ("# why\n" * 20 + "def long():\n" + "    word = 1\n\n" * 60, "function_length"),
    ("# why\nab = lambda: 0\n" + "x" + " = y\n", "names"),
    ("word = 1\n", "comments"),
    ("# why\n" * 10 + "word = 1\n" * 40, "rhythm"),
    (
        "def deep(word):\n    # why\n    if word:\n        if word:\n            if word:\n"
        "                return 1\n",
        "nesting",
    ),
    ("def hard(word):\n    # why\n" + "    if word: pass\n" * 8, "cognitive"),
]


@pytest.mark.parametrize(("source", "component"), WORSE, ids=[case[1] for case in WORSE])
def test_each_component_falls_by_what_it_is_named_after(source, component):
    components = heuristic(source).components

    assert components[component] < 100
    assert min(components, key=lambda name: components[name]) == component


def test_the_heuristic_is_the_weighted_mean_of_what_it_shows():
    said = heuristic("def hard(a):\n" + "    if a: pass\n" * 20)

    expected = sum(WEIGHTS[name] * score for name, score in said.components.items()) / 100
    assert said.heuristic == round(expected)
    assert set(said.components) == set(SCALES)
    assert sum(WEIGHTS.values()) == 100


def test_an_empty_file_has_nothing_against_it():
    assert heuristic("").heuristic == 100
