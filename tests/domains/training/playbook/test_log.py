"""The log as it is kept: what is said last holds, and it stays short."""

from datetime import date
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.domains.training.playbook.log import (
    MAX_DELTAS,
    MAX_SESSIONS,
    Close,
    Count,
    Learn,
    LessonLog,
    Trained,
    learnt_id,
)
from kuznia.domains.training.playbook.session import LoggedExercise, LoggedSession
from kuznia.domains.training.schema.lesson import (
    AvoidExercise,
    AvoidTag,
    DayUnavailable,
    Effect,
    Minutes,
    Prefer,
    VolumeFactor,
)

DAY = date(2026, 11, 21)
ROW = "t-bar-row"


def said(*effects: Effect, kind: Literal["safety", "preference"] = "preference") -> Learn:
    return Learn(text="said", kind=kind, effects=effects)


def trained(number: int) -> Trained:
    entries = (LoggedExercise(exercise=ROW, reps=(8, 8)),)
    week, day = number // 7 % 16 + 1, number % 7 + 1
    return Trained(plan="art_1", session=LoggedSession(week=week, day=day, entries=entries))


def effects(log: LessonLog) -> list[Effect]:
    return [effect for lesson in log.playbook.open for effect in lesson.effects]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Minutes(minutes=30), Minutes(minutes=60)),
        (AvoidExercise(exercise=ROW), Prefer(exercise=ROW)),
        (Prefer(exercise=ROW), AvoidExercise(exercise=ROW)),
        (VolumeFactor(factor=1.1), VolumeFactor(factor=0.9)),
    ],
)
def test_what_is_said_last_holds(before: Effect, after: Effect) -> None:
    assert effects(LessonLog().learn(said(before)).learn(said(after))) == [after]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (DayUnavailable(day=1), DayUnavailable(day=2)),
        (AvoidExercise(exercise=ROW), Prefer(exercise="pull-up")),
        (AvoidTag(tag="dip"), AvoidTag(tag="jump")),
    ],
)
def test_what_goes_together_stays_together(before: Effect, after: Effect) -> None:
    assert effects(LessonLog().learn(said(before)).learn(said(after))) == [before, after]


def test_a_wish_does_not_unsay_what_hurt() -> None:
    hurt = said(AvoidExercise(exercise=ROW), kind="safety")

    assert AvoidExercise(exercise=ROW) in effects(
        LessonLog().learn(hurt, said(Prefer(exercise=ROW)))
    )


def test_what_is_learnt_knows_its_day() -> None:
    (lesson,) = LessonLog().learn(said(Prefer(exercise=ROW)), day=DAY).playbook.open

    assert lesson.learnt == DAY


def test_a_log_is_read_as_it_was_written() -> None:
    lesson = said(Prefer(exercise=ROW))
    log = LessonLog().learn(
        lesson,
        trained(1),
        Count(lesson=learnt_id(lesson), helped=True),
        Close(lesson=learnt_id(lesson), by="person"),
        day=DAY,
    )

    assert LessonLog.read(log.entries) == log
    assert LessonLog.read(log.entries).entries == log.entries


def test_a_longer_log_begins_as_the_shorter_one_did() -> None:
    log = LessonLog().learn(said(Minutes(minutes=30)), day=DAY)
    longer = log.learn(said(Minutes(minutes=60)), day=DAY)

    assert longer.entries[: len(log.entries)] == log.entries


def test_a_long_log_is_written_anew_with_all_that_is_open() -> None:
    hurt, likes = said(AvoidTag(tag="dip"), kind="safety"), said(Prefer(exercise=ROW))
    gone = said(AvoidExercise(exercise="pull-up"))
    log = LessonLog().learn(hurt, likes, gone, Close(lesson=learnt_id(gone), by="person"))
    before = log.playbook.open
    log = log.learn(*(trained(number) for number in range(MAX_DELTAS)))

    assert log.playbook.open == before
    assert len(log.deltas) == len(before) + MAX_SESSIONS
    assert log.playbook.sessions[-1] == trained(MAX_DELTAS - 1)
    assert LessonLog.read(log.entries) == log


@settings(max_examples=20)
@given(st.lists(st.integers(0, 300), max_size=40))
def test_a_log_never_grows_past_its_bound_and_keeps_safety(numbers: list[int]) -> None:
    log, tags = LessonLog(), set[str]()
    for number in numbers:
        tags.add(f"t{number % 9}")
        sessions = (trained(number) for _ in range(number))
        log = log.learn(said(AvoidTag(tag=f"t{number % 9}"), kind="safety"), *sessions)

    assert len(log.deltas) <= MAX_DELTAS
    assert sorted(map(str, effects(log))) == sorted(str(AvoidTag(tag=tag)) for tag in tags)
