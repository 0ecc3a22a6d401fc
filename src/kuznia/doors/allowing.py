"""`kuznia limits` and `kuznia budgets`: what one caller may have, and what they have used."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic_core import to_json

from kuznia.doors.terminal import AsJson, say, settings_of, told, tools_of
from kuznia.platform.clock import SystemClock
from kuznia.platform.errors import Invalid

# As in the command line itself: what is heavy is imported by the command that needs it.
if TYPE_CHECKING:
    from kuznia.callers.allowances import Allowance

Changes = Mapping[str, str | int | None]

Who = Annotated[
    str, typer.Argument(metavar="CALLER", help="The caller's id; `local` without accounts.")
]
RATE = "Such as 10/minute; `off`: no limit; `usual`: as for everyone."
COUNT = "A number; `off`: no limit; `usual`: as for everyone."
MONEY = "Dollars; `off`: no limit; `usual`: as for everyone."

limits = typer.Typer(name="limits", help="How often one caller may come.", no_args_is_help=True)
budgets = typer.Typer(name="budgets", help="How much one caller may spend.", no_args_is_help=True)


@limits.command("show")
def show_limits(context: typer.Context, caller: Who, as_json: AsJson = False) -> None:
    """What this caller may do, and how much they have used."""
    _run(context, caller, {}, as_json)


@limits.command("set")
def set_limits(
    context: typer.Context,
    caller: Who,
    requests: Annotated[str | None, typer.Option(help=RATE)] = None,
    generation: Annotated[str | None, typer.Option(help=RATE)] = None,
    at_once: Annotated[str | None, typer.Option(help=COUNT)] = None,
    as_json: AsJson = False,
) -> None:
    """Decide for one caller; every process follows within five seconds."""
    given = {"requests": requests, "generation": generation, "at_once": at_once}
    _run(context, caller, given, as_json)


@limits.command("clear")
def clear_limits(context: typer.Context, caller: Who, as_json: AsJson = False) -> None:
    """Back to what everyone has."""
    _run(context, caller, dict.fromkeys(("requests", "generation", "at_once"), "usual"), as_json)


@budgets.command("show")
def show_budgets(context: typer.Context, caller: Who, as_json: AsJson = False) -> None:
    """What this caller may do, and how much they have used."""
    _run(context, caller, {}, as_json)


@budgets.command("set")
def set_budgets(
    context: typer.Context,
    caller: Who,
    tokens_day: Annotated[str | None, typer.Option(help=COUNT)] = None,
    tokens_month: Annotated[str | None, typer.Option(help=COUNT)] = None,
    cost_day: Annotated[str | None, typer.Option(help=MONEY)] = None,
    cost_month: Annotated[str | None, typer.Option(help=MONEY)] = None,
    as_json: AsJson = False,
) -> None:
    """Decide for one caller; every process follows within five seconds."""
    given = {
        "tokens_day": tokens_day,
        "tokens_month": tokens_month,
        "cost_day": cost_day,
        "cost_month": cost_month,
    }
    _run(context, caller, given, as_json)


@budgets.command("clear")
def clear_budgets(context: typer.Context, caller: Who, as_json: AsJson = False) -> None:
    """Back to what everyone has."""
    names = ("tokens_day", "tokens_month", "cost_day", "cost_month")
    _run(context, caller, dict.fromkeys(names, "usual"), as_json)


def _run(
    context: typer.Context, caller: str, given: Mapping[str, str | None], as_json: bool
) -> None:
    with told(as_json):
        changes = {name: _read(name, text) for name, text in given.items() if text is not None}
        asyncio.run(_decide_and_show(context, caller, changes, as_json=as_json))


def _read(name: str, text: str) -> str | int | None:
    from kuznia.callers.allowances import decision

    try:
        return decision(name, text)
    except ValueError as wrong:
        raise Invalid(f"--{name.replace('_', '-')}: {wrong}.") from None


async def _decide_and_show(
    context: typer.Context, caller: str, changes: Changes, *, as_json: bool
) -> None:
    from kuznia.callers.allowances import Allowances, usual
    from kuznia.callers.purse import statement

    settings, clock = settings_of(context), SystemClock()
    async with tools_of(context).open_callers(settings) as (_, db):
        allowances = Allowances(db, clock, usual(settings))
        if changes:
            await allowances.decide(caller, changes)
        allowed, decided = await allowances.of(caller), await allowances.decided(caller)
        room = await statement(db, caller, clock.now())
    if as_json:
        shown = {
            "caller": caller,
            "allowed": allowed,
            "decided": sorted(decided),
            "used": room.used,
        }
        say(to_json(shown).decode())
        return
    say("\n".join(_lines(caller, allowed, decided, room.used)))


def _lines(
    caller: str, allowed: "Allowance", decided: Mapping[str, object], used: Mapping[str, int]
) -> list[str]:
    from kuznia.callers.allowances import NAMES, written

    lines = [caller]
    for name in NAMES:
        limit = written(name, getattr(allowed, name))
        spent = f"{written(name, used[name])} of " if name in used else ""
        whose = "decided for this caller" if name in decided else "as for everyone"
        lines.append(f"  {name.replace('_', ' '):14}{spent + limit:32}{whose}")
    return lines
