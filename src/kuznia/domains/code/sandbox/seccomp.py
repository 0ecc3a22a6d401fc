"""The system calls that are denied in the sandbox, as a BPF program."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

# Instructions of classic BPF: load a word, jump if equal, if at least, if a bit is set; return.
_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _ARGS = 0, 4, 16
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_TIOCSTI = 0x5412
# Calls of the x32 interface have this bit and would slip past the numbers below.
_X32 = 0x40000000


@dataclass(frozen=True, slots=True)
class Machine:
    """The numbers of system calls that differ between architectures."""

    arch: int
    ioctl: int
    # Calls that are fine but for one flag: number, argument, flag.
    flagged: tuple[tuple[int, int, int], ...]
    denied: tuple[int, ...]


# New calls have one number everywhere. clone3 hides its flags from us, so it does not exist here
# and the C library falls back on clone.
_CLONE3 = 435
# io_uring, the new mount calls, pidfd_getfd, process_madvise, mount_setattr, memfd_secret
_EVERYWHERE = (425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 440, 442, 447)
# A namespace of one's own; pages of a pool that no control group for memory counts.
_NEWUSER, _MAP_HUGE, _SHM_HUGE = 0x10000000, 0x40000, 0x800

MACHINES = {
    # unshare setns mount umount2 pivot_root chroot ptrace bpf keyctl add_key request_key
    # userfaultfd perf_event_open socket process_vm_readv process_vm_writev open_by_handle_at
    # name_to_handle_at init_module finit_module delete_module kexec_load reboot swapon swapoff
    # syslog acct quotactl memfd_create
    "x86_64": Machine(
        0xC000003E,
        16,
        ((56, 0, _NEWUSER), (9, 3, _MAP_HUGE), (29, 2, _SHM_HUGE)),
        (
            *(272, 308, 165, 166, 155, 161, 101, 321, 250, 248, 249, 323, 298, 41),
            *(310, 311, 304, 303, 175, 313, 176, 246, 169, 167, 168, 103, 163, 179, 319),
        ),
    ),
    "aarch64": Machine(
        0xC00000B7,
        29,
        ((220, 0, _NEWUSER), (222, 3, _MAP_HUGE), (194, 2, _SHM_HUGE)),
        (
            *(97, 268, 40, 39, 41, 51, 117, 280, 219, 217, 218, 282, 241, 198),
            *(270, 271, 265, 264, 105, 273, 106, 104, 142, 224, 225, 116, 89, 60, 279),
        ),
    ),
}


def program(machine: Machine) -> bytes:
    """The filter that bwrap loads before it starts the code: denied calls fail with EPERM."""
    return b"".join(_instructions(machine))


def _instructions(machine: Machine) -> Iterator[bytes]:
    yield _op(_LOAD, _ARCH)
    yield _op(_EQUAL, machine.arch, 1, 0)
    yield _op(_RETURN, _KILL)
    yield _op(_LOAD, _NUMBER)
    yield _op(_AT_LEAST, _X32, 0, 1)
    yield _op(_RETURN, _ERRNO | _EPERM)
    for number in (*machine.denied, *_EVERYWHERE):
        yield _op(_EQUAL, number, 0, 1)
        yield _op(_RETURN, _ERRNO | _EPERM)
    yield _op(_EQUAL, _CLONE3, 0, 1)
    yield _op(_RETURN, _ERRNO | _ENOSYS)
    for number, argument, flag in machine.flagged:
        yield from _refused_with(number, argument, _BITS, flag)
    # Typing into a terminal as if a person had.
    yield from _refused_with(machine.ioctl, 1, _EQUAL, _TIOCSTI)
    yield _op(_RETURN, _ALLOW)


def _refused_with(number: int, argument: int, test: int, value: int) -> Iterator[bytes]:
    """Instructions that refuse a call where its argument matches, and allow it otherwise."""
    yield _op(_EQUAL, number, 0, 4)
    yield _op(_LOAD, _ARGS + 8 * argument)
    yield _op(test, value, 0, 1)
    yield _op(_RETURN, _ERRNO | _EPERM)
    yield _op(_RETURN, _ALLOW)


def _op(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
