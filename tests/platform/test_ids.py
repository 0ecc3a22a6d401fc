"""Ids sort by time and cannot be guessed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clocks import TurnedClock

from kuznia.platform.ids import is_id, new_id


def test_an_id_can_stand_in_a_url():
    assert re.fullmatch(r"run_[0-9a-z]{26}", new_id("run", TurnedClock()))


@given(st.lists(st.floats(0.001, 1e9), min_size=2, max_size=5))
def test_later_ids_sort_later(steps: list[float]):
    clock = TurnedClock()
    made: list[str] = []
    for step in steps:
        clock.turn(step)
        made.append(new_id("run", clock)[:14])

    assert made == sorted(made)


def test_ids_of_the_same_moment_differ():
    clock = TurnedClock()

    assert len({new_id("run", clock) for _ in range(1000)}) == 1000


def test_an_id_is_known_by_its_prefix():
    assert is_id("run", new_id("run", TurnedClock()))
    assert not is_id("art", new_id("run", TurnedClock()))


@pytest.mark.parametrize(
    "text", ["", "run_", "run_" + "0" * 25, "run_" + "u" * 26, "run_" + "0" * 26 + "\n"]
)
def test_what_only_looks_like_an_id_is_not_one(text: str):
    assert not is_id("run", text)
