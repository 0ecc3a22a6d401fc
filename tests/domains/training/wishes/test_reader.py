"""The reader of wishes: what is understood, what is asked, and what is never turned round."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from tests.domains.training.makers import a_plan, a_told
from tests.domains.training.wishes.judging import judged

from kuznia.domains.training.athlete.athlete import read_athlete
from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.edits.feedback import understand
from kuznia.domains.training.planner import plan
from kuznia.domains.training.wishes.order import wished
from kuznia.domains.training.wishes.reader import read_wishes

_FILE = Path(__file__).parents[1] / "data" / "feedback.jsonl.gz"
GYM = {"equipment": ["full-gym"], "level": "intermediate", "days": 4, "minutes": 60}


def test_wishes_of_a_stranger_are_read_and_on_the_tuned_half_none_is_turned_round():
    counts: dict[str, Counter[str]] = {"tune": Counter(), "held": Counter()}
    for line in gzip.decompress(_FILE.read_bytes()).decode().splitlines():
        row = json.loads(line)
        counts[row["half"]][judged(row)] += 1

    tuned, held = counts["tune"], counts["held"]
    assert tuned["opposite"] == 0, tuned
    assert tuned["right"] >= 195, tuned
    assert held["right"] >= 120, held
    assert held["opposite"] <= 9, held


def wants(text: str) -> list[tuple[str, str]]:
    return [(wish.do, wish.thing.name if wish.thing else "") for wish in read_wishes(text).wishes]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I dont like squats", [("avoid", "squat")]),
        ("please don't swap my squats for anything", [("keep", "squat")]),
        ("I'd love to drop squats", [("avoid", "squat")]),
        ("I would hate to lose the squats", [("keep", "squat")]),
        ("stop skipping squats", [("keep", "squat")]),
        ("stop giving me squats", [("avoid", "squat")]),
        ("everything but burpees is fine", [("avoid", "burpee")]),
        ("hate squats, lunges and burpees", [("avoid", n) for n in ("squat", "lunge", "burpee")]),
        ("I love squats but remove them", [("avoid", "squat")]),
        ("Не хочу ні плавати, ні бігати", [("avoid", "swimming"), ("avoid", "running")]),
        ("тільки не чіпайте станову", [("keep", "deadlift")]),
        ("поверни берпі", [("undo", "burpee")]),
        ("Більше ніякого плавання", [("avoid", "swimming")]),
        ("більше плавання", [("more_of", "swimming")]),
        # Misspelt, and neither "having" nor "house" is a misspelling of anything.
        ("ненавидж присід", [("avoid", "squat")]),
        ("having squats in my house", []),
        ("I no longer hate lunges", []),
        ("you removed squats", []),
        ("removing squats would be a crime", []),
        ("Monday is not a problem", []),
        ("why so many lunges?", []),
        # What may be meant the other way round is asked.
        ("remove squats? never", []),
        ("I adore squats... not", []),
        ("oh great, more burpees", []),
        ("unhappy without squats", []),
        ("I hate that you took out squats", []),
        ("take out lunges, not squats", [("avoid", "lunge")]),
        ("replace lunges, not squats", []),
        ("drop lunges, sorry, squats", []),
        ("nothing is too heavy for me", []),
        ("focus on my back", [("focus", "back")]),
        ("no lunges on Monday", []),
        ("випади прибери, а присідання ні", [("avoid", "lunge")]),
        ("не хочу, щоб ти прибирав присідання", [("keep", "squat")]),
        ("I won't give up squats", [("keep", "squat")]),
        ("every time I see lunges I want to cry", []),
        ("too heavy, but I like it", []),
        ("стало важче", [("easier", "")]),
        ("everything except a barbell is available", [("lack", "barbell")]),
        # A word that is not read may turn the wish round, and so may a "but" and a late "not".
        ("burpees are my least wonderful thing", []),
        ("I unlove squats zealously", []),
        ("squats bore me, but flarb them", []),
        ("I hear squats get removed. Not mine please.", []),
        ("I said no lunges, not no squats", []),
        ("тільки не присід прибирай", [("keep", "squat")]),
        ("don't take squats from me", []),
        ("постав присід на місце випадів", [("swap", "lunge")]),
        ("put squats in the lunges' shadow", []),
        ("the bench has become heavier", []),
        ("it's a shame that squats are gone", []),
        ("I really dont like burpees, sorry", [("avoid", "burpee")]),
        # Two clear halves of one sentence.
        ("Thursdays at most 30 minutes and I hate burpees", [("minutes", ""), ("avoid", "burpee")]),
    ],
)
def test_polarity_and_scope_come_first(text: str, wanted: list[tuple[str, str]]):
    assert wants(text) == wanted


def test_no_name_in_the_catalogue_turns_a_wish_round():
    """ "EZ bar" is no exception, and "bent over" no comparison."""
    taken_out = {"avoid", "less_of", "lack"}
    for exercise in catalogue().values():
        for text, is_out in (("I hate {}", True), ("please keep {}", False), ("I love {}", False)):
            read = read_wishes(text.format(exercise.name)).wishes
            assert all((wish.do in taken_out) == is_out for wish in read), exercise.name


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("any day except Monday", [("day_off", (1,))]),
        ("I can't do any day except Monday", [("days_only", (1,))]),
        ("give me a rest day on any day except Monday", []),
        ("instead of Monday give me Tuesday", []),
        ("Monday off, not Tuesday", []),
        ("never Fridays, always Mondays", []),
        ("I'm on the road Monday to Thursday and home the rest of the week", []),
        ("the only problem is Monday", []),
        ("Monday is my day off work", []),
        ("can I do the Thursday session on Friday?", []),
        ("I'd hate to miss Friday", []),
        ("30 minutes isn't enough", []),
    ],
)
def test_days_are_closed_and_opened_as_a_person_means_it(
    text: str, wanted: list[tuple[str, tuple[int, ...]]]
):
    assert [(wish.do, wish.days) for wish in read_wishes(text).wishes] == wanted


@pytest.mark.parametrize(
    ("text", "days", "do"),
    [
        ("any day except Monday", (1,), "day_off"),
        ("тільки не в понеділок", (1,), "day_off"),
        ("only Monday and Thursday work", (1, 4), "days_only"),
        ("I can't train on weekends", (6, 7), "day_off"),
        ("keep Sunday free", (7,), "day_off"),
        ("Tuesdays only 20 minutes", (2,), "minutes"),
        ("довгий біг хай буде в суботу", (6,), "long_day"),
    ],
)
def test_days_are_closed_and_opened_as_meant(text: str, days: tuple[int, ...], do: str):
    (wish,) = read_wishes(text).wishes

    assert (wish.do, wish.days) == (do, days)


@pytest.mark.parametrize(
    "text",
    [
        "if it rains, swap the squats for lunges",
        "maybe drop the squats",
        "my wife hates squats",
        "моя дружина не любить присідання",
        "I don't want to stop squatting",
        "не скажу що не люблю присід",
        "I like squats but not on Monday",
        "прибери присід... ой, ні, випади прибери",
    ],
)
def test_what_is_not_certain_is_asked_and_changes_nothing(text: str):
    made, athlete = a_plan(GYM)
    understood = understand(text, made, athlete)
    changes = {answer.outcome for answer in understood.answers} - {"asked"}

    assert understood.operations == ()
    assert any(answer.outcome == "asked" and answer.message for answer in understood.answers)
    assert not changes or understood.lessons


def test_each_wish_is_answered_and_what_a_plan_cannot_do_has_its_reason():
    made, athlete = a_plan(GYM)
    text = "No training on Mondays. Less swimming please. Maybe drop the squats."

    answers = understand(text, made, athlete).answers

    assert [answer.outcome for answer in answers] == ["accepted", "not_possible", "asked"]
    assert [answer.quote for answer in answers] == [
        "No training on Mondays",
        "Less swimming please",
        "Maybe drop the squats",
    ]


def test_a_plan_is_made_with_what_its_order_says():
    prompt = (
        "I hate squats. No training on Mondays, only 30 minutes on Thursdays. "
        "I have no cable machine. My best deadlift is 140 kg."
    )
    athlete = read_athlete(wished(a_told(GYM, prompt=prompt)))
    made = plan(athlete)
    days = [day for week in made.weeks for day in week.days]
    names = {dose.id for day in days for dose in day.exercises}

    assert not any("squat" in name for name in names)
    assert not any("cable" in name for name in names)
    assert all(day.kind == "rest" for day in days if day.day == 1)
    assert all(day.minutes <= 30 for day in days if day.day == 4)
    assert athlete.maxes["barbell-deadlift"] == 140
    assert made.lessons == ()


def test_a_field_that_is_filled_in_is_not_overruled():
    order = a_told({"days": 4}, prompt="Two days a week, in Ukrainian, 30 minutes each.")

    profile = wished(order).profile

    assert (profile.days, profile.language, profile.minutes) == (4, "uk", 30)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("my best squat is one hundred twenty kg", 120), ("мій присід сто сорок п'ять кг", 145)],
)
def test_a_best_in_words_is_read_whole(text: str, amount: float):
    (wish,) = read_wishes(text).wishes

    assert wish.amount == amount


def test_undoing_closes_the_lesson():
    lesson = {"id": "l-1", "text": "x", "kind": "preference"}
    avoided = {**lesson, "effects": [{"do": "avoid_exercise", "exercise": "barbell-deadlift"}]}
    made, athlete = a_plan(GYM, lessons=[avoided])

    (close,) = understand("bring back deadlifts", made, athlete).closes

    assert close.lesson == "l-1"
