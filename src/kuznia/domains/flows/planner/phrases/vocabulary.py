"""A vocabulary of forms: Ukrainian words with their cases, and what they are in English."""

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

Sort = Literal["noun", "adjective", "other"]
_VOWELS = "аяоеиіїьй"
_HUSHING = "жчшщц"
# A longer ending makes another word of it.
_MAX_ENDING = 4
_SHORT_STEM = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A word: the forms that labels need, and its English translations, the best first."""

    sort: Sort
    nominative: str
    genitive: str
    plural: str
    plural_genitive: str
    gender: Literal["m", "f", "n", "p"]
    english: tuple[str, ...]

    @property
    def forms(self) -> tuple[str, str, str, str]:
        return self.nominative, self.genitive, self.plural, self.plural_genitive


def stem_of(word: str) -> str:
    """A Ukrainian word without the vowel at its end."""
    return word[:-1] if len(word) > 2 and word[-1] in _VOWELS + "ую" else word


def _entry(line: str) -> Entry:
    left, _, right = line.partition("=")
    nominative, *given = left.strip().split("/")
    english = tuple(word.strip() for word in right.split(";"))
    if nominative.endswith(("ий", "ій")) and not given:
        return Entry("adjective", nominative, *_adjective(nominative), "m", english)
    if nominative.endswith("-") or " " in nominative or nominative in {"так", "ні", "онлайн"}:
        return Entry("other", nominative, nominative, nominative, nominative, "m", english)
    gender = _gender(nominative)
    if len(given) > 1 and given[1] == nominative:
        gender = "p"
    rules = (_genitive(nominative, gender), _plural(nominative), _plural_genitive(nominative))
    genitive, plural, plural_genitive = (*given, *rules[len(given) :])[:3]
    return Entry("noun", nominative, genitive, plural, plural_genitive, gender, english)


def _adjective(word: str) -> tuple[str, str, str]:
    stem, hard = word[:-2], word.endswith("ий")
    return (
        (f"{stem}ого", f"{stem}і", f"{stem}их")
        if hard
        else (f"{stem}ього", f"{stem}і", f"{stem}іх")
    )


def agreed(entry: Entry, form: int, gender: str) -> str:
    """An adjective in a case (0 and 1) or in the plural (2 and 3), with the gender of its noun."""
    if form > 1 or gender == "p":
        return entry.plural if form in {0, 2} else entry.plural_genitive
    if gender == "m":
        return entry.forms[form]
    soft = entry.nominative.endswith("ій")
    stem = entry.nominative[:-2]
    if gender == "n":
        return (f"{stem}є" if soft else f"{stem}е") if form == 0 else entry.genitive
    if form:
        return f"{stem}ьої" if soft else f"{stem}ої"
    return f"{stem}я" if soft else f"{stem}а"


def _gender(word: str) -> Literal["m", "f", "n", "p"]:
    if word.endswith(("ння", "ття", "о", "е")):
        return "n"
    return "f" if word.endswith(("а", "я")) or word.endswith("ість") else "m"


def _genitive(word: str, gender: str) -> str:
    if word.endswith(("ння", "ття")):
        return word
    if word.endswith("ія"):
        return f"{word[:-1]}ї"
    if gender == "f":
        if word.endswith("ість"):
            return f"{word[:-4]}ості"
        soft = word.endswith("я") or word[-2] in _HUSHING
        return f"{word[:-1]}{'і' if soft else 'и'}"
    if gender == "n":
        return f"{word[:-1]}{'я' if word[-2] in _HUSHING else 'а'}"
    if word.endswith(("ь", "й")):
        return f"{word[:-1]}{'я' if word.endswith('ь') else 'ю'}"
    return f"{word}у"


def _plural(word: str) -> str:
    if word.endswith(("ння", "ття")):
        return word
    if word.endswith("ія"):
        return f"{word[:-1]}ї"
    if word.endswith(("о", "е")):
        return f"{word[:-1]}а"
    if word.endswith(("а", "я", "ь", "й")):
        soft = word[-1] in "яьй" or word[-2] in _HUSHING
        return f"{word[:-1]}{'ї' if word[-1] == 'й' else 'і' if soft else 'и'}"
    return f"{word}{'і' if word[-1] in _HUSHING else 'и'}"


def _plural_genitive(word: str) -> str:
    if word.endswith(("ння", "ття")):
        return word[:-2]
    if word.endswith("ія"):
        return f"{word[:-1]}й"
    if word.endswith(("а", "о", "я", "е")):
        return word[:-1]
    if word.endswith(("ь", "й")):
        return f"{word[:-1]}{'їв' if word[-1] == 'й' else 'ів'}"
    return f"{word}ів"


@cache
def entries() -> tuple[Entry, ...]:
    table = files("kuznia.domains.flows.planner.phrases").joinpath("vocabulary.txt")
    lines = (line.strip() for line in table.read_text("utf-8").splitlines())
    return tuple(_entry(line) for line in lines if line and not line.startswith("#"))


@cache
def _by_stem() -> dict[str, list[tuple[str, Entry]]]:
    index: dict[str, dict[str, Entry]] = {}
    for entry in entries():
        forms = entry.forms if entry.sort == "noun" else (entry.nominative,)
        stems = {stem_of(form) for form in forms}
        if entry.sort == "adjective":
            stems = {entry.nominative[:-2]}
        if entry.nominative.endswith("-"):
            stems = {entry.nominative[:-1]}
        for stem in stems:
            index.setdefault(stem[:2], {}).setdefault(stem, entry)
    return {
        start: sorted(rows.items(), key=lambda row: -len(row[0])) for start, rows in index.items()
    }


@lru_cache(maxsize=8192)
def ukrainian(word: str) -> Entry | None:
    """The entry of a Ukrainian word in any of its cases."""
    for stem, entry in _by_stem().get(word[:2], ()):
        longest = 2 if len(stem) <= _SHORT_STEM and entry.sort == "noun" else _MAX_ENDING
        if entry.nominative.endswith("-"):
            longest = 8
        exact = entry.sort == "other" and not entry.nominative.endswith("-")
        if word.startswith(stem) and len(word) - len(stem) <= (0 if exact else longest):
            return entry
    return None


@cache
def _by_english() -> dict[str, Entry]:
    index: dict[str, Entry] = {}
    for entry in entries():
        for word in entry.english:
            index.setdefault(word, entry)
    # A word that is the first translation of an entry is best served by that.
    best = {entry.english[0]: entry for entry in reversed(entries())}
    return {**index, **best}


@lru_cache(maxsize=8192)
def english(word: str, *, counts: bool = False) -> tuple[Entry, bool] | None:
    """The entry of an English word, and whether the word is a plural; `number of` counts."""
    index = _by_english()
    if word == "number" and counts:
        return index["quantity"], False
    if word in index:
        return index[word], False
    for ending, plain in (("ies", "y"), ("es", ""), ("s", ""), ("'s", ""), ("s'", "")):
        if word.endswith(ending) and (single := word[: -len(ending)] + plain) in index:
            return index[single], "'" not in ending
    irregular = {"children": "child", "people": "person", "men": "man"}.get(word)
    return (index[irregular], True) if irregular in index else None
