"""A flow as blocks inside blocks, and as steps with moves: the same thing, written two ways.

Blocks are how a flow is made, because what is put together of blocks comes to an end by itself;
steps are how it is kept, shown and checked. An end may stand in many branches: it is one step.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from kuznia.domains.flows.schema import Guard, Move, Step


@dataclass(frozen=True, slots=True)
class Branch:
    when: Guard | None
    then: tuple["Block", ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """After the block before it, one of the branches; one that does not end comes back here."""

    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """The body, and again while the guard holds, `most` times at most."""

    body: tuple["Block", ...]
    again: Guard
    most: int


@dataclass(frozen=True, slots=True)
class Parallel:
    """All branches side by side; what follows waits for the last of them."""

    fork: Step
    branches: tuple[tuple["Block", ...], ...]
    join: Step


Block: TypeAlias = Step | Choice | Loop | Parallel


class Unstructured(Exception):
    """Steps that no blocks can be read from; `step` is where the reading stopped."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


# An open end: the step that has no way on yet, and when this one is taken.
_Open: TypeAlias = tuple[str, Guard | None]


@dataclass(slots=True)
class _Drawing:
    steps: dict[str, Step] = field(default_factory=dict[str, Step])
    moves: dict[str, list[Move]] = field(default_factory=dict[str, list[Move]])
    order: list[str] = field(default_factory=list[str])


def steps_of(blocks: Iterable[Block]) -> tuple[Step, ...]:
    """The steps and moves of a flow that is written as blocks."""
    drawing = _Drawing()
    _draw(drawing, tuple(blocks), [])
    # Ends come last, so that the way through is read from the top.
    order = sorted(drawing.order, key=lambda one: drawing.steps[one].kind == "end")
    return tuple(
        drawing.steps[one].model_copy(update={"next": _sorted(drawing.moves.get(one, ()))})
        for one in order
    )


def _sorted(moves: Iterable[Move]) -> tuple[Move, ...]:
    """What is taken when nothing else holds comes last."""
    return tuple(sorted(moves, key=lambda move: (move.when is None, move.limit is None)))


def _draw(drawing: _Drawing, blocks: tuple[Block, ...], opens: list[_Open]) -> list[_Open]:
    for block in blocks:
        match block:
            case Step():
                opens = _draw_step(drawing, block, opens)
            case Choice():
                opens = _draw_choice(drawing, block, opens)
            case Loop():
                opens = _draw_loop(drawing, block, opens)
            case Parallel():
                inside = _draw_step(drawing, block.fork, opens)
                ends = [end for branch in block.branches for end in _draw(drawing, branch, inside)]
                opens = _draw_step(drawing, block.join, ends)
    return opens


def _draw_step(drawing: _Drawing, step: Step, opens: list[_Open]) -> list[_Open]:
    for before, when in opens:
        drawing.moves.setdefault(before, []).append(Move(to=step.id, when=when))
    if step.id not in drawing.steps:
        drawing.steps[step.id] = step
        drawing.order.append(step.id)
    return [] if step.kind == "end" else [(step.id, None)]


def _draw_choice(drawing: _Drawing, choice: Choice, opens: list[_Open]) -> list[_Open]:
    after: list[_Open] = []
    if any(when is not None for _, when in opens):
        raise Unstructured(opens[0][0])
    for branch in choice.branches:
        after += _draw(drawing, branch.then, [(step, branch.when) for step, _ in opens])
    return after


def _draw_loop(drawing: _Drawing, loop: Loop, opens: list[_Open]) -> list[_Open]:
    first = _first(loop.body)
    after = _draw(drawing, loop.body, opens)
    for step, _ in after:
        back = Move(to=first.id, when=loop.again, limit=loop.most - 1)
        drawing.moves.setdefault(step, []).append(back)
    return after


def _first(blocks: tuple[Block, ...]) -> Step:
    match blocks[0]:
        case Step() as step:
            return step
        case Loop(body=body):
            return _first(body)
        case Parallel(fork=fork):
            return fork
        case Choice():
            raise Unstructured("a choice follows a step, it does not begin")


def blocks(steps: tuple[Step, ...]) -> tuple[Block, ...]:
    """The blocks that the steps are made of; Unstructured when they are not made of any."""
    reader = _Reader({step.id: step for step in steps})
    read = reader.read(steps[0].id, None)
    again = {step.id: step for step in steps_of(read)}
    for step in steps:
        # Read and drawn again it has to be the same, or something was lost on the way.
        drawn = again.get(step.id)
        if drawn is None or _by_target(drawn.next) != _by_target(step.next):
            raise Unstructured(step.id)
    return read


def _by_target(moves: tuple[Move, ...]) -> list[str]:
    return sorted(move.model_dump_json() for move in moves)


def _bare(step: Step) -> Step:
    return step.model_copy(update={"next": ()})


class _Reader:
    """Reads blocks from steps; lives for one reading."""

    def __init__(self, by_id: dict[str, Step]) -> None:
        self.by_id = by_id
        self.open: set[tuple[str, str]] = set()
        self.ahead_of: dict[str, frozenset[str]] = {}
        self.been: set[str] = set()

    def get(self, name: str) -> Step:
        """A step, once: what is led to from two sides by no choice is in no block."""
        if name not in self.by_id or name in self.been:
            raise Unstructured(name)
        if self.by_id[name].kind != "end":
            self.been.add(name)
        return self.by_id[name]

    def ahead(self, start: str) -> frozenset[str]:
        """What can be reached going forward; ends do not count, they are everybody's."""
        if start in self.ahead_of:
            return self.ahead_of[start]
        seen: set[str] = set()
        stack = [start]
        while stack:
            step = self.by_id.get(stack.pop())
            if step is None:
                raise Unstructured(start)
            if step.id in seen or step.kind == "end":
                continue
            seen.add(step.id)
            stack += [move.to for move in step.next if move.limit is None]
        self.ahead_of[start] = frozenset(seen)
        return self.ahead_of[start]

    def read(self, start: str | None, stop: str | None) -> tuple[Block, ...]:
        found: list[Block] = []
        here = start
        while here is not None and here != stop:
            tail = self.loop_tail(here)
            if tail is not None:
                self.open.add((here, tail[0]))
                here = self.read_loop(here, tail, stop, found)
                continue
            here = self.read_one(here, stop, found)
        return tuple(found)

    def loop_tail(self, head: str) -> tuple[str, Move] | None:
        """The step further on that leads back to this one; of several the last, not yet read."""
        tails = [
            (step.id, move)
            for step in self.by_id.values()
            for move in step.next
            if move.to == head and move.limit is not None and (head, step.id) not in self.open
        ]
        return min(tails, key=lambda tail: len(self.ahead(tail[0])), default=None)

    def read_loop(
        self, head: str, tail: tuple[str, Move], stop: str | None, found: list[Block]
    ) -> str | None:
        last, back = tail
        if back.when is None:
            raise Unstructured(last)
        body = (*self.read(head, last), _bare(self.get(last)))
        found.append(Loop(body, back.when, (back.limit or 0) + 1))
        return self.follow(last, stop, found)

    def read_one(self, here: str, stop: str | None, found: list[Block]) -> str | None:
        step = self.get(here)
        if step.kind == "end":
            found.append(_bare(step))
            return None
        if step.kind == "fork":
            return self.read_parallel(step, stop, found)
        found.append(_bare(step))
        return self.follow(here, stop, found)

    def follow(self, here: str, stop: str | None, found: list[Block]) -> str | None:
        """What comes after a step: nothing to choose, or a choice."""
        moves = [move for move in self.by_id[here].next if move.limit is None]
        if len(moves) == 1 and moves[0].when is None:
            return moves[0].to
        if not moves:
            raise Unstructured(here)
        merge = self.merge(moves, stop)
        found.append(Choice(tuple(Branch(move.when, self.read(move.to, merge)) for move in moves)))
        return merge

    def merge(self, moves: list[Move], stop: str | None) -> str | None:
        """Where the branches of a choice come together again."""
        regions = [self.ahead(move.to) for move in moves]
        going = [(move.to, region) for move, region in zip(moves, regions, strict=True) if region]
        if not going:
            # Whatever is chosen it ends; the first way is the one that is read on.
            return moves[0].to
        if len(going) == 1:
            return going[0][0]
        counted = Counter(one for _, region in going for one in region)
        common = {one for one, times in counted.items() if times > 1}
        if not common:
            return stop
        # The nearest: the one from which all the others in common are still ahead.
        return max(common, key=lambda one: (len(self.ahead(one) & common), one))

    def read_parallel(self, fork: Step, stop: str | None, found: list[Block]) -> str | None:
        regions = [self.ahead(move.to) for move in fork.next]
        joins = [
            one
            for one in sorted(regions[0] if regions else ())
            if self.by_id[one].kind == "join" and all(one in region for region in regions)
        ]
        if not joins:
            raise Unstructured(fork.id)
        join = max(joins, key=lambda one: len(self.ahead(one)))
        branches = tuple(self.read(move.to, join) for move in fork.next)
        found.append(Parallel(_bare(fork), branches, _bare(self.get(join))))
        return self.follow(join, stop, found)
