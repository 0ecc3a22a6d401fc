"""What a model was paid for is what is booked, over real processes that are killed and left."""

import asyncio
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import httpx2
import pytest
from tests.callers.processes import ROAD, Process, processes
from tests.callers.spenders import eventually, rows, tokens_of
from tests.servers.model import SSE, Act, Call, Exchange, ModelServer, event, listening

from kuznia.platform.db.database import Database
from kuznia.platform.db.tables import bookings, reservations, spending
from kuznia.platform.settings.values import DatabaseUrl

PROMPT = re.compile(r"(whole|cut|hang) (\d+) pieces, number (\d+)")
EVENTS = {"accept": "text/event-stream"}


@dataclass
class Sent:
    """What the model counts of one order: what it was asked, and each piece it wrote."""

    asked: int
    pieces: int = 0

    @property
    def tokens(self) -> int:
        return self.asked + self.pieces


class CountingModel(ModelServer):
    """Does what the prompt says; a token is four letters, and each piece is one."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, Sent] = {}
        # Set once it has written all it will for an order.
        self.silent: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        # What happens when so many calls have come.
        self.after: dict[int, Callable[[], None]] = {}

    def act_for(self, call: Call) -> Act:
        self.after.pop(len(self.calls), lambda: None)()
        messages = [one["content"] for one in call.body["messages"]]
        prompt = PROMPT.search(messages[-1])
        assert prompt, messages
        asked = sum(4 + -(-len(text) // 4) for text in messages)
        assert prompt[0] not in self.sent, "one call an order"
        sent = self.sent[prompt[0]] = Sent(asked)
        return writing(prompt[1], int(prompt[2]), sent, self.silent[prompt[0]])


def writing(end: str, pieces: int, sent: Sent, silent: asyncio.Event) -> Act:
    async def act(to: Exchange) -> None:
        to.head(200, SSE, {"transfer-encoding": "chunked"})
        for _ in range(pieces):
            sent.pieces += 1
            to.chunk(event({"content": "word"}))
            await asyncio.sleep(0)
        silent.set()
        if end == "hang":
            await asyncio.Event().wait()
        if end == "cut":
            to.close()
            return
        usage = {"prompt_tokens": sent.asked, "completion_tokens": pieces}
        to.chunk(event({}, "stop") + event(usage=usage) + b"data: [DONE]\n\n")
        to.write(b"0\r\n\r\n")

    return act


@dataclass(frozen=True)
class Placed:
    """One order, and whether its process answered it to the end."""

    process: Process
    prompt: str
    streamed: bool
    left: bool
    answered: bool

    def least(self, model: CountingModel) -> int:
        """What the ledger must hold of it, once it is known which processes were killed."""
        sent = model.sent.get(self.prompt, Sent(0))
        if self.process.started.poll() is not None and (self.left or not self.answered):
            # The one call in flight. A process that was left had no time to book it either.
            return 0
        # What was still on its way to a process when it was left, it may not have seen.
        return sent.asked if self.left and not self.streamed else sent.tokens


async def order(process: Process, model: CountingModel, prompt: str, *, streamed: bool) -> Placed:
    """Place it, and leave where the model falls silent."""
    left = prompt.startswith("hang")
    answered: int | None = None
    with suppress(httpx2.HTTPError):
        if streamed:
            answered = await watch(process, prompt)
        elif left:
            asking = asyncio.create_task(process.order(prompt))
            silent = asyncio.create_task(model.silent[prompt].wait())
            await asyncio.wait((asking, silent), return_when=asyncio.FIRST_COMPLETED)
            for one in (asking, silent):
                one.cancel()
            await asyncio.wait((asking, silent))
        else:
            answered = (await process.order(prompt))[0] or None
    return Placed(process, prompt, streamed, left, answered is not None)


async def watch(process: Process, prompt: str) -> int | None:
    """Follow it piece by piece; once all pieces of a silent model are seen, leave."""
    found = PROMPT.match(prompt)
    assert found
    seen = 0
    body = {"prompt": prompt}
    async with process.client.stream("POST", ROAD, json=body, headers=EVENTS) as response:
        async for line in response.aiter_lines():
            # Pieces that arrive together are told together.
            seen += line.count("word") if line.startswith("data:") else 0
            if found[1] == "hang" and seen == int(found[2]):
                return 200
            if line in {"event: run.finished", "event: run.failed"}:
                return 200
    return None


def planned(chance: random.Random, orders: int) -> Iterator[tuple[str, bool]]:
    for number in range(orders):
        end = chance.choice(("whole", "whole", "cut", "hang"))
        yield f"{end} {chance.randint(1, 60)} pieces, number {number}", chance.random() < 0.5


async def played(
    running: list[Process], model: CountingModel, chance: random.Random
) -> list[Placed]:
    """Many orders, three at once in each process, of which two are killed on the way."""
    plan, outcomes = list(planned(chance, 96)), list[Placed]()
    model.after[chance.randrange(20, 50)] = running[0].kill
    model.after[chance.randrange(50, 80)] = running[1].kill

    async def work(process: Process) -> None:
        while plan and process.started.poll() is None:
            prompt, streamed = plan.pop()
            outcomes.append(await order(process, model, prompt, streamed=streamed))

    await asyncio.gather(*(work(one) for one in running for _ in range(3)))
    assert [one.started.poll() is not None for one in running] == [True, True, False, False]
    return outcomes


@pytest.mark.parametrize(("seed", "limited"), [(1, True), (2, False)])
async def test_whoever_is_killed_or_left_the_ledger_is_what_the_model_counted(
    database_url: str, seed: int, limited: bool
) -> None:
    more = {"DATABASE_URL": database_url, "BUDGET_LEASE": "2", "MODEL_ATTEMPTS": "1"}
    # Nobody is kept from asking, however often the model fails.
    more["BREAKER_FAILURES"] = "1000"
    if limited:
        more["BUDGET_TOKENS_DAY"] = "10000000"
    db = await Database.open(
        DatabaseUrl.read(database_url), pool_size=2, overflow=2, pool_timeout=5
    )
    async with listening(CountingModel()) as model, processes(4, model.url, **more) as running:
        outcomes = await played(running, model, random.Random(seed))
        least = sum(one.least(model) for one in outcomes)

        async def written() -> bool:
            booked = tokens_of(await rows(db, bookings))
            return booked >= least and not await rows(db, reservations)

        await eventually(written, within=30)

    booked, (sums,) = await rows(db, bookings), await rows(db, spending)
    await db.close()
    most = sum(one.tokens for one in model.sent.values())
    assert 0 < least < most
    assert least <= tokens_of(booked) <= most
    assert tokens_of(booked) == sums.tokens_day
    assert {(one.owner, one.key, one.model) for one in booked} == {("local", "", "m")}
