"""Reads what is nearly JSON: other quotes, comments, commas too many, words of other languages.

How something is written is forgiven; what is missing or could be read in two ways is not.
"""

import math
import re

from pydantic import JsonValue

MAX_DEPTH = 64
_SKIP = re.compile(r"(?:\s++|//[^\n]*+|#[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)*+")
_NUMBER = re.compile(r"[+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?")
_NAME = re.compile(r"[^\W\d][\w$-]*+|\$[\w$-]*+")
_CLOSE = {'"': '"', "'": "'", "`": "`", "“": "”", "„": "“", "«": "»", "‘": "’"}
_PLAIN = {mark: re.compile(rf"[^{re.escape(end)}\\]*+") for mark, end in _CLOSE.items()}
_WORDS = {
    **{"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False},
    **{"null": None, "None": None, "NULL": None, "nil": None, "undefined": None},
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\n": ""}
_HEX = re.compile(r"u([0-9a-fA-F]{4})")
# What may follow a text that has ended.
_AFTER = frozenset(",}]:=")
_QUOTES = frozenset(_CLOSE)


class NotJson(Exception):
    """What stands there is no JSON, or not all of it."""

    def __init__(self, message: str, place: int) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


def read_at(text: str, place: int) -> tuple[JsonValue, int]:
    """The value that begins here, and where it ends; what follows is nobody's business."""
    return _Reader(text).value(place, 0)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text

    def value(self, place: int, depth: int) -> tuple[JsonValue, int]:
        place = self._skip(place)
        letter = self._letter(place)
        if depth > MAX_DEPTH:
            raise NotJson("it is nested too deeply", place)
        if letter == "{":
            return self._object(place + 1, depth)
        if letter == "[":
            return self._list(place + 1, depth)
        if letter in _QUOTES:
            return self._string(place)
        if found := _NUMBER.match(self._text, place):
            return _number(found[0]), found.end()
        if (found := _NAME.match(self._text, place)) and found[0] in _WORDS:
            return _WORDS[found[0]], found.end()
        raise NotJson("here stands no value", place)

    def _object(self, place: int, depth: int) -> tuple[dict[str, JsonValue], int]:
        made: dict[str, JsonValue] = {}
        while (place := self._skip(place)) >= 0:
            if self._letter(place) == "}":
                return made, place + 1
            name, place = self._name(place)
            place = self._skip(place)
            if self._letter(place) not in {":", "="}:
                raise NotJson("a colon is missing", place)
            place += 2 if self._text.startswith("=>", place) else 1
            value, place = self.value(place, depth + 1)
            if made.get(name, value) != value:
                raise NotJson("a name stands there twice, with two values", place)
            made[name] = value
            place = self._comma(place)
        raise AssertionError

    def _list(self, place: int, depth: int) -> tuple[list[JsonValue], int]:
        made: list[JsonValue] = []
        while (place := self._skip(place)) >= 0:
            if self._letter(place) == "]":
                return made, place + 1
            value, place = self.value(place, depth + 1)
            made.append(value)
            place = self._comma(place)
        raise AssertionError

    def _name(self, place: int) -> tuple[str, int]:
        if self._letter(place) in _QUOTES:
            return self._string(place)
        if found := _NAME.match(self._text, place):
            return found[0], found.end()
        raise NotJson("here stands no name", place)

    def _comma(self, place: int) -> int:
        """Past a comma, if there is one: where the next value begins it is missed by nobody."""
        place = self._skip(place)
        return place + 1 if self._letter(place) == "," else place

    def _string(self, place: int) -> tuple[str, int]:
        mark = self._text[place]
        pieces: list[str] = []
        place += 1
        while True:
            found = _PLAIN[mark].match(self._text, place)
            assert found is not None
            pieces.append(found[0])
            place = found.end()
            if self._letter(place) == "\\":
                piece, place = self._escape(place + 1)
                pieces.append(piece)
            elif self._is_end(place + 1):
                return _joined(pieces, place), place + 1
            else:
                # A quotation mark inside, which should have had a backslash.
                pieces.append(self._text[place])
                place += 1

    def _is_end(self, place: int) -> bool:
        after = self._skip(place)
        if after == len(self._text):
            return True
        letter = self._text[after]
        is_next_line = "\n" in self._text[place:after]
        return letter in _AFTER or letter in _QUOTES or is_next_line

    def _escape(self, place: int) -> tuple[str, int]:
        if found := _HEX.match(self._text, place):
            return chr(int(found[1], 16)), found.end()
        letter = self._letter(place)
        return _ESCAPES.get(letter, letter), place + 1

    def _skip(self, place: int) -> int:
        found = _SKIP.match(self._text, place)
        assert found is not None
        return found.end()

    def _letter(self, place: int) -> str:
        if place >= len(self._text):
            raise NotJson("it ends before it is whole", place)
        return self._text[place]


def _joined(pieces: list[str], place: int) -> str:
    """The text, with pairs of halves as the letters they are."""
    text = "".join(pieces)
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise NotJson("half of a letter stands there", place) from None


def _number(text: str) -> int | float:
    if len(text) > 300:
        raise NotJson("a number is too long", 0)
    return int(text) if text.lstrip("+-").isdecimal() else finite(text)


def finite(text: str) -> float:
    """A number that JSON can hold."""
    if not math.isfinite(number := float(text)):
        raise NotJson("a number is too large", 0)
    return number
