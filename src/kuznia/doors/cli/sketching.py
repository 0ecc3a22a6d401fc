"""Skeletons of documentation and tests for files on this machine, without a server or a model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pydantic_core import to_json

from kuznia.domains.code.languages.find import find_by_path
from kuznia.domains.code.parsing.proof import SECONDS
from kuznia.domains.code.schema import File
from kuznia.domains.code.skeletons import (
    Skeletons,
    Sketch,
    Tongue,
    can_be_sketched,
    put_together,
    sketch,
)
from kuznia.doors.cli.analysing import found
from kuznia.platform.errors import Invalid, TimedOut
from kuznia.platform.folder import write
from kuznia.platform.process.workers import Stopped, within
from kuznia.platform.terminal import say

MOST_FILES = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What to write, and where; without a folder it is printed."""

    tests: bool
    docs: bool
    tongue: Tongue
    out: Path | None
    # Write over files that are there.
    force: bool = False
    as_json: bool = False


def sketch_here(paths: Sequence[Path], wish: Wish) -> None:
    """Write what can be written from these sources; none of them is changed."""
    sketches = [_sketched(path, wish.tongue) for path in _sources(paths)]
    if not sketches:
        raise Invalid("There is no source file here whose names can be documented.")
    told = put_together(sketches, wish.tongue, tests=wish.tests, docs=wish.docs)
    if wish.as_json:
        say(to_json(told).decode())
    else:
        _write([(file.path, file.content) for file in _files(told)], wish)
    for left in told.left_out:
        say(f"{left.path}:{left.line}: {left.name}: {left.reason}", err=True)


def _sources(paths: Sequence[Path]) -> Iterator[Path]:
    for path in found(paths, MOST_FILES):
        language = find_by_path(path.name)
        if language and can_be_sketched(language):
            yield path


def _sketched(path: Path, tongue: Tongue) -> Sketch:
    language = find_by_path(path.name)
    assert language
    # Where the folder is all that tells an absolute path from a relative one, it goes.
    name = path.as_posix().lstrip("/")
    made = sketch(path.read_bytes(), language, within(SECONDS), path=name, tongue=tongue)
    if isinstance(made, Stopped):
        raise TimedOut(f"{path} was not read within {SECONDS:g} s.")
    if made.flaws:
        flaw = made.flaws[0]
        raise Invalid(f"{path}:{flaw.line}:{flaw.column} does not parse: {flaw.message}")
    return made


def _files(told: Skeletons) -> Iterator[File]:
    yield from chain(
        told.documentation.files if told.documentation else (),
        told.tests.files if told.tests else (),
    )


def _write(files: Sequence[tuple[str, str]], wish: Wish) -> None:
    if wish.out is not None:
        write(files, wish.out, force=wish.force)
        return
    for path, content in files:
        say(f"\n── {path} ──\n{content}")
