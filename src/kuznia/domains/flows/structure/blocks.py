"""A flow as nested blocks, and as steps with moves: two notations of the same thing.

A flow is planned as blocks, because blocks always reach an end; it is stored, shown and checked as
steps. An end may be in many branches: it is one step.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from kuznia.domains.flows.schema import FlowStep, Guard, Move


@dataclass(frozen=True, slots=True)
class Branch:
    when: Guard | None
    then: tuple["Block", ...] = ()


@dataclass(frozen=True, slots=True)
class ChoiceBlock:
    """One of the branches follows the block before; those that do not end meet again after it."""

    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class LoopBlock:
    """The body, repeated while the guard holds, `max_rounds` times at most."""

    body: tuple["Block", ...]
    again: Guard
    max_rounds: int


@dataclass(frozen=True, slots=True)
class ParallelBlock:
    """All branches in parallel; what follows waits for the last of them."""

    fork: FlowStep
    branches: tuple[tuple["Block", ...], ...]
    join: FlowStep


Block: TypeAlias = FlowStep | ChoiceBlock | LoopBlock | ParallelBlock


class Unstructured(Exception):
    """These steps are not made of blocks; `step` is where the reading stopped."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


# A step that still needs a move, and the guard of that move.
_OpenEnd: TypeAlias = tuple[str, Guard | None]


@dataclass(slots=True)
class _StepBuilder:
    steps: dict[str, FlowStep] = field(default_factory=dict[str, FlowStep])
    moves: dict[str, list[Move]] = field(default_factory=dict[str, list[Move]])
    order: list[str] = field(default_factory=list[str])


def steps_of(blocks: Iterable[Block]) -> tuple[FlowStep, ...]:
    """Turn blocks into steps with moves."""
    builder = _StepBuilder()
    _draw(builder, tuple(blocks), [])
    # Ends come last, so that the main path reads from the top.
    order = sorted(builder.order, key=lambda name: _rank(builder.steps[name]))
    return tuple(
        builder.steps[name].model_copy(update={"next": _sorted(builder.moves.get(name, ()))})
        for name in order
    )


def _rank(step: FlowStep) -> tuple[bool, bool, str]:
    """Ends are in an order of their own, whichever branch leads to them first."""
    is_end = step.kind == "end"
    return is_end, is_end and step.ending != "done", step.id if is_end else ""


def _sorted(moves: Iterable[Move]) -> tuple[Move, ...]:
    """Put the move without a guard last."""
    return tuple(sorted(moves, key=lambda move: (move.when is None, move.limit is None)))


def _draw(
    builder: _StepBuilder, blocks: tuple[Block, ...], opens: list[_OpenEnd]
) -> list[_OpenEnd]:
    for block in blocks:
        match block:
            case FlowStep():
                opens = _draw_step(builder, block, opens)
            case ChoiceBlock():
                opens = _draw_choice(builder, block, opens)
            case LoopBlock():
                opens = _draw_loop(builder, block, opens)
            case ParallelBlock():
                inside = _draw_step(builder, block.fork, opens)
                ends = [end for branch in block.branches for end in _draw(builder, branch, inside)]
                opens = _draw_step(builder, block.join, ends)
    return opens


def _draw_step(builder: _StepBuilder, step: FlowStep, opens: list[_OpenEnd]) -> list[_OpenEnd]:
    for before, when in opens:
        builder.moves.setdefault(before, []).append(Move(to=step.id, when=when))
    if step.id not in builder.steps:
        builder.steps[step.id] = step
        builder.order.append(step.id)
    return [] if step.kind == "end" else [(step.id, None)]


def _draw_choice(
    builder: _StepBuilder, choice: ChoiceBlock, opens: list[_OpenEnd]
) -> list[_OpenEnd]:
    after: list[_OpenEnd] = []
    if any(when is not None for _, when in opens):
        raise Unstructured(opens[0][0])
    for branch in choice.branches:
        after += _draw(builder, branch.then, [(step, branch.when) for step, _ in opens])
    return after


def _draw_loop(builder: _StepBuilder, loop: LoopBlock, opens: list[_OpenEnd]) -> list[_OpenEnd]:
    first = _first(loop.body)
    after = _draw(builder, loop.body, opens)
    for step, _ in after:
        back = Move(to=first.id, when=loop.again, limit=loop.max_rounds - 1)
        builder.moves.setdefault(step, []).append(back)
    return after


def _first(blocks: tuple[Block, ...]) -> FlowStep:
    match blocks[0]:
        case FlowStep() as step:
            return step
        case LoopBlock(body=body):
            return _first(body)
        case ParallelBlock(fork=fork):
            return fork
        case ChoiceBlock():
            raise Unstructured("a choice cannot come first")


def blocks(steps: tuple[FlowStep, ...]) -> tuple[Block, ...]:
    """Read the blocks that steps are made of; raise Unstructured when there are none."""
    reader = _BlockReader({step.id: step for step in steps})
    read = reader.read(steps[0].id, None)
    again = {step.id: step for step in steps_of(read)}
    for step in steps:
        # Turned into steps again it has to be the same, or something was lost.
        drawn = again.get(step.id)
        if drawn is None or _by_target(drawn.next) != _by_target(step.next):
            raise Unstructured(step.id)
    return read


def _by_target(moves: tuple[Move, ...]) -> list[str]:
    return sorted(move.model_dump_json() for move in moves)


def _bare(step: FlowStep) -> FlowStep:
    return step.model_copy(update={"next": ()})


class _BlockReader:
    """A reader of blocks from steps, for one reading."""

    def __init__(self, by_id: dict[str, FlowStep]) -> None:
        self.by_id = by_id
        self.open: set[tuple[str, str]] = set()
        self.ahead_of: dict[str, frozenset[str]] = {}
        self.been: set[str] = set()

    def get(self, name: str) -> FlowStep:
        """Get a step once: a step with two moves to it and no choice before them is in no block."""
        if name not in self.by_id or name in self.been:
            raise Unstructured(name)
        if self.by_id[name].kind != "end":
            self.been.add(name)
        return self.by_id[name]

    def ahead(self, start: str) -> frozenset[str]:
        """The steps ahead, without ends, which many branches may share."""
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
        blocks_read: list[Block] = []
        name = start
        while name is not None and name != stop:
            tail = self.loop_tail(name)
            if tail is not None:
                self.open.add((name, tail[0]))
                name = self.read_loop(name, tail, stop, blocks_read)
                continue
            name = self.read_step(name, stop, blocks_read)
        return tuple(blocks_read)

    def loop_tail(self, head: str) -> tuple[str, Move] | None:
        """The later step that leads back to this one; of several, the last one not yet read."""
        tails = [
            (step.id, move)
            for step in self.by_id.values()
            for move in step.next
            if move.to == head and move.limit is not None and (head, step.id) not in self.open
        ]
        return min(tails, key=lambda tail: len(self.ahead(tail[0])), default=None)

    def read_loop(
        self, head: str, tail: tuple[str, Move], stop: str | None, blocks_read: list[Block]
    ) -> str | None:
        last, back = tail
        if back.when is None:
            raise Unstructured(last)
        body = (*self.read(head, last), _bare(self.get(last)))
        blocks_read.append(LoopBlock(body, back.when, (back.limit or 0) + 1))
        return self.follow(last, stop, blocks_read)

    def read_step(self, name: str, stop: str | None, blocks_read: list[Block]) -> str | None:
        step = self.get(name)
        if step.kind == "end":
            blocks_read.append(_bare(step))
            return None
        if step.kind == "fork":
            return self.read_parallel(step, stop, blocks_read)
        blocks_read.append(_bare(step))
        return self.follow(name, stop, blocks_read)

    def follow(self, name: str, stop: str | None, blocks_read: list[Block]) -> str | None:
        """Read what follows a step: one move, or a choice."""
        moves = [move for move in self.by_id[name].next if move.limit is None]
        if len(moves) == 1 and moves[0].when is None:
            return moves[0].to
        if not moves:
            raise Unstructured(name)
        merge = self.merge(moves, stop)
        blocks_read.append(
            ChoiceBlock(tuple(Branch(move.when, self.read(move.to, merge)) for move in moves))
        )
        return merge

    def merge(self, moves: list[Move], stop: str | None) -> str | None:
        """The step where the branches of a choice meet again."""
        regions = [self.ahead(move.to) for move in moves]
        going = [(move.to, region) for move, region in zip(moves, regions, strict=True) if region]
        if not going:
            # All branches end; reading goes on with the first.
            return moves[0].to
        if len(going) == 1:
            return going[0][0]
        counted = Counter(name for _, region in going for name in region)
        common = {name for name, times in counted.items() if times > 1}
        if not common:
            return stop
        # The nearest: the step from which all other common steps are ahead.
        return max(common, key=lambda name: (len(self.ahead(name) & common), name))

    def read_parallel(
        self, fork: FlowStep, stop: str | None, blocks_read: list[Block]
    ) -> str | None:
        regions = [self.ahead(move.to) for move in fork.next]
        joins = [
            name
            for name in sorted(regions[0] if regions else ())
            if self.by_id[name].kind == "join" and all(name in region for region in regions)
        ]
        if not joins:
            raise Unstructured(fork.id)
        join = max(joins, key=lambda name: len(self.ahead(name)))
        branches = tuple(self.read(move.to, join) for move in fork.next)
        blocks_read.append(ParallelBlock(_bare(fork), branches, _bare(self.get(join))))
        return self.follow(join, stop, blocks_read)
