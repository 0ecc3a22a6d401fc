"""What ended runs hold: bounded in bytes and in time, and nothing an artefact has already."""

import asyncio
from datetime import UTC, datetime

from tests.clocks import TurnedClock
from tests.makers import Note

from kuznia.forge.runs.events import MemoryLog
from kuznia.forge.runs.past import MAX_PLAIN, Past, PastLog, PastRun
from kuznia.forge.shelf.shelf import Kept
from kuznia.forge.terms import ArtefactId, Caller, RunId
from kuznia.platform.clock import SystemClock

IVAN = Caller("ivan")
TEXT = "iron " * 20_000


def a_kept(number: int) -> Kept:
    body = b'{"parts":{"note":{"text":"%b"}}}' % TEXT.encode()
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    id_, run = ArtefactId(f"art_{number}"), RunId(f"run_{number}")
    return Kept(id_, run, IVAN.id, "notes", "complete", now, body)


def a_log(kept: Kept) -> MemoryLog:
    log = MemoryLog()
    log.append("run.started", {"run_id": kept.run_id, "domain": "notes"})
    log.append("part.accepted", {"part": "note", "draft": Note(text=TEXT), "by": "model"})
    log.append("run.finished", {"artefact": kept})
    return log


def a_past_run(number: int, *, streamed: bool = True, ended_at: float = 1_000.0) -> PastRun:
    kept = a_kept(number)
    events = PastLog(a_log(kept), kept if streamed else None)
    return PastRun(kept.run_id, IVAN, "notes", "complete", kept.id, events, ended_at)


async def test_the_log_of_an_artefact_is_read_as_it_was_told():
    kept = a_kept(1)
    whole = [event async for event in a_log(kept).after(0, 60) if event]

    past = PastLog(a_log(kept), kept)
    told = [event async for event in past.after(0, 60) if event]
    rest = [event async for event in past.after(2, 60) if event]

    assert [(one.number, one.kind) for one in told] == [(one.number, one.kind) for one in whole]
    assert told[1].data == {"part": "note", "draft": {"text": TEXT}, "by": "model"}
    assert told[2].data == {"artefact": kept}
    assert rest == told[2:]


def test_an_artefact_is_held_once_by_a_streamed_run_and_not_at_all_by_another():
    body = len(a_kept(1).body)

    assert body < a_past_run(1).size < body + 5_000
    assert a_past_run(1, streamed=False).size < 5_000


async def test_past_its_bytes_the_oldest_is_forgotten():
    past = Past(TurnedClock(), retention=600, max_bytes=3 * a_past_run(1).size)
    for number in range(5):
        past.add(a_past_run(number), streamed=True)

    assert [run.id for run in past.newest()] == ["run_2", "run_3", "run_4"]


async def test_what_nobody_streamed_pushes_out_nothing_that_was():
    past = Past(TurnedClock(), retention=600, max_bytes=64 << 20)
    past.add(a_past_run(0), streamed=True)
    for number in range(1, MAX_PLAIN + 11):
        past.add(a_past_run(number, streamed=False), streamed=False)

    assert past.find(RunId("run_0"))
    assert len(past.newest()) == MAX_PLAIN + 1


async def test_time_forgets_while_nothing_is_ordered():
    clock = SystemClock()
    past = Past(clock, retention=0.05, max_bytes=64 << 20)
    for number, streamed in enumerate((True, False)):
        past.add(a_past_run(number, ended_at=clock.monotonic()), streamed=streamed)

    async with asyncio.timeout(30):
        while past.newest():  # noqa: ASYNC110 - the timer has no event for it
            await asyncio.sleep(0.01)


async def test_no_bytes_keep_nothing():
    past = Past(TurnedClock(), retention=600, max_bytes=0)
    past.add(a_past_run(1), streamed=True)
    past.add(a_past_run(2, streamed=False), streamed=False)

    assert past.newest() == []
