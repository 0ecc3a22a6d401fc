"""Examples that name arguments and no call: `Input: n = 3`, `Output: 4`; `for n = 3 it is 4`."""

import re
from collections.abc import Iterator

from kuznia.domains.code.order_examples.example import OrderExample, is_wrong
from kuznia.domains.code.order_examples.literals import constant, literal_end, parsed, value_of

_BEGIN = re.compile(
    r"\b(?:for|input[ \t]*:|для|вхід[ \t]*:|вхідні дані[ \t]*:)[ \t]*", re.IGNORECASE
)
_NAME = re.compile(r"([A-Za-z_]\w*)[ \t]*=(?![=>])[ \t]*")
_NEXT = re.compile(r"[ \t]*(?:,|;|\band\b|\bта\b|\bі\b)[ \t]*(?=[A-Za-z_]\w*[ \t]*=)")
_THEN = re.compile(
    r"[ \t]*+,?\s*+(?:(?:output|вихід|результат)[ \t]*+:[ \t]*+"
    r"|(?:the |it )?(?:(?:output|result|answer)[ \t]++(?:should be|must be|is|will be)"
    r"|(?:should|must)[ \t]++(?:return|be|give)|returns?"
    r"|(?:результат|вихід|відповідь)(?:[ \t]++(?:—|-|має бути|буде))?"
    r"|(?:має|повинно)[ \t]++(?:повернути|бути|дати)|повертає|дає)[ \t]++)",
    re.IGNORECASE,
)
_AFTER = re.compile(r"[ \t]*(?:$|\n|\.(?:\s|$)|[;)#(—]|,(?!\d))")
# How an input without a name is kept.
INPUT = "input"


def named(text: str) -> Iterator[OrderExample]:
    """Each list of arguments with the result that follows it."""
    for begin in _BEGIN.finditer(text):
        above = text[: begin.start()].rstrip().rpartition("\n")[2]
        arguments, place = _arguments(text, begin.end())
        then = _THEN.match(text, place) if arguments else None
        end = literal_end(text, then.end()) if then else 0
        if then is None or not end or not _AFTER.match(text, end) or is_wrong(above):
            continue
        value = value_of(text[then.end() : end])
        if value is not None and "\\\\" not in text[begin.start() : end]:
            yield OrderExample("", value=value, arguments=arguments)


def _arguments(text: str, place: int) -> tuple[tuple[tuple[str, str], ...], int]:
    pairs: list[tuple[str, str]] = []
    while name := _NAME.match(text, place):
        end = literal_end(text, name.end())
        value = constant(parsed(text[name.end() : end])) if end else None
        if value is None:
            return (), place
        pairs.append((name[1], value))
        place = end
        if not (more := _NEXT.match(text, place)):
            break
        place = more.end()
    if not pairs and (end := literal_end(text, place)):
        value = constant(parsed(text[place:end]))
        return (((INPUT, value),) if value is not None else ()), end
    return tuple(pairs), place
