"""Two measures of readability: a published model, and a heuristic of our own.

Posnett, Hindle and Devanbu's model was fitted to some hundred short snippets; it is said for each
function with its z, and says little of long ones. The heuristic has never been held against
readers: it is a mean of things most style guides agree on, and every part of it is shown.
"""

import math
from collections.abc import Sequence, Set

from kuznia.domains.code.analysis.result import Posnett, Readability
from kuznia.domains.code.analysis.tree.lines import SourceLines

VERSION = 1
# A component is 100 up to the first number (down to it where it is the larger), 0 from the second.
SCALES: dict[str, tuple[float, float]] = {
    "line_length": (80, 140),
    "function_length": (20, 100),
    "nesting": (2, 6),
    "cognitive": (5, 30),
    "names": (0.9, 0.4),
    "comments": (0.1, 0.0),
    "rhythm": (12, 60),
}
WEIGHTS: dict[str, int] = {
    "line_length": 15,
    "function_length": 15,
    "nesting": 20,
    "cognitive": 25,
    "names": 10,
    "comments": 5,
    "rhythm": 10,
}
# The length of a name that can be a word and is still read at a glance.
_NAME = range(3, 26)


def posnett(volume: float, entropy: float, lines: int) -> Posnett:
    """Posnett, Hindle and Devanbu: z = 8.87 - 0.033 V + 0.40 L - 1.5 H, and 1 / (1 + e^-z)."""
    z = 8.87 - 0.033 * volume + 0.40 * lines - 1.5 * entropy
    # Beyond this e^-z is no float any more, and the answer has long been 0.
    readability = 1 / (1 + math.exp(-max(z, -700.0)))
    return Posnett(z=round(z, 3), readability=round(readability, 4))


def maintainability(volume: float, cyclomatic: int, lines: int) -> float:
    """The index 171 - 5.2 ln V - 0.23 CC - 16.2 ln L in per cent of 171; comments do not count."""
    index = (
        171 - 5.2 * math.log(max(volume, 1)) - 0.23 * cyclomatic - 16.2 * math.log(max(lines, 1))
    )
    return round(max(0.0, min(100.0, 100 * index / 171)), 2)


def readability(
    text: SourceLines, names: Set[bytes], functions: Sequence[tuple[int, int, int]]
) -> Readability:
    """The heuristic for one file; `functions` holds their lengths, nestings and cognitive costs."""
    code = text.code
    lengths = sorted(_characters(line.rstrip()) for _, line in code)
    measures = {
        "line_length": float(lengths[math.ceil(0.95 * len(lengths)) - 1]) if lengths else 0.0,
        "function_length": _typical(functions, 0),
        "nesting": _typical(functions, 1),
        "cognitive": _typical(functions, 2),
        "names": sum(len(name) in _NAME for name in names) / len(names) if names else 1.0,
        "comments": len(text.comments) / (len(text.comments) + len(code)) if code else 1.0,
        "rhythm": float(_longest_run([row for row, _ in code])),
    }
    components = {name: _scaled(measures[name], *SCALES[name]) for name in SCALES}
    total = sum(WEIGHTS[name] * score for name, score in components.items())
    return Readability(
        heuristic=round(total / sum(WEIGHTS.values())), version=VERSION, components=components
    )


def _characters(line: bytes) -> int:
    return len(line) if line.isascii() else len(line.decode(errors="replace"))


def _typical(functions: Sequence[tuple[int, int, int]], index: int) -> float:
    """The mean over lines instead of functions: what a reader of any one line is likely to meet."""
    lines = sum(function[0] for function in functions)
    return sum(function[0] * function[index] for function in functions) / lines if lines else 0.0


def _longest_run(rows: Sequence[int]) -> int:
    """The longest run of code lines without a blank line or a comment."""
    longest = run = 0
    before = -2
    for row in rows:
        run = run + 1 if row == before + 1 else 1
        longest = max(longest, run)
        before = row
    return longest


def _scaled(value: float, good: float, bad: float) -> int:
    return round(100 * max(0.0, min(1.0, (value - bad) / (good - bad))))
