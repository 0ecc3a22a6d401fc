"""Exercises from other databases: a file of free-exercise-db or wger, mapped to our catalogue.

Neither database says how a body moves or what a movement loads. So each exercise takes its movement
from the nearest of ours that trains the same muscle, and counts as loading whatever any exercise of
that movement loads: an injury takes out too many of them, never too few. The report names what has
no such relative.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from kuznia.domains.training.catalogue import Exercise, LoadType, catalogue, conditions, made
from kuznia.domains.training.catalogue.matching import match
from kuznia.platform.data_files import read_toml

MAX_BYTES = 20_000_000
MAX_ROWS = 2000
Id = Annotated[str, StringConstraints(pattern=r"^x-[a-z0-9-]{1,80}$")]
Name = Annotated[str, StringConstraints(min_length=2, max_length=80, pattern=r"^[^\x00-\x1f<>]+$")]
Words = Annotated[
    tuple[Annotated[str, StringConstraints(max_length=40)], ...], Field(max_length=12)
]


class ForeignRow(BaseModel):
    """One imported exercise, in the terms of our catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id
    name: Name
    # The exercise of ours it moves like.
    like: str
    load: LoadType
    level: int = Field(ge=1, le=3)
    equipment: Words
    primary: Words = Field(min_length=1)
    secondary: Words


class ForeignCatalogue(BaseModel):
    """The file that holds the imported exercises."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    exercises: Annotated[tuple[ForeignRow, ...], Field(max_length=MAX_ROWS)] = ()


_ROWS = TypeAdapter(list[dict[str, Any]])


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import: the rows, how many we already have, and why others were skipped."""

    kept: ForeignCatalogue
    known: int
    skipped: Mapping[str, int]


class NotACatalogue(Exception):
    """The file is of neither database, or not readable; the message says which."""


@dataclass(frozen=True, slots=True)
class _Foreign:
    """What either database says about an exercise."""

    id: str
    name: str
    level: int
    equipment: frozenset[str]
    primary: tuple[str, ...]
    secondary: tuple[str, ...]
    # Why we cannot plan with it, where the file itself says so.
    unfit: str = ""


@cache
def _words() -> Mapping[str, Any]:  # tables of the databases' words, read by name below
    return read_toml(__file__, "foreign.toml")


def read(data: bytes) -> Imported:
    """Map a file; raise NotACatalogue where there is nothing to map."""
    if len(data) > MAX_BYTES:
        raise NotACatalogue(f"The file is longer than {MAX_BYTES} bytes.")
    try:
        rows = json.loads(data)
        # wger gives its list in pages.
        listed = _ROWS.validate_python(rows["results"] if isinstance(rows, dict) else rows)
    except (KeyError, ValidationError):
        message = "The file is not a list of exercises from free-exercise-db or wger."
        raise NotACatalogue(message) from None
    except (ValueError, RecursionError):
        raise NotACatalogue("The file is not JSON.") from None
    return _mapped(listed)


def _mapped(rows: list[dict[str, Any]]) -> Imported:
    ours = {one.fed_id for one in catalogue().values() if one.fed_id}
    kept: dict[str, ForeignRow] = {}
    skipped: Counter[str] = Counter()
    known = 0
    for row in rows:
        try:
            foreign = _wger(row) if "translations" in row or "muscles" in row else _fed(row)
        except (KeyError, TypeError, ValueError, AttributeError):
            skipped["fields are missing or have another type"] += 1
            continue
        if foreign.id in ours or match(foreign.name).exercise is not None:
            known += 1
            continue
        mapped = foreign.unfit or _row(foreign)
        if isinstance(mapped, str):
            skipped[mapped] += 1
        elif mapped.id in kept:
            skipped["two exercises have one name"] += 1
        elif len(kept) == MAX_ROWS:
            skipped[f"more than {MAX_ROWS}"] += 1
        else:
            kept[mapped.id] = mapped
    return Imported(ForeignCatalogue(exercises=tuple(kept.values())), known, dict(skipped))


# Any: a row of a foreign file; whatever is not as expected is an error caught above.
def _fed(row: dict[str, Any]) -> _Foreign:
    words = _words()
    fit = row["category"] in words["categories"] and row.get("force") != "static"
    return _Foreign(
        id=str(row["id"]),
        name=str(row["name"]),
        level=words["levels"][row["level"]],
        equipment=frozenset([str(row.get("equipment") or "?").casefold()]),
        primary=_muscles(row["primaryMuscles"]),
        secondary=_muscles(row["secondaryMuscles"]),
        unfit="" if fit else "not a strength exercise counted in repetitions",
    )


_ENGLISH = 2


def _wger(row: dict[str, Any]) -> _Foreign:
    names = [one["name"] for one in row.get("translations", ()) if one.get("language") == _ENGLISH]
    name = str(names[0] if names else row["name"])
    several = [one["name"].casefold() for one in row["equipment"]]
    return _Foreign(
        id=f"wger-{row['id']}",
        name=name,
        level=2,
        equipment=frozenset(several or ["?"]),
        primary=_muscles(_muscle(one) for one in row["muscles"]),
        secondary=_muscles(_muscle(one) for one in row["muscles_secondary"]),
    )


def _muscle(muscle: dict[str, Any]) -> str:
    return str(muscle.get("name_en") or muscle["name"])


def _muscles(names: Any) -> tuple[str, ...]:
    known = _words()["muscles"]
    return tuple(
        dict.fromkeys(known[name.casefold()] for name in names if name.casefold() in known)
    )


def _row(foreign: _Foreign) -> ForeignRow | str:
    """The row, or why there is none."""
    if not foreign.primary:
        return "no muscle we count"
    kinds = [_words()["equipment"].get(name) for name in sorted(foreign.equipment)]
    if not all(kinds):
        return "equipment we do not know"
    like = _nearest(foreign, frozenset(kind["load"] for kind in kinds if "load" in kind))
    if like is None:
        return "a movement we do not know"
    pieces = {piece for kind in kinds for piece in kind.get("pieces", ())}
    slug = re.sub(r"[^a-z0-9]+", "-", foreign.name.casefold()).strip("-")[:80]
    try:
        return ForeignRow(
            id=f"x-{slug}",
            name=foreign.name.strip(),
            like=like.id,
            load=like.load_type,
            level=max(foreign.level, like.level),
            equipment=tuple(sorted(pieces | like.equipment_all)),
            primary=foreign.primary,
            secondary=tuple(one for one in foreign.secondary if one not in foreign.primary),
        )
    except ValidationError:
        return "a name we cannot show"


def _nearest(foreign: _Foreign, loads: frozenset[str]) -> Exercise | None:
    """Our nearest exercise by name that leads with the same muscle and is loaded the same way."""
    for name in match(foreign.name).nearest:
        exercise = catalogue()[name]
        same = set(exercise.primary) & set(foreign.primary) and exercise.load_type in loads
        # An exercise with a choice of equipment, or held for time, says too little about another.
        if same and exercise.unit == "reps" and not exercise.equipment_any:
            return exercise
    return None


def exercises(kept: ForeignCatalogue) -> Mapping[str, Exercise]:
    """The rows as exercises; each loads all that any exercise of its movement loads."""
    ours = catalogue()
    watched = frozenset[str]().union(*(one.tags | one.acute_tags for one in conditions().values()))
    loads: dict[str, frozenset[str]] = {}
    for one in ours.values():
        loads[one.pattern] = loads.get(one.pattern, frozenset()) | (one.tags & watched)
    return {
        row.id: made(
            ours[row.like],
            id=row.id,
            name=row.name,
            primary=row.primary,
            secondary=row.secondary,
            equipment=frozenset(row.equipment),
            level=row.level,
            tags=loads[ours[row.like].pattern],
        )
        for row in kept.exercises
        if row.like in ours and row.id not in ours
    }


def load(path: Path) -> ForeignCatalogue:
    """The exercises imported before, if there are any."""
    try:
        return ForeignCatalogue.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return ForeignCatalogue()
    except (OSError, ValidationError):
        raise NotACatalogue(f"{path} holds no imported exercises; import them again.") from None


def report(imported: Imported) -> Iterator[str]:
    """The result of an import, in lines."""
    yield f"Imported: {len(imported.kept.exercises)}."
    yield f"In the built-in catalogue already: {imported.known}."
    for why, count in sorted(imported.skipped.items(), key=lambda item: -item[1]):
        yield f"Skipped: {count} ({why})."
