"""docs/metrics.md says what the code does: its tables are printed, its examples are run."""

import html
import re
from pathlib import Path

import pytest
from tests.domains.code.analysis.counted import functions_of

from kuznia.domains.code.analysis.result import Function
from kuznia.domains.code.languages.find import get
from kuznia.domains.code.parsing.proof import prove
from kuznia.domains.code.schema import LEVELS, Proof
from kuznia.platform.process.workers import within

PROJECT = Path(__file__).parents[4]
PAGE = (PROJECT / "docs/metrics.md").read_text(encoding="utf-8")
# A source, and under it a table with one row for each of its functions.
EXAMPLES = re.findall(r"```(\w+)\n([^`]*)```\n\n((?:\|[^\n]*\|\n)+)", PAGE)
# A source, and under it what is proven of it.
PROOFS = re.findall(r"```(\w+)\n([^`]*)```\n\n→ `(\w+)`(.*)\n", PAGE)


def told(function: Function, column: str) -> str:
    if column == "performance":
        return f"{function.performance.bound}, {function.performance.confidence}"
    return str(getattr(function, column))


def test_there_are_examples_at_all():
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize(("language", "source", "table"), EXAMPLES)
def test_an_example_counts_what_the_page_says(language, source, table):
    head, _, *rows = [
        [html.unescape(cell).strip() for cell in line.strip("|").split("|")]
        for line in table.strip().splitlines()
    ]
    functions = functions_of(source, language)

    assert {row[0] for row in rows} == set(functions)
    for name, *cells in rows:
        said = dict(zip(head[1:], cells, strict=True))
        assert said == {column: told(functions[name], column) for column in said}


def test_every_level_of_proof_has_an_example():
    assert {level for _, _, level, _ in PROOFS} == set(LEVELS)


@pytest.mark.parametrize(("language", "source", "level", "error"), PROOFS)
def test_an_example_is_proven_as_the_page_says(language, source, level, error):
    proof = prove(source.encode(), get(language), within(5))
    assert isinstance(proof, Proof)

    said = [f", line {one.line}, column {one.column}: {one.message}" for one in proof.errors]
    assert proof.level == level
    assert bool(said) == bool(error)
    assert "".join(said[:1]).startswith(error.removesuffix("..."))


def test_radon_counts_the_first_example_as_the_page_says():
    language, source, _ = EXAMPLES[0]

    assert functions_of(source, language, "radon")["price"].cyclomatic == 8
