"""Files written into a folder: all of them or none, none outside it, none over another's work.

The paths are a model's. They passed the domain's checks; this is the last place where a wrong path
could do harm, so every rule is held here again, also those a domain has no way to know.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from kuznia.platform.errors import Invalid
from kuznia.platform.risky_names import is_risky
from kuznia.platform.terminal import say

MAX_FILES = 1_000
MAX_PATH = 400
MAX_DEPTH = 20
MAX_SHOWN = 5
# What some system takes for more than a part of a name. Nor may one begin as an option or a home
# does; an end in a dot or a blank would be cut off by Windows.
_NAME = re.compile(r"[^-~ <>:\"|?*\\/][^<>:\"|?*\\/~]{0,99}(?<![. ])")


def write(files: Sequence[tuple[str, str]], out: Path, *, force: bool) -> None:
    """Show what will be written, then write it; with `force`, also over files that are there."""
    # A link that leads to the folder is the caller's own; below it none is followed.
    out = out.resolve()
    if _is_file(out):
        raise Invalid(f"Nothing was written: {out} is not a folder.")
    if len(files) > MAX_FILES:
        raise Invalid(f"Nothing was written: {len(files)} files are more than {MAX_FILES}.")
    if wrong := [*_alike([path for path, _ in files]), *_wrong(files, out, force=force)]:
        rest = f", and {len(wrong) - MAX_SHOWN} more" if len(wrong) > MAX_SHOWN else ""
        raise Invalid(f"Nothing was written: {'; '.join(wrong[:MAX_SHOWN])}{rest}.")
    sizes = {path: _size(out / path) for path, _ in files}
    say("\n".join(_plan(files, sizes)), err=True)
    for path, content in files:
        _write(out / path, content, replaces=sizes[path] is not None)
        say(str(out / path))


def _wrong(files: Sequence[tuple[str, str]], out: Path, *, force: bool) -> Iterator[str]:
    for path, _ in files:
        if not _is_inside(path):
            yield f"{path[:MAX_PATH]!r} is no path for a file of a project"
        elif link := next((place for place in _places(path) if (out / place).is_symlink()), None):
            yield f"{link} is a link"
        elif file := next((place for place in _places(path)[:-1] if _is_file(out / place)), None):
            yield f"{file} is a file, and {path} would lie in it"
        elif _is_file(out / path) and not (out / path).is_file():
            yield f"{path} is there already, and no file"
        elif (out / path).is_dir():
            yield f"{path} is a folder"
        elif (out / path).exists() and not force:
            yield f"{path} is there already (--force writes over it)"


def _is_inside(path: str) -> bool:
    """Whether it is a relative path that means the same on every system, and starts nothing."""
    names = path.split("/")
    return (
        len(path) <= MAX_PATH
        and len(names) <= MAX_DEPTH
        and path.isprintable()
        and all(_NAME.fullmatch(name) and not is_risky(name) for name in names)
    )


def _places(path: str) -> list[str]:
    """The folders on the way to a file, and the file."""
    names = path.split("/")
    return ["/".join(names[:end]) for end in range(1, len(names) + 1)]


def _is_file(path: Path) -> bool:
    return path.exists() and not path.is_dir()


def _alike(paths: Sequence[str]) -> Iterator[str]:
    """Two paths that are one where capitals do not count, or a file another one would lie in."""
    seen: dict[str, str] = {}
    for path in paths:
        key = unicodedata.normalize("NFC", path).casefold()
        if key in seen:
            yield f"{path} and {seen[key]} are one file on some systems"
        seen[key] = path
    for key, path in seen.items():
        folder = next((place for place in _places(key)[:-1] if place in seen), None)
        if folder is not None:
            yield f"{path} would lie in the file {seen[folder]}"


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.exists() else None


def _plan(files: Sequence[tuple[str, str]], sizes: Mapping[str, int | None]) -> Iterator[str]:
    for path, content in files:
        size, before = len(content.encode()), sizes[path]
        instead = "" if before is None else f", in place of {before}"
        yield f"  {'+' if before is None else '~'} {path}  ({size} bytes{instead})"


def _write(path: Path, content: str, *, replaces: bool) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if replaces:
            # A new file under the name: what has another name for the old one keeps it.
            path.unlink()
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(content)
    except OSError as error:
        raise Invalid(f"{str(path)!r} cannot be written: {error.strerror}.") from None
