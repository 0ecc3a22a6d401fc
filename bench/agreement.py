"""Whether every function gets the count that radon, ESLint and lizard give it.

`python -m bench agreement [--into FOLDER]` installs the tools and takes sources out of packages;
the exit code is 1 where a goal is not met. Needs pip, node and npm.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.counters import Counted, Counters, installed
from bench.procs import OUT
from kuznia.domains.code.analysis.metrics.measure import Complexity, complexities
from kuznia.domains.code.analysis.tables.rules import Profile
from kuznia.domains.code.languages.find import get
from kuznia.domains.code.parsing.grammar import parse
from kuznia.platform.process.workers import Stopped, within

SECONDS = 60.0
# Files a comparison takes at most: Go's standard library alone has thousands.
MOST_FILES = 3_000
# A row of differences is worth reading, hundreds are not.
MOST_SHOWN = 20


@dataclass(slots=True)
class Tally:
    """What a comparison comes to."""

    files: int = 0
    refused: int = 0
    # Files in which our grammar finds an error that the tool does not, and their functions.
    aside: int = 0
    functions_aside: int = 0
    functions: int = 0
    # Functions of the tool that we do not see as such.
    unmatched: int = 0
    equal: int = 0

    @property
    def share(self) -> float:
        matched = self.functions - self.unmatched
        return self.equal / matched if matched else 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    language: str
    profile: Profile
    tool: str
    counts: Callable[[Counters, Sequence[Path]], list[Counted]]
    match: Callable[[list[list[object]], list[Complexity]], list[tuple[int, int | None]]]
    goal: float
    least: int = 2_000


def by_name_and_line(
    theirs: list[list[object]], ours: list[Complexity]
) -> list[tuple[int, int | None]]:
    """radon's rows: name, line, count."""
    known = {(one.name, one.start_line): one.cyclomatic for one in ours}
    return [
        (int(str(count)), known.get((str(name), int(str(line))))) for name, line, count in theirs
    ]


def by_order(theirs: list[list[object]], ours: list[Complexity]) -> list[tuple[int, int | None]]:
    """ESLint's rows, as they begin; a function in one list only would shift all that follow."""
    if len(theirs) != len(ours):
        return [(int(str(row[2])), None) for row in theirs]
    return [
        (int(str(count)), one.cyclomatic if one.start_line <= int(str(line)) else None)
        for (_, line, count), one in zip(theirs, ours, strict=True)
    ]


def by_lines(theirs: list[list[object]], ours: list[Complexity]) -> list[tuple[int, int | None]]:
    """lizard's rows: name, first line, last line, count. It begins a method at its name."""
    ends: dict[int, list[Complexity]] = defaultdict(list)
    for one in ours:
        ends[one.end_line].append(one)
    pairs: list[tuple[int, int | None]] = []
    for _, first, last, count in sorted(theirs, key=lambda row: int(str(row[1]))):
        near = sorted(ends[int(str(last))], key=lambda one: abs(one.start_line - int(str(first))))
        if near:
            ends[int(str(last))].remove(near[0])
        pairs.append((int(str(count)), near[0].cyclomatic if near else None))
    return pairs


COMPARISONS = (
    Comparison("python", "radon", "radon 6.0.1", Counters.radon, by_name_and_line, 1.0, 16_000),
    Comparison("javascript", "eslint", "ESLint 9.39.5", Counters.eslint, by_order, 1.0),
    Comparison("typescript", "eslint", "ESLint 9.39.5", Counters.eslint, by_order, 1.0),
    Comparison("go", "lizard", "lizard 1.24.3", Counters.lizard, by_lines, 0.999),
    Comparison("java", "lizard", "lizard 1.24.3", Counters.lizard, by_lines, 0.999),
)


def compare(comparison: Comparison, counters: Counters) -> Tally:
    """Count every file with both, and lay the rows beside each other."""
    tally, shown = Tally(), 0
    language = get(comparison.language)
    paths = counters.sources(comparison.language)[:MOST_FILES]
    for counted in comparison.counts(counters, paths):
        if counted.functions is None:
            tally.refused += 1
            continue
        source = Path(counted.path).read_bytes().removeprefix(b"\xef\xbb\xbf")
        ours = complexities(source, language, within(SECONDS), comparison.profile)
        tree = parse(source, language, within(SECONDS))
        if ours is None or isinstance(ours, Stopped) or isinstance(tree, Stopped):
            raise SystemExit(f"{counted.path} could not be counted")
        if tree.root_node.has_error:
            tally.aside += 1
            tally.functions_aside += len(counted.functions)
            continue
        tally.files += 1
        for theirs, mine in comparison.match(counted.functions, ours):
            tally.functions += 1
            tally.unmatched += mine is None
            tally.equal += theirs == mine
            if theirs != mine is not None and shown < MOST_SHOWN:
                shown += 1
                print(f"  {counted.path}: {comparison.tool} {theirs}, ours {mine}")
    return tally


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--into", type=Path, default=OUT / "peers" / "counters")
    counters = installed(arguments.parse_args().into.resolve())
    met = True
    print("| profile | tool | sources | functions | equal | not seen by us | set aside |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for one in COMPARISONS:
        tally = compare(one, counters)
        met &= tally.share >= one.goal and tally.functions >= one.least
        cells = (
            f"`{one.profile}`",
            one.tool,
            f"{get(one.language).title}, {tally.files} files",
            f"{tally.functions:,}",
            f"{tally.equal:,} = {tally.share:.3%}",
            f"{tally.unmatched}",
            f"{tally.functions_aside} in {tally.aside} files",
        )
        print(f"| {' | '.join(cells)} |", flush=True)
    if not met:
        sys.exit("a goal is not met")


if __name__ == "__main__":
    main()
