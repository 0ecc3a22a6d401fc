"""The result of an analysis, as it appears in JSON."""

from typing import Literal

from kuznia.domains.code.analysis.tables.rules import Profile
from kuznia.domains.code.schema import Proof, Value

Grade = Literal["A", "B", "C", "D", "E", "F"]
# From the best to the worst.
GRADES: tuple[Grade, ...] = ("A", "B", "C", "D", "E", "F")
Confidence = Literal["high", "medium", "low", "none"]


class Halstead(Value):
    """The counts n1, n2, N1, N2 and what follows from them; docs/metrics.md says how they count."""

    distinct_operators: int
    distinct_operands: int
    operators: int
    operands: int
    volume: float
    difficulty: float
    effort: float
    seconds_to_write: float
    bugs: float


class Posnett(Value):
    """The model of Posnett, Hindle and Devanbu; `readability` is soon 0 or 1, `z` still differs."""

    z: float
    readability: float


class Clue(Value):
    line: int
    why: str


class Performance(Value):
    """A hint at how the work grows with the input: an upper bound read off the source, no proof.

    `bound` is `unknown` where nothing honest can be said. It never speaks of seconds.
    """

    bound: str
    confidence: Confidence
    evidence: tuple[Clue, ...] = ()


class Function(Value):
    name: str
    start_line: int
    end_line: int
    cyclomatic: int
    cognitive: int
    nesting: int
    length: int
    parameters: int
    volume: float
    maintainability: float
    posnett: Posnett
    performance: Performance


class Readability(Value):
    """A heuristic, not a measurement: the weighted mean of its components, each 0 to 100."""

    heuristic: int
    version: int
    components: dict[str, int]


class FileMetrics(Value):
    """The metrics of one file."""

    # The profile the file was counted by: `default` where its language has no such tool.
    profile: Profile
    lines: int
    code_lines: int
    comment_lines: int
    blank_lines: int
    # Lines of comment in every line that is not blank.
    comment_share: float
    functions: int
    # All decisions of the file and one; of every function for itself, see there.
    cyclomatic: int
    cognitive: int
    halstead: Halstead
    maintainability: float
    readability: Readability


class FileAnalysis(Value):
    path: str
    language: str
    proof: Proof
    metrics: FileMetrics | None = None
    # Why there are no metrics; empty where there are.
    reason: str = ""
    # The worst first; `functions_left_out` counts those beyond what one answer carries.
    functions: tuple[Function, ...] = ()
    functions_left_out: int = 0


class Place(Value):
    path: str
    start_line: int
    end_line: int


class Duplicate(Value):
    """A block of lines that occurs in several places."""

    lines: int
    places: tuple[Place, ...]


class Worst(Value):
    path: str
    name: str
    start_line: int
    cyclomatic: int
    cognitive: int


class Totals(Value):
    files: int
    files_with_metrics: int
    files_with_errors: int
    lines: int
    code_lines: int
    comment_share: float
    functions: int
    cyclomatic_mean: float
    cyclomatic_max: int
    cognitive_mean: float
    cognitive_max: int
    duplicated_lines: int
    # Of the lines of code.
    duplicated_share: float
    maintainability: float | None
    readability_heuristic: float | None


class Rating(Value):
    """A grade, and the rule behind it in words."""

    grade: Grade | None
    rule: str
    # Share of function lines in functions of moderate, high and very high risk, in per cent.
    moderate: float
    high: float
    very_high: float


class Summary(Value):
    """What an analysis says of all files together."""

    # `partial`: some files were left out because there was no time or no room for them now. The
    # same files may be complete another time; until then there is no grade.
    status: Literal["complete", "partial"] = "complete"
    files_left_out: int = 0
    duplicates: tuple[Duplicate, ...]
    duplicates_left_out: int
    worst: tuple[Worst, ...]
    totals: Totals
    rating: Rating
    profile: Profile
    version: int


class Analysis(Summary):
    files: tuple[FileAnalysis, ...]
