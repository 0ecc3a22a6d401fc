"""Prompts as people write them, with asides, reasons and names no lexicon holds.

Each has a plan that holds all it asks for, and damages as in `wish_cases.py`.
"""

from tests.domains.training.wish_cases import (
    GYM,
    RUNNER,
    Case,
    Damage,
    added,
    changed,
    dropped,
    fewer,
    moved,
    repeated,
)

_POSTMAN = {
    1: "25: cat-cow 2x30; bird-dog 2x10; glute-bridge 2x12",
    4: "25: cat-cow 2x30; side-plank 2x20; glute-bridge 2x12",
    7: "easy swimming 40",
}
_DANCER = [
    {
        2: f"35: single-leg-calf-raise 3x{8 + i}; plank 3x{30 + 5 * i}; reverse-lunge 2x10",
        4: f"35: glute-bridge 3x12; plank 3x{30 + 5 * i}; single-leg-calf-raise 3x{8 + i}",
    }
    for i in range(4)
]
_TEN_KM = [
    {
        1: "easy running 30 5",
        3: "intervals running 40 6.5",
        6: f"long running {50 + 5 * i} {8 + i * 0.5}",
    }
    for i in range(5)
] + [{1: "easy running 20 3", 3: "easy running 25 4", 6: "race running 58 10"}]
_ROWER = [
    {
        2: f"15: easy rowing {20 + 2 * i}; band-pull-apart 2x12; dead-bug 2x8",
        5: f"intervals rowing {24 + i}",
        7: f"long rowing {30 + 3 * i}",
    }
    for i in range(4)
]
_LIFTER = [
    {
        1: f"60: barbell-back-squat 4x5 @{90 + 2.5 * i}; leg-press 3x10; plank 3x40",
        3: f"60: barbell-bench-press 4x5 @{70 + 2.5 * i}; machine-row 3x10; dumbbell-curl 3x12",
        5: f"60: barbell-back-squat 3x8 @{80 + 2.5 * i}; lat-pulldown 3x10; plank 3x40",
    }
    for i in range(4)
]
_WALKER = [dict.fromkeys(range(1, 7), f"easy walking {minutes}") for minutes in (15, 20, 25, 30)]

EVERYDAY: dict[str, Case] = {
    "postman": Case(
        "Good evening! Postman, 57, on my feet from six in the morning, so nothing standing up "
        "please. Two evenings with stretches and floor work, Monday and Thursday, 25 minutes, "
        "starting with the cat-cow. On Sunday I take my granddaughter to the pool, put a relaxed "
        "40 minute swim there. Four weeks to begin with. Best wishes, Terry",
        {"age": 57, "days": 3, "kind": "both", "minutes": 45, "endurance": {"sport": "swimming"}},
        [_POSTMAN] * 4,
        damages={
            "moved": Damage("Thursday", moved(4, 5)),
            "no pool": Damage("40 minute swim", dropped(7)),
            "shorter": Damage("Four weeks", fewer),
        },
    ),
    "dancer": Case(
        "Вітаю! Я танцюристка. Силову ставте на вівторок і четвер, хвилин 35, бо в інші дні "
        "репетиції. Потрібні сильні литки: підйоми на носки щоразу, щотижня на одне повторення "
        "більше. Планку теж щоразу, починаємо з 30 секунд і додаємо по 5. Жодних стрибків, їх "
        "мені вистачає на сцені. Чотири тижні.",
        {"age": 24, "days": 2, "minutes": 35, "language": "uk", "level": "intermediate"},
        _DANCER,
        damages={
            "no calves": Damage("щоразу", changed("single-leg-calf-raise", "knee-push-up")),
            "no growth": Damage("одне повторення більше", repeated),
            "jumps": Damage("стрибків", changed("reverse-lunge", "squat-jump")),
            "moved": Damage("вівторок і четвер", moved(4, 5)),
        },
    ),
    "ten_km": Case(
        "My company enters a team for the city 10k on Saturday 10 April 2027 and, well, I said "
        "yes. I jog a bit already. Mondays easy, Wednesdays fast stuff, Saturdays the long one, "
        "which starts at 8 km and gets half a km longer every week. The final week should be "
        "light. My boss is faster than me, no need to beat him.",
        RUNNER
        | {"weeks": 6, "days": 3, "minutes": 60, "start": "2027-03-01"}
        | {"endurance": {"event": "10k", "weekly_km": 18, "longest_km": 8, "long_minutes": 75}},
        _TEN_KM,
        {"phases": {6: "taper"}},
        {
            "all easy": Damage("fast", changed("intervals running", "easy running")),
            "no race": Damage("10 April", changed("race running 58 10", "long running 58 10")),
            "hard monday": Damage("Mondays easy", changed("easy running 30", "tempo running 30")),
            "from 12 km": Damage("8 km", changed("long running 50 8.0", "long running 70 12")),
        },
    ),
    "rower": Case(
        "Купили на дачу гребний тренажер. Веслую у вівторок, п'ятницю й неділю, неділя "
        "найдовша, в п'ятницю інтервали. Після вівторкового веслування 15 хвилин вправ з "
        "еспандером на поставу. План на місяць. І поясніть, як правильно дихати під час гребка.",
        {"days": 3, "kind": "both", "minutes": 45, "language": "uk", "equipment": ["bands"]}
        | {"aim": "stamina", "endurance": {"sport": "rowing", "long_minutes": 45}},
        _ROWER,
        {
            "notices": [
                {
                    "code": "breath",
                    "text": "Дихання під час гребка: видих, коли штовхаєте ногами, вдих на "
                    "поверненні вперед.",
                }
            ]
        },
        {
            "no intervals": Damage("інтервали", changed("intervals rowing", "easy rowing")),
            "unexplained": Damage("дихати", texts={"notices": []}),
            "moved": Damage("неділ", moved(7, 6)),
            "no bands": Damage("", changed("band-pull-apart", "barbell-bent-over-row")),
        },
    ),
    "lifter": Case(
        "back to the gym after exams lol. squat 2x/week (Mon + Fri), bench once, Wed. squat "
        "starts at 90 kg on Mondays, +2.5 kg every week. i want planks on squat days and curls on "
        "bench day. no deadlifts, my back is not ready. 4 weeks, 60 min",
        GYM
        | {"age": 21, "days": 3, "minutes": 60}
        | {
            "lifts": [
                {"exercise": "barbell back squat", "weight": 115},
                {"exercise": "barbell bench press", "weight": 90},
            ]
        },
        _LIFTER,
        damages={
            "no growth": Damage("2.5 kg", repeated),
            "lighter": Damage("90 kg", changed("@90.0", "@60")),
            "deadlift": Damage("no deadlifts", changed("leg-press", "barbell-deadlift")),
            "once": Damage("squat 2x", changed("barbell-back-squat 3x8", "leg-extension 3x8")),
        },
    ),
    "walker": Case(
        "Мама після грипу, 66 років, сил небагато. Хай ходить щодня, крім неділі: перший тиждень "
        "15 хвилин, далі щотижня на 5 більше. Без бігу й без зали. Чотири тижні, а там побачимо.",
        {"age": 66, "days": 6, "minutes": 30, "kind": "endurance", "aim": "health"}
        | {"language": "uk", "endurance": {"sport": "walking"}},
        _WALKER,
        damages={
            "sunday": Damage("неділі", added(7, "easy walking 15")),
            "no growth": Damage("5 більше", repeated),
            "runs": Damage("Без бігу", changed("easy walking 15", "easy running 15")),
            "a day less": Damage("щодня", dropped(3)),
        },
    ),
}
