"""An analysis on the terminal: a table of the worst functions, the totals and the rating."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from kuznia.domains.code.analysis import Analysis, Breach, left_out


def shown(analysis: Analysis) -> Iterator[RenderableType]:
    """The worst functions, the totals, and the rating or the reason why there is none."""
    totals, grade = analysis.totals, analysis.rating.grade
    if analysis.worst:
        yield _worst(analysis)
    yield (
        f"{totals.files} files, {totals.code_lines} lines of code, {totals.functions} functions; "
        f"{totals.files_with_errors} files with errors."
    )
    yield (
        f"Cyclomatic {totals.cyclomatic_mean:g} on average, {totals.cyclomatic_max} at most; "
        f"cognitive {totals.cognitive_mean:g}, {totals.cognitive_max}. "
        f"{totals.duplicated_share:.1%} of the code is duplicated."
    )
    reason = left_out(analysis) or "there are no functions"
    yield f"Rated {grade}." if grade else f"Not rated: {reason}."


def line(breach: Breach) -> str:
    """A breached limit as compilers print an error, so that editors find the place."""
    place = f"{breach.path}:{breach.line or 1}: " if breach.path else ""
    return f"{place}{breach.message}"


def _worst(analysis: Analysis) -> Table:
    table = Table(title="The worst functions")
    for name in ("Function", "Where", "Cyclomatic", "Cognitive"):
        table.add_column(name, overflow="fold")
    for function in analysis.worst:
        where = f"{function.path}:{function.start_line}"
        row = (function.name, where, str(function.cyclomatic), str(function.cognitive))
        table.add_row(*map(Text, row))
    return table
