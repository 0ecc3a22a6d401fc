"""Invisible characters in a file: bidi overrides, zero width characters, tags.

With them code reads one way and runs another (https://trojansource.codes), a name is another than
it looks, and a terminal that shows the file obeys it. Where a text needs one, an escape says so.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

# Zero width, bidi, and the tags that repeat ASCII invisibly.
_INVISIBLE = re.compile(
    "[\u200b-\u200d\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
_MARK, _NO_JOINER, _JOINER = "\ufeff", "\u200c", "\u200d"
# Scripts whose letters are joined and parted by joiners: Arabic, Persian, Indic, Khmer and kin.
_JOINING = re.compile("[\u0600-\u0dff\u1000-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc]")
# What may stand between a picture and its joiner: a tone of skin, a wish for colour.
_OF_PICTURE = re.compile("[\ufe0f\U0001f3fb-\U0001f3ff]")
_BLACK_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]*\U000e007f?")


class InvisibleCharacter(NamedTuple):
    """The place of an invisible character, counted from 1, and its name."""

    line: int
    column: int
    name: str


def invisible_characters(text: str) -> Iterator[InvisibleCharacter]:
    """The invisible characters of a text, except those that a script or an emoji needs."""
    if text.isascii():
        return
    flags = [range(*match.span()) for match in _BLACK_FLAG.finditer(text)]
    for match in _INVISIBLE.finditer(text):
        place = match.start()
        if _belongs(text, place) or any(place in flag for flag in flags):
            continue
        line, begins = text.count("\n", 0, place) + 1, text.rfind("\n", 0, place) + 1
        name = unicodedata.name(match[0], "a tag")
        yield InvisibleCharacter(line, place - begins + 1, f"U+{ord(match[0]):04X} {name}")


def _belongs(text: str, place: int) -> bool:
    char, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if char == _MARK:
        # As an editor's signature, at the very beginning.
        return place == 0
    if char not in (_NO_JOINER, _JOINER):
        return False
    pictures = (_is_picture(before) or _OF_PICTURE.match(before)) and _is_picture(after)
    return bool(_JOINING.match(before)) or (char == _JOINER and bool(pictures))


def _is_picture(char: str) -> bool:
    return bool(char) and unicodedata.category(char) == "So"
