"""The exercises we know: our own data, one exercise a row, read once when first asked for."""

import csv
import hashlib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from kuznia.domains.training.law import harm_law
from kuznia.platform.data_files import read_text, read_toml

LoadType = Literal["barbell", "db", "machine", "cable", "band", "bodyweight", "assisted", "time"]
Unit = Literal["reps", "sec", "m"]

# Muscles whose weekly dose the rules speak of.
MAJOR = ("chest", "back", "shoulders", "quads", "hamstrings", "glutes")
# A joint or a state of the body that can take exercises out of the choice.
REGIONS = ("knee", "shoulder", "low_back", "wrist", "elbow", "ankle", "hip", "neck")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way of moving, with what it trains by default."""

    id: str
    primary: tuple[str, ...]
    secondary: tuple[str, ...]
    body: str
    main: bool


@dataclass(frozen=True, slots=True)
class Contraindication:
    """A condition that speaks against an exercise; `acute` only while it is fresh."""

    condition: str
    severity: Literal["avoid", "acute"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One row of the catalogue."""

    id: str
    name: str
    name_uk: str
    pattern: str
    # 1.0 for what it is for, 0.5 for what helps: the fractional count the dose rules use.
    muscles: Mapping[str, float]
    equipment_all: frozenset[str]
    equipment_any: frozenset[str]
    level: int
    skill: int
    unilateral: bool
    load_type: LoadType
    tags: frozenset[str]
    contraindications: tuple[Contraindication, ...]
    step_kg: float
    step_lb: float
    unit: Unit
    seconds: int
    setup: float
    popularity: int
    aliases_en: tuple[str, ...]
    aliases_uk: tuple[str, ...]
    fed_id: str | None

    @property
    def primary(self) -> tuple[str, ...]:
        return tuple(muscle for muscle, share in self.muscles.items() if share == 1.0)

    @property
    def compound(self) -> bool:
        return "isolation" not in self.tags and self.pattern in _COMPOUND

    def label(self, language: str) -> str:
        return self.name_uk if language == "uk" else self.name

    def fits(self, equipment: frozenset[str]) -> bool:
        """Whether it can be done with exactly this kit."""
        return self.equipment_all <= equipment and (
            not self.equipment_any or bool(self.equipment_any & equipment)
        )


_COMPOUND = frozenset(
    {"squat", "hinge", "lunge", "h_push", "v_push", "h_pull", "v_pull", "olympic"}
)


@cache
def patterns() -> Mapping[str, Pattern]:
    """Every pattern by id."""
    return MappingProxyType(
        {
            name: Pattern(
                name,
                tuple(row["primary"]),
                tuple(row.get("secondary", ())),
                row["body"],
                row.get("main", False),
            )
            for name, row in read_toml(__file__, "patterns.toml").items()
        }
    )


@dataclass(frozen=True, slots=True)
class Kit:
    """A named place to train, and the patterns it owns up to not covering."""

    items: frozenset[str]
    cannot: frozenset[str]
    only: str | None


@cache
def kits() -> Mapping[str, Kit]:
    """Every named equipment profile."""
    return MappingProxyType(
        {
            name: Kit(frozenset(row["items"]), frozenset(row["cannot"]), row.get("only"))
            for name, row in read_toml(__file__, "equipment.toml").items()
        }
    )


@dataclass(frozen=True, slots=True)
class HealthCondition:
    """What a condition takes out of the catalogue."""

    tags: frozenset[str]
    patterns: frozenset[str]
    acute_tags: frozenset[str]
    acute_patterns: frozenset[str]

    def against(self, tags: frozenset[str], pattern: str) -> Literal["avoid", "acute"] | None:
        if tags & self.tags or pattern in self.patterns:
            return "avoid"
        if tags & self.acute_tags or pattern in self.acute_patterns:
            return "acute"
        return None


@cache
def conditions() -> Mapping[str, HealthCondition]:
    """Every condition of the law of harm that filters exercises; a region is one condition."""
    named: dict[str, HealthCondition] = {}
    none = frozenset[str]()
    for row in harm_law().values():
        tags, patterns = frozenset(row.tags), frozenset(row.patterns)
        if not tags and not patterns:
            continue
        name = row.region or row.id
        known = named.get(name, HealthCondition(none, none, none, none))
        if not row.region or "chronic" in row.phases:
            named[name] = replace(known, tags=tags, patterns=patterns)
        elif "fresh" in row.phases:
            named[name] = replace(known, acute_tags=tags, acute_patterns=patterns)
    return MappingProxyType(named)


@cache
def catalogue() -> Mapping[str, Exercise]:
    """Every exercise by id: ours in the order of the file, then those brought in beside them."""
    loads = read_toml(__file__, "loads.toml")
    rows = csv.DictReader(read_text(__file__, "exercises.csv").splitlines(), delimiter=";")
    ours = {row["id"]: _exercise(row, loads[row["load"]]) for row in rows}
    return MappingProxyType(ours | dict(STOCK.theirs))


class Stock:
    """What the operator brought in. It is data of the installation, as our own file is, and lives
    as long as the server: one process, one catalogue."""

    def __init__(self) -> None:
        self.theirs: Mapping[str, Exercise] = {}

    @contextmanager
    def beside_ours(self, theirs: Mapping[str, Exercise]) -> Generator[None]:
        """Have these in the catalogue too, until the block ends."""
        self.keep(theirs)
        try:
            yield
        finally:
            self.keep({})

    def keep(self, theirs: Mapping[str, Exercise]) -> None:
        """Have these and no others of theirs."""
        if self.theirs == theirs:
            return
        self.theirs = theirs
        for known in (catalogue, pieces, fingerprint):
            known.cache_clear()


STOCK = Stock()


@cache
def pieces() -> frozenset[str]:
    """Every piece of equipment that some exercise asks for."""
    rows = catalogue().values()
    return frozenset[str]().union(*(row.equipment_all | row.equipment_any for row in rows))


def items_of(name: str) -> frozenset[str] | None:
    """What a kit holds, or the one piece that is named; None for what nobody here knows."""
    plain = name.strip().casefold().replace(" ", "_")
    kit = kits().get(plain.replace("_", "-"))
    if kit is not None:
        return kit.items
    return frozenset({plain}) if plain in pieces() else None


def nearest_equipment(name: str) -> tuple[str, ...]:
    """Up to three kits and pieces that may have been meant, in either language."""
    known: dict[str, str] = {each: each for each in (*kits(), *pieces())}
    # Any: a table as it is written; its options are names in the languages we speak.
    questions: list[dict[str, Any]] = read_toml(__file__, "../questions/basics.toml")["question"]
    options: list[list[str]] = next(q for q in questions if q["id"] == "equipment")["options"]
    for names in options:
        known |= {name.casefold(): names[0] for name in names}
    near = get_close_matches(name.strip().casefold(), known, n=3, cutoff=0.5)
    return tuple(dict.fromkeys(known[one] for one in near))


@cache
def fingerprint() -> str:
    """Changes whenever the catalogue does; stands in every certificate."""
    digest = hashlib.sha256()
    for name in (
        "exercises.csv",
        "patterns.toml",
        "loads.toml",
        "equipment.toml",
        "../law/harm.toml",
    ):
        digest.update(read_text(__file__, name).encode())
    for one in STOCK.theirs.values():
        tags, kit = sorted(one.tags), sorted(one.equipment_all)
        digest.update(repr((one.id, one.name, one.pattern, dict(one.muscles), kit, tags)).encode())
    return digest.hexdigest()[:16]


def _exercise(row: dict[str, str], load: Mapping[str, float]) -> Exercise:
    more = dict(_pair(item) for item in row["more"].split(",") if item)
    pattern = patterns()[row["pattern"]]
    tags = frozenset(_words(row["tags"], ","))
    required, either = _kit(row["equipment"])
    step = float(more.get("inc", load["step_kg"]))
    return Exercise(
        id=row["id"],
        name=_title(row["id"]),
        name_uk=row["name_uk"],
        pattern=pattern.id,
        muscles=_muscles(more, pattern),
        equipment_all=required,
        equipment_any=either,
        level=int(row["level"]),
        skill=int(more.get("skill", row["level"])),
        unilateral="u" in more,
        load_type=row["load"],  # pyright: ignore[reportArgumentType] - loads.toml has no other key
        tags=tags | ({"accessory"} if "minor" in more else set[str]()),
        contraindications=_against(tags, pattern.id),
        step_kg=step,
        step_lb=step * 2 if "inc" in more else load["step_lb"],
        unit=more.get("unit", "reps"),  # pyright: ignore[reportArgumentType] - linted by a test
        seconds=int(more.get("sec", load["seconds"])),
        setup=load["setup"],
        popularity=int(row["popularity"]),
        aliases_en=_words(row["aliases_en"], "|"),
        aliases_uk=_words(row["aliases_uk"], "|"),
        fed_id=row["fed_id"] or None,
    )


def made(
    like: Exercise,
    *,
    id: str,  # noqa: A002 - the word for it everywhere
    name: str,
    primary: tuple[str, ...],
    secondary: tuple[str, ...],
    equipment: frozenset[str],
    level: int,
    tags: frozenset[str],
) -> Exercise:
    """An exercise that moves like another, and of which we know this much."""
    kind = like.tags & {"isolation", "accessory"}
    return replace(
        like,
        id=id,
        name=name,
        name_uk=name,
        muscles=MappingProxyType(dict.fromkeys(primary, 1.0) | dict.fromkeys(secondary, 0.5)),
        equipment_all=equipment,
        level=level,
        skill=max(level, like.skill),
        tags=tags | kind,
        contraindications=_against(tags, like.pattern),
        # Whoever brings an exercise in wants it used.
        popularity=5,
        aliases_en=(),
        aliases_uk=(),
        fed_id=None,
    )


def _pair(item: str) -> tuple[str, str]:
    name, _, value = item.partition("=")
    return name, value


def _words(cell: str, mark: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(mark) if part.strip())


def _kit(cell: str) -> tuple[frozenset[str], frozenset[str]]:
    required: set[str] = set()
    either: set[str] = set()
    for item in _words(cell, "+"):
        if item.startswith("("):
            either |= set(_words(item.strip("()"), "/"))
        else:
            required.add(item)
    return frozenset(required), frozenset(either)


def _muscles(more: Mapping[str, str], pattern: Pattern) -> Mapping[str, float]:
    primary = _words(more["1"], "+") if "1" in more else pattern.primary
    secondary = _words(more["2"], "+") if "2" in more else pattern.secondary
    shares = dict.fromkeys(secondary, 0.5) | dict.fromkeys(primary, 1.0)
    return MappingProxyType({muscle: shares[muscle] for muscle in (*primary, *secondary)})


def _against(tags: frozenset[str], pattern: str) -> tuple[Contraindication, ...]:
    return tuple(
        Contraindication(name, severity)
        for name, condition in conditions().items()
        if (severity := condition.against(tags, pattern))
    )


# Words that keep their capitals in a name made from an id.
_KEPT = {
    "ez": "EZ",
    "t": "T",
    "turkish": "Turkish",
    "romanian": "Romanian",
    "russian": "Russian",
    "bulgarian": "Bulgarian",
    "pallof": "Pallof",
    "arnold": "Arnold",
    "nordic": "Nordic",
}


def _title(identifier: str) -> str:
    words = [_KEPT.get(word, word) for word in identifier.split("-")]
    name = " ".join(words)
    return name[:1].upper() + name[1:]
