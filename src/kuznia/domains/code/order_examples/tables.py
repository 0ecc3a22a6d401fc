"""Examples in a table of arguments and results, where the request names no call."""

import re
from collections.abc import Iterator

from kuznia.domains.code.order_examples.example import OrderExample, is_wrong
from kuznia.domains.code.order_examples.literals import constant, parsed
from kuznia.domains.code.order_examples.named import INPUT

_RESULT = re.compile(
    r"(?:expected |the )?(?:results?|outputs?|returns?|expected|value|answer)"
    r"|(?:очікуваний )?(?:результат|вихід|відповідь|повертає|значення)",
    re.IGNORECASE,
)
_INPUT = re.compile(r"(?:the )?(?:input|argument|args?|вхід|аргумент|вхідні дані)", re.IGNORECASE)
_RULE = re.compile(r"[\s|:-]+")


def tables(text: str) -> Iterator[OrderExample]:
    """Each row of a table whose last column is the result, and whose cells are literals."""
    head: tuple[str, ...] = ()
    above = ""
    for line in text.split("\n"):
        cells = _cells(line)
        if len(cells) < 2:
            above, head = line if line.strip() else above, ()
        elif not head:
            is_head = _RESULT.fullmatch(cells[-1]) and not is_wrong(above)
            head = cells if is_head else ("",)
        elif len(cells) == len(head) and not _RULE.fullmatch(line):
            values = [constant(parsed(cell)) for cell in cells]
            if all(value is not None for value in values):
                *arguments, value = (value or "" for value in values)
                heads = tuple(INPUT if _INPUT.fullmatch(name) else name for name in head)
                pairs = tuple(zip(heads, arguments, strict=False))
                yield OrderExample("", value=value, arguments=pairs)


def _cells(line: str) -> tuple[str, ...]:
    stripped = line.strip()
    if not stripped.startswith("|") or not stripped.endswith("|"):
        return ()
    return tuple(cell.strip().strip("`").strip() for cell in stripped[1:-1].split("|"))
