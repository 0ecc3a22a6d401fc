"""A day in plain lines, the same in every export that is read by people."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.schema.plan import Day, Dose, Plan, PlannedSession, StepBlock, Week

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


def amount(dose: Dose) -> str:
    """Sets and repetitions, seconds or metres."""
    return f"{dose.sets} x {dose.reps}{_UNITS[dose.unit]}"


def dose_line(dose: Dose) -> str:
    """One exercise in one line."""
    load = f" @ {dose.load:g} {dose.load_unit}" if dose.load is not None else ""
    return f"{dose.order}. {dose.name}: {amount(dose)}{load}, RIR {dose.rir}, {dose.rest} s"


def clock(seconds: int) -> str:
    minutes, left = divmod(seconds, 60)
    return f"{minutes}:{left:02d}"


def block_line(block: StepBlock) -> str:
    """Repeated steps in one line."""
    steps = " + ".join(f"{clock(step.seconds)} Z{step.zone} {step.effort}" for step in block.steps)
    return f"{block.times} x ({steps})" if block.times > 1 else steps


def session_lines(session: PlannedSession) -> Iterator[str]:
    """A session, and under it its blocks."""
    distance = f", {session.km:g} km" if session.km is not None else ""
    yield f"{session.name}: {session.minutes} min{distance}"
    for block in session.blocks:
        yield f"  {block_line(block)}"


def lines(day: Day) -> Iterator[str]:
    """Everything a day asks for."""
    for dose in day.exercises:
        yield dose_line(dose)
    for session in day.sessions:
        yield from session_lines(session)
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
