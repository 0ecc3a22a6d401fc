"""How fast the Analyser counts: beside parsing alone, radon, ESLint and lizard, in one run.

`python -m bench analyser [--into FOLDER] [--rounds N]`. Every figure is processor time, the best of
some rounds in which everyone takes turns, over the same files. Needs pip, node and npm.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import tree_sitter

from bench.counters import Counted, Counters, installed
from bench.procs import OUT
from bench.report import machine
from kuznia.domains.code.analysis.metrics.measure import Measured, complexities, measured
from kuznia.domains.code.analysis.tables.rules import Profile
from kuznia.domains.code.languages.find import get
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.parsing.grammar import load, parse
from kuznia.platform.process.workers import Stopped, within

SECONDS = 60.0
# Source of each language, enough that a file more or less does not show.
BYTES = 3_000_000
# One request of the size the goal speaks of.
REQUEST = range(18_000, 22_000)
PROFILES: dict[str, Profile] = {
    "python": "radon",
    "javascript": "eslint",
    "typescript": "eslint",
    "go": "lizard",
    "java": "lizard",
}
PEERS: dict[str, tuple[str, Callable[[Counters, Sequence[Path]], list[Counted]], float]] = {
    "python": ("radon", Counters.radon, 2.0),
    "javascript": ("ESLint", Counters.eslint, 6.0),
    "go": ("lizard", Counters.lizard, 2.5),
    "java": ("lizard", Counters.lizard, 5.0),
}
SHARE, FLOOR = 0.75, 0.65
MILLISECONDS = 10.0


def seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def best(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The shortest time of each, all of them taking turns."""
    times = [[seconds(work) for work in works] for _ in range(rounds)]
    return [min(column) for column in zip(*times, strict=True)]


def some(paths: Sequence[Path]) -> tuple[list[Path], list[bytes]]:
    """The first files that come to the wanted size."""
    taken: list[Path] = []
    sources: list[bytes] = []
    for path in paths:
        if sum(map(len, sources)) > BYTES:
            break
        taken.append(path)
        sources.append(path.read_bytes())
    return taken, sources


def parsing(sources: Sequence[bytes], language: Language) -> None:
    """Nothing but the parser, fed with bytes: it could not even be stopped."""
    parser = tree_sitter.Parser(load(language))
    for source in sources:
        parser.parse(source)


def reading(sources: Sequence[bytes], language: Language) -> None:
    """The same with a deadline, as everyone here parses."""
    for source in sources:
        assert not isinstance(parse(source, language, within(SECONDS)), Stopped)


def counting(sources: Sequence[bytes], language: Language, profile: Profile) -> None:
    for source in sources:
        assert isinstance(complexities(source, language, within(SECONDS), profile), list)


def looking(sources: Sequence[bytes], language: Language) -> None:
    """Parsing, and a query that finds nothing: no counting by queries can cost less."""
    nothing = tree_sitter.Query(load(language), "(ERROR) @nothing")
    for source in sources:
        tree = parse(source, language, within(SECONDS))
        assert not isinstance(tree, Stopped)
        tree_sitter.QueryCursor(nothing).captures(tree.root_node)


def everything(source: bytes, language: Language) -> None:
    found = measured(source, language, within(SECONDS), "default")
    assert isinstance(found, Measured)


def race(counters: Counters, rounds: int) -> list[str]:
    """A line a language; give back what falls short."""
    short: list[str] = []
    spent = [0.0, 0.0, 0.0, 0.0]
    for name, profile in PROFILES.items():
        language = get(name)
        paths, sources = some(counters.sources(name))
        counting(sources[:1], language, profile)  # the query is built once in a process
        times = best(
            rounds,
            partial(parsing, sources, language),
            partial(reading, sources, language),
            partial(counting, sources, language, profile),
            partial(looking, sources, language),
        )
        spent = [total + taken for total, taken in zip(spent, times, strict=True)]
        ours = times[2]
        megabytes = sum(map(len, sources)) / 1e6
        line = f"{name:11} {megabytes:4.1f} MB {megabytes / ours:6.1f} MB/s   {_shares(times)}"
        if times[1] / ours < FLOOR:
            short.append(f"{name}: {times[1] / ours:.2f} of parsing, {FLOOR} wanted")
        if name in PEERS:
            peer, counts, goal = PEERS[name]
            theirs = min(sum(one.seconds for one in counts(counters, paths)) for _ in range(2))
            line += f"   {theirs / ours:5.1f} x {peer}"
            if theirs / ours < goal:
                short.append(f"{name}: {theirs / ours:.1f} x {peer}, {goal} wanted")
        print(line, flush=True)
    print(f"{'all of them':31}   {_shares(spent)}")
    if spent[1] / spent[2] < SHARE:
        short.append(f"{spent[1] / spent[2]:.2f} of parsing, {SHARE} wanted")
    return short


def _shares(times: Sequence[float]) -> str:
    bare, guarded, ours, least = times
    return (
        f"{guarded / ours:.2f} of parsing (a query that finds nothing: {guarded / least:.2f}), "
        f"{bare / ours:.2f} without a deadline"
    )


def request(counters: Counters, rounds: int) -> list[str]:
    """Everything in one request of 20 kB, in this process."""
    short: list[str] = []
    for name in PROFILES:
        language = get(name)
        fitting = [path for path in counters.sources(name) if path.stat().st_size in REQUEST]
        sources = [path.read_bytes() for path in fitting[:15]]
        everything(sources[0], language)
        times = [
            1000 * best(rounds, partial(everything, source, language))[0] for source in sources
        ]
        print(f"{name:11} 20 kB, all metrics: {median(times):5.1f} ms, at most {max(times):.1f}")
        if median(times) > MILLISECONDS:
            short.append(f"{name}: 20 kB took {median(times):.1f} ms, {MILLISECONDS} wanted")
    return short


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--into", type=Path, default=OUT / "peers" / "counters")
    arguments.add_argument("--rounds", type=int, default=5)
    given = arguments.parse_args()
    counters = installed(given.into.resolve())
    print(machine())
    short = [*race(counters, given.rounds), *request(counters, given.rounds)]
    print(*(f"falls short: {one}" for one in short), sep="\n")
    sys.exit(bool(short))


if __name__ == "__main__":
    main()
