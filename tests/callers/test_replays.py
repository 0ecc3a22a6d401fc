import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
import sqlalchemy as sa
from tests.callers.spenders import eventually, rows
from tests.clocks import TurnedClock

from kuznia.callers import replays as keeping
from kuznia.callers.replays import Replays, StoredAnswer, request
from kuznia.platform.clock import Clock, SystemClock
from kuznia.platform.db.database import Database
from kuznia.platform.db.tables import replays
from kuznia.platform.errors import KeyReused
from kuznia.platform.process.presence import presence
from kuznia.platform.settings.values import DatabaseUrl

ASKED = request("ivan", "k", b"POST", b"body")
SAID = StoredAnswer(200, ((b"content-type", b"application/json"),), "так".encode())
Start = Callable[..., Replays]


@pytest.fixture
async def start(db: Database) -> AsyncIterator[Start]:
    """Each is one process's; all of them end with the test."""
    async with AsyncExitStack() as opened:

        def started(clock: Clock | None = None) -> Replays:
            own = presence(db, SystemClock())
            opened.push_async_callback(own.close)
            made = Replays(db, clock or SystemClock(), presence=own, lease=30)
            opened.push_async_callback(made.close)
            return made

        yield started


async def let_pass(db: Database, seconds: float) -> None:
    """As if all that is in the rows had happened so much earlier."""
    for row in await rows(db, replays):
        async with db.write() as session:
            earlier = row.expires_at - timedelta(seconds=seconds)
            this = sa.update(replays).where(replays.c.id == row.id)
            await session.execute(this.values(expires_at=earlier))


async def test_of_many_who_claim_at_once_one_has_it(start: Start) -> None:
    made = [start() for _ in range(8)]

    told = await asyncio.gather(*(one.claim(ASKED) for one in made))

    assert sorted(map(str, told)) == ["ours"] + ["theirs"] * 7


async def test_what_is_kept_is_said_again_for_a_day(db: Database, start: Start) -> None:
    made = start()
    await made.claim(ASKED)
    await made.keep(ASKED, SAID)
    await let_pass(db, 23 * 3600)

    within = await start().claim(ASKED)
    await let_pass(db, 2 * 3600)

    assert within == SAID
    assert await made.claim(ASKED) == "ours"


async def test_another_request_is_refused_whatever_became_of_the_first(start: Start) -> None:
    made = start()
    await made.claim(ASKED)

    with pytest.raises(KeyReused):
        await made.claim(request("ivan", "k", b"POST", b"another"))


async def test_another_caller_may_have_the_same_key(start: Start) -> None:
    made = start()
    await made.claim(ASKED)

    assert await made.claim(request("olha", "k", b"POST", b"body")) == "ours"


async def test_the_key_itself_is_kept_nowhere(db: Database, start: Start) -> None:
    await start().claim(request("ivan", "a-very-telling-key", b"a very telling body"))

    assert "telling" not in str(await rows(db, replays))


async def test_what_a_silent_process_was_doing_may_be_done_by_another(
    db: Database, start: Start
) -> None:
    await start().claim(ASKED)
    other = start()
    await let_pass(db, 20)
    within = await other.claim(ASKED)
    await let_pass(db, 11)

    assert within == "theirs"
    assert await other.claim(ASKED) == "ours"


async def test_a_process_of_a_version_that_shows_no_presence_is_waited_for(
    db: Database, start: Start
) -> None:
    await start().claim(ASKED)
    async with db.write() as session:
        await session.execute(sa.update(replays).values(holder="proc_018f"))
    other = start()

    within = await other.claim(ASKED)
    await let_pass(db, 31)

    assert within == "theirs"
    assert await other.claim(ASKED) == "ours"


async def test_who_waits_for_another_only_reads(db: Database, start: Start) -> None:
    made, other = start(), start()
    await made.claim(ASKED)
    await other.claim(ASKED)

    async with asyncio.timeout(30), db.write() as session:
        # Whoever wrote now would wait for this.
        await session.execute(sa.update(replays).values(hash=replays.c.hash))

        assert await other.claim(ASKED) == "theirs"


async def test_who_is_still_at_it_keeps_it(db: Database, start: Start) -> None:
    made = start()
    await made.claim(ASKED)
    await let_pass(db, 20)
    await made.renew(ASKED)
    await let_pass(db, 20)

    assert await start().claim(ASKED) == "theirs"


async def test_who_lost_it_is_not_to_answer_and_writes_over_nothing(
    db: Database, start: Start
) -> None:
    late, other = start(), start()
    await late.claim(ASKED)
    await let_pass(db, 31)
    await other.claim(ASKED)

    ours = await other.keep(ASKED, SAID)
    lost = await late.keep(ASKED, StoredAnswer(422, (), b""))
    await late.release(ASKED)

    assert (ours, lost) == (True, False)
    assert await late.claim(ASKED) == SAID


async def test_what_came_to_nothing_may_be_tried_again(start: Start) -> None:
    made = start()
    await made.claim(ASKED)
    await made.release(ASKED)

    assert await made.claim(ASKED) == "ours"


async def test_an_answer_too_long_to_keep_is_not_paid_for_again(db: Database, start: Start) -> None:
    made = start()
    await made.claim(ASKED)
    await made.keep(ASKED, StoredAnswer(200, (), b"x" * (keeping.MAX_BODY_LENGTH + 1)))

    with pytest.raises(KeyReused, match="too long"):
        await made.claim(ASKED)
    assert [row.body for row in await rows(db, replays)] == [""]


async def test_rows_of_yesterday_are_let_go(db: Database, start: Start) -> None:
    await start().claim(ASKED)
    await let_pass(db, 25 * 3600)
    await start().claim(request("olha", "k"))

    async def only_hers() -> bool:
        return [row.owner for row in await rows(db, replays)] == ["olha"]

    await eventually(only_hers)


async def test_what_cannot_be_written_spoils_the_answer_only_once_another_may_have_it(
    sqlite_url: str,
) -> None:
    db = await Database.open(
        DatabaseUrl.read(sqlite_url), pool_size=1, overflow=0, pool_timeout=0.05
    )
    clock = TurnedClock()
    own = presence(db, SystemClock())
    made = Replays(db, clock, presence=own, lease=30)
    second = request("olha", "k")
    await made.claim(ASKED)
    await made.claim(second)
    async with db.write():
        given = await made.keep(ASKED, SAID)
        clock.turn(31)
        late = await made.keep(second, SAID)

    assert (given, late) == (True, False)
    assert await made.claim(ASKED) == "theirs"
    await made.close()
    await own.close()
    await db.close()


async def test_at_the_end_those_who_do_not_end_are_ended(start: Start) -> None:
    made = start()
    endless = asyncio.create_task(asyncio.Event().wait())
    made.tasks.add(endless)  # type: ignore[arg-type]

    await made.close()

    assert endless.cancelled()
