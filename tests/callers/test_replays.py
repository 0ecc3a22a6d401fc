import asyncio

import pytest
from tests.callers.spenders import rows
from tests.clocks import TurnedClock

from kuznia.callers import replays as keeping
from kuznia.callers.replays import Answer, Replays, request
from kuznia.platform.clock import Clock
from kuznia.platform.db import Database
from kuznia.platform.errors import KeyReused
from kuznia.platform.tables import replays

ASKED = request("ivan", "k", b"POST", b"body")
SAID = Answer(200, ((b"content-type", b"application/json"),), "так".encode())


def of_a_process(db: Database, clock: Clock, holder: str) -> Replays:
    return Replays(db, clock, holder=holder, lease=30)


async def test_of_many_who_claim_at_once_one_has_it(db: Database) -> None:
    made = [of_a_process(db, TurnedClock(), f"p{n}") for n in range(8)]

    told = await asyncio.gather(*(one.claim(ASKED) for one in made))

    assert sorted(map(str, told)) == ["ours"] + ["theirs"] * 7


async def test_what_is_kept_is_said_again_for_a_day(db: Database) -> None:
    clock = TurnedClock()
    made = of_a_process(db, clock, "p")
    await made.claim(ASKED)
    await made.keep(ASKED, SAID)
    clock.turn(23 * 3600)

    within = await of_a_process(db, clock, "q").claim(ASKED)
    clock.turn(2 * 3600)

    assert within == SAID
    assert await made.claim(ASKED) == "ours"


async def test_another_request_is_refused_whatever_became_of_the_first(db: Database) -> None:
    made = of_a_process(db, TurnedClock(), "p")
    await made.claim(ASKED)

    with pytest.raises(KeyReused):
        await made.claim(request("ivan", "k", b"POST", b"another"))


async def test_another_caller_may_have_the_same_key(db: Database) -> None:
    made = of_a_process(db, TurnedClock(), "p")
    await made.claim(ASKED)

    assert await made.claim(request("olha", "k", b"POST", b"body")) == "ours"


async def test_the_key_itself_is_kept_nowhere(db: Database) -> None:
    made = of_a_process(db, TurnedClock(), "p")
    await made.claim(request("ivan", "a-very-telling-key", b"a very telling body"))

    assert "telling" not in str(await rows(db, replays))


async def test_what_a_killed_process_was_doing_may_be_done_by_another(db: Database) -> None:
    clock = TurnedClock()
    await of_a_process(db, clock, "dead").claim(ASKED)
    other = of_a_process(db, clock, "other")
    clock.turn(29)
    within = await other.claim(ASKED)
    clock.turn(2)

    assert within == "theirs"
    assert await other.claim(ASKED) == "ours"


async def test_who_is_still_at_it_keeps_it(db: Database) -> None:
    clock = TurnedClock()
    made = of_a_process(db, clock, "p")
    await made.claim(ASKED)
    clock.turn(20)
    await made.renew(ASKED)
    clock.turn(20)

    assert await of_a_process(db, clock, "other").claim(ASKED) == "theirs"


async def test_who_lost_it_cannot_write_over_the_other(db: Database) -> None:
    clock = TurnedClock()
    late, other = of_a_process(db, clock, "late"), of_a_process(db, clock, "other")
    await late.claim(ASKED)
    clock.turn(31)
    await other.claim(ASKED)
    await other.keep(ASKED, SAID)
    await late.keep(ASKED, Answer(422, (), b""))
    await late.release(ASKED)

    assert await late.claim(ASKED) == SAID


async def test_what_came_to_nothing_may_be_tried_again(db: Database) -> None:
    made = of_a_process(db, TurnedClock(), "p")
    await made.claim(ASKED)
    await made.release(ASKED)

    assert await made.claim(ASKED) == "ours"


async def test_an_answer_too_long_to_keep_is_not_paid_for_again(db: Database) -> None:
    made = of_a_process(db, TurnedClock(), "p")
    await made.claim(ASKED)
    await made.keep(ASKED, Answer(200, (), b"x" * (keeping.MOST_LETTERS + 1)))

    with pytest.raises(KeyReused, match="too long"):
        await made.claim(ASKED)
    assert [row.body for row in await rows(db, replays)] == [""]


async def test_rows_of_yesterday_are_let_go(db: Database) -> None:
    clock = TurnedClock()
    made = of_a_process(db, clock, "p")
    await made.claim(ASKED)
    await made.keep(ASKED, SAID)
    clock.turn(25 * 3600)
    await made.claim(request("olha", "k"))

    assert [row.owner for row in await rows(db, replays)] == ["olha"]


async def test_what_cannot_be_written_does_not_spoil_the_answer(sqlite_url: str) -> None:
    db = await Database.open(sqlite_url, pool_size=1, overflow=0, pool_timeout=0.05)
    made = of_a_process(db, TurnedClock(), "p")
    await made.claim(ASKED)
    async with db.write():
        await made.keep(ASKED, SAID)

    assert await made.claim(ASKED) == "theirs"
    await db.close()


async def test_at_the_end_those_who_do_not_end_are_ended(db: Database) -> None:
    made = of_a_process(db, TurnedClock(), "p")
    endless = asyncio.create_task(asyncio.Event().wait())
    made.tasks.add(endless)  # type: ignore[arg-type]

    await made.close()

    assert endless.cancelled()
