"""The playbook: an append-only log, and what folding it gives."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.domains.training.playbook.log import (
    MAX_LESSONS,
    Close,
    Count,
    Edit,
    Learn,
    LessonLog,
    fold,
    tidied,
)
from kuznia.domains.training.schema.lesson import AvoidTag, Prefer

SAFETY = Learn(text="My shoulder hurts", kind="safety", effects=(AvoidTag(tag="dip"),))
LIKES = Learn(text="I like rows", kind="preference", effects=(Prefer(exercise="t-bar-row"),))


def only(*deltas):
    (lesson,) = fold(deltas).lessons.values()
    return lesson


def test_a_lesson_is_learnt() -> None:
    lesson = only(LIKES.model_copy(update={"day": date(2026, 11, 21)}))

    assert lesson.text == "I like rows"
    assert lesson.learnt == date(2026, 11, 21)
    assert lesson.status == "open"


def test_the_same_said_again_is_one_lesson_with_a_vote() -> None:
    again = LIKES.model_copy(update={"text": "rows are great"})

    assert only(LIKES, again).helpful == 1


def test_lessons_without_effects_differ_by_their_words() -> None:
    words = (Learn(text="a", kind="safety"), Learn(text="b", kind="safety"))

    assert len(fold(words).lessons) == 2


def test_counters_are_counted() -> None:
    name = only(LIKES).id
    counts = [Count(lesson=name, helped=how) for how in (True, True, False, None)]
    lesson = only(LIKES, *counts)

    assert (lesson.helpful, lesson.harmful, lesson.applied) == (2, 1, 1)
    assert lesson.confidence == pytest.approx(3 / 5)


def test_an_edit_changes_the_words_only() -> None:
    lesson = only(LIKES, Edit(lesson=only(LIKES).id, text="T-bar rows, please"))

    assert lesson.text == "T-bar rows, please"
    assert lesson.effects == LIKES.effects


def test_a_person_can_close_safety_and_nobody_else() -> None:
    name = only(SAFETY).id

    assert only(SAFETY, Close(lesson=name, by="cap")).status == "open"
    assert only(SAFETY, Close(lesson=name, by="counters")).status == "open"
    assert only(SAFETY, Close(lesson=name, by="person")).status == "closed"


def test_a_closed_lesson_opens_when_it_is_said_again() -> None:
    name = only(LIKES).id

    assert only(LIKES, Close(lesson=name, by="person"), LIKES).status == "open"


def test_what_is_not_there_cannot_be_changed() -> None:
    assert fold((Count(lesson="l-nothing", helped=True),)).lessons == {}


def test_what_hurts_more_than_it_helps_is_let_go() -> None:
    name = only(LIKES).id
    log = LessonLog().learn(LIKES, *(Count(lesson=name, helped=False) for _ in range(4)))

    assert log.playbook.open == ()


def test_the_log_keeps_what_was_let_go() -> None:
    log = LessonLog().learn(LIKES)

    assert log.learn(Close(lesson=only(LIKES).id, by="person")).deltas[0] == LIKES


deltas = st.lists(
    st.one_of(
        st.builds(
            Learn,
            text=st.text(max_size=10),
            kind=st.sampled_from(["safety", "preference", "logistics", "load"]),
            effects=st.lists(
                st.builds(AvoidTag, tag=st.sampled_from([f"t{n}" for n in range(60)])), max_size=1
            ).map(tuple),
        ),
        st.builds(Count, lesson=st.just("l-x"), helped=st.none() | st.booleans()),
    ),
    max_size=120,
)


@settings(max_examples=60, deadline=None)
@given(deltas)
def test_no_safety_lesson_is_ever_lost_and_the_rest_stays_small(said) -> None:
    log = LessonLog()
    for delta in said:
        log = log.learn(delta)
    book = log.playbook
    safety = {one.id for one in book.lessons.values() if one.kind == "safety"}

    assert safety == {one.id for one in book.open if one.kind == "safety"}
    assert sum(1 for one in book.open if not one.pinned) <= MAX_LESSONS
    assert tidied(book) == ()
    assert fold(log.deltas) == book
