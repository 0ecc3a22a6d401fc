"""What people call exercises, muscles and equipment, as ids of the catalogue."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from kuznia.domains.training.catalogue import Exercise, catalogue, fingerprint
from kuznia.domains.training.catalogue.matching import exactly, named_with, words_of
from kuznia.domains.training.language.tokens import Tag
from kuznia.platform.data_files import read_toml


@dataclass(frozen=True, slots=True)
class Named:
    """The exercises a name means: `core` is what was meant, `wide` whatever bears the name too."""

    core: frozenset[str]
    wide: frozenset[str]


# Any: a TOML table, turned into ids below.
@cache
def _table() -> dict[str, Any]:
    return read_toml(__file__, "exercises.toml")


def exercises_of(tag: Tag) -> Named:
    """The exercises a tag names."""
    return _of(tag.kind, tag.name, fingerprint())


@lru_cache(maxsize=1024)
def _of(kind: str, name: str, _: str) -> Named:
    if kind == "group":
        ids = _group(name)
        phrases: list[str] = _table()["groups"][name]["says"]
        own = {exactly(words_of(phrase)) for phrase in phrases}
        return Named(frozenset(one for one in ids if one in own) or ids, ids)
    if kind == "exercise":
        exercise = catalogue()[name]
        wide = {
            other
            for alias in (exercise.name, exercise.name_uk)
            for other in named_with(words_of(alias))
        }
        return Named(frozenset({name}), frozenset({name, *wide}))
    return Named(frozenset(), frozenset())


def _group(name: str) -> frozenset[str]:
    row = _table()["groups"][name]
    ids = set(row.get("ids", ()))
    for words in row.get("names", ()):
        ids |= named_with(words_of(words))
    tags, patterns = set(row.get("tags", ())), set(row.get("patterns", ()))
    ids |= {
        exercise.id
        for exercise in catalogue().values()
        if exercise.tags & tags
        or exercise.pattern in patterns
        or (row.get("compound", False) and exercise.compound)
    }
    return frozenset(ids)


def muscles_of(name: str) -> frozenset[str]:
    """The muscles of the catalogue that a name means."""
    return frozenset(_table()["muscle_groups"].get(name, [name]))


def needs(exercise: Exercise, item: str) -> bool:
    """Whether an exercise cannot be done without this piece of equipment."""
    if item == "machines":
        return exercise.load_type in {"machine", "cable"}
    return item in exercise.equipment_all or exercise.equipment_any == frozenset({item})


def uses(exercise: Exercise, item: str) -> bool:
    """Whether an exercise is done with this piece of equipment, or may be."""
    return needs(exercise, item) or item in exercise.equipment_any


def names_of(kind: str, name: str) -> tuple[str, ...]:
    """What people call an exercise or a group of them."""
    if kind == "group":
        return tuple(phrase for phrase in _table()["groups"][name]["says"] if "*" not in phrase)
    return (catalogue()[name].name,)


def named_first(kind: str, name: str) -> tuple[str, ...]:
    """The exercises of an exercise or group, those that bear its very name first."""
    named = exercises_of(Tag(kind, 0, 0, name))
    exact = [exactly(words_of(phrase)) for phrase in names_of(kind, name)]
    rank = {exercise: place for place, exercise in reversed([*enumerate(exact)])}
    last = len(exact)
    return tuple(
        sorted(named.wide, key=lambda id_: (rank.get(id_, last), id_ not in named.core, id_))
    )
