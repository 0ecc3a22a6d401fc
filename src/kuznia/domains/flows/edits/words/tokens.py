"""A sentence as tokens: words, quotations and signs, each with its place."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u02bc\u2018`\u0060", "'") | {"\u00a0": " "})
_CLOSES = {"«": "»", "\u201c": "\u201d", "„": "\u201c", '"': '"'}
_MAX_QUOTED = 600
_TOKEN = re.compile(
    r"\d{1,9}(?:[.,]\d{1,2})?(?![\w])|\d{1,9}(?=(?:mb|мб|kb|кб|uah|грн)\b)|e-mail|так/ні|yes/no|[^\W_]+(?:['\-./][^\W_]+)*|→|[-=]{1,3}>|[—–]|[^\w\s]|_",
    re.IGNORECASE,
)


_SPELLED = {"e-mail": "email", "емейл": "email", "мейл": "email", "имейл": "email"}


@dataclass(frozen=True, slots=True)
class SentenceToken:
    """A word in lower case, a quotation without its quotes, or a sign."""

    text: str
    start: int
    end: int
    kind: Literal["word", "quote", "sign"]


def normal(text: str) -> str:
    """The text in which places are counted: one spelling of apostrophes and spaces."""
    text = unicodedata.normalize("NFC", text).translate(_APOSTROPHES)
    return "".join(
        " " if unicodedata.category(sign) in {"Cf", "Cc"} and sign != "\n" else sign
        for sign in text
    )


def tokens_of(text: str) -> tuple[SentenceToken, ...]:
    """The tokens of a normal text; what is in quotes is one token."""
    found: list[SentenceToken] = []
    place = 0
    while match := _TOKEN.search(text, place):
        sign = match[0]
        close = _closing(text, match)
        if close > 0:
            inside = text[match.end() : close].strip()
            found.append(SentenceToken(inside, match.start(), close + 1, "quote"))
            place = close + 1
            continue
        is_word = sign[0].isalnum()
        found.append(
            SentenceToken(
                _SPELLED.get(sign.lower(), sign.lower()),
                match.start(),
                match.end(),
                "word" if is_word else "sign",
            )
        )
        place = match.end()
    return tuple(found)


def _closing(text: str, match: re.Match[str]) -> int:
    """Where the quotation that a sign opens is closed; -1 if it opens none."""
    sign = match[0]
    closing = _CLOSES.get(sign)
    if sign == "'" and (match.start() == 0 or text[match.start() - 1] in " \n(:,"):
        closing = "'"
    if closing is None:
        return -1
    end = min(len(text), match.end() + _MAX_QUOTED)
    close = text.find(closing, match.end(), end)
    while sign == "'" and close > 0 and text[close + 1 : close + 2].isalnum():
        close = text.find(closing, close + 1, end)
    if close < 0 and sign in "„\u201c":
        close = text.find('"' if '"' in text[match.end() : end] else "\u201d", match.end(), end)
    return close if close > match.end() else -1
