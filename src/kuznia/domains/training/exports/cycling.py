"""Structured sessions for indoor trainers: ZWO files, and the text intervals.icu reads."""

from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from kuznia.domains.training.exports.bundle import bundle
from kuznia.domains.training.exports.words import weekday
from kuznia.domains.training.schema.plan import EffortStep, Plan, PlannedSession, StepBlock

# A zone as a share of threshold power: the middle of the usual bands.
POWER = {1: 0.50, 2: 0.65, 3: 0.83, 4: 0.98, 5: 1.12}
_SPORTS = {"running": "run", "cycling": "bike"}


def _sessions(plan: Plan) -> Iterator[tuple[int, int, PlannedSession]]:
    for week in plan.weeks:
        for day in week.days:
            for session in day.sessions:
                yield week.number, day.day, session


def zwo(plan: Plan) -> bytes:
    """A zip with a workout file for every running or cycling session."""
    return bundle(
        (f"week-{week:02d}-day-{day}.zwo", _workout(session))
        for week, day, session in _sessions(plan)
        if session.sport in _SPORTS
    )


def _workout(session: PlannedSession) -> bytes:
    root = Xml.Element("workout_file")
    for name, value in (
        ("author", "Kuznia"),
        ("name", session.name),
        ("description", session.reason.text),
        ("sportType", _SPORTS[session.sport]),
    ):
        Xml.SubElement(root, name).text = _clean(value)
    workout = Xml.SubElement(root, "workout")
    for number, block in enumerate(session.blocks):
        _block(workout, block, first=number == 0, last=number == len(session.blocks) - 1)
    Xml.indent(root)
    return Xml.tostring(root, encoding="utf-8", xml_declaration=True)


def _clean(value: str) -> str:
    return "".join(char for char in value if char >= " ")


def _block(workout: Xml.Element, block: StepBlock, *, first: bool, last: bool) -> None:
    if block.times > 1 and len(block.steps) == 2:
        work, rest = block.steps
        Xml.SubElement(
            workout,
            "IntervalsT",
            Repeat=str(block.times),
            OnDuration=str(work.seconds),
            OffDuration=str(rest.seconds),
            OnPower=f"{POWER[work.zone]:.2f}",
            OffPower=f"{POWER[rest.zone]:.2f}",
        )
        return
    for _ in range(block.times):
        for step in block.steps:
            _step(
                workout,
                step,
                "Warmup"
                if first and not last
                else "Cooldown"
                if last and not first
                else "SteadyState",
            )


def _step(workout: Xml.Element, step: EffortStep, name: str) -> None:
    power = f"{POWER[step.zone]:.2f}"
    if name == "SteadyState":
        Xml.SubElement(workout, name, Duration=str(step.seconds), Power=power)
        return
    easy = f"{POWER[1]:.2f}"
    low, high = (easy, power) if name == "Warmup" else (power, easy)
    Xml.SubElement(workout, name, Duration=str(step.seconds), PowerLow=low, PowerHigh=high)


def intervals(plan: Plan) -> bytes:
    """Every session as intervals.icu text. There `m` means minutes, never metres."""
    blocks = (
        f"## {weekday(plan, day)}, {week}: {session.name}\n{_lines(session)}"
        for week, day, session in _sessions(plan)
    )
    return ("\n".join(blocks)).encode()


def _lines(session: PlannedSession) -> str:
    lines: list[str] = []
    for block in session.blocks:
        if block.times > 1:
            lines.append(f"\n{block.times}x")
        lines += [f"- {_length(step.seconds)} Z{step.zone} HR" for step in block.steps]
        if block.times > 1:
            lines.append("")
    return "\n".join(lines) + "\n"


def _length(seconds: int) -> str:
    minutes, left = divmod(seconds, 60)
    return f"{minutes}m{left}s" if minutes and left else f"{minutes}m" if minutes else f"{left}s"
