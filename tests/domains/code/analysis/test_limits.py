"""Thresholds, what breaches them, and SARIF."""

import json
from typing import Any

import pytest
from pydantic import ValidationError
from tests.domains.code.analysis.counted import a_file

from kuznia.domains.code.analysis import Thresholds, analyse, breaches, sarif
from kuznia.domains.code.schema import File

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


def as_sarif(*files: File, **limits: Any) -> Any:
    # As a reader gets it: through JSON, whose types nobody knows.
    return json.loads(json.dumps(sarif(analyse(files), Thresholds(**limits))))


def results(*files: File, **limits: Any) -> Any:
    (run,) = as_sarif(*files, **limits)["runs"]
    return run["results"]


def test_sarif_names_the_rule_the_file_and_the_lines():
    (result,) = results(a_file(HARD, path="src/a b.py"), cognitive=2)

    assert result == {
        "ruleId": "cognitive",
        "level": "warning",
        "message": {"text": "hard: cognitive 6, at most 2 allowed"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "src/a%20b.py"},
                    "region": {"startLine": 1, "endLine": 4},
                }
            }
        ],
    }


def test_sarif_tells_an_error_from_a_doubt():
    (error,) = results(a_file(BROKEN))
    (doubt,) = results(a_file("FOO(", "c"))

    assert (error["level"], doubt["level"]) == ("error", "note")
    assert error["locations"][0]["physicalLocation"]["region"] == {"startLine": 2, "startColumn": 5}
    assert results(a_file("FOO(", "c"), errors=False) == []


def test_sarif_of_all_files_together_has_no_place():
    (result,) = results(a_file(BROKEN), errors=False, grade="A")

    assert "locations" not in result


def test_sarif_of_a_file_as_a_whole_has_no_lines():
    (result,) = results(a_file(HARD), maintainability=99)

    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "source"}}}]


def test_sarif_declares_every_rule_it_uses():
    said = as_sarif()

    assert said["version"] == "2.1.0"
    driver = said["runs"][0]["tool"]["driver"]
    assert {rule["id"] for rule in driver["rules"]} == set(Thresholds.model_fields)
