"""What a coach asks of plans, counted over random people: growth, easy weeks, ladders, wording.

`python -m bench coaching`; `--people 200 --seed 7`.
"""

import argparse
import random
from collections import Counter
from typing import Any

from kuznia.domains.training.athlete.athlete import Athlete, read_athlete
from kuznia.domains.training.athlete.screening import decline
from kuznia.domains.training.planner import plan
from kuznia.domains.training.schema.plan import Dose, Plan, Week
from kuznia.domains.training.schema.profile import PlanInput

# Kilometres of each race, and of the long run that prepares it.
RACES = {"5k": (5.0, 3.0), "10k": (10.0, 7.0), "half": (21.1, 13.0), "marathon": (42.2, 24.0)}
LIFTS = (
    ("barbell-back-squat", 60, 180),
    ("barbell-bench-press", 40, 140),
    ("barbell-deadlift", 60, 220),
    ("dumbbell-bench-press", 14, 40),
)
KITS = ("none", "dumbbells", "full-gym", "full-gym", "home-rack", "bands", "kettlebell")
_EASY = {"deload", "taper"}


def someone(chance: random.Random) -> Athlete:
    """A random person with a plan of eight to sixteen weeks, half of them with known bests."""
    kind = chance.choice(("strength", "strength", "both", "endurance"))
    profile: dict[str, Any] = {
        "age": chance.randint(16, 74),
        "sex": chance.choice(("male", "female")),
        "level": chance.choice(("beginner", "beginner", "intermediate", "advanced", "elite")),
        "kind": kind,
        "aim": chance.choice(("health", "strength", "muscle", "stamina", "power", "weight_loss")),
        "weeks": chance.randint(8, 16),
        "days": chance.randint(2, 6),
        "minutes": chance.choice((25, 30, 40, 45, 60, 75, 90)),
        "equipment": [chance.choice(KITS)],
        "language": chance.choice(("en", "uk")),
        "health": {"cleared": True},
        "lifts": [
            {
                "exercise": name,
                "weight": chance.randint(low, high),
                "reps": chance.choice((1, 3, 5)),
            }
            for name, low, high in chance.sample(LIFTS, 2)
        ],
    }
    if kind != "strength":
        weekly = chance.choice((0, 5, 10, 15, 20, 30, 40, 50, 60))
        profile["endurance"] = {
            "sport": "running",
            "weekly_km": weekly,
            "longest_km": round(weekly * chance.uniform(0.25, 0.5), 1),
            "long_minutes": chance.choice((90, 120, 180, 210)),
            "event": chance.choice((None, *RACES)),
        }
    return read_athlete(PlanInput.model_validate({"prompt": "A plan.", "profile": profile}))


def _strength(dose: Dose) -> float:
    return (dose.load or 1.0) * (1 + dose.reps / 30)


def lines(made: Plan, counts: Counter[str]) -> None:
    """Count exercises that ask for more in a later full week than in their first."""
    courses: dict[tuple[int, str], list[Dose]] = {}
    for week in made.weeks:
        if week.phase not in _EASY:
            for day in week.days:
                for dose in day.exercises:
                    courses.setdefault((day.day, dose.id), []).append(dose)
    for first, *later in courses.values():
        if len(later) < 2 or first.progression.kind == "hold":
            continue
        name = "lines with a load" if first.load else "lines without a load"
        counts[name] += 1
        counts[f"{name} that grow"] += any(
            _strength(dose) > _strength(first) or dose.sets > first.sets for dose in later
        )


def easy_weeks(made: Plan, counts: Counter[str]) -> None:
    """Count easy weeks with less work than both neighbours."""
    for measure in (_lifted, _endured):
        for place, week in enumerate(made.weeks):
            near = made.weeks[max(0, place - 1) : place] + made.weeks[place + 1 : place + 2]
            if week.phase == "deload" and measure(week):
                counts["easy weeks"] += 1
                counts["easy weeks below both neighbours"] += all(
                    measure(week) < measure(other) for other in near if other.phase != "taper"
                )


def _lifted(week: Week) -> float:
    return sum(d.sets * d.reps * (d.load or 1) for day in week.days for d in day.exercises)


def _endured(week: Week) -> float:
    return sum(one.minutes for day in week.days for one in day.sessions if one.kind != "race")


def races(made: Plan, athlete: Athlete, counts: Counter[str]) -> None:
    """Count races that are planned or answered, and ladders that reach their long run."""
    wished = athlete.endurance.event
    if wished is None or athlete.kind == "strength":
        return
    runs = [one for week in made.weeks for day in week.days for one in day.sessions]
    km, long = RACES[wished]
    planned = any(one.kind == "race" and abs((one.km or 0.0) - km) < 0.1 for one in runs)
    counts["races wished for"] += 1
    counts["races planned"] += planned
    counts["races answered by an offer"] += not planned and bool(made.offers)
    if planned:
        longest = max(one.km or 0.0 for one in runs if one.kind != "race")
        counts["ladders that reach their long run"] += longest >= 0.97 * long


def wording(made: Plan) -> float:
    """The share of lines that the commonest wording stands on."""
    texts = Counter(
        line.reason.text
        for week in made.weeks
        for day in week.days
        for line in (*day.exercises, *day.sessions)
    )
    return max(texts.values()) / texts.total() if texts else 0.0


def main(people: int, seed: int) -> None:
    """Print the counts over so many plans."""
    chance, counts, planned = random.Random(seed), Counter[str](), 0
    while planned < people:
        athlete = someone(chance)
        if decline(athlete) is not None:
            continue
        planned += 1
        made = plan(athlete)
        lines(made, counts)
        easy_weeks(made, counts)
        races(made, athlete, counts)
        counts["plans with one wording on over a tenth"] += wording(made) > 0.1
    print(f"{people} people", *(f"{name}: {count}" for name, count in counts.items()), sep="\n")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=7)
    told = arguments.parse_args()
    main(told.people, told.seed)
