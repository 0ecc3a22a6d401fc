"""A day in plain lines, the same in every export that is read by people."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.schema.plan import Block, Day, Dose, Plan, Session, Week

_UNITS = {"reps": "", "sec": " s", "m": " m"}
_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "uk": ("понеділок", "вівторок", "середа", "четвер", "п'ятниця", "субота", "неділя"),
}
_KINDS = {
    "en": {
        "strength": "Strength",
        "endurance": "Endurance",
        "mixed": "Strength and endurance",
        "rest": "Rest",
    },
    "uk": {
        "strength": "Сила",
        "endurance": "Витривалість",
        "mixed": "Сила і витривалість",
        "rest": "Відпочинок",
    },
}


def weekday(plan: Plan, day: int) -> str:
    return _DAYS[plan.language][day - 1]


def kind(plan: Plan, day: Day) -> str:
    return _KINDS[plan.language][day.kind]


def amount(one: Dose) -> str:
    return f"{one.sets} x {one.reps}{_UNITS[one.unit]}"


def dose(one: Dose) -> str:
    """One exercise in one line."""
    load = f" @ {one.load:g} {one.load_unit}" if one.load is not None else ""
    return f"{one.order}. {one.name}: {amount(one)}{load}, RIR {one.rir}, {one.rest} s"


def clock(seconds: int) -> str:
    minutes, left = divmod(seconds, 60)
    return f"{minutes}:{left:02d}"


def block(one: Block) -> str:
    """Repeated steps in one line."""
    steps = " + ".join(f"{clock(step.seconds)} Z{step.zone} {step.effort}" for step in one.steps)
    return f"{one.times} x ({steps})" if one.times > 1 else steps


def session(one: Session) -> Iterator[str]:
    distance = f", {one.km:g} km" if one.km is not None else ""
    yield f"{one.name}: {one.minutes} min{distance}"
    for part in one.blocks:
        yield f"  {block(part)}"


def lines(day: Day) -> Iterator[str]:
    """Everything a day asks for."""
    for one in day.exercises:
        yield dose(one)
    for one in day.sessions:
        yield from session(one)
    yield day.reason.text


def volume(week: Week) -> Mapping[str, float]:
    """Hard sets by muscle in a week, most first."""
    sums: dict[str, float] = defaultdict(float)
    for day in week.days:
        for dose in day.exercises:
            exercise = catalogue().get(dose.id)
            for muscle, share in exercise.muscles.items() if exercise else ():
                sums[muscle] += dose.sets * share
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))
