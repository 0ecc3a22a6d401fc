"""Feedback on a plan: what is done to the days to come, what is learnt, and when to stop."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domains.training.makers import a_told

from kuznia.domains.training.athlete.athlete import read_athlete
from kuznia.domains.training.catalogue import catalogue, conditions
from kuznia.domains.training.edits.coaching import (
    Coached,
    Feedback,
    NotInPlan,
    Standing,
    UnknownExercise,
    coach,
)
from kuznia.domains.training.edits.operations import (
    Add,
    Intensity,
    MoveDay,
    RestDay,
    Swap,
    Volume,
)
from kuznia.domains.training.planner import plan
from kuznia.domains.training.playbook.log import Count, Learn, LessonLog, Trained
from kuznia.domains.training.playbook.session import LoggedExercise, LoggedSession
from kuznia.domains.training.schema.lesson import AvoidExercise, DayUnavailable, Minutes, Sign
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.profile import PlanPerson

GYM: dict[str, Any] = {
    "equipment": ["full-gym"],
    "level": "intermediate",
    "minutes": 60,
    "lifts": [{"exercise": "barbell bench press", "weight": 100}],
}
TOLD = a_told(GYM)
PLAN = plan(read_athlete(TOLD))
BENCH = "barbell-bench-press"


def standing(
    made: Plan = PLAN, told=TOLD, *, log: LessonLog | None = None, now=date(2026, 11, 21), past=0
) -> Standing:
    person = PlanPerson(order=told, past=past)
    return Standing(artefact="art_1", plan=made, person=person, log=log or LessonLog(), date=now)


def coached(said: Feedback, **more: Any) -> Coached:
    return coach(said, standing(**more))


def after(said: Feedback, before: Coached | None = None, **more: Any) -> Coached:
    """What comes of feedback on the plan some feedback came to."""
    at = standing(**more)
    if before is None:
        return coach(said, at)
    log = at.log.learn(*before.deltas)
    return coach(
        said,
        Standing(artefact="art_2", plan=before.plan, person=before.person, log=log, date=at.date),
    )


def days(made: Plan) -> list[int]:
    return [day.day for day in made.weeks[0].days if day.kind != "rest"]


def used(made: Plan) -> set[str]:
    return {dose.id for week in made.weeks for day in week.days for dose in day.exercises}


def session(*entries: LoggedExercise, week=1, day: int | None = None) -> LoggedSession:
    return LoggedSession(week=week, day=day or days(PLAN)[0], entries=entries)


def day_of(exercise: str) -> int:
    return next(d.day for d in PLAN.weeks[0].days if exercise in {e.id for e in d.exercises})


def test_an_exercise_that_is_hated_is_swapped_and_the_plan_says_which_lesson_shaped_it():
    found = coached("I hate barbell bench presses")

    assert BENCH not in used(found.plan)
    assert found.operations[0].applied
    assert found.plan.lessons == tuple(one.id for one in found.person.order.lessons)


def test_a_day_that_is_not_free_is_moved_in_every_week():
    busy = days(PLAN)[0]
    found = coached(f"I can't train on {['Mondays', 'Tuesdays', 'Wednesdays'][busy - 1]}")

    moves = [done for done in found.operations if isinstance(done.operation, MoveDay)]
    assert len([one for one in moves if one.applied]) == len(PLAN.weeks)
    assert all(week.days[busy - 1].kind == "rest" for week in found.plan.weeks)
    assert found.verified
    assert not [one for one in found.verified.findings if one.stands]


def test_a_day_that_has_nowhere_to_go_is_rested():
    told = a_told(GYM | {"weekdays": ["mon", "wed", "fri"]})
    found = coached("не можу у середу", made=plan(read_athlete(told)), told=told)

    assert RestDay(week=1, day=3) in [one.operation for one in found.operations if one.applied]


def test_days_get_as_short_as_was_asked():
    found = coached("only 40 minutes please")

    assert max(day.minutes for week in found.plan.weeks for day in week.days) <= 40


def test_thanks_change_nothing_even_when_there_are_lessons_to_keep_to():
    log = LessonLog().learn(Learn(text="x", kind="logistics", effects=(Minutes(minutes=30),)))
    found = coached("great, thanks!", log=log)

    assert found.intent == "satisfied"
    assert found.plan == PLAN


def test_operations_are_done_as_sent():
    found = coached((Intensity(reserve=1, exercise="bench press"),))

    assert [one.applied for one in found.operations] == [True]
    assert found.operations[0].operation == Intensity(reserve=1, exercise=BENCH)


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ((Volume(sets=-1), Add(exercise="qwertz", day=1)), "operations.1.exercise"),
        ((Swap(out="plank", into="qwertz"),), "operations.0.into"),
        (session(LoggedExercise(exercise="qwertz")), "session.entries.0.exercise"),
    ],
)
def test_a_name_nobody_knows_is_not_guessed_and_five_are_offered(said: Feedback, place: str):
    with pytest.raises(UnknownExercise) as refusal:
        coached(said)

    assert refusal.value.place == place
    assert len(set(refusal.value.nearest)) == 5
    assert set(refusal.value.nearest) <= catalogue().keys()


def test_a_name_nobody_knows_in_a_sentence_is_offered_five_too():
    found = coached("replace qwertz with push-ups")

    assert [len(names) for names in found.unsure] == [5]
    assert found.plan == PLAN


def test_the_past_stays_as_it_was_whatever_is_said():
    told = a_told(GYM | {"start": "2026-11-02"})
    made = plan(read_athlete(told))
    found = coached("I hate barbell bench presses", made=made, told=told, now=date(2026, 11, 18))

    assert found.plan.weeks[:2] == made.weeks[:2]
    assert found.plan.weeks[2].days[:2] == made.weeks[2].days[:2]
    assert BENCH not in {e.id for day in found.plan.weeks[3].days for e in day.exercises}
    assert found.verified
    assert not [one for one in found.verified.findings if one.code == "X06"]


def test_a_logged_day_is_past_in_a_plan_without_dates():
    first = coached(session(LoggedExercise(exercise=BENCH, reps=(5, 5)), week=2))
    found = after("I hate barbell bench presses", first)

    assert found.person.past == 7 + days(PLAN)[0]
    assert found.plan.weeks[0] == PLAN.weeks[0]
    assert found.plan.weeks[3] != PLAN.weeks[3]


def test_a_day_logged_on_another_copy_of_the_plan_is_past_too():
    first = coached(session(LoggedExercise(exercise=BENCH, reps=(5, 5)), week=2))
    found = coached("I hate barbell bench presses", log=LessonLog().learn(*first.deltas))

    assert found.plan.weeks[0] == PLAN.weeks[0]


def test_two_sessions_to_spare_move_the_load_up_from_then_on():
    day = day_of(BENCH)
    dose = next(e for e in PLAN.weeks[0].days[day - 1].exercises if e.id == BENCH)
    reps = (dose.reps + 6,) * dose.sets
    first = coached(session(LoggedExercise(exercise=BENCH, reps=reps), day=day))
    second = after(session(LoggedExercise(exercise=BENCH, reps=reps), week=2, day=day), first)

    (done,) = second.operations
    assert done.operation == Intensity(step="up", exercise=BENCH)
    assert done.applied or done.findings


def test_two_failed_sessions_bring_the_load_back():
    day = day_of(BENCH)
    first = coached(session(LoggedExercise(exercise=BENCH, reps=(1,)), day=day))
    second = after(session(LoggedExercise(exercise=BENCH, reps=(1,)), week=2, day=day), first)

    loads = [
        e.load for w in second.plan.weeks for d in w.days for e in d.exercises if e.id == BENCH
    ]
    planned = [e.load for w in PLAN.weeks for d in w.days for e in d.exercises if e.id == BENCH]
    assert second.operations[0].applied
    assert sum(filter(None, loads)) < sum(filter(None, planned))
    assert second.plan.weeks[0] == PLAN.weeks[0]


def test_what_hurts_is_taken_out_of_the_days_to_come_and_learnt():
    found = coached(session(LoggedExercise(exercise=BENCH, reps=(5,), pain=6), day=day_of(BENCH)))

    safety = [one for one in found.deltas if isinstance(one, Learn) and one.kind == "safety"]
    assert safety[0].effects == (AvoidExercise(exercise=BENCH),)
    assert BENCH not in {e.id for d in found.plan.weeks[1].days for e in d.exercises}


def test_what_is_skipped_twice_is_a_dislike_and_swapped():
    first = coached(session(LoggedExercise(exercise=BENCH, done=False)))
    second = after(session(LoggedExercise(exercise=BENCH, done=False), week=2), first)

    assert not [one for one in first.deltas if isinstance(one, Learn)]
    assert BENCH not in {e.id for d in second.plan.weeks[3].days for e in d.exercises}


def test_a_session_says_that_the_lessons_of_its_plan_were_applied():
    book = LessonLog().learn(Learn(text="x", kind="logistics", effects=(Minutes(minutes=50),)))
    (lesson,) = book.playbook.open
    made = PLAN.model_copy(update={"lessons": (lesson.id, "l-gone")})
    found = coached(session(LoggedExercise(exercise=BENCH, reps=(5,))), made=made, log=book)

    assert [one for one in found.deltas if isinstance(one, Count)] == [Count(lesson=lesson.id)]
    assert isinstance(found.deltas[0], Trained)


@pytest.mark.parametrize(
    ("start", "week", "message"),
    [(None, 9, "no such week"), ("2026-11-23", 1, "still to come")],
)
def test_a_session_of_no_day_that_was_is_refused(start, week, message):
    told = a_told(GYM | {"start": start})
    said = session(LoggedExercise(exercise=BENCH), week=week)

    with pytest.raises(NotInPlan, match=message):
        coached(said, made=plan(read_athlete(told)), told=told)


def test_a_stop_sign_ends_the_plan_and_is_remembered_by_name():
    found = coached("I had chest pain on the last set")

    assert found.intent == "stop"
    assert found.decline is not None
    assert found.decline.code == "S01"
    assert found.deltas[0].effects == (Sign(flag="chest_pain"),)  # type: ignore[union-attr]


def test_a_stop_sign_told_of_another_plan_stops_this_one():
    log = LessonLog().learn(Learn(text="x", kind="safety", effects=(Sign(flag="fainting"),)))
    found = coached("I love rows", log=log)

    assert found.decline is not None
    assert found.decline.code == "S02"


def test_a_fresh_injury_of_a_leg_stops_running():
    told = a_told(
        {"kind": "endurance", "endurance": {"sport": "running", "weekly_km": 20, "longest_km": 8}}
    )
    found = coached("I sprained my ankle yesterday", made=plan(read_athlete(told)), told=told)

    assert found.decline is not None
    assert found.decline.code == "S09"


def test_a_plan_that_no_longer_protects_the_person_is_not_given_back():
    found = coached("I am pregnant, week twenty")

    assert found.decline is not None
    assert found.decline.code == "new-plan"


def test_an_injury_is_kept_out_of_the_days_to_come():
    found = coached("my knee hurts")

    tags = conditions()["knee"].tags
    assert found.decline is not None or not [
        one for one in used(found.plan) if catalogue()[one].tags & tags
    ]


def test_a_playbook_that_closes_every_day_closes_none():
    lessons = (
        Learn(text="x", kind="logistics", effects=(DayUnavailable(day=n),)) for n in range(1, 8)
    )
    found = coached("I hate barbell bench presses", log=LessonLog().learn(*lessons))

    assert days(found.plan) == days(PLAN)


@settings(max_examples=40)
@given(
    st.text(max_size=80)
    | st.sampled_from(
        ["I hate ", "swap squats for ", "only 15 minutes ", "not on Mondays, "]
    ).flatmap(lambda begins: st.text(max_size=30).map(lambda rest: begins + rest))
)
def test_whatever_is_said_the_plan_that_comes_of_it_protects_the_person(text: str):
    found = coached(text)

    findings = found.verified.findings if found.verified else ()
    kept = [one for one in findings if one.severity == "block"]
    assert found.decline is not None or not kept
    assert len(found.plan.weeks) == len(PLAN.weeks)


ILL = LessonLog().learn(Learn(text="fever", kind="safety", effects=(Sign(flag="fever"),)))


@pytest.mark.parametrize("words", ["I feel better now", "Мені вже краще", "одужав, хочу назад"])
def test_after_an_illness_feeling_better_leads_back(words: str):
    found = coached(words, log=ILL)

    assert found.decline is None
    assert found.plan != PLAN
    assert not ILL.learn(*found.deltas).playbook.open


@pytest.mark.parametrize("words", ["I don't feel better yet", "ще не одужала", "I feel better"])
def test_no_word_of_feeling_better_lifts_more_than_an_illness(words: str):
    chest = ILL.learn(Learn(text="x", kind="safety", effects=(Sign(flag="chest_pain"),)))
    found = coached(words, log=chest)

    assert found.decline is not None
    assert found.decline.code == "S01"
