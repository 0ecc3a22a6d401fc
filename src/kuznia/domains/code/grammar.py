"""Source in, syntax tree out, within a deadline.

Two properties of the parser shape this file. It stops for nobody while it is fed bytes: 200 kB of
`<` keeps the Kotlin grammar busy for a minute. Fed by a read callback it asks whether to go on. And
it keeps the interpreter's lock, so whatever may be large is parsed in another process (pool.py).
"""

import ctypes
import importlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import tree_sitter
from tree_sitter import Tree

from kuznia.domains.code.table import Language

# How much of the source is handed over at a time; the parser copies each piece.
PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Stopped:
    """The deadline came before the tree."""

    seconds: float


# Seconds on some scale: the machine's, which all its processes share, or those this thread worked.
Clock = Callable[[], float]


def within(seconds: float, clock: Clock = time.monotonic) -> float:
    """A deadline on the clock's scale."""
    return clock() + seconds


@cache
def load(language: Language) -> tree_sitter.Language:
    """The grammar, from its wheel; loaded when first asked for and kept, some 0.3 MB each."""
    module, function = language.grammar or (f"tree_sitter_{language.name}", "language")
    pointer: object = getattr(importlib.import_module(module), function)()
    if isinstance(pointer, int):
        # Two older wheels hand out a bare address; the library wants it in a capsule by now.
        pointer = _capsule(pointer)
    return tree_sitter.Language(pointer)


def _capsule(address: int) -> object:
    new = ctypes.pythonapi.PyCapsule_New
    new.restype = ctypes.py_object
    new.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    return new(address, b"tree_sitter.Language", None)


def parse(
    source: bytes, language: Language, deadline: float, clock: Clock = time.monotonic
) -> Tree | Stopped:
    """Parse UTF-8; `deadline` is on the clock's scale (see `within`).

    Walk the tree with a cursor or a stack of your own, never by recursion: input can nest 500,000
    deep. `node.text` asks back through the callback; slicing `source` by bytes is the quick way.
    """
    started = clock()
    view, pieces = memoryview(source), list[bytes]()

    def read(offset: int, _: object) -> bytes:
        piece = bytes(view[offset : offset + PIECE])
        if piece:
            pieces.append(piece)
        return piece

    try:
        return tree_sitter.Parser(load(language)).parse(
            read, progress_callback=lambda _offset, _error: clock() > deadline
        )
    except ValueError:
        # The only thing the parser can complain of here is that the callback stopped it.
        return Stopped(clock() - started)
    finally:
        _let_go(pieces)


def _let_go(pieces: list[bytes]) -> None:
    """The binding never gives back what a callback returned to it; so it is taken back here.

    Only what is really held too often is released, so that a mended binding loses nothing by it.
    """
    release = ctypes.pythonapi.Py_DecRef
    for piece in pieces:
        # Three hold it by right: the list, this name, and the argument of the question.
        for _ in range(sys.getrefcount(piece) - 3):
            release(ctypes.py_object(piece))
    pieces.clear()
