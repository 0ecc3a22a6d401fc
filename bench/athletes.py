"""Forty simulated athletes over eight weeks: what a playbook spares them, against none.

`python -m bench athletes`
"""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from pydantic_core import from_json

from kuznia.app import Made
from kuznia.domains.training.athlete.athlete import read_athlete
from kuznia.domains.training.catalogue import catalogue, conditions
from kuznia.domains.training.edits.respond import respond
from kuznia.domains.training.edits.shapes import FeedbackIn
from kuznia.domains.training.planner import plan
from kuznia.domains.training.playbook.log import LessonLog
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.profile import PlanInput
from kuznia.doors.context import Doors
from kuznia.forge.terms import Caller
from kuznia.launch import open_here
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl

ATHLETES, WEEKS = 40, 8
# How surely an athlete complains about a thing that bothered them in a week.
SPEAKS = 0.8
MOST_COMPLAINTS = 3
_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_SORE = {"shoulder": "My shoulder hurts", "low_back": "Болить поперек", "knee": "My knee hurts"}


@dataclass(frozen=True)
class Hidden:
    """What an athlete never writes in a form."""

    dislikes: frozenset[str]
    day: int
    minutes: int
    sore: str | None


@dataclass(frozen=True)
class Outcome:
    """Preferences violated in each week, and safety lessons that were lost on the way."""

    violations: tuple[int, ...]
    lost: int


def athletes() -> Iterator[tuple[PlanInput, Hidden]]:
    """The same forty people in every run."""
    for number in range(ATHLETES):
        dice = random.Random(number)
        told = PlanInput.model_validate(
            {
                "prompt": "Make me a plan.",
                "profile": {
                    "age": dice.randint(20, 60),
                    "level": dice.choice(["beginner", "intermediate", "advanced"]),
                    "aim": dice.choice(["muscle", "strength", "health"]),
                    "days": dice.choice([2, 3, 4]),
                    "minutes": 75,
                    "weeks": 1,
                    "vigorous_habit": True,
                    "equipment": [dice.choice(["full-gym", "home-rack", "dumbbells"])],
                },
            }
        )
        usual = sorted(_used(plan(read_athlete(told))))
        hidden = Hidden(
            dislikes=frozenset(dice.sample(usual, min(4, len(usual)))),
            day=dice.randint(1, 7),
            minutes=dice.choice([40, 50, 60]),
            sore=dice.choice([None, *_SORE]),
        )
        yield told, hidden


def _used(made: Plan) -> set[str]:
    return {dose.id for week in made.weeks for day in week.days for dose in day.exercises}


def complaints(made: Plan, hidden: Hidden) -> Iterator[str]:
    """Each thing in a week that goes against the athlete, as they would say it."""
    for name in sorted(_used(made) & hidden.dislikes):
        yield f"I hate {catalogue()[name].name}"
    for day in made.weeks[0].days:
        if day.day == hidden.day and day.kind != "rest":
            yield f"I can't train on {_DAYS[day.day - 1]}"
    if any(day.minutes > hidden.minutes for day in made.weeks[0].days):
        yield f"Only {hidden.minutes} minutes please"
    if hidden.sore is not None:
        tags = conditions()[hidden.sore].tags
        if any(catalogue()[name].tags & tags for name in _used(made)):
            yield _SORE[hidden.sore]


async def lived(
    at: Doors, who: Caller, told: PlanInput, hidden: Hidden, *, learns: bool
) -> Outcome:
    """Eight weeks of one athlete: an order, what is wrong with its plan, and feedback on that."""
    dice = random.Random(who.id)
    counts, lost = list[int](), 0
    safety: set[str] = set()
    for _ in range(WEEKS):
        run = at.runs.start(await at.order("training", told, who))
        with at.runs.listening(run):
            await asyncio.wait((run.outcome,))
        kept = run.result()
        made = Plan.model_validate(from_json(kept.body)["parts"]["plan"])
        wrong = list(complaints(made, hidden))
        counts.append(len(wrong))
        spoken = [text for text in wrong if dice.random() < SPEAKS][:MOST_COMPLAINTS]
        for text in spoken if learns else ():
            await respond(at.forge, who, kept.id, FeedbackIn(text=text))
        book = LessonLog.read(await at.forge.memory.read(who, "training")).playbook
        now = {one.id for one in book.open if one.kind == "safety"}
        lost += len(safety - now)
        safety = now
    return Outcome(tuple(counts), lost)


async def everyone(database: str, *, learns: bool) -> list[Outcome]:
    """All forty, with a playbook or without, by the doors' own road."""
    made = Made(settings=Settings(database_url=DatabaseUrl.read(database)))
    async with open_here(made) as at:
        return [
            await lived(at, Caller(f"athlete-{learns}-{number}"), told, hidden, learns=learns)
            for number, (told, hidden) in enumerate(athletes())
        ]


def table(without: list[Outcome], with_it: list[Outcome]) -> str:
    """The weeks side by side."""
    lines = ["| week | violations without | with the playbook | fewer by |", "|---|---|---|---|"]
    for week in range(WEEKS):
        before = sum(one.violations[week] for one in without)
        after = sum(one.violations[week] for one in with_it)
        fewer = 1 - after / before if before else 0.0
        lines.append(f"| {week + 1} | {before} | {after} | {fewer:.0%} |")
    lost = sum(one.lost for one in with_it)
    return "\n".join([*lines, "", f"Safety lessons lost: {lost} (of {ATHLETES} athletes)."])


async def main() -> None:
    with TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/athletes.db"
        without = await everyone(database, learns=False)
        print(table(without, await everyone(database, learns=True)))


if __name__ == "__main__":
    asyncio.run(main())
