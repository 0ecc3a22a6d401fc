"""What takes long leaves the event loop: hardly any of an order is worked on in its thread."""

import time
from collections.abc import Awaitable
from dataclasses import replace
from inspect import isawaitable
from typing import Any

import pytest

from kuznia.domains import load
from kuznia.forge.check import check
from kuznia.forge.make import drafted
from kuznia.forge.terms import AnyDomain, Bench, Budget, Caller, Order

DOMAINS = load()
TEXT = ("I want to train at home, my knee hurts at times; no pain today. " * 40)[:2000]
SERVICE = (
    "Building permit: cadastral number, drawings, email; if the area is over 300 then a "
    "fire certificate; fee 500 UAH; decision within 30 days; " * 20
)[:2000]
LARGEST: dict[str, dict[str, Any]] = {
    "flows": {"prompt": SERVICE},
    "training": {
        "prompt": TEXT,
        "profile": {"age": 41, "kind": "both", "days": 7, "weeks": 16, "minutes": 120},
    },
}
ANSWERS = {f"question_{number:02}": TEXT[number:] for number in range(60)}


def an_order(domain: AnyDomain, **said: Any) -> Order:
    return Order(
        domain=domain.name,
        input=domain.input.model_validate(said),
        caller=Caller("somebody"),
        deadline=10.0,
        budget=Budget(attempts=3, tokens=1000),
    )


# Any: screens, prompts and drafts.
async def settled(value: Any) -> Any:
    return await value if isawaitable(value) else value


async def made(domain: AnyDomain, order: Order) -> None:
    """All that an order has done for it where a model answers nothing."""
    reading = await settled(domain.read(order.input))
    assert domain.screen(reading) is None
    bench = Bench(order, reading)
    for part in domain.parts(reading):
        if part.prompt and not part.specialist:
            await settled(part.prompt(bench))
        assert part.make
        draft, bench = await drafted(part, part.make(bench), bench)
        assert not (await check(part, draft, bench)).standing
        bench = replace(bench, accepted={**bench.accepted, part.name: draft})


async def share_of_the_loop(work: Awaitable[object]) -> float:
    """How much of what this process works while it waits for this is done in the loop's thread."""
    thread, process = time.thread_time(), time.process_time()
    await work
    return (time.thread_time() - thread) / (time.process_time() - process)


@pytest.mark.parametrize("name", LARGEST)
async def test_the_largest_orders_are_made_beside_the_loop(name: str):
    domain = DOMAINS[name]
    order = an_order(domain, **LARGEST[name])
    # What is loaded once is loaded now.
    await made(domain, order)

    assert await share_of_the_loop(made(domain, order)) < 0.3


async def test_the_longest_answers_are_read_beside_the_loop():
    domain = DOMAINS["training"]
    order = an_order(domain, **LARGEST["training"], answers=ANSWERS)

    assert await share_of_the_loop(settled(domain.read(order.input))) < 0.3
