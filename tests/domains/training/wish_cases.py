"""Prompts with plans that hold all they ask for, and what damages each of them.

The plans are written by hand, in the words of `plans.py`; a damage is a change to some weeks or to
the plan's texts, with the part of the prompt that is open after it, "" for what is not asked for.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Weeks = Sequence[Mapping[int, str]]
GYM: dict[str, Any] = {"equipment": ["full-gym"], "level": "intermediate"}
RUNNER: dict[str, Any] = {"kind": "endurance", "aim": "stamina", "equipment": ["none"]}


@dataclass(frozen=True)
class Damage:
    """A change to a good plan, and a piece of what is open because of it."""

    quote: str
    weeks: Callable[[Weeks], Weeks] | None = None
    texts: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Case:
    """A prompt, its profile, a good plan and the damages."""

    prompt: str
    profile: Mapping[str, Any]
    weeks: Weeks
    texts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    damages: Mapping[str, Damage] = field(default_factory=dict[str, Damage])


def changed(old: str, new: str) -> Callable[[Weeks], Weeks]:
    """Other words in every week."""
    return lambda weeks: [{day: text.replace(old, new) for day, text in w.items()} for w in weeks]


def without(word: str) -> Callable[[Weeks], Weeks]:
    """Without the exercises that have this in their words, or the loads after an `@`."""
    pattern = r" @[\d.]+" if word == "@" else rf"[\w-]*{word} \d+x\d+;?"
    return lambda weeks: [{day: re.sub(pattern, "", t) for day, t in w.items()} for w in weeks]


def moved(day: int, to: int) -> Callable[[Weeks], Weeks]:
    """What is on a day on another one, and the other way round."""
    places = {day: to, to: day}
    return lambda weeks: [{places.get(d, d): text for d, text in w.items()} for w in weeks]


def added(day: int, text: str) -> Callable[[Weeks], Weeks]:
    return lambda weeks: [{**week, day: text} for week in weeks]


def dropped(day: int) -> Callable[[Weeks], Weeks]:
    return lambda weeks: [{d: text for d, text in week.items() if d != day} for week in weeks]


def repeated(weeks: Weeks) -> Weeks:
    """The first week in place of all."""
    return [weeks[0]] * len(weeks)


def fewer(weeks: Weeks) -> Weeks:
    return weeks[:-1]


_GYM_WEEKS = [
    {
        1: f"45: barbell-back-squat {n}x6; dumbbell-bench-press {n}x8; seated-cable-row {n}x10",
        3: f"45: barbell-deadlift {n}x5; barbell-overhead-press {n}x6; lat-pulldown {n}x10",
        5: f"45: leg-press {n}x10; barbell-bench-press {n}x6; dumbbell-one-arm-row {n}x10",
    }
    for n in (3, 3, 4, 4, 4, 2)
]
_FIVE_KM = [
    {
        2: f"easy running {20 + i} {2.5 + i * 0.2}",
        4: f"easy running {20 + i} {2.5 + i * 0.2}",
        6: f"long running {25 + i} {3 + i * 0.2}",
    }
    for i in range(7)
] + [{2: "easy running 15 2", 4: "easy running 15 2", 7: "race running 35 5"}]
_BALANCE = {
    2: "30: chair-squat 2x8; wall-push-up 2x8; single-leg-stand 2x20",
    5: "30: chair-squat 2x8; band-seated-row 2x10; tandem-stand 2x20",
}
_BESTS = {
    1: "50: barbell-back-squat 4x5 @105; lat-pulldown 3x10",
    2: "50: barbell-bench-press 4x5 @77.5; machine-row 3x10",
    4: "50: barbell-back-squat 3x6 @90; leg-extension 3x10",
    6: "50: barbell-bench-press 3x6 @70; lat-pulldown 3x10",
}
_HALF = [
    {
        1: "30: push-up 2x8; bodyweight-squat 2x12",
        2: "easy running 40 6.5",
        3: "tempo running 40 6.5",
        6: "easy running 35 5.5",
        7: f"long running {72 + i * 5} {12 + i * 0.7}",
    }
    for i in range(8)
] + [
    {
        1: "20: push-up 1x8",
        2: "easy running 30 5",
        3: "tempo running 30 5",
        6: "easy running 20 3",
        7: "long running 60 10",
    },
    {
        1: "20: push-up 1x8",
        2: "easy running 25 4",
        3: "tempo running 25 4",
        6: "easy running 15 2",
        7: "race running 130 21.1",
    },
]

_ZONE = {"zone": 2, "talk": "Easy.", "heart_rate": [90, 120]}

CASES: dict[str, Case] = {
    "gym": Case(
        "Hi! I'm 35, 90 kg, office job. I want a 6-week gym plan, Monday, Wednesday and "
        "Friday, about 45 minutes each time. No lunges please, and week 6 lighter.",
        {"age": 35, "weight": 90, "weeks": 6, "days": 3, "weekdays": ["mon", "wed", "fri"]} | GYM,
        _GYM_WEEKS,
        damages={
            "inverted": Damage("No lunges", changed("leg-press", "barbell-walking-lunge")),
            "dropped": Damage("week 6 lighter", repeated),
            "moved": Damage("Friday", moved(5, 6)),
            "shorter": Damage("6-week", fewer),
            "longer": Damage("45 minutes", changed("45:", "70:")),
            "invented": Damage("", added(7, "easy running 30 5")),
            "promised": Damage("", texts={"summary": "Six weeks to lose 8 kg."}),
        },
    ),
    "five_km": Case(
        "Привіт! Я новачок, ніколи не бігала. Хочу за 8 тижнів підготуватися до забігу на 5 "
        "км 30 травня 2027. Бігати можу тричі на тиждень, у вівторок, четвер і суботу, не "
        "більше 40 хвилин. Без інтервалів, будь ласка. Останній тиждень легший.",
        RUNNER
        | {"level": "beginner", "weeks": 8, "days": 3, "minutes": 40, "start": "2027-04-05"}
        | {"weekdays": ["tue", "thu", "sat", "sun"], "language": "uk"}
        | {"endurance": {"sport": "running", "event": "5k"}},
        _FIVE_KM,
        {"phases": {8: "taper"}},
        {
            "inverted": Damage("Без інтервалів", changed("easy running", "intervals running")),
            "moved": Damage("забігу на 5 км", changed("race running 35 5", "long running 35 5")),
            "other distance": Damage(
                "забігу на 5 км", changed("race running 35 5", "race running 70 10")
            ),
            "invented": Damage("тричі", added(1, "easy running 20 3")),
            "strength": Damage("", added(5, "20: push-up 2x8")),
        },
    ),
    "father": Case(
        "Plan for my father, 72, he had a knee replacement years ago and uses resistance "
        "bands. Twice a week on Tuesday and Friday, half an hour. Every session should "
        "include a balance exercise. No kneeling and no jumping. Eight weeks.",
        {"age": 72, "sex": "male", "weeks": 8, "days": 2, "weekdays": ["tue", "fri"]}
        | {"minutes": 30, "equipment": ["bands"]},
        [_BALANCE] * 8,
        damages={
            "dropped": Damage("balance", changed("tandem-stand", "wall-push-up")),
            "inverted": Damage("No kneeling", changed("wall-push-up", "knee-push-up")),
            "longer": Damage("half an hour", changed("30:", "50:")),
            "supplement": Damage(
                "",
                texts={"notices": [{"code": "x", "text": "Take creatine with water every day."}]},
            ),
        },
    ),
    "bests": Case(
        "Мій рекорд у присіданні 120 кг на 5 разів, у жимі лежачи 90 кг на 3. Порахуйте "
        "робочі ваги від цього. Присідати хочу двічі на тиждень: важко у понеділок, легше у "
        "четвер. Станову не ставте, болить поперек. 6 тижнів, 4 дні на тиждень.",
        GYM
        | {"weeks": 6, "days": 4, "aim": "strength", "language": "uk"}
        | {"health": {"injuries": [{"region": "low_back"}]}}
        | {
            "lifts": [
                {"exercise": "barbell back squat", "weight": 120, "reps": 5},
                {"exercise": "barbell bench press", "weight": 90, "reps": 3},
            ]
        },
        [_BESTS] * 6,
        damages={
            "no loads": Damage("Порахуйте", without("@")),
            "too heavy": Damage("120 кг", changed("@105", "@160")),
            "swapped days": Damage("важко у понеділок", moved(1, 4)),
            "inverted": Damage("Станову не ставте", changed("machine-row", "barbell-deadlift")),
            "dropped": Damage("двічі на тиждень", dropped(4)),
        },
    ),
    "half": Case(
        "Доброго ранку! Бігаю вже два роки, зараз 25 км на тиждень. Готуюся до напівмарафону "
        "3 жовтня 2027 року. 5 тренувань на тиждень: 4 бігові і одне силове вдома без "
        "обладнання. Довга пробіжка щонеділі, але не далі 18 км. У середу темповий біг. "
        "П'ятниця — повний відпочинок. Останні два тижні перед стартом зменште обсяг.",
        RUNNER
        | {"age": 36, "weeks": 10, "days": 5, "kind": "both", "minutes": 60, "language": "uk"}
        | {"level": "intermediate", "start": "2027-07-26"}
        | {
            "endurance": {
                "event": "half",
                "weekly_km": 25,
                "longest_km": 12,
                "long_minutes": 130,
            }
        },
        _HALF,
        {"phases": {9: "taper", 10: "taper"}},
        {
            "moved": Damage("Довга пробіжка", moved(6, 7)),
            "too long": Damage("18 км", changed("long running 107 16.9", "long running 130 20")),
            "other kind": Damage("темповий", changed("tempo running", "easy running")),
            "equipment": Damage("без обладнання", changed("push-up", "barbell-bench-press")),
            "no rest": Damage("П'ятниця", moved(5, 6)),
            "other topic": Damage("напівмарафону", lambda weeks: [_BALANCE] * len(weeks)),
        },
    ),
    "swaps": Case(
        "I train upper/lower four days a week (Mon, Tue, Thu, Fri). Replace barbell bench "
        "press with dumbbell bench press and swap the back squat for leg press. 3 sets of "
        "8-12 reps for everything. At most 5 exercises per session. Tell me what to do if I "
        "miss a session.",
        GYM | {"days": 4, "weekdays": ["mon", "tue", "thu", "fri"], "aim": "muscle"},
        [
            {
                1: "50: dumbbell-bench-press 3x8; seated-cable-row 3x10; dumbbell-curl 3x12",
                2: "50: leg-press 3x10; lying-leg-curl 3x10; standing-calf-raise-machine 3x12",
                4: "50: barbell-overhead-press 3x8; lat-pulldown 3x10; dumbbell-curl 3x12",
                5: "50: leg-press 3x12; barbell-romanian-deadlift 3x8; leg-extension 3x12",
            }
        ]
        * 4,
        {
            "notices": [
                {
                    "code": "missed",
                    "text": "If you miss a session, do not double the next one: carry on.",
                }
            ]
        },
        {
            "inverted": Damage("swap the back squat", changed("leg-press", "barbell-back-squat")),
            "sets": Damage("3 sets", changed("3x12", "5x20")),
            "mixed": Damage("upper/lower", changed("lying-leg-curl", "push-up")),
            "unexplained": Damage("miss a session", texts={"notices": []}),
        },
    ),
    "kettlebell": Case(
        "All I have is a 16 kg kettlebell. 4 weeks, 3 sessions a week of 25 minutes, swings "
        "in every session, no overhead work because of my shoulder. Please write it in "
        "English.",
        {"weeks": 4, "days": 3, "minutes": 25, "equipment": ["kettlebell"]}
        | {"health": {"injuries": [{"region": "shoulder"}]}},
        [
            {
                1: "24: kettlebell-swing 3x10 @16; kettlebell-goblet-squat 3x8 @16",
                3: "24: kettlebell-swing 3x10 @16; kettlebell-deadlift 3x8 @16",
                6: "24: kettlebell-swing 3x12 @16; kettlebell-deadlift 3x8 @16",
            }
        ]
        * 4,
        damages={
            "dropped": Damage(
                "swings", changed("kettlebell-swing 3x12", "kettlebell-deadlift 3x12")
            ),
            "inverted": Damage(
                "no overhead", changed("kettlebell-goblet-squat", "kettlebell-overhead-press")
            ),
            "too heavy": Damage("16 kg", changed("@16", "@24")),
            "other language": Damage("English", texts={"language": "uk"}),
            "barbell": Damage("", changed("kettlebell-deadlift", "barbell-deadlift")),
        },
    ),
    "bike": Case(
        "Мені 45, їжджу на велосипеді. Потрібен план на 6 тижнів: велотренування у вівторок і"
        " четвер по 45 хвилин, довга поїздка в суботу до двох годин. Без бігу. Кожен третій "
        "тиждень розвантажувальний. План українською.",
        {"age": 45, "weeks": 6, "days": 3, "kind": "endurance", "aim": "stamina", "language": "uk"}
        | {"equipment": ["bike"], "endurance": {"sport": "cycling", "long_minutes": 120}},
        [
            {2: f"easy cycling {m}", 4: f"tempo cycling {m}", 6: f"long cycling {long}"}
            for m, long in ((45, 100), (45, 110), (35, 70), (45, 110), (45, 120), (35, 80))
        ],
        {"phases": {3: "deload", 6: "deload"}},
        {
            "inverted": Damage("Без бігу", changed("easy cycling", "easy running")),
            "no easy weeks": Damage("Кожен третій", repeated),
            "too long": Damage("до двох годин", changed("long cycling 120", "long cycling 200")),
            "moved": Damage("в суботу", moved(6, 7)),
        },
    ),
    "walks": Case(
        "My doctor says I should move more: I'm 61, overweight (98 kg), blood pressure is a "
        "bit high but I take pills. I'd like to walk 30 minutes five days a week, Monday to "
        "Friday, and rest at weekends. Increase slowly to 45 minutes by week 8. No gym, no "
        "strength stuff.",
        {"age": 61, "weight": 98, "weeks": 8, "days": 5, "kind": "endurance", "aim": "health"}
        | {"endurance": {"sport": "walking"}, "health": {"flags": ["hypertension"]}},
        [
            dict.fromkeys(range(1, 6), f"easy walking {30 + 2 * i if i < 7 else 45}")
            for i in range(8)
        ],
        damages={
            "no growth": Damage("Increase slowly", repeated),
            "weekend": Damage("rest at weekends", moved(3, 6)),
            "inverted": Damage("no strength", added(3, "20: wall-push-up 2x10")),
            "invented": Damage("", changed("easy walking 30", "easy rowing 30")),
        },
    ),
    "push_ups": Case(
        "План для початківця: хочу навчитися віджиматися 10 разів, поки що можу 2 з колін. "
        "Займаюся тільки вдома, без обладнання. Понеділок, середа, п'ятниця по пів години. Не"
        " ставте планку, ненавиджу її. Шість тижнів.",
        {"age": 26, "weeks": 6, "days": 3, "minutes": 30, "language": "uk"}
        | {"weekdays": ["mon", "wed", "fri"]},
        [
            {
                1: f"28: knee-push-up 3x{5 + i}; bodyweight-squat 3x12",
                3: f"28: incline-push-up 3x{5 + i}; reverse-lunge 2x8",
                5: f"28: push-up 3x{min(10, 3 + 2 * i)}; bodyweight-squat 3x12",
            }
            for i in range(6)
        ],
        damages={
            "dropped": Damage("віджиматися", without("push-up")),
            "never tried": Damage("10 разів", repeated),
            "inverted": Damage("планку", changed("reverse-lunge", "plank")),
        },
    ),
    "travel": Case(
        "Need something simple for travel: hotel rooms, no equipment, 15 min a day, Monday-"
        "Friday, 2 weeks. No jumping (people below). Include planks daily.",
        {"weeks": 2, "days": 5, "minutes": 15, "level": "intermediate"},
        [
            {
                1: "15: push-up 3x8; plank 2x30",
                2: "15: bodyweight-squat 3x12; plank 2x30",
                3: "15: push-up 3x8; plank 2x30",
                4: "15: reverse-lunge 3x8; plank 2x30",
                5: "15: push-up 3x8; plank 2x30",
            }
        ]
        * 2,
        damages={
            "inverted": Damage("No jumping", changed("bodyweight-squat", "squat-jump")),
            "dropped": Damage("planks", changed("plank", "dead-bug")),
            "moved": Damage("Monday-Friday", moved(5, 6)),
        },
    ),
    "no_pulse": Case(
        "Just easy cycling, three times a week, 40 minutes, outdoors. I don't want heart rate"
        " zones, tell me the effort in words. Never two days in a row. Four weeks.",
        {"days": 3, "minutes": 40, "kind": "endurance", "endurance": {"sport": "cycling"}},
        [{1: "easy cycling 38", 3: "easy cycling 40", 6: "easy cycling 40"}] * 4,
        damages={
            "pulse": Damage(
                "heart rate",
                texts={"zones": [{"zone": 2, "talk": "Easy.", "heart_rate": [90, 120]}]},
            ),
            "in a row": Damage("in a row", moved(3, 2)),
            "hard": Damage("easy cycling", changed("easy cycling 38", "intervals cycling 38")),
        },
    ),
}
