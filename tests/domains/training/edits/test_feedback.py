"""Feedback in words, and logged sessions: what they change and what they teach."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domains.training.makers import a_plan

from kuznia.domains.training.edits.feedback import understand
from kuznia.domains.training.edits.logbook import next_dose, taught
from kuznia.domains.training.edits.operations import Intensity, Remove, RestDay, Swap, Volume
from kuznia.domains.training.playbook.log import Count, Learn, fold
from kuznia.domains.training.playbook.session import LoggedExercise
from kuznia.domains.training.schema.lesson import (
    AvoidExercise,
    AvoidTag,
    BestLift,
    DayUnavailable,
    LoadFactor,
    Minutes,
    Prefer,
    VolumeFactor,
)
from kuznia.domains.training.schema.plan import Dose, Progression, Reason

PLAN, ATHLETE = a_plan(
    {"equipment": ["full-gym"], "level": "intermediate", "aim": "muscle", "minutes": 60}
)


def read(text: str):
    return understand(text, PLAN, ATHLETE)


def effects(text: str):
    return [effect for lesson in read(text).lessons for effect in lesson.effects]


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("I hate deadlifts", AvoidExercise(exercise="barbell-deadlift")),
        ("не люблю станову тягу", AvoidExercise(exercise="barbell-deadlift")),
        ("I love kettlebell swings", Prefer(exercise="kettlebell-swing")),
        ("обожнюю підтягування", Prefer(exercise="pull-up")),
        ("only 30 minutes from now on", Minutes(minutes=30)),
        ("сесії надто довгі", Minutes(minutes=48)),
        ("I can't train on Tuesdays", DayUnavailable(day=2)),
        ("не можу у четвер", DayUnavailable(day=4)),
        ("it is too hard", LoadFactor(factor=0.95)),
        ("more sets please", VolumeFactor(factor=1.1)),
        ("менше підходів", VolumeFactor(factor=0.9)),
        ("my shoulder hurts", AvoidTag(tag="dip")),
    ],
)
def test_what_is_said_is_learnt(text: str, effect) -> None:
    assert effect in effects(text)


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("it is too hard", Intensity(reserve=1)),
        ("занадто легко", Intensity(reserve=-1)),
        ("I need a rest day", RestDay(week=1, day=1)),
        ("fewer sets", Volume(sets=-1)),
        ("extra sets", Volume(sets=1)),
        (
            "replace barbell back squats with leg press",
            Swap(out="barbell-back-squat", into="leg-press"),
        ),
        ("заміни станову тягу на місток", Swap(out="barbell-deadlift", into="glute-bridge")),
    ],
)
def test_what_is_asked_becomes_an_operation(text: str, operation) -> None:
    assert operation in read(text).operations


def test_what_is_disliked_and_planned_is_swapped_for_its_like() -> None:
    (swap,) = read("I hate barbell back squats").operations

    assert isinstance(swap, Swap)
    assert swap.out == "barbell-back-squat"


def test_what_has_no_like_is_removed() -> None:
    bare, athlete = a_plan({"equipment": ["handcycle"], "health": {"flags": ["wheelchair"]}})
    name = bare.weeks[0].days[0].exercises[0].name
    found = understand(f"I hate {name}", bare, athlete).operations

    assert all(isinstance(one, Remove | Swap) for one in found)


def test_pain_takes_out_what_loads_the_place() -> None:
    found = read("my shoulder hurts when pressing")

    assert found.lessons[0].kind == "safety"
    assert any(isinstance(one, Remove) for one in found.operations)


def test_a_stop_sign_beats_the_rest() -> None:
    found = read("I love rows but I had chest pain yesterday")

    assert found.intent == "stop"
    assert found.decline is not None
    assert found.operations == ()


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("great, thanks!", "satisfied"),
        ("why so many squats?", "question"),
        ("чому так багато", "question"),
        ("hmm", "unclear"),
        ("I hate presses", "unclear"),
        ("I hate mondays", "unclear"),
    ],
)
def test_the_intent_is_told(text: str, intent: str) -> None:
    assert read(text).intent == intent


def test_a_name_that_could_mean_several_is_asked_about() -> None:
    assert read("I like barbell press more").unsure


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert read(text).intent in {"question", "unclear", "update_request", "satisfied", "stop"}


def a_dose(**update) -> Dose:
    rule = Progression(kind="double", low=8, high=12, step_percent=5.0)
    dose = Dose(
        id="barbell-back-squat",
        name="Squat",
        order=1,
        sets=3,
        reps=10,
        unit="reps",
        rir=2,
        rest=120,
        percent=71.4,
        load=100.0,
        load_unit="kg",
        progression=rule,
        reason=Reason(text="why"),
    )
    return dose.model_copy(update=update)


def a_log(*reps: int, **update) -> LoggedExercise:
    return LoggedExercise(exercise="barbell-back-squat", reps=reps, **update)


def test_two_good_sessions_move_the_load_up() -> None:
    after = next_dose(a_dose(), [a_log(10, 10, 12), a_log(10, 11, 12)])

    assert (after.moved, after.rule, after.dose.load, after.dose.reps) == ("up", "P01", 105.0, 8)


def test_a_step_is_never_more_than_a_tenth() -> None:
    after = next_dose(a_dose(load=20.0), [a_log(12, 12, 12)] * 2)

    assert after.dose.load == 20.0


def test_two_failed_sessions_move_it_back() -> None:
    after = next_dose(a_dose(), [a_log(5, 5, 5), a_log(6)])

    assert (after.moved, after.rule, after.dose.load) == ("back", "P05", 90.0)


def test_a_load_that_other_sessions_carry_is_not_taken_back_for_bad_ones():
    good = LoggedExercise(exercise="barbell-bench-press", load=60, reps=(10, 10, 10), rir=2)
    bad = LoggedExercise(exercise="barbell-bench-press", load=60, reps=(5, 5, 5), rir=0)
    dose = a_dose(id="barbell-bench-press", load=60.0, load_unit="kg")

    assert next_dose(dose, [good, good, good, bad, bad]).moved == "same"
    assert next_dose(dose, [bad, bad]).moved == "back"


def test_sessions_teach_the_best_of_a_lift_and_one_bad_day_does_not_move_it():
    dose = next(
        dose
        for day in PLAN.weeks[0].days
        for dose in day.exercises
        if dose.progression.step_percent
    )
    logs = [LoggedExercise(exercise=dose.id, load=60, reps=(8,), rir=2) for _ in range(3)]
    bad = LoggedExercise(exercise=dose.id, load=60, reps=(2,), rir=0)

    (learn,) = (d for d in taught(PLAN, logs[:1], (), [*logs[1:], bad]) if isinstance(d, Learn))

    (effect,) = learn.effects
    assert isinstance(effect, BestLift)
    assert (effect.exercise, effect.kg) == (dose.id, pytest.approx(80, abs=1))


def test_one_good_session_moves_the_repetitions() -> None:
    after = next_dose(a_dose(), [a_log(10, 10, 10)])

    assert (after.moved, after.dose.reps, after.dose.load) == ("same", 11, 100.0)


def test_nothing_logged_moves_nothing() -> None:
    assert next_dose(a_dose(), [a_log(10, done=False)]).dose == a_dose()


def test_pounds_move_in_pounds() -> None:
    after = next_dose(a_dose(load=200.0, load_unit="lb"), [a_log(12, 12, 12)] * 2)

    assert after.dose.load == 210.0


def test_without_a_load_the_repetitions_start_again() -> None:
    free = a_dose(load=None, load_unit=None, percent=None)

    assert next_dose(free, [a_log(12, 12, 12)] * 2).dose.reps == 8


def test_pain_in_a_log_is_a_safety_lesson() -> None:
    (lesson,) = taught(PLAN, [a_log(10, 10, 10, pain=5)], ())

    assert isinstance(lesson, Learn)
    assert lesson.kind == "safety"


def test_skipping_again_and_again_is_a_dislike() -> None:
    (lesson,) = taught(PLAN, [a_log(done=False), a_log(done=False)], ())

    assert isinstance(lesson, Learn)
    assert lesson.effects == (AvoidExercise(exercise="barbell-back-squat"),)


def test_a_preference_is_counted_by_what_was_done() -> None:
    told = Learn(text="x", kind="preference", effects=(Prefer(exercise="barbell-back-squat"),))
    lessons = fold([told]).open

    assert list(taught(PLAN, [a_log(10)], lessons)) == [Count(lesson=lessons[0].id, helped=True)]
    assert list(taught(PLAN, [a_log(done=False)], lessons)) == [
        Count(lesson=lessons[0].id, helped=False)
    ]
