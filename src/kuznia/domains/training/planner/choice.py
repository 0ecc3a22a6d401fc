"""Which exercises, how many sets, on which day: greedy first, then local search.

Pure numbers in, pure numbers out, so that an exact solver can be set the same problem and the
distance to the optimum be measured. No randomness: ties go to the earlier candidate.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from kuznia.domains.training.planner.problem import ExerciseCandidate, Problem, StrengthDay

# Prices of what is missing, in the currency of the objective; a squared half-set costs 1.
UNCOVERED = 2000
RARE = 500
# For each half set under the least that does something.
TOO_LITTLE = 80
SHORT_DAY = 400
PULL_SHORT = 40
# For each pulling set beyond this many more than pushing sets.
PUSH_SHORT = 10
PULL_AHEAD = 2
REPEATED_PATTERN = 40
# A day without one of its movements, and one movement more than the day has place for.
MISSING_GROUP = 1500
CROWDED_GROUP = 60
SINGLE_SET = 24
MAX_ON_PATTERN = 2
MINOR = 0.25
MAX_EXERCISES = 8
MAX_ON_MUSCLE = 3
MAX_SESSION_SETS = 8.0
# Adjacent days may not both hold so many sets for one muscle.
MANY_SETS = 4
# Enough to settle every instance we measured; a bound, so that time is bounded too.
MAX_TRIALS = 6000


Choice = tuple[Mapping[int, int], ...]
Chooser = Callable[[Problem], Choice]


@dataclass(slots=True)
class _WeekState:
    """A week being filled, with its cost kept up to date set by set."""

    problem: Problem
    sets: list[dict[int, int]]
    minutes: list[float]
    muscle: dict[str, float] = field(default_factory=dict[str, float])
    # By session: sets by muscle with the helpers' halves, and of primary movers alone.
    session: list[dict[str, float]] = field(default_factory=list[dict[str, float]])
    primary: list[dict[str, int]] = field(default_factory=list[dict[str, int]])
    movers: list[dict[str, int]] = field(default_factory=list[dict[str, int]])
    patterns: list[dict[str, int]] = field(default_factory=list[dict[str, int]])
    # Exercises of many joints, by session and movement.
    compounds: list[dict[str, int]] = field(default_factory=list[dict[str, int]])
    weekly: dict[str, int] = field(default_factory=dict[str, int])
    days_of: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    # Pulling sets less pushing sets.
    pull: int = 0

    def put(self, slot: int, number: int, sets: int) -> None:
        """Make it so many sets of that candidate in that session; none takes it out."""
        candidate = self.problem.candidates[number]
        before = self.sets[slot].get(number, 0)
        step = sets - before
        for muscle, share in candidate.muscles.items():
            self.muscle[muscle] = self.muscle.get(muscle, 0.0) + step * share
            self.session[slot][muscle] = self.session[slot].get(muscle, 0.0) + step * share
            if share == 1.0:
                self.primary[slot][muscle] = self.primary[slot].get(muscle, 0) + step
        self.minutes[slot] += step * candidate.each
        if candidate.pattern in self.problem.pull:
            self.pull += step
        elif candidate.pattern in self.problem.push:
            self.pull -= step
        if (before == 0) != (sets == 0):
            self._enter(slot, number, candidate, 1 if before == 0 else -1)
        if sets:
            self.sets[slot][number] = sets
        else:
            self.sets[slot].pop(number, None)

    def _enter(self, slot: int, number: int, candidate: ExerciseCandidate, sign: int) -> None:
        self.minutes[slot] += sign * candidate.setup
        counts = self.patterns[slot]
        counts[candidate.pattern] = counts.get(candidate.pattern, 0) + sign
        if candidate.compound:
            joints = self.compounds[slot]
            joints[candidate.pattern] = joints.get(candidate.pattern, 0) + sign
        self.weekly[candidate.pattern] = self.weekly.get(candidate.pattern, 0) + sign
        for muscle in candidate.primary:
            self.movers[slot][muscle] = self.movers[slot].get(muscle, 0) + sign
        days = self.days_of.setdefault(number, set())
        if sign > 0:
            days.add(slot)
        else:
            days.discard(slot)

    def room(self, slot: int, number: int, sets: int) -> bool:
        """Whether so many sets of it may stand in that session."""
        problem = self.problem
        candidate, session = problem.candidates[number], problem.sessions[slot]
        before = self.sets[slot].get(number, 0)
        step = sets - before
        if sets > candidate.max_sets or candidate.pattern not in session.patterns:
            return False
        extra = step * candidate.each + (candidate.setup if before == 0 else 0.0)
        if self.minutes[slot] + extra > session.minutes:
            return False
        if before == 0 and not self._may_enter(slot, number, candidate):
            return False
        return self._dose_fits(slot, candidate, step)

    def _may_enter(self, slot: int, number: int, candidate: ExerciseCandidate) -> bool:
        if len(self.sets[slot]) >= MAX_EXERCISES:
            return False
        if self.patterns[slot].get(candidate.pattern, 0) >= MAX_ON_PATTERN:
            return False
        all_ = self.problem.candidates
        if candidate.family and any(all_[n].family == candidate.family for n in self.sets[slot]):
            return False
        elsewhere = self.days_of.get(number, ())
        if len(elsewhere) >= 2 or any(self._neighbours(slot, other) for other in elsewhere):
            return False
        movers = self.movers[slot]
        return all(movers.get(muscle, 0) < MAX_ON_MUSCLE for muscle in candidate.primary)

    def _dose_fits(self, slot: int, candidate: ExerciseCandidate, step: int) -> bool:
        if step <= 0:
            return True
        ceilings = self.problem.ceilings
        for muscle, share in candidate.muscles.items():
            if self.muscle.get(muscle, 0.0) + step * share > ceilings.get(muscle, 25.0):
                return False
            if self.session[slot].get(muscle, 0.0) + step * share > MAX_SESSION_SETS:
                return False
        return all(
            self.primary[slot].get(muscle, 0) + step < MANY_SETS or not self._crowded(slot, muscle)
            for muscle in candidate.primary
        )

    def _crowded(self, slot: int, muscle: str) -> bool:
        return any(
            self.primary[other].get(muscle, 0) >= MANY_SETS
            for other in range(len(self.sets))
            if self._neighbours(slot, other)
        )

    def _neighbours(self, slot: int, other: int) -> bool:
        sessions = self.problem.sessions
        gap = abs(sessions[slot].day - sessions[other].day)
        return gap in {1, 6}

    def cost(self) -> float:
        return sum(self._muscles()) + sum(self._weekly()) + sum(self._days())

    def _muscles(self) -> Iterator[float]:
        problem = self.problem
        for muscle, target in problem.targets.items():
            sets = self.muscle.get(muscle, 0.0)
            off = 2 * (sets - target)
            if muscle not in problem.major:
                yield off * off * MINOR
                continue
            yield off * off + TOO_LITTLE * 2 * max(0.0, problem.floor - sets)
        for muscle in problem.twice:
            often = sum(1 for sums in self.session if sums.get(muscle, 0.0) >= 1.0)
            if often < 2:
                yield RARE * (2 - often)

    def _weekly(self) -> Iterator[float]:
        problem = self.problem
        for pattern in problem.must:
            if not self.weekly.get(pattern):
                yield UNCOVERED
        if self.pull < 0:
            yield PULL_SHORT * -self.pull
        elif self.pull > PULL_AHEAD:
            yield PUSH_SHORT * (self.pull - PULL_AHEAD)

    def _days(self) -> Iterator[float]:
        problem = self.problem
        for slot, doses in enumerate(self.sets):
            short = problem.sessions[slot].fewest - len(doses)
            if short > 0:
                yield SHORT_DAY * short
            for count in self.patterns[slot].values():
                if count > 1:
                    yield REPEATED_PATTERN * (count - 1)
            yield from self._groups(slot)
            yield float(
                SINGLE_SET * sum(sets == 1 for sets in doses.values())
                - sum(problem.candidates[number].score for number in doses)
            )

    def lacking(self, slot: int) -> tuple[int, ...]:
        """Candidates of the movements that a day should have and has not."""
        joints = self.compounds[slot]
        lacks = frozenset[str]().union(
            *(
                group.patterns
                for group in self.problem.sessions[slot].groups
                if not any(joints.get(pattern) for pattern in group.patterns)
            )
        )
        if not lacks:
            return ()
        return tuple(
            number
            for number, candidate in enumerate(self.problem.candidates)
            if candidate.compound and candidate.pattern in lacks
        )

    def _groups(self, slot: int) -> Iterator[float]:
        joints = self.compounds[slot]
        for group in self.problem.sessions[slot].groups:
            count = sum(joints.get(pattern, 0) for pattern in group.patterns)
            if count == 0:
                yield MISSING_GROUP
            elif count > group.most:
                yield CROWDED_GROUP * (count - group.most)


def cost(problem: Problem, choice: Choice) -> float:
    """What a choice costs: the number the search makes small."""
    return _fill(problem, choice).cost()


def _fill(problem: Problem, choice: Choice) -> _WeekState:
    count = len(problem.sessions)
    state = _WeekState(problem, [{} for _ in range(count)], [0.0] * count)
    state.session = [{} for _ in range(count)]
    state.primary = [{} for _ in range(count)]
    state.movers = [{} for _ in range(count)]
    state.patterns = [{} for _ in range(count)]
    state.compounds = [{} for _ in range(count)]
    for slot, doses in enumerate(choice):
        for number, sets in doses.items():
            state.put(slot, number, sets)
    return state


def choose(problem: Problem) -> Choice:
    """A good week: every pattern once, then the dose brought near its targets."""
    state = _fill(problem, tuple({} for _ in problem.sessions))
    _cover(state)
    _improve(state)
    return tuple(dict(doses) for doses in state.sets)


def _cover(state: _WeekState) -> None:
    """Give every session the patterns that must come up, the rarest in the week first."""
    problem = state.problem
    for _ in range(max((session.fewest for session in problem.sessions), default=0)):
        for slot, session in enumerate(problem.sessions):
            best = _best_entry(state, slot, session)
            if best is not None:
                state.put(slot, best, session.first_sets)


def _best_entry(state: _WeekState, slot: int, session: StrengthDay) -> int | None:
    best: tuple[float, int] | None = None
    before = state.cost()
    for number in range(len(state.problem.candidates)):
        if number in state.sets[slot] or not state.room(slot, number, session.first_sets):
            continue
        state.put(slot, number, session.first_sets)
        gain = before - state.cost()
        state.put(slot, number, 0)
        if best is None or gain > best[0] + 1e-9:
            best = gain, number
    return None if best is None else best[1]


def _improve(state: _WeekState) -> None:
    candidates = state.problem.candidates
    near = tuple(
        tuple(
            slot
            for slot, other in enumerate(candidates)
            if other is not candidate and _near(candidate, other)
        )
        for candidate in candidates
    )
    trials = 0
    current = state.cost()
    improved = True
    while improved and trials < MAX_TRIALS:
        improved = False
        for move in _moves(state, near):
            trials += 1
            undo = _apply(state, move)
            if undo is None:
                continue
            now = state.cost()
            if now < current - 1e-9:
                current, improved = now, True
            else:
                _undo(state, undo)
            if trials >= MAX_TRIALS:
                return


# A move is a list of (session, candidate, sets) put in order.
_Move = tuple[tuple[int, int, int], ...]


def _moves(state: _WeekState, near: tuple[tuple[int, ...], ...]) -> Iterator[_Move]:
    """Everything near: a set more or less, one exercise for another, one more, one fewer."""
    candidates = state.problem.candidates
    # Room for a movement that must come up may have to be made by one that is nothing like it.
    missing = tuple(
        number
        for number, candidate in enumerate(candidates)
        if candidate.pattern in state.problem.must and not state.weekly.get(candidate.pattern)
    )
    for slot, session in enumerate(state.problem.sessions):
        lacking = state.lacking(slot)
        far = missing + tuple(n for n in lacking if n not in missing) if lacking else missing
        for number, sets in list(state.sets[slot].items()):
            yield ((slot, number, sets + 1),)
            yield ((slot, number, sets - 1),)
            yield ((slot, number, 0),)
            for other in (*near[number], *far):
                if other not in state.sets[slot]:
                    yield ((slot, number, 0), (slot, other, sets))
        for number in range(len(candidates)):
            if number not in state.sets[slot]:
                yield ((slot, number, session.first_sets),)


def _near(candidate: ExerciseCandidate, other: ExerciseCandidate) -> bool:
    return candidate.pattern == other.pattern or bool(set(candidate.primary) & set(other.primary))


def _apply(state: _WeekState, move: _Move) -> _Move | None:
    done: list[tuple[int, int, int]] = []
    for slot, number, sets in move:
        before = state.sets[slot].get(number, 0)
        if before == sets or (sets > before and not state.room(slot, number, sets)):
            _undo(state, tuple(done))
            return None
        state.put(slot, number, sets)
        done.append((slot, number, before))
    return tuple(done)


def _undo(state: _WeekState, done: _Move) -> None:
    for slot, number, before in reversed(done):
        state.put(slot, number, before)
