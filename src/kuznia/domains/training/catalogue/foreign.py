"""Exercises from elsewhere: a file of free-exercise-db or wger read into rows of our own catalogue.

Neither says how a body moves or what a movement loads. So each exercise takes its movement from the
nearest one of ours that trains the same muscle, and is thought to load whatever any of ours of that
movement loads: an injury takes out too many of them, never too few. What has no such kin is told.
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

MOST_BYTES = 20_000_000
MOST_ROWS = 2000
Id = Annotated[str, StringConstraints(pattern=r"^x-[a-z0-9-]{1,80}$")]
Name = Annotated[str, StringConstraints(min_length=2, max_length=80, pattern=r"^[^\x00-\x1f<>]+$")]
Words = Annotated[
    tuple[Annotated[str, StringConstraints(max_length=40)], ...], Field(max_length=12)
]


class Row(BaseModel):
    """One exercise of theirs, in our words."""

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


class Kept(BaseModel):
    """The file they are kept in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    exercises: Annotated[tuple[Row, ...], Field(max_length=MOST_ROWS)] = ()


_ROWS = TypeAdapter(list[dict[str, Any]])


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file: the rows, how many we have anyway, and why others were left out."""

    kept: Kept
    known: int
    left_out: Mapping[str, int]


class NotACatalogue(Exception):
    """The file is none of the two kinds, or not readable; the message says which."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What either file says of an exercise."""

    id: str
    name: str
    level: int
    equipment: frozenset[str]
    primary: tuple[str, ...]
    secondary: tuple[str, ...]
    # Why it is none of ours to plan with, where the file itself says so.
    unfit: str = ""


@cache
def _words() -> Mapping[str, Any]:  # tables of their words, read by name below
    return read_toml(__file__, "foreign.toml")


def read(data: bytes) -> Imported:
    """Map a file; raise NotACatalogue where there is nothing to map."""
    if len(data) > MOST_BYTES:
        raise NotACatalogue(f"The file is longer than {MOST_BYTES} bytes.")
    try:
        rows = json.loads(data)
        # wger gives its list in pages.
        listed = _ROWS.validate_python(rows["results"] if isinstance(rows, dict) else rows)
    except (KeyError, ValidationError):
        message = "The file is no list of exercises of free-exercise-db or wger."
        raise NotACatalogue(message) from None
    except (ValueError, RecursionError):
        raise NotACatalogue("The file is not JSON.") from None
    return _mapped(listed)


def _mapped(rows: list[dict[str, Any]]) -> Imported:
    ours = {one.fed_id for one in catalogue().values() if one.fed_id}
    kept: dict[str, Row] = {}
    left_out: Counter[str] = Counter()
    known = 0
    for row in rows:
        try:
            told = _wger(row) if "translations" in row or "muscles" in row else _fed(row)
        except (KeyError, TypeError, ValueError, AttributeError):
            left_out["fields are missing or of another kind"] += 1
            continue
        if told.id in ours or match(told.name).exercise is not None:
            known += 1
            continue
        made_of = told.unfit or _row(told)
        if isinstance(made_of, str):
            left_out[made_of] += 1
        elif made_of.id in kept:
            left_out["named twice"] += 1
        elif len(kept) == MOST_ROWS:
            left_out[f"more than {MOST_ROWS}"] += 1
        else:
            kept[made_of.id] = made_of
    return Imported(Kept(exercises=tuple(kept.values())), known, dict(left_out))


# Any: a row of somebody else's file; whatever is not as expected is an error caught above.
def _fed(row: dict[str, Any]) -> _Told:
    words = _words()
    fit = row["category"] in words["categories"] and row.get("force") != "static"
    return _Told(
        id=str(row["id"]),
        name=str(row["name"]),
        level=words["levels"][row["level"]],
        equipment=frozenset([str(row.get("equipment") or "?").casefold()]),
        primary=_muscles(row["primaryMuscles"]),
        secondary=_muscles(row["secondaryMuscles"]),
        unfit="" if fit else "no strength exercise for repetitions",
    )


_ENGLISH = 2


def _wger(row: dict[str, Any]) -> _Told:
    names = [one["name"] for one in row.get("translations", ()) if one.get("language") == _ENGLISH]
    name = str(names[0] if names else row["name"])
    several = [one["name"].casefold() for one in row["equipment"]]
    return _Told(
        id=f"wger-{row['id']}",
        name=name,
        level=2,
        equipment=frozenset(several or ["?"]),
        primary=_muscles(_muscle(one) for one in row["muscles"]),
        secondary=_muscles(_muscle(one) for one in row["muscles_secondary"]),
    )


def _muscle(one: dict[str, Any]) -> str:
    return str(one.get("name_en") or one["name"])


def _muscles(names: Any) -> tuple[str, ...]:
    known = _words()["muscles"]
    return tuple(
        dict.fromkeys(known[name.casefold()] for name in names if name.casefold() in known)
    )


def _row(told: _Told) -> Row | str:
    """The row, or why there is none."""
    if not told.primary:
        return "no muscle we count"
    kinds = [_words()["equipment"].get(name) for name in sorted(told.equipment)]
    if not all(kinds):
        return "equipment we do not know"
    like = _kin(told, frozenset(kind["load"] for kind in kinds if "load" in kind))
    if like is None:
        return "a movement we do not know"
    pieces = {piece for kind in kinds for piece in kind.get("pieces", ())}
    slug = re.sub(r"[^a-z0-9]+", "-", told.name.casefold()).strip("-")[:80]
    try:
        return Row(
            id=f"x-{slug}",
            name=told.name.strip(),
            like=like.id,
            load=like.load_type,
            level=max(told.level, like.level),
            equipment=tuple(sorted(pieces | like.equipment_all)),
            primary=told.primary,
            secondary=tuple(one for one in told.secondary if one not in told.primary),
        )
    except ValidationError:
        return "a name we cannot show"


def _kin(told: _Told, loads: frozenset[str]) -> Exercise | None:
    """The nearest of ours by name that leads with the same muscle and is loaded the same way."""
    for name in match(told.name).nearest:
        one = catalogue()[name]
        same = set(one.primary) & set(told.primary) and one.load_type in loads
        # What has a choice of kit, or is held for time, says too little of the other.
        if same and one.unit == "reps" and not one.equipment_any:
            return one
    return None


def exercises(kept: Kept) -> Mapping[str, Exercise]:
    """The rows as exercises of the catalogue, each as wary as all of its movement together."""
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


def load(path: Path) -> Kept:
    """What was imported before; nothing where nothing was yet."""
    try:
        return Kept.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Kept()
    except (OSError, ValidationError):
        raise NotACatalogue(f"{path} holds no imported exercises; import them again.") from None


def told(imported: Imported) -> Iterator[str]:
    """What came of it, in lines."""
    yield f"{len(imported.kept.exercises)} exercises were imported."
    yield f"{imported.known} are in our own catalogue."
    for why, count in sorted(imported.left_out.items(), key=lambda item: -item[1]):
        yield f"{count} were left out: {why}."
