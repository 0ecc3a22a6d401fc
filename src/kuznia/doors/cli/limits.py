"""`kuznia limits` and `kuznia budgets`: what one caller may use, and what they have used."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic_core import to_json

from kuznia.doors.cli.tools import tools_of
from kuznia.platform.clock import SystemClock
from kuznia.platform.errors import Invalid
from kuznia.platform.terminal import AsJson, faults_as_exit, say, settings_of

# As in the command line itself: what is heavy is imported by the command that needs it.
if TYPE_CHECKING:
    from kuznia.callers.budgets.bookings import Booking
    from kuznia.callers.limits.caller_limits import CallerLimits

Changes = Mapping[str, str | int | None]

Who = Annotated[
    str,
    typer.Argument(metavar="CALLER", help="Name or id; `local` on a server without accounts."),
]
Days = Annotated[int, typer.Option(min=1, max=62, help="Number of days to show, today included.")]
RATE = "A rate such as 10/minute; `off` for no limit; `default` for the server's default."
COUNT = "A number; `off` for no limit; `default` for the server's default."
MONEY = "Dollars; `off` for no limit; `default` for the server's default."

limits = typer.Typer(
    name="limits",
    help="Show and set the limits of a caller: rates, concurrent orders, storage.",
    no_args_is_help=True,
)
budgets = typer.Typer(
    name="budgets",
    help="Show and set the budgets of a caller: tokens and dollars.",
    no_args_is_help=True,
)


@limits.command("show")
def show_limits(
    context: typer.Context, caller: Who, days: Days = 7, as_json: AsJson = False
) -> None:
    """Show the limits and budgets of a caller, and what was spent by day, key and model."""
    _run(context, caller, {}, as_json, days)


@limits.command("set")
def set_limits(
    context: typer.Context,
    caller: Who,
    requests: Annotated[str | None, typer.Option(help=f"Requests of any kind. {RATE}")] = None,
    generation: Annotated[
        str | None, typer.Option(help=f"Orders, each item of a batch. {RATE}")
    ] = None,
    at_once: Annotated[str | None, typer.Option(help=f"Concurrent orders. {COUNT}")] = None,
    storage: Annotated[str | None, typer.Option(help=f"Bytes of artefacts. {COUNT}")] = None,
    as_json: AsJson = False,
) -> None:
    """Set values for one caller; all processes apply them within five seconds."""
    options = {
        "requests": requests,
        "generation": generation,
        "at_once": at_once,
        "storage": storage,
    }
    _run(context, caller, options, as_json)


@limits.command("clear")
def clear_limits(context: typer.Context, caller: Who, as_json: AsJson = False) -> None:
    """Return a caller to the server's defaults."""
    names = ("requests", "generation", "at_once", "storage")
    _run(context, caller, dict.fromkeys(names, "default"), as_json)


@budgets.command("show")
def show_budgets(
    context: typer.Context, caller: Who, days: Days = 7, as_json: AsJson = False
) -> None:
    """Show the limits and budgets of a caller, and what was spent by day, key and model."""
    _run(context, caller, {}, as_json, days)


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
    """Set values for one caller; all processes apply them within five seconds."""
    options = {
        "tokens_day": tokens_day,
        "tokens_month": tokens_month,
        "cost_day": cost_day,
        "cost_month": cost_month,
    }
    _run(context, caller, options, as_json)


@budgets.command("clear")
def clear_budgets(context: typer.Context, caller: Who, as_json: AsJson = False) -> None:
    """Return a caller to the server's defaults."""
    names = ("tokens_day", "tokens_month", "cost_day", "cost_month")
    _run(context, caller, dict.fromkeys(names, "default"), as_json)


def _run(
    context: typer.Context,
    caller: str,
    options: Mapping[str, str | None],
    as_json: bool,
    days: int = 7,
) -> None:
    with faults_as_exit(as_json):
        changes = {name: _read(name, text) for name, text in options.items() if text is not None}
        shown = asyncio.run(_decide_and_look(context, caller, changes, days))
        if as_json:
            say(to_json(shown).decode())
        else:
            say("\n".join((*_lines(shown), *_spent(shown))))


def _read(name: str, text: str) -> str | int | None:
    from kuznia.callers.limits.caller_limits import parsed_limit

    try:
        return parsed_limit(name, text)
    except ValueError as wrong:
        raise Invalid(f"--{name.replace('_', '-')}: {wrong}.") from None


@dataclass(frozen=True, slots=True)
class LimitsReport:
    """The limits of one caller, and what they have used."""

    caller: str
    allowed: "CallerLimits"
    decided: Sequence[str]
    used: Mapping[str, int]
    spent: "Sequence[Booking]"


async def _decide_and_look(
    context: typer.Context, caller: str, changes: Changes, days: int
) -> LimitsReport:
    from kuznia.callers.budgets.bookings import booked
    from kuznia.callers.budgets.rows import budget_state
    from kuznia.callers.limits.caller_limits import LimitsByCaller, default_limits
    from kuznia.forge.shelf.storage import used_by

    settings, clock = settings_of(context), SystemClock()
    async with tools_of(context).open_callers(settings) as (callers, db):
        # Whatever is decided anew is for somebody who can still come.
        forgetting = all(value is None for value in changes.values())
        owner = await callers.users.owner(caller, erased=forgetting)
        allowances = LimitsByCaller(db, clock, default_limits(settings))
        if changes:
            await allowances.decide(owner, changes)
        decided = sorted(await allowances.decided(owner))
        used = (await budget_state(db, owner, clock.now())).used
        used["storage"] = await used_by(db, owner)
        spent = await booked(db, owner, clock.now(), days)
        return LimitsReport(owner, await allowances.of(owner), decided, used, spent)


def _lines(shown: LimitsReport) -> Iterator[str]:
    from kuznia.callers.limits.caller_limits import NAMES, limit_text

    yield shown.caller
    for name in NAMES:
        limit = limit_text(name, getattr(shown.allowed, name))
        used = f"{limit_text(name, shown.used[name])} of " if name in shown.used else ""
        whose = "set for this caller" if name in shown.decided else "default"
        yield f"  {name.replace('_', ' '):14}{used + limit:32}{whose}"


def _spent(shown: LimitsReport) -> Iterator[str]:
    from kuznia.callers.limits.caller_limits import limit_text

    for one in shown.spent:
        key = f"{one.key} {one.name}".strip() or "without a key"
        tokens = f"{one.input_tokens:,} + {one.output_tokens:,} tokens"
        cost = limit_text("cost", one.cost)
        yield f"  {one.day}  {key}  {one.model or '-'}  {one.calls:,} calls  {tokens}  {cost}"
