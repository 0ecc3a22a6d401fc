"""Simulated lifters who log what they do: how near the learnt best comes, and what a bad day costs.

`python -m bench lifters`. The lifters follow another law than the estimate does, their form changes
from day to day, and they misjudge their reserve by a repetition.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median

from kuznia.domains.training.athlete.athlete import read_athlete
from kuznia.domains.training.edits.coaching import Coached, Standing, coach
from kuznia.domains.training.planner import plan
from kuznia.domains.training.playbook.log import LessonLog
from kuznia.domains.training.playbook.session import LoggedExercise, LoggedSession
from kuznia.domains.training.schema.lesson import BestLift
from kuznia.domains.training.schema.plan import Day, Dose, Plan
from kuznia.domains.training.schema.profile import PlanInput, PlanPerson
from kuznia.domains.training.wishes.order import wished

LIFTERS, WEEKS = 40, 4
START = date(2026, 11, 30)
LIFTS = {
    "barbell-back-squat": 120,
    "barbell-bench-press": 90,
    "barbell-deadlift": 150,
    "barbell-bent-over-row": 80,
}
FORM, BAD_DAY, BAD_WEEK = 0.025, 0.88, 3
NEAR = 0.05


@dataclass(frozen=True)
class Lifter:
    """What nobody wrote into the form: the real bests, and the law of their repetitions."""

    best: dict[str, float]
    brzycki: bool

    def limit(self, name: str, load: float, form: float) -> int:
        """Repetitions with this load until there is none left."""
        best = self.best[name] * form
        share = 37 - 36 * load / best if self.brzycki else 30 * (best / load - 1)
        return max(0, int(share))


def lifters() -> Iterator[tuple[PlanInput, Lifter, random.Random]]:
    """The same people in every run; what they say of their bests is up to 12 % off."""
    for number in range(LIFTERS):
        dice = random.Random(number)
        real = {name: kg * dice.uniform(0.7, 1.3) for name, kg in LIFTS.items()}
        lifts = [
            {"exercise": name, "weight": round(kg * dice.uniform(0.88, 1.12), 1)}
            for name, kg in real.items()
        ]
        profile = {
            "age": dice.randint(20, 50),
            "level": dice.choice(["beginner", "intermediate", "advanced"]),
            "aim": dice.choice(["muscle", "strength"]),
            "days": dice.choice([3, 4]),
            "minutes": 75,
            "weeks": 8,
            "vigorous_habit": True,
            "equipment": ["full-gym"],
            "start": START.isoformat(),
            "lifts": lifts,
        }
        order = PlanInput.model_validate({"prompt": "A plan.", "profile": profile})
        yield order, Lifter(real, dice.random() < 0.5), dice


def done(day: Day, lifter: Lifter, form: float, dice: random.Random) -> list[LoggedExercise]:
    """The loaded lifts of a day, as far as the person came with them."""
    return [
        _set_by_set(dose, lifter, form, dice)
        for dose in day.exercises
        if dose.id in lifter.best and dose.load
    ]


def _set_by_set(dose: Dose, lifter: Lifter, form: float, dice: random.Random) -> LoggedExercise:
    load = dose.load or 0.0
    limit = lifter.limit(dose.id, load, form)
    reps = tuple(min(dose.reps, limit) for _ in range(dose.sets))
    left = max(0, min(10, limit - reps[-1] + dice.choice([-1, 0, 0, 1])))
    return LoggedExercise(exercise=dose.id, load=load, reps=reps, rir=left)


def lived(
    order: PlanInput, lifter: Lifter, dice: random.Random, bad: bool
) -> tuple[list[Plan], LessonLog]:
    """The plan as it stands after each week, and what was learnt."""
    athlete = read_athlete(wished(order))
    standing = Standing(
        artefact="a",
        plan=plan(athlete),
        person=PlanPerson(order=order),
        log=LessonLog(),
        date=START,
    )
    after = [standing.plan]
    for week in range(1, WEEKS + 1):
        for day in standing.plan.weeks[week - 1].days:
            form = dice.gauss(1.0, FORM)
            if bad and week == BAD_WEEK and day.day <= 2:
                form *= BAD_DAY
            entries = done(standing.plan.weeks[week - 1].days[day.day - 1], lifter, form, dice)
            if entries:
                session = LoggedSession(week=week, day=day.day, entries=tuple(entries))
                today = START + timedelta(weeks=week - 1, days=day.day - 1)
                standing = _next(standing, coach(session, replace(standing, date=today)))
        after.append(standing.plan)
    return after, standing.log


def _next(standing: Standing, coached: Coached) -> Standing:
    return replace(
        standing,
        plan=coached.plan,
        person=coached.person,
        log=standing.log.learn(*coached.deltas),
    )


def learnt(log: LessonLog) -> dict[str, float]:
    """The bests of the open lessons."""
    effects = (effect for lesson in log.playbook.open for effect in lesson.effects)
    return {one.exercise: one.kg for one in effects if isinstance(one, BestLift)}


def _loads(made: Plan, week: int) -> dict[tuple[int, str], float]:
    days = made.weeks[week - 1].days
    return {(d.day, x.id): x.load or 0.0 for d in days for x in d.exercises if x.id in LIFTS}


def main() -> None:
    errors: list[float] = []
    claims: list[float] = []
    lines = later = 0
    for number, (order, lifter, _) in enumerate(lifters()):
        good, log = lived(order, lifter, random.Random(number), bad=False)
        hurt, _ = lived(order, lifter, random.Random(number), bad=True)
        own = {lift.exercise: lift.weight for lift in order.profile.lifts}
        for name, kg in learnt(log).items():
            errors.append(abs(kg / lifter.best[name] - 1))
            claims.append(abs(own[name] / lifter.best[name] - 1))
        # A week behind: no heavier than the twin without the bad day was in the full week before.
        now, twin = _loads(hurt[-1], WEEKS + 1), _loads(good[-1], WEEKS - 1)
        lines += len(now.keys() & twin.keys())
        later += sum(now[place] < twin[place] for place in now.keys() & twin.keys())
    near = sum(error <= NEAR for error in errors) / len(errors)
    print(f"bests learnt in {WEEKS} weeks: {len(errors)} of {LIFTERS * len(LIFTS)}")
    print(f"within 5 %: {near:.0%}, median error {median(errors):.1%}, worst {max(errors):.1%}")
    print(f"what they said themselves: median error {median(claims):.1%}")
    print(f"lines more than a week behind after a bad day: {later} of {lines}")


if __name__ == "__main__":
    main()
