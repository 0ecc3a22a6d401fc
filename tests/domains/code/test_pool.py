"""Work that would hold the interpreter's lock is done elsewhere, in time, and leaves nothing."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from multiprocessing import Pipe

import psutil
import pytest
from tests.domains.code.patience import least_lag, soonest

from kuznia.domains.code.grammar import Stopped, within
from kuznia.domains.code.languages import LANGUAGES, get
from kuznia.domains.code.pool import MOST_UNDER_WAY, POOL, Pool, work
from kuznia.domains.code.proof import proven
from kuznia.domains.code.schema import Proof
from kuznia.domains.code.table import Language

GO = get("go")


@pytest.fixture
def pool() -> Generator[Pool]:
    pool = Pool(size=2)
    yield pool
    pool.close()


@pytest.fixture(scope="module", autouse=True)
def closed() -> Generator[None]:
    yield
    POOL.close()


def own_pid(_source: bytes, _language: Language, _deadline: float) -> int:
    return os.getpid()


def echo(source: bytes, _language: Language, _deadline: float) -> bytes:
    return source


def hang(_source: bytes, _language: Language, _deadline: float) -> None:
    while True:
        pass


def die(_source: bytes, _language: Language, _deadline: float) -> None:
    os._exit(3)


async def test_a_job_runs_in_another_process_which_is_used_again(pool):
    first = await pool.run(own_pid, b"", GO, seconds=20)
    second = await pool.run(own_pid, b"", GO, seconds=20)

    assert first == second != os.getpid()


async def test_large_sources_come_back_whole(pool):
    source = bytes(range(256)) * 8_000

    assert await pool.run(echo, source, GO, seconds=20) == source


async def test_jobs_side_by_side_get_their_own_workers_up_to_the_size(pool):
    pids = await asyncio.gather(*(pool.run(own_pid, b"", GO, seconds=20) for _ in range(6)))

    assert 1 <= len(set(pids)) <= 2


@pytest.mark.parametrize("job", [hang, die])
async def test_a_job_that_hangs_or_dies_costs_its_worker_and_nothing_else(pool, job):
    await pool.run(own_pid, b"", GO, seconds=20)
    began = time.monotonic()
    stopped = await pool.run(job, b"", GO, seconds=0.3)
    took = time.monotonic() - began

    assert isinstance(stopped, Stopped)
    # Nothing waited for it to end by itself.
    assert took < 5
    assert isinstance(await pool.run(own_pid, b"", GO, seconds=20), int)


async def test_cancelling_ends_the_worker_at_once(pool):
    pid = await pool.run(own_pid, b"", GO, seconds=20)
    task = asyncio.create_task(pool.run(hang, b"", GO, seconds=20))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await gone(pid)


async def gone(pid: int) -> None:
    for _ in range(200):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie":
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"process {pid} is still there")


async def test_closing_ends_busy_and_idle_workers_and_the_pool_opens_again(pool):
    pid = await pool.run(own_pid, b"", GO, seconds=20)
    task = asyncio.create_task(pool.run(hang, b"", GO, seconds=20))
    await asyncio.sleep(0.2)
    await asyncio.to_thread(pool.close)

    assert isinstance(await task, Stopped)
    assert not psutil.pid_exists(pid)
    assert isinstance(await pool.run(own_pid, b"", GO, seconds=20), int)


async def test_a_queue_does_not_grow_without_bound(pool):
    waiting = [
        asyncio.create_task(pool.run(hang, b"", GO, seconds=0.2)) for _ in range(MOST_UNDER_WAY)
    ]
    await asyncio.sleep(0)
    began = time.monotonic()
    refused = await pool.run(own_pid, b"", GO, seconds=20)

    assert refused == Stopped(0.0)
    assert time.monotonic() - began < 1
    await asyncio.gather(*waiting)


async def test_a_job_whose_time_is_over_before_its_turn_is_not_begun(pool):
    assert isinstance(await pool.run(own_pid, b"", GO, seconds=-1), Stopped)


def test_a_worker_answers_until_the_pipe_ends():
    ours, theirs = Pipe()
    answers: list[bytes] = []

    def ask() -> None:
        for source in (b"a", b"b"):
            ours.send((echo, source, GO, within(5)))
            answers.append(ours.recv())
        ours.close()

    asking = threading.Thread(target=ask)
    asking.start()
    work(theirs)
    asking.join()

    assert answers == [b"a", b"b"]
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_workers_die_with_their_parent_however_it_dies():
    script = (
        "import asyncio, os, sys; sys.path.insert(0, os.getcwd())\n"
        "from tests.domains.code.test_pool import *\n"
        "print(asyncio.run(POOL.run(own_pid, b'', GO, seconds=30)), flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    asyncio.run(gone(int(done.stdout)))


# What kept a grammar busy longest when it was measured, besides what is bad for nearly all.
WORST = [
    *((row.name, b"<" * 200_000) for row in LANGUAGES),
    ("java", b"a=>" * 66_000),
    ("cpp", b"a=1\n" * 50_000),
    ("csharp", b"a=1\n" * 50_000),
    ("scala", b"`" * 200_000),
    ("yaml", b"[" * 200_000),
]


@pytest.mark.parametrize(("language", "source"), WORST, ids=[f"{n}-{s[:3]!r}" for n, s in WORST])
async def test_an_adversarial_source_has_its_deadline_and_a_tenth_more(language, source):
    # The worker is there already: the deadline is for the work, not for its beginning.
    await POOL.run(own_pid, b"", GO, seconds=20)

    took, _ = await soonest(1.1, lambda: proven(source, get(language), seconds=1))

    assert took <= 1.1


@pytest.mark.parametrize("source", [b"[]" * 500_000, b"[" * 500_000 + b"]" * 500_000])
async def test_a_megabyte_of_brackets_neither_crashes_nor_stalls_the_loop(source):
    lag, proof = await least_lag(0.05, lambda: proven(source, get("javascript"), seconds=60))

    assert lag < 0.05
    assert isinstance(proof, Proof)


async def test_a_small_source_that_is_slow_here_is_finished_there():
    source = b"<" * 20_000

    assert isinstance(await proven(source, get("kotlin"), seconds=0.2), Stopped)


async def test_within_is_the_same_clock_in_every_process():
    assert 0 < within(5) - time.monotonic() <= 5
