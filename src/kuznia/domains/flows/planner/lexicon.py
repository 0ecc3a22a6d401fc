"""The words people use for what a service asks, and what each of them means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import cast, get_args

from kuznia.domains.flows.schema import FieldType, Format, FormField, Option, Text

_TOPICS = ("person", "place", "thing", "matter")
_FORMATS = frozenset(get_args(Format))


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words as they are said, and the fields they stand for."""

    words: tuple[str, ...]
    fields: tuple[str, ...]
    # Ukrainian words are bent, so a stem is enough; English ones only get an s.
    bent: bool

    def fits(self, said: list[str], at: int) -> bool:
        if at + len(self.words) > len(said):
            return False
        return all(
            _same(stem, word, self.bent)
            for stem, word in zip(self.words, said[at : at + len(self.words)], strict=True)
        )


def _same(stem: str, word: str, bent: bool) -> bool:
    if stem.endswith("."):
        return word == stem[:-1]
    if bent:
        return word.startswith(stem)
    return word == stem or (word.startswith(stem) and word[len(stem) :] in {"s", "es", "'s"})


@dataclass(frozen=True)
class Lexicon:
    """All fields by id, and all phrases by how they begin."""

    fields: Mapping[str, FormField]
    phrases: tuple[Phrase, ...]

    @cached_property
    def _by_start(self) -> dict[str, list[Phrase]]:
        found: dict[str, list[Phrase]] = {}
        for phrase in sorted(self.phrases, key=_weight, reverse=True):
            found.setdefault(phrase.words[0][:2], []).append(phrase)
        return found

    def find(self, said: list[str]) -> Iterator[tuple[int, int, Phrase]]:
        """The phrases in what was said, from left to right, the longest at each place."""
        at = 0
        while at < len(said):
            near = self._by_start.get(said[at][:2], ())
            phrase = next((one for one in near if one.fits(said, at)), None)
            if phrase is None:
                at += 1
            else:
                yield at, at + len(phrase.words), phrase
                at += len(phrase.words)


def _weight(phrase: Phrase) -> tuple[int, int]:
    return len(phrase.words), sum(map(len, phrase.words))


def load() -> Lexicon:
    """The lexicon as its tables have it."""
    fields: dict[str, FormField] = {}
    phrases: list[Phrase] = []
    for topic in _TOPICS:
        table = files("kuznia.domains.flows.planner").joinpath(f"lexicon/{topic}.txt")
        for line in table.read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                cells = [cell.strip() for cell in line.split("|")]
                if not cells[0].startswith("="):
                    fields[cells[0]] = _field(cells)
                names = tuple(cells[0].lstrip("=").split())
                phrases += [Phrase(said, names, True) for said in _said(cells[1])]
                phrases += [Phrase(said, names, False) for said in _said(cells[2])]
    return Lexicon(fields, tuple(phrases))


def _said(cell: str) -> Iterator[tuple[str, ...]]:
    for said in cell.split(";"):
        if said.strip():
            yield tuple(said.lower().split())


def _field(cells: list[str]) -> FormField:
    name, _, _, uk, en, kind, group, more, *options = cells
    type_, *rest = kind.split(":")
    format_ = rest[0] if rest and rest[0] in _FORMATS else None
    low, high = (float(rest[1]), float(rest[2])) if len(rest) == 3 else (None, None)
    marks = [mark.strip() for mark in more.split(",") if mark.strip()]
    return FormField(
        id=name,
        label=Text(uk=uk, en=en),
        type=cast("FieldType", type_),
        format=cast("Format | None", format_),
        options=tuple(_option(one) for cell in options for one in cell.split(",") if one.strip()),
        low=low,
        high=high,
        group=group,
        personal="personal" in marks,
        autocomplete=next((mark for mark in marks if mark != "personal"), None),
    )


def _option(cell: str) -> Option:
    name, _, labels = cell.strip().partition("=")
    uk, _, en = labels.partition("/")
    return Option(id=name, label=Text(uk=uk, en=en))


# Read once, when the domain is loaded; nothing changes it.
LEXICON = load()
