"""Whatever a file holds, an analysis says something of it and nothing is raised."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domains.code.analysis.counted import a_file

from kuznia.domains.code.analysis import Analysis, Thresholds, analyse, breaches
from kuznia.domains.code.analysis.report.findings import findings
from kuznia.domains.code.analysis.report.sarif import sarif
from kuznia.domains.code.analysis.tables import TABLES
from kuznia.domains.code.languages.find import LANGUAGES

# Pieces that mean something in one language or another; their orders mean nothing in any.
_WORDS = """
    if else elif for while do switch case default match when try catch except finally loop fn func
    function def class struct impl return break continue goto async await lambda and or not in of is
    && || ?? ?. => -> :: ( ) { } [ ] < > ; : , . + - * / % = == != " ' ` // # /* */ @ $ a b self
    this 0 1.5 0x1 let const var end then fi done esac <?php ?> select #if é 🙂
"""
PIECES = [*_WORDS.split(), "'''", '"""', "\\", "\0"]
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from([*PIECES, "\n", "\n    ", " "]), max_size=120).map(" ".join),
)


@settings(max_examples=50)
@given(TEXTS, st.sampled_from([row.name for row in LANGUAGES]))
def test_any_text_in_any_language_has_an_analysis(text, language):
    said = analyse([a_file(text, language)])

    (file,) = said.files
    assert file.metrics or file.reason
    assert Analysis.model_validate_json(said.model_dump_json()) == said


@settings(max_examples=50)
@given(TEXTS.filter(lambda text: "\0" not in text), st.sampled_from(list(TABLES)))
def test_numbers_of_any_text_hang_together(text, language):
    file = analyse([a_file(text, language)]).files[0]

    assert file.metrics
    counted = file.metrics
    assert counted.lines == counted.code_lines + counted.comment_lines + counted.blank_lines
    assert counted.functions == len(file.functions)
    for one in file.functions:
        assert one.cyclomatic >= 1
        assert min(one.cognitive, one.nesting, one.parameters) >= 0
        assert 1 <= one.start_line <= one.end_line <= max(1, counted.lines)
        assert one.length == one.end_line - one.start_line + 1
        assert 0 <= one.maintainability <= 100
        assert 0 <= one.posnett.readability <= 1
        assert (one.performance.bound == "unknown") == (one.performance.confidence == "none")


@settings(max_examples=40)
@given(TEXTS, st.sampled_from(list(TABLES)))
def test_any_analysis_can_be_held_against_limits(text, language):
    strict = Thresholds.model_validate(
        {"cyclomatic": 1, "cognitive": 0, "nesting": 0, "length": 1, "parameters": 0}
        | {"maintainability": 100, "duplicated_share": 0, "grade": "A"}
    )
    said = analyse([a_file(text, language)])

    every = breaches(said, strict)
    results = json.loads(json.dumps(sarif(findings(every, "source"))))["runs"][0]["results"]

    assert len(results) == len(every)
