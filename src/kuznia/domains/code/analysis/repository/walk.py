"""The source files under some paths, without what .gitignore and --exclude leave out."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from kuznia.domains.code.analysis.repository.gitignore import (
    IgnoreRules,
    ignore_rules,
    is_ignored,
)
from kuznia.domains.code.analysis.uploads import NotSource
from kuznia.domains.code.languages.find import find_by_path

# What is under no circumstances a project's own source, or far more than one.
MAX_FILES = 500_000
_SKIPPED = frozenset(("node_modules", "__pycache__"))
_IGNORE_FILES = (".gitignore",)


def repository_of(path: Path) -> Path | None:
    """The folder of the git repository that a path is in, if any."""
    folder = path.resolve()
    return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)


def sources_under(
    paths: Sequence[Path], *, exclude: Sequence[str] = (), maximum: int = MAX_FILES
) -> Iterator[Path]:
    """Every file of a known language, once, in the order of names; a named file is never left out.

    Raises FileNotFoundError, and NotSource for a named file that is no source.
    """
    seen: set[str] = set()
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(path)
        if not path.is_dir():
            _refuse_unknown(path)
        for file in _files_under(path, exclude) if path.is_dir() else (path,):
            real = os.path.realpath(file)
            if real in seen:
                continue
            seen.add(real)
            if len(seen) > maximum:
                raise NotSource(f"more than {maximum} source files; name fewer folders")
            yield file


def _refuse_unknown(path: Path) -> None:
    if not find_by_path(path.name):
        raise NotSource(f"{path}: this is not in a language Kuznia reads")
    # A named pipe would be waited for without end.
    if not path.is_file():
        raise NotSource(f"{path}: this is not a file")


def _files_under(folder: Path, exclude: Sequence[str]) -> Iterator[Path]:
    top = repository_of(folder) or folder.resolve()
    excluded = ignore_rules("\n".join(exclude))
    within = folder.resolve().relative_to(top).as_posix()
    base = "" if within == "." else f"{within}/"
    rules = [excluded, *_rules_above(top, base)]
    if base and _is_left_out(base.removesuffix("/"), rules):
        # Named by the caller, who wants it read: only what lies below can still be left out.
        rules = [excluded]
    yield from _walk(folder, base, rules)


def _is_left_out(path: str, rules: Sequence[IgnoreRules]) -> bool:
    parts = path.split("/")
    return any(
        is_ignored("/".join(parts[:end]), rules[1:], is_folder=True)
        for end in range(1, len(parts) + 1)
    )


def _rules_above(top: Path, base: str) -> list[IgnoreRules]:
    """The rules of every folder above, the innermost first; the repository's own come last."""
    rules = list(_rules_in(top / ".git" / "info", "", names=("exclude",)))
    folder, relative = top, ""
    for part in base.split("/")[:-1]:
        rules[:0] = _rules_in(folder, relative)
        folder, relative = folder / part, f"{relative}{part}/"
    return rules


def _rules_in(
    folder: Path, base: str, names: Sequence[str] = _IGNORE_FILES
) -> Iterator[IgnoreRules]:
    for name in names:
        try:
            text = (folder / name).read_text("utf-8", errors="surrogateescape")
        except OSError:
            continue
        yield ignore_rules(text, base)


def _walk(folder: Path, base: str, above: Sequence[IgnoreRules]) -> Iterator[Path]:
    """Depth first and without recursion; a folder that cannot be read is empty."""
    waiting: list[tuple[Path, str, Sequence[IgnoreRules]]] = [(folder, base, above)]
    while waiting:
        place, relative, rules = waiting.pop()
        # What the command line excludes comes before whatever a file says.
        rules = [rules[0], *_rules_in(place, relative), *rules[1:]]
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError:
            continue
        folders: list[tuple[Path, str, Sequence[IgnoreRules]]] = []
        for entry in entries:
            path = relative + entry.name
            if entry.is_dir(follow_symlinks=False):
                hidden = entry.name.startswith(".") or entry.name in _SKIPPED
                if not hidden and not is_ignored(path, rules, is_folder=True):
                    folders.append((place / entry.name, f"{path}/", rules))
            elif _is_source(entry) and not is_ignored(path, rules, is_folder=False):
                yield place / entry.name
        waiting += reversed(folders)


def _is_source(entry: "os.DirEntry[str]") -> bool:
    return find_by_path(entry.name) is not None and entry.is_file()
