"""Measure one file: it is parsed once, and everything that concerns it alone is counted."""

from collections.abc import Sequence
from heapq import nlargest
from typing import NamedTuple

from kuznia.domains.code.analysis.metrics.cognitive import (
    Structures,
    cognitive,
    sequences,
    structures,
)
from kuznia.domains.code.analysis.metrics.cyclomatic import cyclomatic
from kuznia.domains.code.analysis.metrics.duplicates import NO_LINES, CodeLines, code_lines
from kuznia.domains.code.analysis.metrics.functions import functions
from kuznia.domains.code.analysis.metrics.halstead import TokenCounts, Tokens, tokens
from kuznia.domains.code.analysis.metrics.readability import maintainability, readability
from kuznia.domains.code.analysis.result import FileMetrics, Function, Halstead
from kuznia.domains.code.analysis.tables import TABLES
from kuznia.domains.code.analysis.tables.rules import Counting, Profile
from kuznia.domains.code.analysis.tree.frames import FUNCTIONS, Captures, frames, starts
from kuznia.domains.code.analysis.tree.names import plain
from kuznia.domains.code.analysis.tree.query import captured, counting, everything
from kuznia.domains.code.analysis.tree.reading import Reading, read
from kuznia.domains.code.analysis.tree.suppressions import Suppression, suppressions
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.parsing.grammar import parse
from kuznia.domains.code.parsing.proof import not_text, prove
from kuznia.domains.code.schema import Proof
from kuznia.platform.process.workers import Stopped, within

# Functions one file's answer carries: the worst; all of them are in the totals.
MAX_FUNCTIONS = 1_000
# What is still to be done is told by what was found.
SECONDS_A_NODE = 0.4e-6
SECONDS_A_CAPTURE = 1e-6
SECONDS_A_FUNCTION = 60e-6
OUT_OF_TIME = "there was not time enough to count it"
NOT_TEXT = "it is not text"
UNCOUNTABLE = "nested too deep, or too broken, to be counted"


class Risk(NamedTuple):
    """The numbers of one function that the totals and the rating need."""

    cyclomatic: int
    cognitive: int
    length: int


class Measured(NamedTuple):
    """The measurements of one file, before it is compared with the others."""

    proof: Proof
    metrics: FileMetrics | None = None
    # Why there are no metrics.
    reason: str = ""
    functions: tuple[Function, ...] = ()
    risks: tuple[Risk, ...] = ()
    code: CodeLines = NO_LINES
    suppressions: tuple[Suppression, ...] = ()


def measured(
    source: bytes,
    language: Language,
    deadline: float,
    profile: Profile,
    known: Proof | None = None,
) -> Measured | Stopped:
    """Parse once, prove what is not `known`, count. All of it can be sent to a worker."""
    table = TABLES.get(language.name)
    if flaw := not_text(source):
        return Measured(Proof(level="none", errors=(flaw,)), reason=NOT_TEXT)
    # A grammar that has nothing to count is not asked: the one of YAML can end the process.
    tree = parse(source, language, deadline) if table else None
    # Another parser may know the file even where the grammar finds no end.
    proof = known or prove(source, language, deadline, tree)
    if isinstance(proof, Stopped):
        return proof
    if not table or not tree:
        return Measured(proof, reason=f"no counting table for {language.title}")
    if isinstance(tree, Stopped):
        return Measured(proof, reason=OUT_OF_TIME)
    # A query cannot be stopped, so it only begins when it should end in time; so do the metrics.
    if within(tree.root_node.descendant_count * SECONDS_A_NODE) > deadline:
        return Measured(proof, reason=OUT_OF_TIME)
    captures = captured(everything(language.name, table.profile(profile)), tree)
    if captures is None:
        return Measured(proof, reason=UNCOUNTABLE)
    needed = sum(map(len, captures.values())) * SECONDS_A_CAPTURE
    needed += len(captures.get("function", ())) * SECONDS_A_FUNCTION
    if within(needed) > deadline:
        return Measured(proof, reason=OUT_OF_TIME)
    return _counted(source, proof, captures, table, profile)


class Complexity(NamedTuple):
    """Cyclomatic complexity of one function."""

    name: str
    start_line: int
    end_line: int
    cyclomatic: int


def complexities(
    source: bytes, language: Language, deadline: float, profile: Profile
) -> list[Complexity] | Stopped | None:
    """Only the cyclomatic complexity, of every function in their order.

    None for a language without a table, and for source nested too deep to be counted.
    """
    table = TABLES.get(language.name)
    tree = parse(source, language, deadline) if table else None
    if not table or not tree or isinstance(tree, Stopped):
        return tree if isinstance(tree, Stopped) else None
    captures = captured(counting(language.name, table.profile(profile)), tree)
    if captures is None:
        return None
    placed = frames(captures)
    counted = [
        (frame, count)
        for frame, count in zip(placed, cyclomatic(placed, captures), strict=True)
        if frame.kind in FUNCTIONS
    ]
    called = plain((frame for frame, _ in counted), source, table)
    return [
        Complexity(name, frame.node.start_point.row + 1, frame.node.end_point.row + 1, count)
        for name, (frame, count) in zip(called, counted, strict=True)
    ]


def _counted(
    source: bytes, proof: Proof, captures: Captures, table: Counting, profile: Profile
) -> Measured:
    reading = read(source, captures, table)
    costs, cognitive_whole = cognitive(reading.functions, *_costly(reading))
    counts = tokens(reading.functions, captures, source)
    counted = functions(reading, costs, counts.each)
    risks = tuple(
        Risk(function.cyclomatic, function.cognitive, function.length) for function in counted
    )
    return Measured(
        proof=proof,
        metrics=_metrics(reading, counted, cognitive_whole, counts, table.profile(profile)),
        functions=tuple(nlargest(MAX_FUNCTIONS, counted, key=badness)),
        risks=risks,
        code=code_lines(reading.text.code),
        suppressions=suppressions(source, captures.get("comment", ()), reading.text),
    )


def badness(function: Function) -> tuple[int, int, int]:
    """The sort key that puts the worst function first."""
    return function.cognitive, function.cyclomatic, function.length


def _costly(reading: Reading) -> tuple[Structures, tuple[int, ...]]:
    """The input of cognitive complexity: structures, and places that cost one."""
    captures, table = reading.captures, reading.table
    return structures(captures.get("branch", ()), table), (
        *starts(captures.get("jump", ())),
        *sequences(captures.get("logic", ()), reading.source, table),
        *(reading.functions[place].start for place in reading.graph.recursive),
    )


def _metrics(
    reading: Reading,
    counted: Sequence[Function],
    cognitive: int,
    counts: Tokens,
    profile: Profile,
) -> FileMetrics:
    text, captures, whole = reading.text, reading.captures, counts.whole
    code, comments = len(text.code), len(text.comments)
    decisions = len(captures.get("decision", ())) - len(captures.get("spare", ())) + 1
    return FileMetrics(
        profile=profile,
        lines=len(text.texts),
        code_lines=code,
        comment_lines=comments,
        blank_lines=len(text.texts) - code - comments,
        comment_share=round(comments / (code + comments), 4) if code + comments else 0.0,
        functions=len(counted),
        cyclomatic=decisions,
        cognitive=cognitive,
        halstead=_halstead(whole),
        maintainability=_mean_maintainability(counted, whole, decisions, code),
        readability=readability(
            text,
            counts.names,
            [(function.length, function.nesting, function.cognitive) for function in counted],
        ),
    )


def _halstead(tokens: TokenCounts) -> Halstead:
    volume, difficulty = tokens.volume(), tokens.difficulty()
    return Halstead(
        distinct_operators=len(tokens.operators),
        distinct_operands=len(tokens.operands),
        operators=tokens.operators.total(),
        operands=tokens.operands.total(),
        volume=round(volume, 2),
        difficulty=round(difficulty, 2),
        effort=round(volume * difficulty, 2),
        seconds_to_write=round(volume * difficulty / 18, 1),
        bugs=round(volume / 3000, 3),
    )


def _mean_maintainability(
    counted: Sequence[Function], whole: TokenCounts, decisions: int, code: int
) -> float:
    """The mean over functions, weighted by length; of the file itself where it has no function."""
    lines = sum(function.length for function in counted)
    if not lines:
        return maintainability(whole.volume(), decisions, code)
    return round(sum(function.maintainability * function.length for function in counted) / lines, 2)
