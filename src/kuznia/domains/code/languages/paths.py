"""Paths from a model are hostile until they are checked here."""

import re
from pathlib import PurePosixPath

from kuznia.platform.risky_names import is_risky

MAX_PATH = 200
MAX_DEPTH = 10
# One folder or file name: no control characters, no leading dash a tool would take for an option.
_NAME = re.compile(r"[A-Za-z0-9_.@+\[(][A-Za-z0-9_.@+\[\]() -]{0,99}")
_WRAPPING = " \t*_`'\"<>:,"


def safe_path(raw: str) -> str | None:
    """The path as a relative one inside the artefact; None where it is not safe."""
    path = raw.strip(_WRAPPING).replace("\\", "/").removeprefix("./")
    if not path or len(path) > MAX_PATH or path.endswith("/"):
        return None
    names = path.split("/")
    if len(names) > MAX_DEPTH or any(_is_unsafe(name) for name in names):
        return None
    return path


def _is_unsafe(name: str) -> bool:
    # An empty name is an absolute path or a double slash; a drive's colon is in no name.
    return not _NAME.fullmatch(name) or name.endswith((".", " ")) or is_risky(name)


def stem(path: str) -> str:
    """The file's name without its folders and its last extension."""
    return PurePosixPath(path).stem
