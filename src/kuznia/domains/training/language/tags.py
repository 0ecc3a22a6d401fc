"""What the words of a clause are: numbers with their units, days, weeks, exercises, and modes.

Each tag covers some words of the clause, and no word is covered twice unless two readings of one
phrase are equally long.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, cast

from kuznia.domains.training.catalogue import fingerprint
from kuznia.domains.training.catalogue.matching import exactly, words_of
from kuznia.domains.training.language.quantities import quantities
from kuznia.domains.training.language.tokens import PhraseTree, PromptWord, Tag
from kuznia.domains.training.language.weekdays import weekdays
from kuznia.platform.data_files import read_toml

# Sections whose groups are kinds of tags; in the others the section is the kind.
_OPEN = ("first", "modes", "reasons")
_NAMED = {
    "person": "person",
    "place": "place",
    "aims": "aim",
    "sports": "sport",
    "multisport": "multisport",
    "sessions": "session",
    "kinds": "kind",
    "muscles": "muscle",
    "equipment": "equipment",
    "splits": "split",
    "cannot": "cannot",
    "topics": "topic",
    "postures": "posture",
}
# Nouns that can be counted by the week: "three runs".
SUBJECTS = frozenset({"sport", "session", "kind"})
_LIKELIER = frozenset({"equipment", "group", "sport"})
_AMOUNTS = frozenset(
    {"minutes", "km", "kg", "number", "count", "sets", "reps", "exercises", "weeks"}
)
_WINDOW = 5


@cache
def _lexicons() -> tuple[PhraseTree, PhraseTree]:
    """What is read before numbers, and what is read after them."""
    words, exercises, numbers = (
        read_toml(__file__, f"{name}.toml") for name in ("words", "exercises", "quantities")
    )
    early = {f"{name}:": phrases for name, phrases in words["first"].items()}
    late = {
        f"{name}:": phrases for section in _OPEN[1:] for name, phrases in words[section].items()
    }
    for section, kind in _NAMED.items():
        table = words.get(section) or exercises[section]
        late |= {f"{kind}:{name}": phrases for name, phrases in table.items()}
    late |= {f"group:{name}": row["says"] for name, row in exercises["groups"].items()}
    late |= {f"km:{name}": phrases for name, phrases in words["distances"].items()}
    late |= {f"minutes:{name}": phrases for name, phrases in numbers["durations"].items()}
    late |= {f"count:{name}": phrases for name, phrases in numbers["counts"].items()}
    late |= {f"weekday:{name}": phrases for name, phrases in numbers["weekdays"].items()}
    return PhraseTree(early), PhraseTree(late)


def vocabulary() -> Iterator[str]:
    """Every phrase that a tag is read from."""
    # Any: sections of TOML, whose rows are lists of phrases, or tables with one.
    for name in ("words", "exercises", "quantities"):
        sections: dict[str, Any] = read_toml(__file__, f"{name}.toml")
        for section in sections.values():
            is_table = isinstance(section, dict)
            for row in cast("dict[str, Any]", section).values() if is_table else [section]:
                yield from cast("dict[str, Any]", row)["says"] if isinstance(row, dict) else row
    yield from _WEEKDAY_NAMES


@cache
def soft() -> PhraseTree:
    """Words of the field that ask for nothing."""
    return PhraseTree(read_toml(__file__, "words.toml")["soft"])


@cache
def _not_exercises() -> frozenset[str]:
    return frozenset(read_toml(__file__, "exercises.toml")["taken_for_other"]["words"])


def tags(words: Sequence[PromptWord]) -> tuple[Tag, ...]:
    """The tags of a clause in the order of its words."""
    early, late = _lexicons()
    chosen = list(_longest(_phrases(words, early), ()))
    chosen += _longest(_weekdays(words), chosen)
    chosen += quantities(words, chosen)
    chosen += _longest([*_phrases(words, late), *_exercises(words)], chosen)
    settled = _denied_bounds(list(_settled(chosen, words)), words)
    return tuple(sorted(settled, key=lambda tag: (tag.first, tag.last, tag.kind)))


def _denied_bounds(chosen: list[Tag], words: Sequence[PromptWord]) -> Iterator[Tag]:
    """ "I don't want to squat more than once" is a limit from above."""
    denied: dict[Tag, Tag] = {}
    for bound in (tag for tag in chosen if tag.kind == "at_least"):
        if words[bound.first].text not in _BEFORE_NUMBERS:
            continue
        near = [
            tag
            for tag in chosen
            if tag.kind == "neg"
            and tag.last <= bound.first
            and all("," not in words[place].glue for place in range(tag.first, bound.first))
        ]
        if near:
            denied[bound] = near[-1]
    dropped = set(denied.values())
    for tag in chosen:
        if tag in denied:
            yield replace(tag, kind="at_most")
        elif tag not in dropped:
            yield tag


def _phrases(words: Sequence[PromptWord], lexicon: PhraseTree) -> Iterator[Tag]:
    for first in range(len(words)):
        for last, name in lexicon.matches(words, first):
            yield _phrase(name, first, last)


_WEEKDAY_NAMES = (
    *("monday*", "tuesday*", "wednesday*", "thursday*", "friday*", "saturday*", "sunday*"),
    *("понеділ*", "вівтор*", "середа", "середу", "середи", "четвер*", "п'ятниц*", "пятниц*"),
    *("субот*", "неділ*"),
)
_WEEKDAYS = {"weekend": (6, 7), "workdays": (1, 2, 3, 4, 5)}


def _phrase(name: str, first: int, last: int) -> Tag:
    kind, _, name = name.partition(":")
    if kind in {"km", "minutes", "count"}:
        return Tag(kind, first, last, "", float(name), float(name))
    if kind == "before_race":
        # The last two weeks, with the race at the end of them.
        return Tag("weekref", first, last, "last", numbers=(2,))
    if kind == "weekday":
        days = _WEEKDAYS.get(name) or (int(name),)
        return Tag(kind, first, last, name if name in _WEEKDAYS else "", numbers=days)
    return Tag(kind, first, last, name)


def _weekdays(words: Sequence[PromptWord]) -> Iterator[Tag]:
    """Names of weekdays, as feedback knows them."""
    for place, word in enumerate(words):
        for day, pattern in weekdays().items():
            if pattern.fullmatch(word.text):
                yield Tag("weekday", place, place + 1, numbers=(day,))


# "replace the bench press with dips" is no exercise.
_CONNECTORS = frozenset({"with", "for", "to", "and", "or", "і", "та", "або", "чи", "й"})


def _exercises(words: Sequence[PromptWord]) -> Iterator[Tag]:
    """Exercises by their full names or aliases."""
    stems = [_stems(word.text) for word in words]
    for first in range(len(words)):
        window: list[str] = []
        for last in range(first + 1, min(first + _WINDOW, len(words)) + 1):
            word = words[last - 1].text
            if word in _CONNECTORS or {*window} & {*stems[last - 1]}:
                break
            window += stems[last - 1]
            alone = last == first + 1
            if stems[last - 1] and not (alone and words[first].text in _not_exercises()):
                name = _exercise(tuple(dict.fromkeys(window)), fingerprint())
                # A name neither begins nor ends with a word that says nothing.
                if name and stems[first]:
                    yield Tag("exercise", first, last, name)
            if not words[last - 1].joined:
                break


@lru_cache(maxsize=4096)
def _stems(word: str) -> tuple[str, ...]:
    return words_of(word)


@lru_cache(maxsize=4096)
def _exercise(words: tuple[str, ...], _: str) -> str | None:
    return exactly(words)


def _longest(candidates: Iterable[Tag], taken: Sequence[Tag]) -> Iterator[Tag]:
    """The longest candidates that do not meet what is taken; equally long readings stay."""
    covered: dict[int, tuple[int, int]] = {
        place: (tag.first, tag.last) for tag in taken for place in range(tag.first, tag.last)
    }
    ours: set[tuple[int, int]] = set()
    for tag in sorted(candidates, key=lambda tag: (tag.first - tag.last, tag.first)):
        span = (tag.first, tag.last)
        places = range(*span)
        if span in ours or not any(place in covered for place in places):
            ours.add(span)
            covered |= dict.fromkeys(places, span)
            yield tag


def _settled(chosen: list[Tag], words: Sequence[PromptWord]) -> Iterator[Tag]:
    """Of two readings of one phrase the likelier, and what a neighbour makes of a word."""
    likelier = {(tag.first, tag.last) for tag in chosen if tag.kind in _LIKELIER}
    weekend = {(tag.first, tag.last) for tag in chosen if tag.kind == "weekday"}
    subjects = {tag.first for tag in chosen if tag.kind in SUBJECTS}
    amounts = {tag.first for tag in chosen if tag.kind in _AMOUNTS and _is_amount(tag, words)}
    for tag in dict.fromkeys(chosen):
        span = (tag.first, tag.last)
        # "у вихідні" is the weekend, and no day off.
        is_less_likely = (tag.kind == "exercise" and span in likelier) or (
            tag.kind == "off" and span in weekend
        )
        # "до забігу" is no limit, "до 40 хвилин" is one.
        is_no_bound = (
            tag.kind in _BOUNDS
            and words[tag.first].text in _BEFORE_NUMBERS
            and (tag.last not in amounts or _is_towards(tag, words))
        )
        if not is_less_likely and not is_no_bound:
            yield _as_beside(tag, subjects, amounts)
    yield from _long_ones(chosen, words)


def _as_beside(tag: Tag, subjects: set[int], amounts: set[int]) -> Tag:
    """What a number or a bench is beside what follows: "three runs", "bench 85 kg"."""
    if tag.kind == "number" and {tag.last, tag.last + 1} & subjects:
        return replace(tag, kind="count", name="noun")
    if tag.kind == "equipment" and tag.name == "bench" and tag.last in amounts:
        return replace(tag, kind="group", name="bench_press")
    return tag


# Words that limit a number, and mean something else before anything but one.
_BOUNDS = frozenset({"at_most", "at_least"})
_BEFORE_NUMBERS = frozenset(
    {"до", "більше", "довше", "over", "under", "more", "longer", "частіше", "понад", "above"}
)
_LONG = frozenset({"long", "довгий", "довга", "довгу", "довге", "довгого", "довгої"})
_LONG_NEAR = 3


def _long_ones(chosen: Sequence[Tag], words: Sequence[PromptWord]) -> Iterator[Tag]:
    """The long session of "Sunday long": away from a weekday it is any word."""
    taken = {place for tag in chosen for place in range(tag.first, tag.last)}
    days = [tag.first for tag in chosen if tag.kind == "weekday"]
    for place, word in enumerate(words):
        near = any(abs(place - day) <= _LONG_NEAR for day in days)
        if word.text in _LONG and near and place not in taken:
            yield Tag("session", place, place + 1, "long")


_TOWARDS = ("підгот", "готу", "дійти", "ближче", "prepar")


def _is_towards(tag: Tag, words: Sequence[PromptWord]) -> bool:
    """Whether a goal stands before it: "підготовка до 5 км" is no limit."""
    return tag.first > 0 and words[tag.first - 1].text.startswith(_TOWARDS)


def _is_amount(tag: Tag, words: Sequence[PromptWord]) -> bool:
    """Distances have names too: "до марафону" is no limit."""
    return tag.kind != "km" or words[tag.first].text[0].isdigit()
