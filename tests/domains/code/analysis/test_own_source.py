"""Kuznia holds its own source to limits, with its own Analyser."""

from pathlib import Path

from kuznia.domains.code.analysis import Thresholds, analyse, breaches
from kuznia.domains.code.schema import File

SOURCE = Path(__file__).parents[4] / "src"
# As they are, not as they should be: a limit is lowered when the code is better, never raised.
LIMITS = Thresholds(
    cyclomatic=25,
    cognitive=25,
    nesting=5,
    length=80,
    parameters=13,
    maintainability=15,
    duplicated_share=0.01,
    grade="B",
)


def test_our_own_source_holds_our_own_limits():
    files = [
        File(path=str(path.relative_to(SOURCE)), language="python", content=path.read_text("utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
    ]

    analysis = analyse(files, seconds=30)

    assert analysis.totals.files_with_metrics == len(files) > 100
    assert [breach.message for breach in breaches(analysis, LIMITS)] == []
