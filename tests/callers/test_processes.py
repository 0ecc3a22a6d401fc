"""Limits, budgets and keys that hold over several real processes, one of which may be killed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.callers.processes import Process, processes
from tests.callers.spenders import assert_adds_up, eventually, rows, tokens_of
from tests.servers.model import ModelServer, listening, reply

from kuznia.platform.db.database import Database
from kuznia.platform.db.tables import bookings, reservations, spending
from kuznia.platform.settings.values import DatabaseUrl

# As the model counts them: a hundred tokens an order.
EACH = 100
REPLY = reply("said", usage=(60, 40))
# A dollar a thousand tokens, in and out: an order costs a tenth of one.
PRICES = {"OPENAI_PRICE_INPUT": "1000", "OPENAI_PRICE_OUTPUT": "1000"}
PARALLEL = 200


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    db = await Database.open(DatabaseUrl.read(url), pool_size=2, overflow=2, pool_timeout=60)
    try:
        yield db
    finally:
        await db.close()


async def all_at_once(running: list[Process], name: str) -> Counter[str]:
    """Each process gets so many different orders at the same time; how they were answered."""
    answers = await asyncio.gather(
        *(
            one.order(f"{name} {place} {number}")
            for place, one in enumerate(running)
            for number in range(PARALLEL)
        )
    )
    return Counter(
        "made" if status == 200 else body["error"]["code"] if body else "nobody"
        for status, body in answers
    )


async def nothing_reserved(db: Database) -> bool:
    return not await rows(db, reservations)


async def test_four_processes_admit_no_more_than_the_rate_and_the_budget(
    pg_url: str, redis_url: str
) -> None:
    async with listening(ModelServer()) as model, opened(pg_url) as db:
        model.will(REPLY)
        limits = {
            "RATE_LIMIT_GENERATION": "300/hour",
            # On a machine that does other things too.
            "REDIS_TIMEOUT": "0.9",
            "BUDGET_TOKENS_DAY": "20000",
            "BUDGET_COST_DAY": "15",
        }
        async with processes(
            4,
            model.url,
            DATABASE_URL=pg_url,
            REDIS_URL=redis_url,
            **limits,
            **PRICES,
        ) as running:
            told = await all_at_once(running, "first")
            await eventually(lambda: nothing_reserved(db))

            made = told["made"]
            assert told["RATE_LIMITED"] == 4 * PARALLEL - 300, told
            assert told["QUOTA_EXCEEDED"] == 300 - made, told
            # Fifteen dollars are 15,000 tokens.
            assert 0 < made * EACH <= 15_000
            assert len(model.calls) == made
            await assert_adds_up(db, made * EACH, made * EACH * 1_000_000)


async def test_a_process_that_is_killed_gives_back_what_it_held(sqlite_url: str) -> None:
    async with listening(ModelServer()) as model, opened(sqlite_url) as db:
        model.will(REPLY)
        limits = {"BUDGET_TOKENS_DAY": "40000", "BUDGET_LEASE": "2"}
        async with processes(4, model.url, DATABASE_URL=sqlite_url, **limits) as running:
            burst = asyncio.create_task(all_at_once(running, "first"))
            await eventually(lambda: some(model, 10))
            running[0].kill()
            told = await burst
            await eventually(lambda: nothing_reserved(db))

            booked, (sums,) = await rows(db, bookings), await rows(db, spending)
            assert tokens_of(booked) == sums.tokens_day <= 40_000
            assert told["made"] * EACH <= 40_000
            assert len(model.calls) * EACH <= 40_000 + told["nobody"] * EACH
            # All that is left can be had: by the three, of whom none holds anything back.
            left = 40_000 - sums.tokens_day
            status, _ = await running[1].order("one more")
            assert status == (200 if left >= 1_000 else 429)


async def some(model: ModelServer, calls: int) -> bool:
    return len(model.calls) >= calls


async def test_one_key_is_one_execution_over_two_processes_and_a_restart(pg_url: str) -> None:
    async with listening(ModelServer()) as model:
        model.will(REPLY)
        more = {"DATABASE_URL": pg_url, "CACHE_TTL": "0"}
        async with processes(2, model.url, **more) as running:
            answers = await asyncio.gather(
                *(running[n % 2].order("the same", Idempotency_Key="k-1") for n in range(50))
            )
            other = await running[1].order("another", Idempotency_Key="k-1")
        async with processes(1, model.url, **more) as (again,):
            after = await again.order("the same", Idempotency_Key="k-1")

    assert len(model.calls) == 1
    assert answers[0][0] == 200
    assert [one for one in [*answers, after] if one != answers[0]] == []
    assert (other[0], other[1]["error"]["code"]) == (409, "KEY_REUSED")
