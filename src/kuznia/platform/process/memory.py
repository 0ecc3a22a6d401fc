"""Memory of the C library, so that what is let go of goes back to the machine.

An artefact is a few hundred kB in one piece. Left to itself, glibc soon takes such pieces from its
heap too, where one that stays keeps all below it: a server that had made a thousand of them held on
to a hundred MB it had no use for. Other C libraries have no such words, and are left alone.
"""

import ctypes
from contextlib import suppress

# glibc's number for the size from which a piece is mapped by itself, and that size.
_MMAP_THRESHOLD, _BYTES = -3, 1 << 16


def map_large_pieces() -> None:
    """Have each large piece go back as soon as it is let go of."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _BYTES)


def give_back() -> None:
    """Let the machine have what is free at this moment; takes a few milliseconds."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
