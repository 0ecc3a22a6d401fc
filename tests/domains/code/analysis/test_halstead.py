"""Operators, operands, and what Halstead made of their numbers."""

import math

import pytest
from tests.domains.code.analysis.counted import file_of


def halstead(source: str, language: str = "python"):
    metrics = file_of(source, language).metrics
    assert metrics
    return metrics.halstead


def test_tokens_without_a_name_are_operators_and_names_and_literals_operands():
    counted = halstead("a = b + b * 2\n")

    # = + * and a b b 2
    assert (counted.distinct_operators, counted.operators) == (3, 3)
    assert (counted.distinct_operands, counted.operands) == (3, 4)


def test_what_halstead_derived_follows_from_the_four_numbers():
    counted = halstead("a = b + b * 2\n")

    volume = 7 * math.log2(6)
    difficulty = 3 / 2 * 4 / 3
    assert counted.volume == pytest.approx(volume, abs=0.01)
    assert counted.difficulty == pytest.approx(difficulty, abs=0.01)
    assert counted.effort == pytest.approx(volume * difficulty, abs=0.01)
    assert counted.seconds_to_write == pytest.approx(volume * difficulty / 18, abs=0.1)
    assert counted.bugs == pytest.approx(volume / 3000, abs=0.001)


def test_a_pair_of_brackets_is_one_operator():
    counted = halstead("f(a[0])\n")

    # ( [ and f a 0
    assert (counted.operators, counted.operands) == (2, 3)


# A line a language, its operators and its operands: quotes are neither, a text is one operand.
TEXTS = [
    ("python", 'a = "b c"', 1, 2),
    ("javascript", "let a = 'b c';", 3, 2),
    ("typescript", "let a: T = 'b c';", 4, 3),
    ("go", 'var a = "b c"', 2, 2),
    ("java", 'String a = "b c";', 2, 3),
    ("rust", 'static A: T = "b c";', 4, 3),
    ("c", 'char *a = "b c";', 3, 2),
    ("cpp", "auto a = true;", 2, 3),
    ("csharp", 'var a = "b c";', 3, 2),
    ("ruby", "a = 'b c'", 1, 2),
    ("php", "<?php $a = 'b c';", 3, 2),
    ("kotlin", 'val a = "b c"', 2, 2),
    ("swift", 'let a = "b c"', 2, 2),
    ("scala", 'val a = "b c"', 2, 2),
    ("bash", "a='b c'", 1, 2),
]


@pytest.mark.parametrize(("language", "source", "operators", "operands"), TEXTS)
def test_every_language_tells_operators_from_operands(language, source, operators, operands):
    counted = halstead(f"{source}\n", language)

    assert (counted.operators, counted.operands) == (operators, operands)


def test_nothing_has_no_volume():
    counted = halstead("")

    assert (counted.volume, counted.difficulty, counted.effort) == (0, 0, 0)
