"""Paths a model names are hostile until they have been here."""

import re
from pathlib import PurePosixPath

MOST_PATH = 200
MOST_DEPTH = 10
# One folder or file name: no control characters, no leading dash a tool would take for an option.
_NAME = re.compile(r"[A-Za-z0-9_.@+\[(][A-Za-z0-9_.@+\[\]() -]{0,99}")
# Files whose name begins with a dot and that only advise. All others may run something sooner or
# later (.git, .github, .vscode, .envrc, .npmrc), hold secrets (.env), or just hide.
_HARMLESS = frozenset(
    {
        *(".clang-format", ".dockerignore", ".editorconfig", ".env.example", ".gitignore"),
        *(".gitkeep", ".keep", ".npmignore", ".nvmrc", ".python-version"),
    }
)
# Names of devices on Windows, whatever follows their first dot.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])\s*", re.IGNORECASE)
_WRAPPING = " \t*_`'\"<>:,"


def safe_path(raw: str) -> str | None:
    """The path as a relative one inside the artefact, or None where it is no such thing."""
    path = raw.strip(_WRAPPING).replace("\\", "/").removeprefix("./")
    if not path or len(path) > MOST_PATH or path.endswith("/"):
        return None
    names = path.split("/")
    if len(names) > MOST_DEPTH or any(_is_unsafe(name) for name in names):
        return None
    return path


def _is_unsafe(name: str) -> bool:
    # An empty name is an absolute path or a double slash; a drive's colon is in no name.
    return not _NAME.fullmatch(name) or name.endswith((".", " ")) or is_risky(name)


def is_risky(name: str) -> bool:
    """Whether a file or folder of this name may do more than lie there."""
    hidden = name.startswith(".") and name not in _HARMLESS
    return hidden or bool(_DEVICE.fullmatch(name.partition(".")[0]))


def stem(path: str) -> str:
    """The file's name without its folders and its last extension."""
    return PurePosixPath(path).stem
