"""The lexicon: the phrases that name a field in prompts, and the field each of them means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import cast, get_args

from kuznia.domains.flows.schema import FieldType, FlowOption, Format, FormField, Text

_TOPICS = ("person", "place", "thing", "matter")
_FORMATS = frozenset(get_args(Format))


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of prompts, and the fields it stands for."""

    words: tuple[str, ...]
    fields: tuple[str, ...]
    # Ukrainian words are inflected, so a stem is enough; English ones only get an s.
    inflected: bool

    def fits(self, text_words: list[str], start: int) -> bool:
        if start + len(self.words) > len(text_words):
            return False
        return all(
            _same(stem, word, self.inflected)
            for stem, word in zip(
                self.words, text_words[start : start + len(self.words)], strict=True
            )
        )


def _same(stem: str, word: str, inflected: bool) -> bool:
    if stem.endswith("."):
        return word == stem[:-1]
    if inflected:
        return word.startswith(stem)
    return word == stem or (word.startswith(stem) and word[len(stem) :] in {"s", "es", "'s"})


@dataclass(frozen=True)
class Lexicon:
    """All fields by id, and all phrases by how they begin."""

    fields: Mapping[str, FormField]
    phrases: tuple[Phrase, ...]

    @cached_property
    def _by_start(self) -> dict[str, list[Phrase]]:
        by_start: dict[str, list[Phrase]] = {}
        for phrase in sorted(self.phrases, key=_weight, reverse=True):
            by_start.setdefault(phrase.words[0][:2], []).append(phrase)
        return by_start

    def find(self, text_words: list[str]) -> Iterator[tuple[int, int, Phrase]]:
        """Find the phrases in a text's words from left to right, the longest at each place."""
        start = 0
        while start < len(text_words):
            near = self._by_start.get(text_words[start][:2], ())
            phrase = next((phrase for phrase in near if phrase.fits(text_words, start)), None)
            if phrase is None:
                start += 1
            else:
                yield start, start + len(phrase.words), phrase
                start += len(phrase.words)


def _weight(phrase: Phrase) -> tuple[int, int]:
    return len(phrase.words), sum(map(len, phrase.words))


def load() -> Lexicon:
    """Read the lexicon from its tables."""
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
                phrases += [Phrase(stems, names, True) for stems in _phrases(cells[1])]
                phrases += [Phrase(stems, names, False) for stems in _phrases(cells[2])]
    return Lexicon(fields, tuple(phrases))


def _phrases(cell: str) -> Iterator[tuple[str, ...]]:
    for phrase in cell.split(";"):
        if phrase.strip():
            yield tuple(phrase.lower().split())


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
        options=tuple(
            _option(option) for cell in options for option in cell.split(",") if option.strip()
        ),
        low=low,
        high=high,
        group=group,
        personal="personal" in marks,
        autocomplete=next((mark for mark in marks if mark != "personal"), None),
    )


def _option(cell: str) -> FlowOption:
    name, _, labels = cell.strip().partition("=")
    uk, _, en = labels.partition("/")
    return FlowOption(id=name, label=Text(uk=uk, en=en))


# Read once, when the domain is loaded; nothing changes it.
LEXICON = load()
