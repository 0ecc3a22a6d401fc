"""Labels: a noun phrase of a prompt in the nominative, and the same in the other language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kuznia.domains.flows.planner.phrases.vocabulary import Entry, agreed, english, ukrainian
from kuznia.domains.flows.reading.prompt_text import language_of
from kuznia.domains.flows.schema import FieldType, Text
from kuznia.platform.data_files import read_toml

# Words of the clauses, by what they do.
_WORDS = read_toml(__file__, "words.toml")

# What a field is called where none of its words is in the vocabulary.
USUAL: dict[FieldType, Text] = {
    "text": Text(uk="Відповідь", en="Answer"),
    "long": Text(uk="Відповідь", en="Answer"),
    "number": Text(uk="Число", en="Number"),
    "date": Text(uk="Дата", en="Date"),
    "time": Text(uk="Час", en="Time"),
    "yesno": Text(uk="Уточнення", en="One more detail"),
    "choice": Text(uk="Варіант", en="Option"),
    "many": Text(uk="Варіанти", en="Options"),
    "file": Text(uk="Документ", en="Document"),
}
MAX_LABEL = 110
_WORD = re.compile(r"[^\W_]+(?:['.\-/][^\W_]+)*")
# Words between nouns, and what they are in the other language.
_OF = frozenset({"of", "for", "from", "about", "with", "to", "including", "in", "on"})
_LINKS_UK = {
    "про": "of",
    "для": "for",
    "з": "from",
    "із": "from",
    "без": "without",
    "від": "from",
    "у": "in",
    "в": "in",
    "на": "in",
    "до": "to",
    "за": "by",
    "та": "and",
    "і": "and",
    "й": "and",
    "або": "or",
    "чи": "or",
    "не": "not",
}
_LINKS_EN = {
    "for": "для",
    "without": "без",
    "from": "з",
    "and": "та",
    "or": "або",
    "not": "не",
    "about": "про",
    "with": "з",
}
# Names that are the same in both languages.
_SAME = re.compile(
    r"(?:\d[\w./%-]*|[Ii][Bb][Aa][Nn]|[Vv][Ii][Nn]|[A-Z]{2,6}\d*|[A-Z]|\w+\.\w{2,3}|monobank)"
)


@dataclass(frozen=True, slots=True)
class Label:
    """A label in both languages; `rough` where a word was not in the vocabulary."""

    text: Text
    rough: bool = False


def labelled(phrase: str, sort: FieldType = "text", *, question: bool = False) -> Label:
    """A label made of a phrase of the prompt."""
    words = _WORD.findall(phrase)
    language = language_of(phrase)
    if language == "uk":
        own = phrase if question else nominative(phrase)
        own = _without_latin(own)
        other, rough = to_english(words)
    else:
        own, (other, rough) = phrase, to_ukrainian(words)
    own = _titled(own)
    if not other.strip():
        other, rough = USUAL[sort].of("en" if language == "uk" else "uk"), True
    other = _titled(other) + ("?" if question and not other.endswith("?") else "")
    own += "?" if question and not own.endswith("?") else ""
    text = Text(uk=own, en=other) if language == "uk" else Text(uk=other, en=own)
    return Label(text, rough)


def _without_latin(phrase: str) -> str:
    """A Ukrainian phrase with the English words of the vocabulary translated."""

    def plain(word: re.Match[str]) -> str:
        row = english(word[0].lower()) if not word[0].isupper() else None
        unknown = word[0] if _SAME.fullmatch(word[0]) else ""
        return row[0].forms[2 if row[1] else 0] if row else unknown

    return _LATIN_WORD.sub(plain, phrase)


_LATIN_WORD = re.compile(r"\b[A-Za-z]{3,30}\b")


def _titled(text: str) -> str:
    text = " ".join(text.split())[:MAX_LABEL].strip(" ,;:-–—")
    return text[:1].upper() + text[1:]


def to_english(words: Sequence[str]) -> tuple[str, bool]:
    """A Ukrainian phrase in English, and whether a word of it was lost."""
    rows: list[str] = []
    rough = False
    behind_noun = False
    for spoken in words:
        word = spoken.lower()
        entry = ukrainian(word)
        if entry is not None:
            linked = bool(rows) and rows[-1] in _NO_OF
            parts = entry.sort == "noun" or (behind_noun and entry.sort == "adjective")
            rows += ["of"] if behind_noun and parts and not linked else []
            behind_noun = entry.sort == "noun" or (behind_noun and not parts)
            rows.append(_in_number(entry, word))
        elif word in _LINKS_UK:
            rows += [_LINKS_UK[word]] if rows else []
            behind_noun = False
        elif _SAME.fullmatch(word) or word.isascii():
            # A size such as 3х4 is often written with the Cyrillic letter.
            rows.append(spoken.replace("х", "x"))
        else:
            rough = True
    while rows and rows[-1] in _NO_OF:
        rows.pop()
    return " ".join(rows), rough


def _in_number(entry: Entry, word: str) -> str:
    many = entry.sort == "noun" and word in entry.forms[2:] and word not in entry.forms[:2]
    return _many(entry.english[0]) if many else entry.english[0]


_NO_OF = frozenset({"of", "for", "from", "in", "to", "by", "and", "or", "without", "not"})


def _many(word: str) -> str:
    if word in {"person", "child"}:
        return {"person": "people", "child": "children"}[word]
    if word.endswith(("s", "data", "information")):
        return word
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2:-1] not in "aeo" else f"{word}s"


@dataclass
class _Parts:
    """An English phrase between its prepositions."""

    parts: list[list[tuple[Entry | str, bool]]]
    links: list[str]
    rough: bool = False

    def add(self, spoken: str, *, counts: bool) -> None:
        word = spoken.lower()
        if row := english(word.removesuffix("'s"), counts=counts):
            self.parts[-1].append(row)
        elif word in _OF or word in _LINKS_EN:
            if self.parts[-1]:
                self.parts.append([])
                self.links.append("" if word == "of" else _LINKS_EN.get(word, ""))
        elif word not in _SMALL:
            named = _SAME.fullmatch(spoken)
            self.parts[-1] += [(spoken, False)] if named else []
            self.rough = self.rough or not named


def to_ukrainian(words: Sequence[str]) -> tuple[str, bool]:
    """An English phrase in Ukrainian, and whether a word of it was lost."""
    made = _Parts([[]], [""])
    for place, word in enumerate(words):
        made.add(word, counts=words[place + 1 : place + 2] == ["of"])
    phrases: list[str] = []
    for number, (link, part) in enumerate(zip(made.links, made.parts, strict=True)):
        if part:
            dependent = bool(number) and link not in {"та", "або"}
            phrases.append(f"{link} {_ukrainian_part(part, dependent=dependent)}".strip())
    return " ".join(phrases), made.rough


_SMALL = frozenset(_WORDS["labels_small"])


def _ukrainian_part(part: Sequence[tuple[Entry | str, bool]], *, dependent: bool) -> str:
    """The last noun first, then what stands before it in the genitive."""
    names = [row for row in part if isinstance(row[0], str)]
    nouns = [
        (entry, many) for entry, many in part if isinstance(entry, Entry) and entry.sort == "noun"
    ]
    rest = [entry for entry, _ in part if isinstance(entry, Entry) and entry.sort != "noun"]
    if not nouns:
        plain = [
            agreed(entry, 0, "f") if entry.sort == "adjective" else _plain(entry) for entry in rest
        ]
        return " ".join([*plain, *(str(name) for name, _ in names)])
    head, many = nouns[-1]
    form = (3 if dependent else 2) if many else (1 if dependent else 0)
    before = [agreed(entry, form, head.gender) for entry in rest if entry.sort == "adjective"]
    after = [entry.forms[3 if plural else 1] for entry, plural in reversed(nouns[:-1])]
    others = [_plain(entry) for entry in rest if entry.sort == "other"]
    return " ".join([*before, head.forms[form], *after, *others, *(str(name) for name, _ in names)])


def _plain(entry: Entry) -> str:
    return entry.nominative.rstrip("-")


_ADVERBS = frozenset(
    {"спочатку", "одразу", "чому", "кому", "куди", "йому", "тому", "зразу", "собою", "йдуть"}
)
_ACCUSATIVE = (("ію", "ія"), ("ею", "я"), ("ою", "а"), ("ю", "я"), ("у", "а"))


def nominative(phrase: str) -> str:
    """A Ukrainian phrase with its first noun, and the adjectives before it, in the nominative."""
    changed: list[tuple[int, int, str]] = []
    adjectives: list[re.Match[str]] = []
    for row in list(_WORD.finditer(phrase))[:5]:
        word = row[0].lower()
        entry = ukrainian(word)
        if entry and entry.sort == "noun":
            changed = _noun(row, entry, adjectives)
            break
        if not _is_adjective(word):
            changed = [] if word in _ADVERBS else _unknown(row, word, adjectives)
            break
        adjectives.append(row)
    for start, end, text in sorted(changed, reverse=True):
        word = phrase[start:end]
        kept = text.upper() if word.isupper() and len(word) > 1 else text
        phrase = phrase[:start] + (word if word.lower() == text else kept) + phrase[end:]
    return phrase


def _noun(
    row: re.Match[str], entry: Entry, adjectives: Sequence[re.Match[str]]
) -> list[tuple[int, int, str]]:
    word = row[0].lower()
    many = word in entry.forms[2:] or word.endswith(("ів", "ами", "ям", "ах"))
    form = 2 if many and word != entry.nominative and entry.gender != "p" else 0
    gender = "p" if form else entry.gender
    noun = (row.start(), row.end(), entry.forms[form])
    return [noun, *(_adjective(adjective, gender) for adjective in adjectives)]


def _is_adjective(word: str) -> bool:
    entry = ukrainian(word)
    return bool(entry and entry.sort == "adjective") or word.endswith(
        (
            "ий",
            "ого",
            "ому",
            "ої",
            "ній",
            "ну",
            "ву",
            "ську",
            "ною",
            "ним",
            "ню",
            "ні",
            "ові",
            "ськ",
        )
    )


def _adjective(row: re.Match[str], gender: str) -> tuple[int, int, str]:
    word = row[0].lower()
    entry = ukrainian(word)
    if entry and entry.sort == "adjective":
        return row.start(), row.end(), agreed(entry, 2 if gender == "p" else 0, gender)
    ending = {"f": "а", "m": "ий", "n": "е", "p": "і"}[gender]
    for old in ("ього", "ьому", "ого", "ому", "ими", "ої", "ою", "им", "их", "ий", "у", "ю", "ій"):
        if word.endswith(old):
            return row.start(), row.end(), word[: -len(old)] + ending
    return row.start(), row.end(), word


def _unknown(
    row: re.Match[str], word: str, adjectives: Sequence[re.Match[str]]
) -> list[tuple[int, int, str]]:
    """A noun that is not in the vocabulary: a feminine accusative is recognised by its ending."""
    for ending, plain in _ACCUSATIVE:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            made = (row.start(), row.end(), word[: -len(ending)] + plain)
            return [made, *(_adjective(one, "f") for one in adjectives)]
    return []
