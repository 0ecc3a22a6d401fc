"""Findings: known again on another line, accepted with a reason, and reported as SARIF."""

import json
from typing import Any

import pytest
from tests.domains.code.analysis.counted import a_file

from kuznia.domains.code.analysis import Thresholds, analyse, breaches
from kuznia.domains.code.analysis.encodings import WrongEncoding, decoded
from kuznia.domains.code.analysis.metrics.measure import Measured, measured
from kuznia.domains.code.analysis.report.findings import (
    LimitFinding,
    doubts,
    findings,
    wrong_suppressions,
)
from kuznia.domains.code.analysis.report.rules import RULES
from kuznia.domains.code.analysis.report.sarif import sarif
from kuznia.domains.code.analysis.tree.suppressions import Suppression
from kuznia.domains.code.analysis.uploads import NotSource
from kuznia.domains.code.languages.find import get
from kuznia.platform.process.workers import within

HARD = "def hard(a, b, c):\n    if a:\n        if b:\n            if c: pass\n"
BROKEN = "x = 1\ny = (\n"


def findings_of(content: str, language: str = "python", **limits: Any) -> list[LimitFinding]:
    """The findings of one file, as a run over a folder makes them."""
    analysis = analyse([a_file(content, language, "src/a b.py")])
    (file,) = analysis.files
    comments = comments_of(content, language)
    made = findings(breaches(analysis, Thresholds(**limits)), file.path, comments)
    made += findings(wrong_suppressions(file.path, comments), file.path)
    return made + findings(doubts(file), file.path, are_doubts=True)


def comments_of(content: str, language: str = "python") -> tuple[Suppression, ...]:
    result = measured(content.encode(), get(language), within(10), "default")
    assert isinstance(result, Measured)
    return result.suppressions


def results(*args: Any, **limits: Any) -> Any:
    # As a reader gets it: through JSON, whose types nobody knows.
    return json.loads(json.dumps(sarif(findings_of(*args, **limits))))["runs"][0]["results"]


def test_sarif_names_the_rule_the_place_and_no_measured_number():
    (result,) = results(HARD, cognitive=2)

    assert result == {
        "ruleId": "cognitive",
        "ruleIndex": list(RULES).index("cognitive"),
        "level": "warning",
        "message": {"text": "hard: cognitive over 2"},
        "partialFingerprints": {"kuznia/v1": findings_of(HARD, cognitive=2)[0].fingerprint},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "src/a%20b.py", "uriBaseId": "SRCROOT"},
                    "region": {"startLine": 1, "endLine": 4},
                }
            }
        ],
        "properties": {"measured": 6.0, "limit": 2.0},
    }


def test_sarif_tells_an_error_from_a_doubt():
    (error,) = results(BROKEN)
    (doubt,) = results("FOO(", "c")

    assert (error["level"], doubt["level"]) == ("error", "note")
    region = error["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 10}


def test_sarif_of_what_has_no_line_or_no_file_has_no_region():
    (file,) = results(HARD, maintainability=99)
    (whole,) = json.loads(json.dumps(sarif(findings(breaches_without_a_file(), ""))))["runs"][0][
        "results"
    ]

    assert "region" not in file["locations"][0]["physicalLocation"]
    assert "locations" not in whole


def breaches_without_a_file() -> Any:
    return breaches(analyse([a_file(BROKEN)]), Thresholds(errors=False, grade="A"))


def test_a_fingerprint_survives_moved_lines_and_new_numbers_but_not_another_function():
    moved = "import os\n\n\n" + HARD + "            if a: pass\n"

    (before,) = findings_of(HARD, cognitive=2)
    (after,) = findings_of(moved, cognitive=2)
    (other,) = findings_of(HARD.replace("hard", "harder"), cognitive=2)

    assert before.fingerprint == after.fingerprint != other.fingerprint
    assert before.breach.line != after.breach.line


def test_equal_names_have_different_fingerprints():
    first, second = findings_of(HARD + HARD, cognitive=2)

    assert first.fingerprint != second.fingerprint


@pytest.mark.parametrize(
    ("source", "language"),
    [
        ("# kuznia: ignore[cognitive] it is a table\n" + HARD, "python"),
        ("# kuznia: ignore[cognitive] it is a table\n@cached\n" + HARD, "python"),
        (
            HARD.replace(":\n", ":  # kuznia: ignore[length, cognitive]: it is a table\n", 1),
            "python",
        ),
        ("# kuznia: ignore-file[cognitive] it is a table\nimport os\n" + HARD, "python"),
        (
            "/* kuznia: ignore[length,cognitive] it is a table */\n"
            "function f(a, b) { if (a) { if (b) {} } }",
            "javascript",
        ),
    ],
)
def test_a_comment_with_a_reason_accepts_a_finding(source, language):
    (finding,) = findings_of(source, language, cognitive=2)

    assert (finding.accepted, finding.is_accepted_in_source) == ("it is a table", True)
    (result,) = results(source, language, cognitive=2)
    assert result["suppressions"] == [{"kind": "inSource", "justification": "it is a table"}]


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# kuznia: ignore[cognitive]", "gives no reason"),
        ("# kuznia: ignore[cognitive] --", "gives no reason"),
        ("# kuznia: ignore because", "names no rule"),
        ("# kuznia: ignore[errors, cognitiv] it is", "names errors, cognitiv"),
    ],
)
def test_a_suppression_without_a_rule_or_a_reason_is_a_finding(comment, message):
    hard, wrong = findings_of(f"{comment}\n{HARD}", cognitive=2)

    assert not hard.accepted
    assert (wrong.breach.limited, wrong.breach.line) == ("suppression", 1)
    assert message in wrong.breach.message


def test_what_a_comment_does_not_speak_of_stays():
    elsewhere = "x = 1  # kuznia: ignore[cognitive] it is a table\n" + HARD
    other_rule = "# kuznia: ignore[length] it is a table\n" + HARD
    in_a_text = 'x = "# kuznia: ignore-file[cognitive] it is a table"\n' + HARD

    for source in (elsewhere, other_rule, in_a_text):
        assert not findings_of(source, cognitive=2)[0].accepted


@pytest.mark.parametrize(
    ("content", "language", "encoding"),
    [
        ("s = 'ї'\n".encode(), "python", "utf-8"),
        ("\ufeffs = 'ї'\n".encode(), "python", "utf-8"),
        ("# coding: cp1251\ns = 'ї'\n".encode("cp1251"), "python", "cp1251"),
        ("#!/x\n# -*- coding: cp1251 -*-\ns = 'ї'\n".encode("cp1251"), "python", "cp1251"),
        ("\ufeffint ї;\n".encode("utf-16-le"), "c", "utf-16-le"),
        ("int a; // ї\n".encode("utf-16-be"), "c", "utf-16-be"),
        ("int a; // ü\n".encode("latin-1"), "c", "latin-1"),
    ],
)
def test_a_source_is_read_in_its_encoding(content, language, encoding):
    text = decoded(content, language)

    assert text.encoding == encoding
    assert set("їü") & set(text.text) or encoding == "utf-16-be"


@pytest.mark.parametrize(
    ("content", "language", "error", "reason"),
    [
        (b"# coding: klingon\n", "python", WrongEncoding, "unknown encoding klingon"),
        (b"# coding: hex\n", "python", WrongEncoding, "unknown encoding hex"),
        (b"# coding: punycode\n", "python", WrongEncoding, "none for source code"),
        (b"x = 1\ns = '\xfc'\n", "python", WrongEncoding, "not UTF-8, on line 2"),
        (b"\xff\xfe\x00", "c", WrongEncoding, "not utf-16-le"),
        (b"int a;\x01\xfc", "c", WrongEncoding, "not UTF-8"),
        (b"\x00\x01\x02\x00", "c", NotSource, "binary"),
        (b"PK\x03\x04", "python", NotSource, "ZIP"),
    ],
)
def test_what_cannot_be_read_says_why(content, language, error, reason):
    with pytest.raises(NotSource, match=reason) as raised:
        decoded(content, language)

    assert raised.type is error
