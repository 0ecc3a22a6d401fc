"""Source files and whole trees measured on the terminal, against limits a project set itself."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from pydantic import ValidationError
from pydantic_core import to_json
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from kuznia.domains.code.analysis import (
    Analysis,
    Breach,
    Profile,
    Thresholds,
    analyse,
    breaches,
    left_out,
    sarif,
)
from kuznia.domains.code.analysis.uploads import NotSource, source
from kuznia.domains.code.languages.find import find_by_path
from kuznia.domains.code.schema import File
from kuznia.platform.errors import Invalid, NotFound, invalid
from kuznia.platform.terminal import say

MOST_FILES = 10_000
MOST_BYTES = 1_000_000
_SKIPPED = {"node_modules", "__pycache__"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to print, and where."""

    as_json: bool = False
    # A file, or - for standard output.
    sarif: str | None = None


class Tree(Sequence[File]):
    """Files that are read when they are looked at, so that one of them is in memory at a time."""

    def __init__(self, paths: Sequence[Path], looked_at: Callable[[int], object]) -> None:
        self._paths = paths
        self._looked_at = looked_at

    def __len__(self) -> int:
        return len(self._paths)

    @overload
    def __getitem__(self, index: int) -> File: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[File]: ...
    def __getitem__(self, index: int | slice) -> File | Sequence[File]:
        if isinstance(index, slice):
            return Tree(self._paths[index], self._looked_at)
        path = self._paths[index]
        self._looked_at(index)
        language = find_by_path(path.name)
        return File(
            path=path.as_posix(),
            language=language.name if language else "text",
            content=_read(path),
        )


def analyse_here(
    paths: Sequence[Path], profile: Profile, thresholds: Thresholds, wanted: Wanted
) -> bool:
    """Print what was found; whether every limit holds."""
    files = list(found(paths))
    if not files:
        raise Invalid("There is no source file of a known language to analyse.")
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Analysing", total=len(files))
        analysis = analyse(
            Tree(files, lambda index: bar.update(task, completed=index + 1)), profile=profile
        )
    breached = breaches(analysis, thresholds)
    if wanted.sarif is not None:
        _give(to_json(sarif(analysis, thresholds), indent=2).decode(), wanted.sarif)
    if wanted.as_json:
        say(to_json(analysis).decode())
    elif wanted.sarif != "-":
        _show(analysis)
    for breach in breached:
        say(_line(breach), err=True)
    return not breached


def limits(**given: object) -> Thresholds:
    """Thresholds from options."""
    try:
        return Thresholds.model_validate(given)
    except ValidationError as error:
        raise invalid(error) from None


def found(paths: Sequence[Path], most: int = MOST_FILES) -> Iterator[Path]:
    """Every source file under these paths, once, in the order of their names."""
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise NotFound(f"There is no {path}.")
        for file in _under(path) if path.is_dir() else (path,):
            if file.resolve() in seen or not _is_source(file, named=file == path):
                continue
            seen.add(file.resolve())
            if len(seen) > most:
                raise Invalid(f"More than {most} source files; name fewer folders.")
            yield file


def _under(folder: Path) -> Iterator[Path]:
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _SKIPPED
        )
        for name in sorted(names):
            yield Path(at, name)


def _is_source(path: Path, *, named: bool) -> bool:
    """What a walk passes by in silence is an error where someone named it."""
    try:
        _read(path)
    except Invalid:
        if named:
            raise
        return False
    return True


def _read(path: Path) -> str:
    try:
        why = _why_not(path)
        if not why:
            return source(path.read_bytes())
    except NotSource as wrong:
        why = str(wrong)
    except OSError as wrong:
        why = f"this cannot be read: {wrong.strerror}"
    raise Invalid(f"{path}: {why}.")


def _why_not(path: Path) -> str:
    if not find_by_path(path.name):
        return "this is of no language we read"
    # A named pipe would be waited for without end.
    if not path.is_file():
        return "this is no file"
    if path.stat().st_size > MOST_BYTES:
        return f"this is longer than {MOST_BYTES} bytes"
    return ""


def _give(text: str, to: str) -> None:
    if to == "-":
        say(text)
        return
    try:
        Path(to).write_text(text + "\n", encoding="utf-8")
    except OSError as wrong:
        raise Invalid(f"{to} cannot be written: {wrong.strerror}.") from None


def _line(breach: Breach) -> str:
    place = f"{breach.path}:{breach.line or 1}: " if breach.path else ""
    return f"{place}{breach.message}"


def _show(analysis: Analysis) -> None:
    table = Table(title="The worst functions")
    for name in ("Function", "Where", "Cyclomatic", "Cognitive"):
        table.add_column(name, overflow="fold")
    for one in analysis.worst:
        where = f"{one.path}:{one.start_line}"
        row = (one.name, where, str(one.cyclomatic), str(one.cognitive))
        table.add_row(*map(Text, row))
    if analysis.worst:
        say(table)
    of = analysis.totals
    say(
        f"{of.files} files, {of.code_lines} lines of code, {of.functions} functions; "
        f"{of.files_with_errors} files with errors."
    )
    say(
        f"Cyclomatic {of.cyclomatic_mean:g} on average, {of.cyclomatic_max} at most; "
        f"cognitive {of.cognitive_mean:g}, {of.cognitive_max}. "
        f"{of.duplicated_share:.1%} stands twice."
    )
    unrated = left_out(analysis) or "there are no functions"
    say(f"Rated {analysis.rating.grade or f'not at all: {unrated}'}.")
