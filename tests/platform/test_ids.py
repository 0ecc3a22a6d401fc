"""Ids sort by time and cannot be guessed."""

import re

from hypothesis import given
from hypothesis import strategies as st
from tests.clocks import TurnedClock

from kuznia.platform.ids import born, new_id


def test_an_id_can_stand_in_a_url():
    assert re.fullmatch(r"run_[0-9a-f]{32}", new_id("run", TurnedClock()))


@given(st.lists(st.floats(0.001, 1e9), min_size=2, max_size=5))
def test_later_ids_sort_later(steps: list[float]):
    clock = TurnedClock()
    made: list[str] = []
    for step in steps:
        clock.turn(step)
        made.append(new_id("run", clock)[:16])

    assert made == sorted(made)


@given(st.floats(0, 1e9))
def test_an_id_says_when_it_was_made(seconds: float):
    clock = TurnedClock()
    clock.turn(seconds)

    assert 0 <= clock.now().timestamp() - born(new_id("run", clock)) < 0.002


@given(st.text())
def test_what_is_no_id_was_made_long_ago_or_at_no_time(text: str):
    assert isinstance(born(text), float)


def test_ids_of_the_same_moment_differ():
    clock = TurnedClock()

    assert len({new_id("run", clock) for _ in range(1000)}) == 1000
