"""Reads what is nearly JSON: other quotes, comments, commas too many, words of other languages.

How something is written is forgiven; what is missing or could be read in two ways is not.
"""

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

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


def read_at(text: str, at: int) -> tuple[JsonValue, int]:
    """The value that begins here, and where it ends; what follows is nobody's business."""
    return _Reader(text).value(at, 0)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text

    def value(self, at: int, depth: int) -> tuple[JsonValue, int]:
        at = self._skip(at)
        letter = self._letter(at)
        if depth > MAX_DEPTH:
            raise NotJson("it is nested too deeply", at)
        if letter == "{":
            return self._object(at + 1, depth)
        if letter == "[":
            return self._list(at + 1, depth)
        if letter in _QUOTES:
            return self._string(at)
        if found := _NUMBER.match(self._text, at):
            return _number(found[0]), found.end()
        if (found := _NAME.match(self._text, at)) and found[0] in _WORDS:
            return _WORDS[found[0]], found.end()
        raise NotJson("here stands no value", at)

    def _object(self, at: int, depth: int) -> tuple[dict[str, JsonValue], int]:
        made: dict[str, JsonValue] = {}
        while (at := self._skip(at)) >= 0:
            if self._letter(at) == "}":
                return made, at + 1
            name, at = self._name(at)
            at = self._skip(at)
            if self._letter(at) not in {":", "="}:
                raise NotJson("a colon is missing", at)
            at += 2 if self._text.startswith("=>", at) else 1
            value, at = self.value(at, depth + 1)
            if made.get(name, value) != value:
                raise NotJson("a name stands there twice, with two values", at)
            made[name] = value
            at = self._comma(at)
        raise AssertionError

    def _list(self, at: int, depth: int) -> tuple[list[JsonValue], int]:
        made: list[JsonValue] = []
        while (at := self._skip(at)) >= 0:
            if self._letter(at) == "]":
                return made, at + 1
            value, at = self.value(at, depth + 1)
            made.append(value)
            at = self._comma(at)
        raise AssertionError

    def _name(self, at: int) -> tuple[str, int]:
        if self._letter(at) in _QUOTES:
            return self._string(at)
        if found := _NAME.match(self._text, at):
            return found[0], found.end()
        raise NotJson("here stands no name", at)

    def _comma(self, at: int) -> int:
        """Past a comma, if there is one: where the next value begins it is missed by nobody."""
        at = self._skip(at)
        return at + 1 if self._letter(at) == "," else at

    def _string(self, at: int) -> tuple[str, int]:
        mark = self._text[at]
        pieces: list[str] = []
        at += 1
        while True:
            found = _PLAIN[mark].match(self._text, at)
            assert found is not None
            pieces.append(found[0])
            at = found.end()
            if self._letter(at) == "\\":
                piece, at = self._escape(at + 1)
                pieces.append(piece)
            elif self._is_end(at + 1):
                return _joined(pieces, at), at + 1
            else:
                # A quotation mark inside, which should have had a backslash.
                pieces.append(self._text[at])
                at += 1

    def _is_end(self, at: int) -> bool:
        after = self._skip(at)
        if after == len(self._text):
            return True
        letter = self._text[after]
        return (
            letter in _AFTER or letter in _QUOTES or (after > at and "\n" in self._text[at:after])
        )

    def _escape(self, at: int) -> tuple[str, int]:
        if found := _HEX.match(self._text, at):
            return chr(int(found[1], 16)), found.end()
        letter = self._letter(at)
        return _ESCAPES.get(letter, letter), at + 1

    def _skip(self, at: int) -> int:
        found = _SKIP.match(self._text, at)
        assert found is not None
        return found.end()

    def _letter(self, at: int) -> str:
        if at >= len(self._text):
            raise NotJson("it ends before it is whole", at)
        return self._text[at]


def _joined(pieces: list[str], at: int) -> str:
    """The text, with pairs of halves as the letters they are."""
    text = "".join(pieces)
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise NotJson("half of a letter stands there", at) from None


def _number(text: str) -> int | float:
    if len(text) > 300:
        raise NotJson("a number is too long", 0)
    return int(text) if text.lstrip("+-").isdecimal() else float(text)
