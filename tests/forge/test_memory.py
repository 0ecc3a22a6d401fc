"""What was learnt about callers: a log for each, on SQLite and on PostgreSQL."""

import asyncio
from datetime import UTC, datetime

import pytest

from kuznia.forge.memory import NOTHING, Entries, Memory
from kuznia.forge.terms import Caller
from kuznia.platform.db.database import Database
from kuznia.platform.errors import NotFound, Unavailable
from kuznia.platform.settings.values import DatabaseUrl

IVAN, OLENA = Caller("ivan"), Caller("olena")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def adding(*entries: str):
    return lambda log: (*log, *entries)


async def learn(memory: Memory, *entries: str, caller: Caller = IVAN, domain: str = "notes"):
    return await memory.learn(caller, domain, adding(*entries), NOON)


async def test_what_was_learnt_is_read_in_its_order(db: Database) -> None:
    memory = Memory(db)
    await learn(memory, "a", "b")

    assert await learn(memory, "c") == ("a", "b", "c")
    assert await memory.read(IVAN, "notes") == ("a", "b", "c")


async def test_a_log_is_its_owners_and_its_domains_alone(db: Database) -> None:
    memory = Memory(db)
    await learn(memory, "mine")
    await learn(memory, "hers", caller=OLENA)
    await learn(memory, "elsewhere", domain="other")

    assert await memory.read(OLENA, "notes") == ("hers",)
    assert await memory.read(IVAN, "notes") == ("mine",)


async def test_many_that_learn_at_once_lose_nothing_and_see_each_other(db: Database) -> None:
    memory, seen = Memory(db), list[int]()

    def one_more(log: Entries) -> Entries:
        seen.append(len(log))
        return (*log, f"entry {len(log)}")

    both = [IVAN, OLENA] * 12
    await asyncio.gather(*(memory.learn(who, "notes", one_more, NOON) for who in both))

    assert await memory.read(IVAN, "notes") == tuple(f"entry {n}" for n in range(12))
    assert sorted(seen) == sorted([*range(12)] * 2)


async def test_two_servers_on_one_database_learn_one_after_the_other(
    db: Database, database_url: str
) -> None:
    other = await Database.open(
        DatabaseUrl.read(database_url), pool_size=2, overflow=2, pool_timeout=60
    )
    try:
        turns = [learn(Memory(one), f"{n}") for n in range(8) for one in (db, other)]
        await asyncio.gather(*turns)

        assert sorted(await Memory(db).read(IVAN, "notes")) == sorted([*map(str, range(8))] * 2)
    finally:
        await other.close()


async def test_a_log_written_anew_replaces_the_old_one_and_no_other(db: Database) -> None:
    memory = Memory(db)
    await learn(memory, "a", "b", "c")
    await learn(memory, "hers", caller=OLENA)

    await memory.learn(IVAN, "notes", lambda _: ("all",), NOON)
    await learn(memory, "more")

    assert await memory.read(IVAN, "notes") == ("all", "more")
    assert await memory.read(OLENA, "notes") == ("hers",)


async def test_to_learn_nothing_new_changes_nothing(db: Database) -> None:
    memory = Memory(db)
    await learn(memory, "a")

    assert await learn(memory) == ("a",)
    assert await memory.read(IVAN, "notes") == ("a",)


async def test_a_refusal_learns_nothing(db: Database) -> None:
    memory = Memory(db)
    await learn(memory, "a")

    def refused(_: Entries) -> Entries:
        raise NotFound("There is no such lesson.")

    with pytest.raises(NotFound):
        await memory.learn(IVAN, "notes", refused, NOON)
    assert await memory.read(IVAN, "notes") == ("a",)


async def test_without_a_database_nothing_was_learnt_and_nothing_can_be() -> None:
    assert await NOTHING.read(IVAN, "notes") == ()

    with pytest.raises(Unavailable):
        await learn(NOTHING, "a")
