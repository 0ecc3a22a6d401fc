"""The loops of a source, and what can be read of how often they repeat."""

import re
from typing import NamedTuple

from tree_sitter import Node

from kuznia.domains.code.analysis.tree.calls import CallSite
from kuznia.domains.code.analysis.tree.levels import Level
from kuznia.domains.code.analysis.tree.reading import Reading

# A power of n weighs this, a logarithm one: degrees add where loops nest and compare as they grow.
N = 1_000
LOG = 1
# How much of a loop is read to see how it runs.
_HEAD = 240
_BODY = 2_000

_FIXED = re.compile(
    rb"""range\(\s*\d+\s*(?:,\s*-?\d+\s*){0,2}\)             # range(3)
    |[<>]=?\s*\d+\s*[;)]                                   # i < 3;
    |\b\d+\s*(?:\.\.[.<=]?|\buntil\b|\bto\b|\bdownTo\b)\s*\d+  # 0..3
    |\b(?:in|of)\s*[\[({][^()\[\]{},]*,[^()\[\]{}]*[\])}]\s*+[:)]*+\s*+$  # in (a, b):
    |\bin\s+[\w.-]+(?:\s+[\w.-]+){1,99}+\s*;                 # in 1 2 3;
    |\{\d+\.\.\d+\}|\b\d+\.times\b""",
    re.VERBOSE,
)
_ENDLESS = re.compile(
    rb"(?:\S+:\s*)?(?:while\s*+\(?\s*+(?:true|True|1)\b|while\s+:|until\s+false\b"
    rb"|for\s*\(\s*;\s*;\s*\)|for\s*\{|loop\s*\{)"
)
_HALVES = re.compile(rb"(?://|/|>>|\*|<<)=\s*\d|=\s*[\w.]+\s*(?://|/|>>)\s*2\b|\bmid\b")
_FIXED_TIMES = "runs a fixed number of times"
_ONCE = "runs once an element"
_SHRINKS = "its range shrinks by a factor"
_CONDITIONAL = re.compile("while|until|do_|repeat|loop_expression")


class Loop(NamedTuple):
    """One loop: the stretch it repeats, weighted by how often; `endless` where that is unknown."""

    start: int
    inner: Level
    why: str
    # Whether it counts along something, so that how often it runs is really bounded by n.
    counted: bool
    endless: bool = False


def loops(reading: Reading) -> list[Loop]:
    """Loops, comprehensions, and calls that run a function for each element, in their order."""
    every = [_loop(node, reading.source) for node in reading.captures.get("loop", ())]
    every += (
        _each(call, reading.source)
        for call in reading.made
        if reading.table.costs.get(call.name) == "each"
    )
    return sorted(every, key=lambda loop: loop.start)


def _each(call: CallSite, source: bytes) -> Loop:
    fixed = _FIXED.search(source[max(call.start, call.opens - _HEAD) : call.opens])
    why = _FIXED_TIMES if fixed else f"{call.name} runs once an element"
    return Loop(call.start, Level(call.opens, call.end, 0 if fixed else N), why, counted=True)


def _loop(node: Node, source: bytes) -> Loop:
    if node.type.endswith(("comprehension", "generator_expression")):
        return _comprehension(node, source)
    start, end = node.start_byte, node.end_byte
    begins = source[start : min(end, start + _HEAD)]
    body = node.child_by_field_name("body")
    opens = body.start_byte if body else start
    # Where the grammar does not say where the body begins, more is read than the head.
    head = begins[: opens - start] if opens > start else begins
    if _ENDLESS.match(begins):
        return Loop(start, Level(opens, end, N), "may run without end", False, endless=True)
    if _CONDITIONAL.search(node.type) or _is_bare_for(node, head):
        halves = _HALVES.search(source[start : min(end, start + _BODY)])
        why = _SHRINKS if halves else "runs until a condition holds"
        return Loop(start, Level(start + 1, end, LOG if halves else N), why, counted=False)
    if _FIXED.search(head):
        return Loop(start, Level(opens, end, 0), _FIXED_TIMES, counted=True)
    # The condition of a counting loop is looked at every time, what is looped over only once.
    again = start + 1 if b";" in head else opens
    halves = _HALVES.search(head)
    return Loop(
        start, Level(again, end, LOG if halves else N), _SHRINKS if halves else _ONCE, counted=True
    )


def _is_bare_for(node: Node, head: bytes) -> bool:
    """Whether a loop is Go's `for` with only a condition."""
    return (
        node.type == "for_statement"
        and head.startswith(b"for ")
        and not any(word in head for word in (b";", b"range", b" in ", b" of ", b" : ", b"("))
    )


def _comprehension(node: Node, source: bytes) -> Loop:
    clauses = [child for child in node.named_children if child.type == "for_in_clause"]
    first = clauses[0].start_byte if clauses else node.end_byte
    fixed = sum(
        _FIXED.search(source[clause.start_byte : clause.end_byte][:_HEAD]) is not None
        for clause in clauses
    )
    times = len(clauses) - fixed
    # Its bracket can be that of the call around it, which runs once.
    inner = Level(node.start_byte + 1, first, N * times)
    why = f"{times} loops in one" if times > 1 else _ONCE if times else _FIXED_TIMES
    return Loop(node.start_byte, inner, why, counted=True)
