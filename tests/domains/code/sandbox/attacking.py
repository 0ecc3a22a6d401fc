"""What code may try in the sandbox, and the driver that tries it as whoever runs this file."""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace

from kuznia.domains.code.sandbox.attacks import HOLD
from kuznia.domains.code.sandbox.box import LIMITS, Box, Ran
from kuznia.domains.code.sandbox.trial import open_sandbox

LIBC = "import ctypes\nlibc = ctypes.CDLL(None)\n"


def call(number: int, *arguments: int) -> str:
    return f"{LIBC}if libc.syscall({number}, {', '.join(map(str, arguments))}) < 0: raise OSError"


# Each ends with an error, or it has done what it must not.
REFUSED = {
    "a socket": "import socket; socket.socket()",
    "a name looked up": "import socket; socket.getaddrinfo('example.org', 80)",
    "a file of the host": "open('/etc/shadow')",
    "a folder of the host": "import os; os.listdir('/root')",
    "a file written outside": "open('/usr/local/planted', 'w')",
    "a file written at the top": "open('/planted', 'w')",
    "a file written among devices": "open('/dev/planted', 'w')",
    "the code changed": "open('/code/app.py', 'w')",
    "a package changed": "open('/opt/packages/added_package.py', 'w')",
    "a package added": "open('/opt/packages/planted.py', 'w')",
    "a debugger": LIBC + "if libc.ptrace(0, 0, 0, 0): raise OSError",
    "a namespace": LIBC + "if libc.unshare(0x10000000): raise OSError",
    "a mount": LIBC + "if libc.mount(b'x', b'/tmp', b'tmpfs', 0, 0): raise OSError",
    "a writable top": LIBC + "if libc.mount(None, b'/', None, 0x1020, None): raise OSError",
    "a chroot": "import os; os.chroot('/tmp')",
    "being root": "import os; os.setuid(0); assert os.getuid() == 0",
    "a device": "import os; os.mknod('mem', 0o020666, os.makedev(1, 1))",
    "a kernel key": call(250, 0, 0),
    "a program for the kernel": call(321, 0, 0, 0),
    "another's memory": call(310, 1, 0, 0, 0, 0, 0),
    "another's file": call(438, 0, 0, 0),
    "faults of one's own": call(323, 0),
    "a ring of calls": call(425, 8, 0),
    "a file that is memory": "import os; os.memfd_create('x')",
    "a secret file that is memory": call(447, 0),
    "huge pages": "import mmap; mmap.mmap(-1, 2 << 20, flags=0x40022)",
    "huge pages that are shared": LIBC + "if libc.shmget(0, 2 << 20, 0o5600) < 0: raise OSError",
    "memory that is locked": (
        LIBC + "import mmap\nheld = mmap.mmap(-1, 1 << 30)\n"
        "if libc.mlock(ctypes.byref(ctypes.c_char.from_buffer(held)), 1 << 30): raise OSError"
    ),
    "a server of the host": "import socket; socket.create_connection(('127.0.0.1', 22))",
    "the host's folder for what passes": "import os; open('/tmp/' + os.listdir('/tmp')[0])",
    "a way round the filter": call(0x40000029),
}

_FILL = """
total, number = 0, 0
try:
    while total < 10**9:
        with open(f"FOLDER/{number}", "wb") as file:
            for _ in range(15):
                total += file.write(bytes(1024 * 1024))
        number += 1
except OSError:
    pass
print(total, flush=True)
"""
# Each prints how many bytes it has got; the last number counts, for it may be killed at any time.
MEMORY = {
    "of one process": """
import mmap
held = mmap.mmap(-1, 1200 << 20)
for at in range(0, 1200 << 20, mmap.PAGESIZE):
    held[at] = 1
    if at % (1 << 20) == 0:
        print(at, flush=True)
""",
    "of many processes": HOLD
    + "born = [hold(200 << 20) for _ in range(20)]\n"
    + "print((200 << 20) * sum(map(lives, born)), flush=True)",
    "of many small processes": HOLD
    + "born = [hold(20 << 20) for _ in range(40)]\n"
    + "print((20 << 20) * sum(map(lives, born)), flush=True)",
    "shared as System V does": LIBC
    + """
libc.shmat.restype = ctypes.c_void_p
held = libc.shmat(libc.shmget(0, 1200 << 20, 0o1600), 0, 0)
for at in range(0, 1200 << 20, 1 << 20):
    ctypes.memset(held + at, 1, 1 << 20)
    print(at, flush=True)
""",
    "in pipes": """
import fcntl, os
total = 0
try:
    while total < 10**9:
        _, end = os.pipe()
        os.set_blocking(end, False)
        fcntl.fcntl(end, 1031, 1 << 20)
        total += os.write(end, bytes(1 << 20))
except OSError:
    pass
print(total, flush=True)
""",
}
DISK = {
    folder: _FILL.replace("FOLDER", folder)
    for folder in ("", "/tmp", "/dev", "/dev/shm", "/work", "/opt", "/proc", "/dev/pts")
}
SMALL = {"memory": 200 << 20, "disk": 32 << 20}


async def attack(box: Box, python: str, code: str, **limits: float) -> Ran:
    """Run the code of an attack."""
    command = [python, "-I", "-c", code]
    return await box.run(command, {"app.py": "x = 1\n"}, limits=replace(LIMITS, **limits))


def got(ran: Ran) -> int:
    """What an attack has got hold of."""
    return int((ran.out.split() or [b"0"])[-1])


async def _drive(attacks: Mapping[str, str]) -> None:
    """Try all of them, and print what came of it."""
    async with open_sandbox() as sandbox:
        box, came = sandbox.host.box, {}
        for name, code in attacks.items():
            if box is None:
                break
            ran = await attack(box, sandbox.host.python, code, **SMALL)
            came[name] = {**asdict(ran), "out": ran.out.decode(), "err": ran.err.decode()}
        json.dump({"reasons": sandbox.host.reasons, "came": came}, sys.stdout)


if __name__ == "__main__":
    asyncio.run(_drive(json.load(sys.stdin)))
