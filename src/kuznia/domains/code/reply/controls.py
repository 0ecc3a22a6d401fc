"""Control characters: no reply that holds one is read."""

import re

from kuznia.forge.terms import Unreadable

# A form feed divides the pages of old sources, and moves nothing. Half of a surrogate pair is no
# character at all: no file can hold it.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def refuse_controls(text: str) -> None:
    """Raise Unreadable where a text holds what no parser, file or terminal should be given."""
    if match := _CONTROL.search(text):
        line = text.count("\n", 0, match.start()) + 1
        raise Unreadable(
            "control-character",
            f"Line {line} contains a control character: U+{ord(match[0]):04X}.",
            r"Write a control character as an escape such as \x1b, never as itself.",
        )
