"""Redaction of log lines: no secret, nothing a person wrote, no local variable."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from traceback import walk_tb
from typing import cast
from uuid import UUID

from pydantic import JsonValue

from kuznia.platform.errors import Fault
from kuznia.platform.visible_text import visible

MASK = "***"
# What people write and what opens doors, masked under these names at any depth.
NAMES = frozenset(
    {"prompt", "text", "content", "body", "messages", "reply", "password", "authorization"}
    | {"cookie", "set_cookie", "secret", "token", "api_key", "apikey"}
)
ENDS = ("_password", "_secret", "_token", "_api_key")
# Their messages come from the interpreter and name code. Others may quote what a user wrote
# (pydantic's, SQLAlchemy's and int()'s do), so of those only the type and the place are told.
SPEAKING = frozenset(
    {ImportError, ModuleNotFoundError, AttributeError, NameError, TypeError, RuntimeError}
    | {NotImplementedError, AssertionError, RecursionError, MemoryError, OSError, TimeoutError}
)
# A line stays readable whatever is put into it.
MAX_LENGTH = 2_000
MAX_ITEMS = 50
MAX_DEPTH = 4
MAX_FRAMES = 30
MAX_CAUSES = 5

Strike = Callable[[str], str]


def striker(secrets: Iterable[str]) -> Strike:
    """A function that strikes the secrets out of a text, and what is too long off its end."""
    # The longest first: one secret may begin with another. Under 4 letters it would hit any word.
    worst_first = sorted((s for s in secrets if len(s) >= 4), key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, worst_first))) if worst_first else None

    def strike(text: str) -> str:
        clean = pattern.sub(MASK, text) if pattern else text
        # A line may be read on a terminal; half of a pair cannot even be written as UTF-8.
        clean = visible(clean)
        return (
            clean
            if len(clean) <= MAX_LENGTH
            else f"{clean[:MAX_LENGTH]}... ({len(clean)} characters)"
        )

    return strike


def plain(value: object, strike: Strike, depth: int = 0) -> JsonValue:
    """The value as JSON has it; of an object we do not know, only its type."""
    if isinstance(value, str):
        return strike(str(value))
    # Beyond this a number is nothing a program counts, and JSON may refuse to write it.
    if value is None or (isinstance(value, int | float) and abs(value) < 2**63):
        return value
    if isinstance(value, Enum):
        return plain(value.value, strike, depth)
    if isinstance(value, float | Decimal | UUID | PurePath | date | timedelta):
        return strike(str(value))
    if depth < MAX_DEPTH and isinstance(value, Mapping):
        return _fields(cast("Mapping[object, object]", value), strike, depth + 1)
    if depth < MAX_DEPTH and isinstance(value, Sequence | Set) and not isinstance(value, bytes):
        items = list(cast("Iterable[object]", value))
        return [plain(item, strike, depth + 1) for item in items[:MAX_ITEMS]]
    return f"<{type(value).__name__}>"


def _fields(values: Mapping[object, object], strike: Strike, depth: int) -> dict[str, JsonValue]:
    names = [(str(name), value) for name, value in list(values.items())[:MAX_ITEMS]]
    return {
        strike(name): MASK if is_private(name) else plain(value, strike, depth)
        for name, value in names
    }


def is_private(name: str) -> bool:
    """Whether what stands under this name is never shown."""
    name = name.lower().replace("-", "_")
    return name in NAMES or name.endswith(ENDS)


def story(error: BaseException, causes: int = MAX_CAUSES) -> Iterator[str]:
    """An error for the operator, line by line: what, by which road, and because of what."""
    yield _headline(error)
    # The innermost frames say most; a recursion has thousands.
    frames = list(walk_tb(error.__traceback__))[-MAX_FRAMES:]
    for frame, line in frames:
        yield f"  {_short(frame.f_code.co_filename)}:{line} {frame.f_code.co_qualname}"
    if causes == 0:
        return
    if isinstance(error, BaseExceptionGroup):
        for one in cast("BaseExceptionGroup[BaseException]", error).exceptions[:MAX_CAUSES]:
            yield from story(one, 0)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield "because of"
        yield from story(cause, causes - 1)


def _headline(error: BaseException) -> str:
    name = type(error).__qualname__
    if isinstance(error, Fault):
        return f"{name}: {error.message}"
    if isinstance(error, OSError):
        return f"{name}: {error.strerror or error}"
    return f"{name}: {error}" if type(error) in SPEAKING else name


def _short(path: str) -> str:
    return path.rpartition("/site-packages/")[2].rpartition("/src/")[2]
