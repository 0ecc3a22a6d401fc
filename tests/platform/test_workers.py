"""Work that would hold the interpreter's lock is done elsewhere, in time, and leaves nothing."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from functools import partial
from multiprocessing import Pipe

import psutil
import pytest

from kuznia.platform.process.turns import share
from kuznia.platform.process.workers import BUSY, MAX_MEMORY, POOL, Pool, Prepared, Stopped, work


@pytest.fixture
def pool() -> Generator[Pool]:
    pool = Pool(size=2)
    yield pool
    pool.close()


@pytest.fixture(scope="module", autouse=True)
def closed() -> Generator[None]:
    yield
    POOL.close()


def own_pid(_deadline: float) -> int:
    return os.getpid()


def echo(source: bytes, _deadline: float) -> bytes:
    return source


def hang(_deadline: float) -> None:
    while True:
        pass


def die(_deadline: float) -> None:
    os._exit(3)


def swell(_deadline: float) -> int:
    return len(bytes(MAX_MEMORY))


async def test_a_job_runs_in_another_process_which_is_used_again(pool):
    first = await pool.run(own_pid, seconds=20)
    second = await pool.run(own_pid, seconds=20)

    assert first == second != os.getpid()


async def test_large_sources_come_back_whole(pool):
    source = bytes(range(256)) * 8_000

    assert await pool.run(partial(echo, source), seconds=20) == source


def burn(seconds: float) -> None:
    ends = time.process_time() + seconds
    while time.process_time() < ends:
        pass


def fail() -> None:
    raise ValueError


async def test_what_a_job_has_to_load_is_not_counted_as_its_time(pool):
    async def loading() -> tuple[object, object]:
        worker = await pool.run(own_pid, seconds=20)
        return worker, await pool.run(Prepared(partial(burn, 0.6), own_pid), seconds=0.5)

    worker, loaded = await loading()
    for _ in range(3):
        # Workers come last on a busy machine, and are not waited for without end.
        if loaded != worker:
            worker, loaded = await loading()

    assert loaded == worker
    assert await pool.run(Prepared(fail, own_pid), seconds=0.5) == worker


async def test_jobs_side_by_side_get_their_own_workers_up_to_the_size(pool):
    pids = await asyncio.gather(*(pool.run(own_pid, seconds=20) for _ in range(6)))

    assert 1 <= len(set(pids)) <= 2


@pytest.mark.parametrize("job", [hang, die, swell])
async def test_a_job_that_hangs_dies_or_swells_costs_its_worker_and_nothing_else(pool, job):
    await pool.run(own_pid, seconds=20)
    began = time.monotonic()
    stopped = await pool.run(job, seconds=0.3)
    took = time.monotonic() - began

    assert isinstance(stopped, Stopped)
    # Nothing waited for it to end by itself.
    assert took < 15
    assert isinstance(await pool.run(own_pid, seconds=20), int)


async def test_cancelling_ends_the_worker_at_once(pool):
    pid = await pool.run(own_pid, seconds=20)
    task = asyncio.create_task(pool.run(hang, seconds=20))
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
    pid = await pool.run(own_pid, seconds=20)
    task = asyncio.create_task(pool.run(hang, seconds=20))
    await asyncio.sleep(0.2)
    await asyncio.to_thread(pool.close)

    assert isinstance(await task, Stopped)
    assert not psutil.pid_exists(pid)
    assert isinstance(await pool.run(own_pid, seconds=20), int)


async def test_a_queue_does_not_grow_without_bound():
    pool = Pool(size=1, waiting=3)
    waiting = [asyncio.create_task(pool.run(hang, seconds=0.2)) for _ in range(4)]
    await asyncio.sleep(0)
    refused = await pool.run(own_pid, seconds=20)

    # At once: nothing that had a place has ended.
    assert refused == BUSY
    assert not any(task.done() for task in waiting)
    await asyncio.gather(*waiting)
    pool.close()


async def test_one_callers_hanging_jobs_do_not_keep_anothers_from_its_turn():
    pool, ended = Pool(size=3), list[str]()

    async def ask(caller: str, job: Callable[[float], object]) -> None:
        share.set(caller)
        await pool.run(job, seconds=1)
        ended.append(caller)

    many = [asyncio.create_task(ask("ann", hang)) for _ in range(12)]
    await asyncio.sleep(0)
    await ask("bob", own_pid)
    for task in many:
        task.cancel()
    await asyncio.gather(*many, return_exceptions=True)
    pool.close()

    # No more of ann's may have ended than had a place before bob came.
    assert ended.index("bob") <= 2


def test_a_worker_answers_until_the_pipe_ends():
    ours, theirs = Pipe()
    answers: list[bytes | bool] = []

    def ask() -> None:
        answers.append(ours.recv())
        for source in (b"a", b"b"):
            ours.send((partial(echo, source), 5))
            answers.extend((ours.recv(), ours.recv()))
        ours.close()

    asking = threading.Thread(target=ask)
    asking.start()
    work(theirs)
    asking.join()

    assert answers == [True, True, b"a", True, b"b"]
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


def test_workers_die_with_their_parent_however_it_dies():
    script = (
        "import asyncio, os, sys; sys.path.insert(0, os.getcwd())\n"
        "from tests.platform.test_workers import *\n"
        "print(asyncio.run(POOL.run(own_pid, seconds=30)), flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    asyncio.run(gone(int(done.stdout)))


def pid_when_let_go(go: str) -> int:
    """Where this was done, once a file is there."""
    while not os.path.exists(go):  # noqa: PTH110 - it is looked for a thousand times
        time.sleep(0.002)
    return os.getpid()


def refuse() -> None:
    raise LookupError(os.getpid())


async def test_work_of_ours_that_is_alone_starts_no_process(pool):
    pids = [await pool.ease(os.getpid) for _ in range(3)]

    assert pids == [os.getpid()] * 3
    assert pool._idle == []


async def test_work_beside_other_work_is_done_in_a_worker(pool, tmp_path):
    go = tmp_path / "go"
    first = asyncio.create_task(pool.ease(partial(pid_when_let_go, str(go))))
    await asyncio.sleep(0)

    other = await pool.ease(os.getpid)
    go.touch()

    assert await first == os.getpid() != other


async def test_what_work_raises_is_raised_wherever_it_was_done(pool, tmp_path):
    go = tmp_path / "go"
    first = asyncio.create_task(pool.ease(partial(pid_when_let_go, str(go))))
    await asyncio.sleep(0)

    with pytest.raises(LookupError, match=str(os.getpid())):
        await pool.ease(refuse)
    (worker,) = pool._idle

    go.touch()
    await first
    assert worker.process.poll() is None


async def test_workers_that_are_not_needed_end_and_new_ones_start():
    pool = Pool(size=2, idle=0.05)
    first = await pool.run(own_pid, seconds=20)
    async with asyncio.timeout(60):
        while psutil.pid_exists(int(str(first))):  # noqa: ASYNC110 - a process that ends has no event
            await asyncio.sleep(0.01)

    second = await pool.run(own_pid, seconds=20)
    await pool.end()

    assert second != first


@pytest.mark.parametrize(
    "job",
    [
        "kuznia.domains.training.edits.revision",
        "kuznia.domains.training.parts",
        "kuznia.domains.flows.edits.apply",
        "kuznia.domains.code.analysis.analyse",
        "kuznia.forge.shelf.exporting",
    ],
)
def test_a_worker_knows_nothing_of_the_server(job: str):
    line = (
        f"import sys, {job}; "
        "server = {'fastapi', 'sqlalchemy', 'kuznia.web', 'kuznia.forge.shelf.shelf'}; "
        "print(*server & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""
