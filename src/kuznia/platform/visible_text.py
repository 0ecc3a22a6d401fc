"""Text of others on a terminal: what could steer it, hide there or turn round is seen instead."""

import re
import unicodedata

# Only a text that holds one of these needs the look at each.
_SUSPECT = re.compile(r"[^\n\t\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u0370-\u03ff\u0400-\u052f]")
# Controls, format characters (bidi, zero width, tags), lone surrogates, what has no meaning, and
# separators that some take for line breaks.
STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str) -> str:
    """The text with each such character written as its escape; JSON stays the same JSON."""
    return _SUSPECT.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    if unicodedata.category(character) not in STEERING:
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
