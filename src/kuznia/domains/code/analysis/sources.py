"""Source files on this machine, each read only when it is needed."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import overload

from kuznia.domains.code.analysis.uploads import NotSource, source
from kuznia.domains.code.languages.find import find_by_path
from kuznia.domains.code.schema import File

MAX_FILES = 10_000
MAX_BYTES = 1_000_000
_SKIPPED = {"node_modules", "__pycache__"}


class Sources(Sequence[File]):
    """Files that are read one at a time, so that only one of them is in memory."""

    def __init__(
        self, paths: Sequence[Path], progress: Callable[[int], object] = lambda _: None
    ) -> None:
        self._paths = paths
        self._progress = progress

    def __len__(self) -> int:
        return len(self._paths)

    @overload
    def __getitem__(self, index: int) -> File: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[File]: ...
    def __getitem__(self, index: int | slice) -> File | Sequence[File]:
        if isinstance(index, slice):
            return Sources(self._paths[index], self._progress)
        path = self._paths[index]
        self._progress(index)
        language = find_by_path(path.name)
        return File(
            path=path.as_posix(),
            language=language.name if language else "text",
            content=_read(path),
        )


def sources_under(paths: Sequence[Path], maximum: int = MAX_FILES) -> Iterator[Path]:
    """Every source file under these paths, once, in the order of their names; raises NotSource."""
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(path)
        for file in _files_under(path) if path.is_dir() else (path,):
            if file.resolve() in seen or not _is_source(file, named=file == path):
                continue
            seen.add(file.resolve())
            if len(seen) > maximum:
                raise NotSource(f"more than {maximum} source files; name fewer folders")
            yield file


def _files_under(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _SKIPPED
        )
        for name in sorted(names):
            yield Path(parent, name)


def _is_source(path: Path, *, named: bool) -> bool:
    """Whether a file is source code; a file that was named is an error where it is not."""
    try:
        _read(path)
    except NotSource:
        if named:
            raise
        return False
    return True


def _read(path: Path) -> str:
    reason = _unreadable(path)
    try:
        if not reason:
            return source(path.read_bytes())
    except NotSource as error:
        reason = str(error)
    except OSError as error:
        reason = f"this cannot be read: {error.strerror}"
    raise NotSource(f"{path}: {reason}")


def _unreadable(path: Path) -> str:
    """The reason why a file cannot be read; empty where it can."""
    if not find_by_path(path.name):
        return "this is not in a language Kuznia reads"
    # A named pipe would be waited for without end.
    if not path.is_file():
        return "this is not a file"
    if path.stat().st_size > MAX_BYTES:
        return f"this is longer than {MAX_BYTES} bytes"
    return ""
