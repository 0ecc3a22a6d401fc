"""Texts on which a regular expression is slowest, made from the expression itself.

The expression becomes an automaton of places that read one letter each. It is slow where the same
letters can be read in two ways, again and again: a word that leads from a loop back into it and
also on into another, or, since a search begins anew at every letter, a word that leads from the
beginning into a loop and is also a round of that loop. What the automaton leaves out (word borders,
look-behind, possessive repeats) makes it suspect too much, never too little: time decides.
"""

import re
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from itertools import product
from time import thread_time_ns
from typing import Any, NamedTuple

# Python's own reader of expressions, which has no public name.
parser, compiler = import_module("re._parser"), import_module("re._compiler")

# A repeat of more rounds than this is a loop; of fewer, its rounds are written out.
ROUNDS = 12
COPIES = 64
COMMON = " a1\n<(я_\"'-.,;:/`>{[)#=\\@+\t\r\u00a0\x00Я"
# What stands between two words where the expression wants a border.
BORDERS = (" ", "\n", "a", ",", "(")

Places = tuple[int, ...]


@dataclass
class Reading:
    """Places joined by steps that read nothing; some read a letter and lead to another place."""

    steps: list[list[int]] = field(default_factory=lambda: [[]])
    reads: dict[int, tuple[re.Pattern[Any], int]] = field(default_factory=dict)
    loops: list[range] = field(default_factory=list)
    letters: set[int] = field(default_factory=set)

    def place(self, *before: int) -> int:
        self.steps.append([])
        for start in before:
            self.steps[start].append(len(self.steps) - 1)
        return len(self.steps) - 1

    def add(self, items: Iterable[tuple[Any, Any]], flags: int, start: int) -> int:
        for kind, value in items:
            is_letter = str(kind) in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}
            read = self.letter if is_letter else self.item
            start = read(kind if is_letter else str(kind), value, flags, start)
        return start

    def item(self, kind: str, value: Any, flags: int, start: int) -> int:
        if kind.endswith("REPEAT"):
            low, high, body = value
            return self.repeat(low, high, body, flags, start)
        if kind.startswith("ASSERT"):
            # Read and left: what follows begins where the look began.
            self.add(value[1], flags, self.place(start))
        if kind.startswith("ASSERT") or kind in {"AT", "GROUPREF", "FAILURE"}:
            return start
        if kind == "BRANCH":
            return self.place(*[self.add(one, flags, self.place(start)) for one in value[1]])
        if kind == "SUBPATTERN":
            return self.add(value[3], (flags | value[1]) & ~value[2], start)
        return self.add(value, flags, start)

    def letter(self, kind: Any, value: Any, flags: int, start: int) -> int:
        end = self.place()
        letter = parser.SubPattern(parser.State(), [(kind, value)])
        self.reads[start] = (compiler.compile(letter, flags), end)
        for edge in value if isinstance(value, list) else [(kind, value)]:
            if str(edge[0]) in {"LITERAL", "NOT_LITERAL", "RANGE"}:
                self.letters.update(edge[1] if isinstance(edge[1], tuple) else [edge[1]])
        return end

    def repeat(self, low: int, high: int, body: Any, flags: int, start: int) -> int:
        for _ in range(min(low, COPIES)):
            start = self.add(body, flags, start)
        if high - low <= ROUNDS:
            ends = [start]
            for _ in range(high - low):
                ends.append(self.add(body, flags, self.place(ends[-1])))
            return self.place(*ends)
        begin = self.place(start)
        end = self.add(body, flags, begin)
        self.steps[end].append(begin)
        self.loops.append(range(begin, end + 1))
        return self.place(begin)

    def readers(self, start: int) -> frozenset[int]:
        """The places that may read the next letter."""
        seen, open_ = {start}, [start]
        while open_:
            fresh = set(self.steps[open_.pop()]) - seen
            seen |= fresh
            open_ += fresh
        return frozenset(seen & self.reads.keys())


class Attack(NamedTuple):
    """A text: what it begins with, the word it repeats, and each of the ends it may have."""

    begin: str
    word: str
    ends: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Automaton:
    """The reading places alone: which letters each reads, and which may read the next."""

    first: frozenset[int]
    # One letter of each kind that the expression tells apart, with the places that read it.
    kinds: dict[str, frozenset[int]]
    letters: dict[int, frozenset[str]]
    after: dict[int, frozenset[int]]
    rounds: dict[int, frozenset[int]]  # of each place in a loop, what it leads to and comes from
    beyond: dict[int, frozenset[int]]  # of each place in a loop, all that it leads to

    def roads(self) -> dict[int, str]:
        """The shortest word from the beginning to each place."""
        roads = dict.fromkeys(sorted(self.first), "")
        queue = deque(roads)
        while queue:
            place = queue.popleft()
            for follower in self.after[place] - roads.keys() if self.letters[place] else ():
                roads[follower] = roads[place] + min(self.letters[place], key=_rank)
                queue.append(follower)
        return roads

    def word(self, starts: Iterable[Places], goal: Places, among: tuple[Set[int], ...]) -> str:
        """The shortest word from the places of a start to those of the goal; empty for none."""
        words = dict.fromkeys(starts, "")
        queue = deque(words)
        while queue:
            places = queue.popleft()
            letters = frozenset.intersection(*(self.letters[place] for place in places))
            if not letters:
                continue
            word = words[places] + min(letters, key=_rank)
            for reading in self.kinds.values():
                steps = (
                    self.after[at] & near & reading for at, near in zip(places, among, strict=True)
                )
                for followers in product(*steps):
                    if followers == goal:
                        return word
                    if followers not in words:
                        words[followers] = word
                        queue.append(followers)
        return ""

    def ends(self, places: Set[int]) -> tuple[str, ...]:
        """What a text may end with to fail: nothing, and what fewest of the places read."""
        readers = {kind: len(read_by & places) for kind, read_by in self.kinds.items()}
        return ("", *sorted(self.kinds, key=lambda kind: (readers[kind], _rank(kind)))[:3])


def _rank(letter: str) -> tuple[int, str]:
    return (COMMON.find(letter) % 1000, letter)


@cache
def automaton(pattern: re.Pattern[Any]) -> Automaton:
    tree = parser.parse(pattern.pattern, pattern.flags)
    reading = Reading()
    reading.add(tree, tree.state.flags, 0)
    after = {place: reading.readers(end) for place, (_, end) in reading.reads.items()}
    looping = {place for loop in reading.loops for place in loop if place in after}
    beyond = {place: _beyond(after, place) for place in looping}
    rounds = {
        place: frozenset(other for other in beyond[place] & looping if place in beyond[other])
        for place in looping
    }
    kinds = _kinds(pattern, reading)
    letters = {at: frozenset(c for c, readers in kinds.items() if at in readers) for at in after}
    return Automaton(reading.readers(0), kinds, letters, after, rounds, beyond)


def _beyond(after: dict[int, frozenset[int]], start: int) -> frozenset[int]:
    seen: set[int] = set()
    open_ = [start]
    while open_:
        fresh = after[open_.pop()] - seen
        seen |= fresh
        open_ += fresh
    return frozenset(seen)


def _kinds(pattern: re.Pattern[Any], reading: Reading) -> dict[str, frozenset[int]]:
    """One letter of each kind that the expression tells apart, with the places that read it."""
    named = "".join(map(chr, reading.letters))
    kinds: dict[frozenset[int], str] = {}
    for letter in sorted({*COMMON, *named, *named.swapcase()}, key=_rank):
        if isinstance(pattern.pattern, str) or ord(letter) < 256:
            text = letter if isinstance(pattern.pattern, str) else letter.encode("latin-1")
            readers = (at for at, (reader, _) in reading.reads.items() if reader.fullmatch(text))
            kinds.setdefault(frozenset(readers), letter)
    return {letter: readers for readers, letter in kinds.items()}


def attacks(pattern: re.Pattern[Any]) -> Iterator[Attack]:
    """Texts that may be slow to read, or slow to find nothing in."""
    made = automaton(pattern)
    roads = made.roads()
    for letter in made.kinds:
        yield Attack("", letter, ("",))
    for place in made.rounds:
        ends = made.ends(made.beyond[place])
        for word in _rounds(made, place):
            yield Attack(roads.get(place, ""), word, ends)
        for word in _found_again(made, place):
            yield Attack("", word, ends)


def _rounds(made: Automaton, place: int) -> Iterator[str]:
    """Rounds of a loop, and those that may as well lead elsewhere and on."""
    loop = made.rounds[place]
    yield made.word([(place,)], (place,), (loop,))
    pairs = [pair for pair in product(made.after[place] & loop, repeat=2) if pair[0] != pair[1]]
    if word := made.word(pairs, (place, place), (loop, loop)):
        yield min(made.letters[place], key=_rank) + word
    for other in (made.beyond[place] & made.rounds.keys()) - loop:
        among = (loop, made.beyond[place], made.rounds[other])
        yield made.word([(place, place, other)], (place, other, other), among)


def _found_again(made: Automaton, place: int) -> Iterator[str]:
    """Rounds of a loop that also lead into it: every one of them is a beginning to search from."""
    loop = made.rounds[place]
    starts = [(start, place) for start in made.first]
    if word := made.word(starts, (place, place), (made.after.keys(), loop)):
        yield word
        read = frozenset[str]().union(*(made.letters[other] for other in loop))
        yield from (border + word for border in BORDERS if border in read)


LENGTH = 4_000
# In nanoseconds. What takes less at this length is fast, whatever it is like.
SURELY_FAST = 2_000_000
# Four times as long: 4 times the work is linear, 16 times is quadratic.
STEEP = 8
SECONDS = 0.5

Use = Callable[[re.Pattern[Any], Any], Any]
USES: dict[str, Use] = {
    "search": lambda pattern, text: deque(pattern.finditer(text), 0),
    "match": lambda pattern, text: pattern.match(text),
    "fullmatch": lambda pattern, text: pattern.fullmatch(text),
}


def slow_text(pattern: re.Pattern[Any], uses: Iterable[str] = USES) -> str | None:
    """A text for which it is slow, or None."""
    for attack in dict.fromkeys(attacks(pattern)):
        for end, use in product(attack.ends if attack.word else (), uses):
            if _is_slow(pattern, USES[use], attack.begin, attack.word, end):
                return f"{use}: {attack.begin!r} + {attack.word!r} * n + {end!r}"
    return None


def _is_slow(pattern: re.Pattern[Any], use: Use, begin: str, word: str, end: str) -> bool:
    def cost(length: int) -> int:
        text: Any = begin + word * (length // len(word)) + end
        if isinstance(pattern.pattern, bytes):
            text = text.encode("latin-1")
        start = thread_time_ns()
        use(pattern, text)
        return thread_time_ns() - start

    try:
        with _fuse():
            # A quarter of the length takes a sixteenth of the time of what is quadratic.
            if cost(LENGTH // 4) < SURELY_FAST / 16 or cost(LENGTH) < SURELY_FAST:
                return False
            # Chance makes a short one longer, or once a long one; never three pairs alike.
            return all(cost(LENGTH * 4) >= STEEP * cost(LENGTH) for _ in range(3))
    except TimeoutError:
        return True


@contextmanager
def _fuse() -> Generator[None]:
    """An exponential one never ends; Python looks for signals while it matches."""

    def blow(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, blow)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
