"""What code may try in the sandbox, and that it does not succeed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.domains.code.patience import soonest

from kuznia.domains.code.sandbox.box import LIMITS, Ran
from kuznia.domains.code.sandbox.trial import Sandbox


async def attack(sandbox: Sandbox, code: str, **limits) -> Ran:
    box = sandbox.found.box
    assert box is not None
    command = [sandbox.found.python, "-I", "-c", code]
    return await box.run(command, {"app.py": "x = 1\n"}, limits=replace(LIMITS, **limits))


LIBC = "import ctypes\nlibc = ctypes.CDLL(None)\n"
REFUSED = {
    "a socket": "import socket; socket.socket()",
    "a name looked up": "import socket; socket.getaddrinfo('example.org', 80)",
    "a file of the host": "open('/etc/shadow')",
    "a folder of the host": "import os; os.listdir('/root')",
    "a file written outside": "open('/usr/local/planted', 'w')",
    "the code changed": "open('/code/app.py', 'w')",
    "a debugger": LIBC + "if libc.ptrace(0, 0, 0, 0): raise OSError",
    "a namespace": LIBC + "if libc.unshare(0x10000000): raise OSError",
    "a mount": LIBC + "if libc.mount(b'x', b'/tmp', b'tmpfs', 0, 0): raise OSError",
    "a chroot": "import os; os.chroot('/tmp')",
    "a kernel key": LIBC + "if libc.syscall(250, 0, 0) < 0: raise OSError",
    "a program for the kernel": LIBC + "if libc.syscall(321, 0, 0, 0) < 0: raise OSError",
    "another's memory": LIBC + "if libc.syscall(310, 1, 0, 0, 0, 0, 0) < 0: raise OSError",
    "a server of the host": "import socket; socket.create_connection(('127.0.0.1', 22))",
    "the host's folder for what passes": "import os; open('/tmp/' + os.listdir('/tmp')[0])",
    "a way round the filter": LIBC + "if libc.syscall(0x40000029) < 0: raise OSError",
}


@pytest.mark.parametrize("code", REFUSED.values(), ids=REFUSED.keys())
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


async def test_memory_is_limited(sandbox):
    ran = await attack(sandbox, "x = bytearray(2 * 10**9); print('had it')", seconds=10)

    assert b"had it" not in ran.out


async def test_memory_is_limited_for_all_children_together(sandbox):
    greedy = """
import os, sys, time
for _ in range(20):
    if os.fork() == 0:
        try:
            held = bytearray(b'x') * (200 * 1024 * 1024)
            time.sleep(3)
            os.write(1, b'held ')
        finally:
            os._exit(0)
time.sleep(4)
"""

    ran = await attack(sandbox, greedy, seconds=10)

    assert ran.out.count(b"held") <= 2


async def test_a_disk_cannot_be_filled(sandbox):
    fill = "f = open('/work/big', 'wb')\nfor _ in range(200): f.write(b'x' * 1024 * 1024)"

    ran = await attack(sandbox, fill)

    assert ran.code != 0


@pytest.mark.parametrize("folder", ["/work", "/tmp", "/dev/shm"])
async def test_a_disk_cannot_be_filled_with_many_files(sandbox, folder):
    fill = f"""
written = 0
try:
    for number in range(20):
        with open(f"{folder}/{{number}}", "wb") as file:
            for _ in range(10):
                written += file.write(b"x" * 1024 * 1024)
except OSError:
    pass
print(written)
"""

    ran = await attack(sandbox, fill)

    assert 0 < int(ran.out) <= LIMITS.disk


async def test_an_endless_loop_ends(sandbox):
    ran = await attack(sandbox, "while True: pass", seconds=1.0)

    assert ran.ended == "timeout"
    assert ran.seconds < 2


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
        await sandbox.found.box.run(["/usr/bin/true"], {"../planted.py": "x"})


async def test_starting_costs_little(sandbox):
    box = sandbox.found.box

    took, ran = await soonest(0.040, lambda: box.run(["/usr/bin/true"]))

    assert ran.code == 0
    assert took <= 0.040
