"""Look over folders: measure what is there, hold it against limits, and say what is new."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from kuznia.domains.code.analysis.analyse import summarised
from kuznia.domains.code.analysis.metrics.duplicates import CodeLines, duplicates
from kuznia.domains.code.analysis.report.findings import (
    LimitFinding,
    doubts,
    findings,
    wrong_suppressions,
)
from kuznia.domains.code.analysis.report.limits import (
    Breach,
    Thresholds,
    breaches_of_all,
    breaches_of_file,
)
from kuznia.domains.code.analysis.report.rating import UNREAD, Tally
from kuznia.domains.code.analysis.repository.changes import Changes
from kuznia.domains.code.analysis.repository.processes import (
    Measuring,
    Outcome,
    SourceFile,
    Unread,
    measure_all,
    on_disk,
)
from kuznia.domains.code.analysis.repository.record import FileRecord
from kuznia.domains.code.analysis.result import FileAnalysis, Summary
from kuznia.domains.code.analysis.uploads import NotSource

IN_BASELINE = "in the baseline"


@dataclass(frozen=True, slots=True)
class Orders:
    """What is looked for, and what of it is known already."""

    limits: Thresholds
    measuring: Measuring
    # Paths of findings are relative to it.
    root: Path
    # Files that the caller named: one that is no source is an error, not left out.
    named: frozenset[Path] = frozenset()
    changes: Changes | None = None
    baseline: frozenset[str] = frozenset()


@dataclass(slots=True)
class Inspection:
    """What came of it."""

    summary: Summary
    findings: list[LimitFinding]
    # Paths that were not measured and need not be, with the reason.
    skipped: list[tuple[str, str]]
    # How many files were not in UTF-8, by their encoding.
    encodings: Counter[str]

    def unaccepted(self) -> list[LimitFinding]:
        """The findings that nobody accepted."""
        return [
            finding for finding in self.findings if not finding.accepted and not finding.is_doubt
        ]


def inspect(
    paths: Iterable[Path],
    orders: Orders,
    *,
    progress: Callable[[], object] = lambda: None,
    take: Callable[[FileAnalysis], object] | None = None,
) -> Inspection:
    """Measure every path; `take` is handed each analysis, of which none is kept."""
    collector = _Collector(orders, progress, take)
    measure_all(map(on_disk, paths), orders.measuring, collector.receive)
    summary = summarised(collector.tally, duplicates(collector.lines), orders.measuring.profile)
    kept = _new_ones(collector.findings, orders) if orders.changes else collector.findings
    if not orders.changes:
        kept = [*kept, *findings(breaches_of_all(summary, orders.limits), "")]
    inspection = Inspection(summary, kept, collector.skipped, collector.encodings)
    return accepted(inspection, orders.baseline)


def accepted(inspection: Inspection, known: Set[str]) -> Inspection:
    """Accept what a baseline knows; what concerns all files together is never in one."""
    judged = [
        replace(finding, accepted=IN_BASELINE)
        if finding.fingerprint in known and finding.path and not finding.accepted
        else finding
        for finding in inspection.findings
    ]
    return replace(inspection, findings=judged)


@dataclass(slots=True)
class _Collector:
    """Takes the records in, one at a time, and keeps only what the end needs."""

    orders: Orders
    progress: Callable[[], object]
    take: Callable[[FileAnalysis], object] | None
    tally: Tally = field(default_factory=Tally)
    lines: list[tuple[str, CodeLines]] = field(default_factory=list[tuple[str, CodeLines]])
    findings: list[LimitFinding] = field(default_factory=list[LimitFinding])
    skipped: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    encodings: Counter[str] = field(default_factory=Counter[str])

    def receive(self, file: SourceFile, outcome: Outcome) -> None:
        self.progress()
        if isinstance(outcome, Unread):
            self._refuse(file.path, outcome)
            return
        if outcome.encoding != "utf-8":
            self.encodings[outcome.encoding] += 1
        self.tally.add(outcome.counts)
        self.lines.append((file.path, outcome.lines))
        may_be_worst = self.tally.may_be_worst(outcome.counts)
        if not (self.take or may_be_worst or _may_breach(outcome, self.orders.limits)):
            return
        analysis = outcome.analysis(file.path)
        if may_be_worst:
            self.tally.add_functions(file.path, analysis.functions)
        self.findings += _findings(analysis, outcome, self.orders)
        if self.take:
            self.take(analysis)

    def _refuse(self, path: str, unread: Unread) -> None:
        if not unread.is_wrong:
            if Path(path) in self.orders.named:
                raise NotSource(f"{path}: {unread.reason}")
            self.skipped.append((path, unread.reason))
            return
        self.tally.add(UNREAD._replace(with_errors=1))
        if self.orders.limits.errors:
            message = f"cannot be analysed: {unread.reason}"
            breach = Breach(limited="unread", message=message, stable=message, path=path)
            self.findings += findings([breach], relative(path, self.orders.root))


def _may_breach(record: FileRecord, limits: Thresholds) -> bool:
    """Whether this file has to be looked at function by function."""
    if record.has_errors or record.suppressions:
        return True
    least = limits.maintainability
    if least is not None and record.maintainability is not None and record.maintainability < least:
        return True
    for name, most in record.maxima.items():
        limit: int | None = getattr(limits, name)
        if limit is not None and most > limit:
            return True
    return False


def _findings(analysis: FileAnalysis, record: FileRecord, orders: Orders) -> list[LimitFinding]:
    """The findings of one file, those in its comments included."""
    path, comments = relative(analysis.path, orders.root), record.suppressions
    made = findings(breaches_of_file(analysis, orders.limits), path, comments)
    made += findings(wrong_suppressions(analysis.path, comments), path)
    if orders.limits.errors:
        made += findings(doubts(analysis), path, are_doubts=True)
    return made


def relative(path: str, root: Path) -> str:
    """A path from the root on; one outside of it stays absolute."""
    place = Path(path).absolute()
    if ".." in place.parts:
        place = place.resolve()
    for base in (root, root.resolve()):
        if place.is_relative_to(base):
            return place.relative_to(base).as_posix()
    return place.as_posix()


def changed_only(paths: Iterable[Path], changes: Changes) -> list[Path]:
    """The paths that git says are changed."""
    return [path for path in paths if relative(str(path), changes.root) in changes.files]


def _new_ones(every: Sequence[LimitFinding], orders: Orders) -> list[LimitFinding]:
    """The findings on changed lines, and those that the file did not have before."""
    changes = orders.changes
    assert changes
    doubtful = {
        finding.path: finding.breach.path
        for finding in every
        if not _is_touched(finding, changes) and changes.files[finding.path].before is not None
    }
    before = set[tuple[str, str]]()

    def receive(file: SourceFile, outcome: Outcome) -> None:
        if isinstance(outcome, FileRecord):
            analysis = outcome.analysis(file.path)
            before.update(
                (finding.path, finding.fingerprint)
                for finding in _findings(analysis, outcome, orders)
            )

    sources = (
        SourceFile(shown, partial(_content_before, changes, path))
        for path, shown in doubtful.items()
    )
    measure_all(sources, orders.measuring, receive)
    return [
        finding
        for finding in every
        if _is_touched(finding, changes) or (finding.path, finding.fingerprint) not in before
    ]


def _content_before(changes: Changes, path: str) -> bytes:
    return changes.before(path) or b""


def _is_touched(finding: LimitFinding, changes: Changes) -> bool:
    first, last = finding.breach.line, finding.breach.end_line
    file = changes.files[finding.path]
    if first is None:
        return file.lines is None
    return file.touches(first, last or first)
