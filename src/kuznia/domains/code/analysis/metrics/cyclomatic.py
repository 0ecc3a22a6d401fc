"""Cyclomatic complexity, function by function, from one query over the tree."""

from collections.abc import Sequence
from operator import sub

from kuznia.domains.code.analysis.tree.frames import Captures, Frame, own, starts


def cyclomatic(nested: Sequence[Frame], captures: Captures) -> list[int]:
    """One for each frame, plus one for every decision of its own."""
    counts = own(nested, starts(captures.get("decision", ())))
    if spare := starts(captures.get("spare", ())):
        counts = list(map(sub, counts, own(nested, spare)))
    if "outside" in captures:
        # The inner come first: what runs outside of them may run outside of theirs too.
        for frame, count in zip(reversed(nested), counts[::-1], strict=True):
            if frame.kind == "outside" and (around := nested[frame.outer].outer) >= 0:
                counts[around] += count
    return [count + 1 for count in counts]
