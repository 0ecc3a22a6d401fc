"""Thresholds, and what breaches them."""

from typing import Any

import pytest
from pydantic import ValidationError
from tests.domains.code.analysis.counted import a_file

from kuznia.domains.code.analysis import Thresholds, analyse, breaches

HARD = "def hard(a, b, c):\n    if a:\n        if b:\n            if c: pass\n"
BROKEN = "x = 1\ny = (\n"


def breached(content: str, language: str = "python", **limits: Any) -> list[tuple[str, int | None]]:
    analysis = analyse([a_file(content, language)])
    return [(one.limited, one.line) for one in breaches(analysis, Thresholds(**limits))]


@pytest.mark.parametrize(
    ("limited", "value"),
    [("cyclomatic", 4), ("cognitive", 6), ("nesting", 3), ("length", 4), ("parameters", 3)],
)
def test_a_limit_on_functions_holds_up_to_its_value(limited, value):
    assert breached(HARD, **{limited: value}) == []
    assert breached(HARD, **{limited: value - 1}) == [(limited, 1)]


def test_without_limits_only_errors_are_breaches():
    assert breached(HARD) == []
    assert breached(BROKEN) == [("errors", 2)]
    assert breached(BROKEN, errors=False) == []


def test_a_doubtful_grammar_breaches_nothing():
    assert breached("FOO(", "c") == []


def test_a_file_has_to_be_maintainable():
    assert breached(HARD, maintainability=10) == []
    assert breached(HARD, maintainability=99) == [("maintainability", None)]


def test_all_files_together_have_limits_too():
    block = "".join(f"    value_{n} = compute_something(value, {n})\n" for n in range(6))
    twice = f"def a():\n{block}def b():\n{block}"

    assert breached(twice, duplicated_share=0.5) == []
    assert breached(twice, duplicated_share=0.1) == [("duplicated_share", None)]
    assert breached(BROKEN, errors=False, grade="E") == [("grade", None)]
    assert breached(HARD, grade="E") == []


def test_what_was_not_read_has_no_grade_and_passes_for_none():
    unread = analyse([a_file("<" * 200_000, "kotlin")], seconds=0.05)

    assert (unread.status, unread.rating.grade) == ("partial", None)
    (breach,) = breaches(unread, Thresholds(grade="E"))
    assert breach.message.startswith("not rated, at least E required: 1 of 1 files were left out")
    assert list(breaches(unread, Thresholds())) == []


def test_a_breach_says_what_is_and_what_was_allowed():
    analysis = analyse([a_file(HARD)])

    (breach,) = breaches(analysis, Thresholds.model_validate({"cognitive": 2}))

    assert breach.message == "hard: cognitive 6, at most 2 allowed"
    assert (breach.path, breach.line, breach.end_line) == ("source", 1, 4)


def test_a_misspelt_limit_is_refused():
    with pytest.raises(ValidationError):
        Thresholds(cognitve=1)  # pyright: ignore[reportCallIssue] - that is the point
