"""Waiting for runs, and the outcomes of batches, for every kind of door."""

import asyncio
from collections.abc import Mapping, Sequence

from fastapi import Request
from pydantic import JsonValue
from pydantic_core import from_json

from kuznia.doors.context import doors
from kuznia.forge.runs.live import Run
from kuznia.forge.shelf.shelf import Kept
from kuznia.forge.terms import Order
from kuznia.platform.errors import Fault, NotAccepted, WishesOpen
from kuznia.web.client_left import done_or_gone, unless_gone

MAX_IN_BATCH = 20
BATCH_AT_ONCE = 3


async def ended(request: Request, run: Run) -> None:
    """Wait for the end of a run, for as long as the client does."""
    with doors(request).runs.listening(run):
        if not run.outcome.done():
            await done_or_gone(request.receive, run.outcome)


async def in_turns(
    request: Request, orders: Sequence[Order], *, goes_on: bool = False, strict: bool = False
) -> list[Kept | Fault]:
    """The outcome of each order of a batch."""
    runs, turns = doors(request).runs, asyncio.Semaphore(BATCH_AT_ONCE)

    async def one_of_them(order: Order) -> Kept | Fault:
        async with turns:
            try:
                run = runs.start(order, goes_on=goes_on)
                with runs.listening(run):
                    await asyncio.wait((run.outcome,))
                return accepted(run, strict=strict)
            except Fault as fault:
                return fault

    async def all_of_them() -> list[Kept | Fault]:
        return await asyncio.gather(*map(one_of_them, orders))

    # What shall go on includes what has not begun, so nobody looks whether the client is there.
    work = all_of_them()
    return await (work if goes_on else unless_gone(request.receive, work))


def accepted(run: Run, *, strict: bool = False) -> Kept:
    """The artefact of an ended run. A failed artefact is stored, but raised as a fault; so is one
    with open wishes, where they are `strict`."""
    kept = run.result()
    if (fault := fault_of(kept, strict=strict)) is not None:
        raise fault
    return kept


def fault_of(kept: Kept, *, strict: bool) -> Fault | None:
    """Why an artefact is not what was ordered; None for one that is."""
    if strict and kept.status in {"partial", "degraded"}:
        return _wishes_open(kept)
    if kept.status != "failed":
        return None
    # Codes alone: all else in a finding may quote the draft, and an error travels far.
    unmet: list[JsonValue] = [
        {"part": one["part"], "findings": [_coded(finding) for finding in one["findings"]]}
        for one in from_json(kept.body)["unmet"]
    ]
    return NotAccepted(
        f"No draft passed its checks; /api/v1/artefacts/{kept.id} has the findings. "
        "Describe more precisely what you want, or ask for less at once.",
        details={"artefact": kept.id, "unmet": unmet},
    )


def _wishes_open(kept: Kept) -> WishesOpen | None:
    """The fault of an artefact that does not do all its prompt asks for."""
    wishes: list[dict[str, JsonValue]] = from_json(kept.body).get("wishes", [])
    # Their places alone: the quotes are the caller's own words, and an error travels far.
    numbers: list[JsonValue] = [
        number for number, wish in enumerate(wishes) if wish["outcome"] != "met"
    ]
    if not numbers:
        return None
    return WishesOpen(
        f"{len(numbers)} of {len(wishes)} wishes of the prompt are open; "
        f"/api/v1/artefacts/{kept.id} says which and why.",
        details={"artefact": kept.id, "wishes": numbers},
    )


def _coded(finding: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: finding[name] for name in ("code", "severity")}
