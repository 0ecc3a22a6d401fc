"""JSON as models break it: what is meant is read, and nothing is guessed.

The kinds are those that people report of models to the trackers of libraries that repair JSON.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clocks import least_work

from kuznia.domains.records.reply import read_record
from kuznia.forge.terms import Unreadable

LINES = Path(__file__).with_name("broken.jsonl").read_text("utf-8").splitlines()
CASES: list[dict[str, Any]] = [json.loads(line) for line in LINES]


def read(said: str) -> dict[str, Any] | None:
    try:
        return read_record(said)
    except Unreadable:
        return None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["how"])
def test_what_is_meant_is_read(case: dict[str, Any]) -> None:
    assert read(case["said"]) == case["meant"]


def test_fifty_ways_and_most_are_mended() -> None:
    assert len(CASES) >= 50
    assert sum(case["meant"] is not None for case in CASES) >= 42


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_what_is_json_already_is_read_as_it_is(value: dict[str, Any]) -> None:
    assert read_record(json.dumps(value)) == value


@given(st.text(alphabet="{}[]\"'`:,\\/#*\n ax1.-“”«»", max_size=60))
def test_nothing_a_model_says_raises_anything_else(said: str) -> None:
    read(said)


LONG = (
    "{" * 30_000,
    '{"a":' * 10_000,
    '{"' * 30_000,
    "{a:[" * 15_000,
    "```\n" * 16_000,
    "{//" * 20_000,
    '{a:"' + 'x"y' * 20_000,
    "{a: " + "1" * 60_000,
)


@pytest.mark.parametrize("said", LONG, ids=range(len(LONG)))
def test_no_reply_takes_long(said: str) -> None:
    assert least_work(1, lambda: read(said)) < 3
