"""What code may try in the sandbox, and that it does not succeed."""

import json
from pathlib import Path

import pytest
from tests.domains.code.patience import soonest
from tests.domains.code.sandbox import attacking

from kuznia.domains.code.sandbox.box import LIMITS, Ran
from kuznia.domains.code.sandbox.trial import Sandbox


async def attack(sandbox: Sandbox, code: str, **limits) -> Ran:
    box = sandbox.host.box
    assert box is not None
    return await attacking.attack(box, sandbox.host.python, code, **limits)


@pytest.mark.parametrize("code", attacking.REFUSED.values(), ids=attacking.REFUSED.keys())
async def test_it_is_refused(sandbox, code):
    ran = await attack(sandbox, code)

    assert ran.code != 0, ran.out
    assert b"rror" in ran.err


async def test_nothing_of_the_hosts_environment_is_left(sandbox, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "canary-4711")
    look = "import glob\nfor f in glob.glob('/proc/*/environ'): print(open(f).read())"

    ran = await attack(sandbox, look)

    assert b"canary" not in ran.out + ran.err


async def test_nothing_but_its_own_is_in_sight(sandbox):
    ran = await attack(sandbox, "import json, os; print(json.dumps(sorted(os.listdir('/'))))")

    seen = set(json.loads(ran.out))
    assert seen <= {"bin", "code", "dev", "lib", "lib64", "opt", "proc", "tmp", "usr", "work"}


async def test_it_is_nobody(sandbox):
    ran = await attack(sandbox, "import os; print(os.getuid() != 0)")

    assert ran.out == b"True\n"


async def test_a_fork_bomb_is_stopped(sandbox):
    bomb = """
import os, time
born = 0
try:
    while born < 400:
        if os.fork() == 0:
            time.sleep(30)
        born += 1
except OSError:
    pass
print(born, flush=True)
os._exit(0)
"""

    ran = await attack(sandbox, bomb, seconds=10)

    assert int(ran.out) < LIMITS.processes


@pytest.mark.parametrize("code", attacking.MEMORY.values(), ids=attacking.MEMORY.keys())
async def test_memory_is_limited(sandbox, code):
    ran = await attack(sandbox, code, **attacking.SMALL)

    assert attacking.got(ran) < attacking.SMALL["memory"], ran


@pytest.mark.parametrize("code", attacking.DISK.values(), ids=attacking.DISK.keys())
async def test_a_disk_cannot_be_filled(sandbox, code):
    ran = await attack(sandbox, code, **attacking.SMALL)

    assert attacking.got(ran) <= attacking.SMALL["disk"], ran


async def test_threads_are_counted_too(sandbox):
    many = """
import threading, time
born = 0
try:
    while born < 400:
        threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
        born += 1
except RuntimeError:
    pass
print(born, flush=True)
import os; os._exit(0)
"""

    ran = await attack(sandbox, many)

    assert 0 < attacking.got(ran) < LIMITS.processes


async def test_an_endless_loop_ends(sandbox):
    ran = await attack(sandbox, "while True: pass", seconds=1.0)

    assert ran.ended == "timeout"
    assert ran.seconds < 20


async def test_waiting_for_ever_ends_too(sandbox):
    ran = await attack(sandbox, "import time; time.sleep(3600)", seconds=1.0)

    assert (ran.ended, ran.seconds < 2) == ("timeout", True)


async def test_a_flood_is_cut(sandbox):
    ran = await attack(sandbox, "while True: print('x' * 10_000)", output=100_000)

    assert ran.ended == "flooded"
    assert len(ran.out) == 100_000


async def test_nothing_is_left_running(sandbox):
    orphan = "import os, time\nif os.fork() == 0:\n os.setsid()\n time.sleep(3600)"

    await attack(sandbox, orphan, seconds=2)

    assert not sleepers()


def sleepers() -> list[Path]:
    """Processes of this machine that run the orphan's code."""
    return [process for process in Path("/proc").glob("[0-9]*") if _sleeps(process)]


def _sleeps(process: Path) -> bool:
    try:
        return b"time.sleep(3600)" in (process / "cmdline").read_bytes()
    except OSError:
        return False


async def test_a_path_that_leads_out_is_not_written(sandbox):
    with pytest.raises(ValueError, match="leads out"):
        await sandbox.host.box.run(["/usr/bin/true"], {"../planted.py": "x"})


async def test_starting_costs_little(sandbox):
    box = sandbox.host.box

    took, ran = await soonest(0.4, lambda: box.run(["/usr/bin/true"]))

    assert ran.code == 0
    assert took <= 0.4
