"""A prompt as sentences, and a sentence as a head and what follows its colon."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kuznia.domains.flows.reading.prompt_text import CleanText
from kuznia.domains.flows.reading.words import Words, read_words
from kuznia.forge.wishes.clauses import is_filler, sentences

_BULLET = re.compile(r"\s*(?:[-*•–—·]|\d{1,2}[.)]|[a-zа-я]\))\s+")
# Behind these a colon or a dash opens what is listed or what follows.
_COLON = re.compile(r":(?=\s)|\s[–—](?=\s)|\s--?(?=\s)|\s=(?=\s)")
_MAX_HEAD = 14
# `Step 3.` and `Крок 3:` number what follows, and say nothing.
_STEP = re.compile(
    r"(?:крок|етап|step|part|частина|екран|screen)\s+\d{1,2}(?:\s*[:.)—–-]\s*|$)", re.IGNORECASE
)
_GREETING = re.compile(
    r"(?:[Пп]ривіт|[Вв]ітаю|[Дд]обр(?:ий|ого|ої) \w{1,12}|[Hh]i|[Hh]ello|[Hh]ey|[Mm]orning"
    r"|[Gg]ood \w{1,12}|[Dd]ear)(?:[ ,]{1,2}\w[\w'-]{0,20}){0,3}[ ]?(?:[!.,:–—-]\s|\n)"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the clean prompt, and where it begins there."""

    text: str
    start: int
    # Whether it ends with a question mark, opens a list below it, stands in one.
    asks: bool = False
    opens: bool = False
    listed: bool = False
    # How far it is from the first.
    number: int = 0

    @property
    def words(self) -> Words:
        return read_words(self.text)

    def part(self, start: int, end: int) -> "Sentence":
        """A part of the sentence, placed as the whole is."""
        inside = self.text[start:end]
        lead = len(inside) - len(inside.lstrip())
        return Sentence(
            inside.strip(), self.start + start + lead, listed=self.listed, number=self.number
        )


def sentences_of(clean: CleanText) -> Iterator[Sentence]:
    """The sentences of a prompt without greetings and thanks."""
    text = clean.text
    greeting = _GREETING.match(text.lstrip())
    skipped = len(text) - len(text.lstrip()) + greeting.end() if greeting else 0
    number = 0
    for begins, last in sentences(text):
        first = max(begins, skipped) if begins < skipped < last else begins
        if last <= skipped or is_filler(text[first:last]):
            continue
        raw = text[first:last]
        bullet = _BULLET.match(raw) if _begins_line(text, first) else None
        begin = first + (bullet.end() if bullet else len(raw) - len(raw.lstrip()))
        own = text[begin:last].rstrip()
        if step := _STEP.match(own):
            begin, own = begin + step.end(), own[step.end() :]
        if not own:
            continue
        yield Sentence(
            own.removesuffix(":"),
            begin,
            asks=text[last : last + 1] == "?",
            opens=own.endswith(":"),
            listed=bullet is not None,
            number=number,
        )
        number += 1


def _begins_line(text: str, place: int) -> bool:
    return not text[:place].strip(" \t") or text[:place].rstrip(" \t").endswith("\n")


def headed(sentence: Sentence) -> tuple[Sentence, Sentence, str] | None:
    """The head before the first colon or dash outside brackets, what follows it, and the sign."""
    for sign in _COLON.finditer(sentence.text):
        before = sentence.text[: sign.start()]
        if before.count("(") > before.count(")"):
            continue
        if len(before.split()) > _MAX_HEAD or not before.strip():
            return None
        mark = sign[0].strip() or ":"
        body = sentence.part(sign.end(), len(sentence.text))
        if not body.text:
            return None
        return sentence.part(0, sign.start()), body, mark
    return None
