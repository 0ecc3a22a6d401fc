"""The interpreter: executes a flow along its moves, and finds every path through it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal, TypeAlias

from kuznia.domains.flows.schema import Flow, FlowStep
from kuznia.domains.flows.structure.guards import Facts, Known, holds, tests

# Why a run stopped before an end.
Stuck = Literal["dead-end", "no-way", "dangling", "join", "split-end", "endless"]
# A move, as the step's id and the move's index in it.
Edge: TypeAlias = tuple[str, int]
# The facts that become known at a step: one run for each.
Learned: TypeAlias = Callable[[FlowStep, Facts], Iterable[Facts]]

MAX_RUNS = 4096
_MAX_STEPS = 400
# One round shows what a loop does, two that it can be repeated.
ROUNDS = 2
_ALL_ROUNDS = 100
# A move without a limit that is taken more often makes an endless loop.
_MAX_UNLIMITED = 3


@dataclass(frozen=True, slots=True)
class FlowRun:
    """One path through a flow: the moves taken, the facts known, and how it ended."""

    # The index of a move is -1 where there is none to choose.
    trail: tuple[Edge, ...]
    facts: Facts
    taken: Mapping[Edge, int]
    end: str | None = None
    stuck: Stuck | None = None
    # The step at which it stopped.
    stopped_at: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(step for step, _ in self.trail)


@dataclass(frozen=True, slots=True)
class _Token:
    """The position of one branch of a run, and the forks round it with their branch counts."""

    step: str
    frames: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _RunState:
    """A run under way: branches that can go on, branches waiting at a join, and the facts."""

    tokens: tuple[_Token, ...]
    waiting: tuple[_Token, ...]
    trail: tuple[Edge, ...]
    facts: Facts
    taken: Mapping[Edge, int]

    def over(
        self, stopped_at: str, *, end: str | None = None, stuck: Stuck | None = None
    ) -> FlowRun:
        return FlowRun(self.trail, self.facts, self.taken, end, stuck, stopped_at)


def way(step: FlowStep, facts: Facts, taken: Mapping[Edge, int]) -> int | None:
    """The index of the move that is taken from a step, or None when none holds."""
    rest: int | None = None
    for place, move in enumerate(step.next):
        if move.limit is not None and taken.get((step.id, place), 0) >= move.limit:
            continue
        if move.when is None:
            rest = place if rest is None else rest
        elif holds(move.when, facts):
            return place
    return rest


def execute(flow: Flow, answer: Callable[[FlowStep, int], Facts]) -> FlowRun:
    """Execute one run; `answer` gives the facts that become known at each visit of a step."""
    visits: dict[str, int] = {}

    def learned(step: FlowStep, _: Facts) -> tuple[Facts]:
        visits[step.id] = visits.get(step.id, 0) + 1
        return (answer(step, visits[step.id]),)

    return next(_runs(flow, learned, rounds=_ALL_ROUNDS))


def every_run(flow: Flow, cases: Mapping[str, tuple[Known, ...] | None]) -> Iterator[FlowRun]:
    """Every path through the flow, with each limited loop repeated zero, one and two times."""
    tested = {
        step.id: list(
            dict.fromkeys(test.fact for move in step.next if move.when for test in tests(move.when))
        )
        for step in flow.steps
    }

    def learned(step: FlowStep, facts: Facts) -> Iterator[Facts]:
        # Only facts that this step's moves test and that are still open.
        open_ = [name for name in tested[step.id] if name not in facts]
        for values in product(*(cases.get(name) or (None,) for name in open_)):
            yield dict(zip(open_, values, strict=True))

    return _runs(flow, learned, rounds=ROUNDS)


def _runs(flow: Flow, learned: Learned, rounds: int) -> Iterator[FlowRun]:
    stack: list[_RunState | FlowRun] = [_RunState((_Token(flow.steps[0].id),), (), (), {}, {})]
    while stack:
        state = stack.pop()
        if isinstance(state, FlowRun):
            yield state
        else:
            stack += reversed(_advance(flow, state, learned, rounds))


def _advance(
    flow: Flow, state: _RunState, learned: Learned, rounds: int
) -> list[_RunState | FlowRun]:
    if not state.tokens:
        # Every branch waits for one that never comes.
        return [state.over(state.waiting[0].step, stuck="join")]
    token, *rest = state.tokens
    others = tuple(rest)
    step = flow.by_id.get(token.step)
    if step is None:
        return [state.over(state.trail[-1][0], stuck="dangling")]
    if step.kind == "join":
        waiting = (*state.waiting, token)
        if not token.frames:
            return [state.over(step.id, stuck="join")]
        if waiting.count(token) < token.frames[-1][1]:
            return [replace(state, tokens=others, waiting=waiting)]
        state = replace(state, waiting=tuple(other for other in waiting if other != token))
        token = _Token(step.id, token.frames[:-1])
    return _pass(replace(state, tokens=others), token, step, learned, rounds)


def _pass(
    state: _RunState, token: _Token, step: FlowStep, learned: Learned, rounds: int
) -> list[_RunState | FlowRun]:
    """Take one branch through a step."""
    if len(state.trail) > _MAX_STEPS:
        return [state.over(step.id, stuck="endless")]
    if step.kind in {"end", "fork"} or not step.next:
        state = replace(state, trail=(*state.trail, (step.id, -1)))
    if step.kind == "end":
        if token.frames:
            return [state.over(step.id, stuck="split-end")]
        return [state.over(step.id, end=step.id)]
    if not step.next:
        return [state.over(step.id, stuck="dead-end")]
    if step.kind == "fork":
        return [_fork(state, token, step)]
    # Each visit of a step asks for its facts anew.
    own = {step.id, *(field.id for field in step.fields), *(fact.id for fact in step.provides)}
    facts = {name: value for name, value in state.facts.items() if name not in own}
    left = (
        _leave(replace(state, facts={**facts, **more}), token, step, rounds)
        for more in learned(step, facts)
    )
    return [following for following in left if following is not None]


def _fork(state: _RunState, token: _Token, step: FlowStep) -> _RunState:
    frames = (*token.frames, (step.id, len(step.next)))
    apart = tuple(_Token(move.to, frames) for move in step.next)
    taken = {**state.taken, **{(step.id, place): 1 for place in range(len(apart))}}
    return replace(state, tokens=(*apart, *state.tokens), taken=taken)


def _shows_nothing_new(state: _RunState, step: FlowStep, place: int, rounds: int) -> bool:
    """Whether a loop is left or continued in a round between the second and the last.

    A step that repeats itself is repeated to its limit, because a different move follows there; a
    longer loop is not, because its branches would multiply.
    """
    for number, move in enumerate(step.next):
        taken = state.taken.get((step.id, number), 0)
        if move.limit is not None and rounds < taken + (number == place) and taken < move.limit:
            return number != place or move.to != step.id
    return False


def _leave(
    state: _RunState, token: _Token, step: FlowStep, rounds: int
) -> _RunState | FlowRun | None:
    place = way(step, state.facts, state.taken)
    if place is None:
        state = replace(state, trail=(*state.trail, (step.id, -1)))
        return state.over(step.id, stuck="no-way")
    edge = (step.id, place)
    times = state.taken.get(edge, 0) + 1
    move = step.next[place]
    if _shows_nothing_new(state, step, place, rounds):
        return None
    state = replace(
        state,
        trail=(*state.trail, edge),
        taken={**state.taken, edge: times},
        tokens=(_Token(move.to, token.frames), *state.tokens),
    )
    if move.limit is None and times > _MAX_UNLIMITED:
        return state.over(step.id, stuck="endless")
    return state
