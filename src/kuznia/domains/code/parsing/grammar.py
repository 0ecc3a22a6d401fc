"""Parse a source to a syntax tree, within a deadline.

Three properties of the parser shape this file. It cannot be stopped while it is fed bytes: 200 kB
of `<` keeps the Kotlin grammar busy for a minute. Fed by a read callback it asks whether to go on,
but not while it recovers from an error: 4 kB of `a=>` hold the Java grammar for a second. It keeps
the interpreter's lock. And a grammar's own C can end the process: 2 kB of `- ` crash the YAML
grammar. So text from outside is parsed in another process (platform/process/workers.py), unless it
is small and in a language whose parsers were measured and attacked first (apart.py).
"""

import ctypes
import importlib
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache

import tree_sitter
from tree_sitter import Tree

from kuznia.domains.code.languages.table import Language
from kuznia.platform.process.workers import Stopped

# How much of the source is handed over at a time; the parser copies each piece.
PIECE = 65_536
# A parser this far behind does not catch up. Published code of 20 languages takes 6e-7 seconds a
# byte at most, texts made to be slow 1e-4 and more; Perl's own library has files of 2.6e-5.
SECONDS_BEHIND, SECONDS_A_BYTE = 0.1, 3e-6
SLOW = {"perl": 3e-5}
# What may be parsed on the event loop, a few kB at a time: the worst texts anybody thought of and a
# thousand random ones took these parsers 30 ms at most, and none of them ended the process.
QUICK = frozenset(
    ("css", "go", "html", "javascript", "json", "python", "toml", "tsx", "typescript")
)


class Elsewhere(Exception):
    """This source may be slow to parse or worse, so it is not parsed in this process."""


@dataclass(slots=True)
class _Allowance:
    """What may still be parsed on the event loop: bytes, and seconds of this thread's time.

    Counted is what the thread works, not what it waits for a core: a busy machine changes nothing.
    """

    size: int
    deadline: float

    def is_spent(self) -> bool:
        return time.thread_time() > self.deadline


_allowance: ContextVar[_Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def sparingly(size: int, seconds: float) -> Generator[None]:
    """Parse only quick languages, within a size and a time; anything beyond raises Elsewhere."""
    before = _allowance.set(_Allowance(size, time.thread_time() + seconds))
    try:
        yield
    finally:
        _allowance.reset(before)


def spend(language: Language, size: int) -> None:
    """Account for a source before it is parsed; raises Elsewhere where that must not be here."""
    allowance = _allowance.get()
    if allowance is None:
        return
    allowance.size -= size
    if language.name not in QUICK or allowance.size < 0 or allowance.is_spent():
        raise Elsewhere


@cache
def load(language: Language) -> tree_sitter.Language:
    """The grammar of a language, from its wheel; loaded once and kept, about 0.3 MB each."""
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


def parse(source: bytes, language: Language, deadline: float) -> Tree | Stopped:
    """Parse UTF-8 until a deadline (see `within`), or until it is too slow to end in reason.

    Walk the tree with a cursor or a stack of your own, never by recursion: input can nest 500,000
    deep. `node.text` asks back through the callback; slicing `source` by bytes is the quick way.
    """
    spend(language, len(source))
    parser = tree_sitter.Parser(load(language))
    a_byte = SLOW.get(language.name, SECONDS_A_BYTE)
    allowance, started = _allowance.get(), time.process_time()
    view, pieces = memoryview(source), list[bytes]()

    def read(offset: int, _: object) -> bytes:
        piece = bytes(view[offset : offset + PIECE])
        if piece:
            pieces.append(piece)
        return piece

    def is_late(offset: int, _error: bool) -> bool:
        pace = started + SECONDS_BEHIND + offset * a_byte
        if allowance is not None and allowance.is_spent():
            return True
        return time.process_time() > min(deadline, pace)

    try:
        return parser.parse(read, progress_callback=is_late)
    except ValueError:
        # The only thing the parser can complain of here is that the callback stopped it.
        if allowance is not None:
            raise Elsewhere from None
        return Stopped(time.process_time() - started)
    finally:
        _let_go(pieces)


def _let_go(pieces: list[bytes]) -> None:
    """Release what a callback returned: the binding never does.

    Only what is really held too often is released, so that a mended binding loses nothing by it.
    """
    release = ctypes.pythonapi.Py_DecRef
    for piece in pieces:
        # Three hold it by right: the list, this name, and the argument of the question.
        for _ in range(sys.getrefcount(piece) - 3):
            release(ctypes.py_object(piece))
    pieces.clear()
