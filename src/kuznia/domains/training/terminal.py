"""A plan on the terminal: a table for each week, and its hard sets by muscle as bars."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kuznia.domains.training.exports.words import dose_line, kind, session_lines, volume, weekday
from kuznia.domains.training.schema.plan import Plan, Week

_WIDEST = 30
_HEADS = {
    "en": ("Day", "Kind", "Min", "What to do", "Hard sets by muscle", "rules held", "of"),
    "uk": ("День", "Вид", "Хв", "Що робити", "Важкі підходи за м'язами", "правил дотримано", "з"),
}


# Any: a part as JSON; its own type reads it at once.
def shown(parts: Mapping[str, Any]) -> RenderableType:
    """The whole plan, and how it did against the rules."""
    plan = Plan.model_validate(parts["plan"])
    return Group(*_lines(plan, parts["certificate"]))


def _lines(plan: Plan, certificate: Mapping[str, Any]) -> Iterator[RenderableType]:
    heads = _HEADS[plan.language]
    yield Text(plan.title, style="bold")
    yield Text(plan.summary)
    for week in plan.weeks:
        yield _week(plan, week)
        if volumes := volume(week):
            yield _volumes(volumes, heads[4])
    yield from (Text(f"! {offer.message}", style="yellow") for offer in plan.offers)
    yield from (Text(f"* {notice.text}") for notice in plan.notices)
    checks = certificate["checks"]
    held = sum(check["passed"] for check in checks)
    yield Text(f"{held} {heads[6]} {len(checks)} {heads[5]}", style="bold")


def _week(plan: Plan, week: Week) -> Table:
    table = Table(title=Text(f"{week.number}. {week.theme}: {week.goal}"), title_justify="left")
    for head, right in zip(_HEADS[plan.language][:4], (False, False, True, False), strict=True):
        table.add_column(head, justify="right" if right else "left")
    for day in week.days:
        todo = [dose_line(dose) for dose in day.exercises]
        todo += [line for session in day.sessions for line in session_lines(session)]
        date = f"\n{day.date:%d.%m.%Y}" if day.date else ""
        table.add_row(
            Text(weekday(plan, day.day) + date),
            Text(kind(plan, day)),
            str(day.minutes or ""),
            Text("\n".join(todo)),
        )
    return table


def _volumes(volumes: Mapping[str, float], head: str) -> Table:
    table = Table(title=Text(head), title_justify="left", box=None, show_header=False)
    for muscle, sets in volumes.items():
        table.add_row(Text(muscle), f"{sets:g}", "█" * min(_WIDEST, round(sets)))
    return table
