"""An analysis on the terminal: a table of the worst functions, the totals and the rating."""

from collections import Counter
from collections.abc import Iterator

from pydantic import JsonValue
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from kuznia.domains.code.analysis import Breach
from kuznia.domains.code.analysis.report.findings import LimitFinding
from kuznia.domains.code.analysis.repository.inspect import Inspection
from kuznia.domains.code.analysis.result import Summary


def shown(inspection: Inspection) -> Iterator[RenderableType]:
    """The worst functions, the totals, and the rating or the reason why there is none."""
    totals, grade = inspection.summary.totals, inspection.summary.rating.grade
    if inspection.summary.worst:
        yield _worst(inspection.summary)
    yield (
        f"{totals.files} files, {totals.code_lines} lines of code, {totals.functions} functions; "
        f"{totals.files_with_errors} files with errors."
    )
    yield (
        f"Cyclomatic {totals.cyclomatic_mean:g} on average, {totals.cyclomatic_max} at most; "
        f"cognitive {totals.cognitive_mean:g}, {totals.cognitive_max}. "
        f"{totals.duplicated_share:.1%} of the code is duplicated."
    )
    yield from _notes(inspection)
    yield f"Rated {grade}." if grade else "Not rated: there are no functions."


def _notes(inspection: Inspection) -> Iterator[str]:
    """What was not read, was read in another encoding, or was accepted."""
    for reason, count in Counter(why for _, why in inspection.skipped).most_common():
        first = next(path for path, why in inspection.skipped if why == reason)
        yield f"Skipped {count}, because {reason}: {first}{', ...' if count > 1 else '.'}"
    for encoding, count in inspection.encodings.most_common():
        yield f"Read as {encoding}: {count} files."
    reasons = [finding for finding in inspection.findings if finding.accepted]
    if reasons:
        in_source = sum(finding.is_accepted_in_source for finding in reasons)
        yield f"Accepted: {in_source} in comments, {len(reasons) - in_source} in the baseline."


def line(breach: Breach) -> str:
    """A breached limit as compilers print an error, so that editors find the place."""
    place = f"{breach.path}:{breach.line or 1}: " if breach.path else ""
    return f"{place}{breach.message}"


def row(finding: LimitFinding) -> dict[str, JsonValue]:
    """A finding for a program; `accepted` is the reason why it may stay."""
    breach = finding.breach
    return {
        "rule": breach.limited,
        "path": breach.path,
        "line": breach.line,
        "name": breach.name,
        "message": breach.message,
        "fingerprint": finding.fingerprint,
        "accepted": finding.accepted,
        "is_doubt": finding.is_doubt,
    }


def _worst(summary: Summary) -> Table:
    table = Table(title="The worst functions")
    for name in ("Function", "Where", "Cyclomatic", "Cognitive"):
        table.add_column(name, overflow="fold")
    for function in summary.worst:
        where = f"{function.path}:{function.start_line}"
        row = (function.name, where, str(function.cyclomatic), str(function.cognitive))
        table.add_row(*map(Text, row))
    return table
