"""The tables of docs/metrics.md, printed from the rules that count."""

import re
import textwrap
from collections.abc import Iterable

from kuznia.domains.code.analysis.metrics.readability import SCALES, WEIGHTS
from kuznia.domains.code.analysis.report.rating import RULE
from kuznia.domains.code.analysis.tables import TABLES
from kuznia.domains.code.analysis.tables.rules import Counting, CountingRule
from kuznia.domains.code.languages.find import get

_BLOCK = re.compile(r"(<!-- printed: (\w+) -->\n)(?:(?!<!--).)*+(<!-- end -->\n)", re.DOTALL)


def page(text: str) -> str:
    """The page with everything between its markers printed again."""
    return _BLOCK.sub(lambda block: f"{block[1]}\n{_PRINTED[block[2]]()}\n{block[3]}", text)


def _counting() -> str:
    return "\n".join(_language(table) for table in TABLES.values())


def _language(table: Counting) -> str:
    """One column for each profile; a dot where the row counts."""
    profiles = ("default", *table.profiles)
    title = f"### {get(table.language).title}\n\n"
    head = [title, _row("what", *profiles), _row("---", *("---" for _ in profiles))]
    parts = (("a function is", table.functions), ("is apart", table.scopes), ("", table.decisions))
    rows = [
        _row(f"{part}: {rule.what}" if part else _sign(rule), *_dots(rule, profiles))
        for part, rules in parts
        for rule in rules
    ]
    return "".join([*head, *rows])


def _sign(rule: CountingRule) -> str:
    return f"{'-' if '@spare' in rule.patterns else '+'}1: {rule.what.removesuffix(': one less')}"


def _dots(rule: CountingRule, profiles: Iterable[str]) -> list[str]:
    return ["●" if profile in rule.profiles else "" for profile in profiles]


def _readability() -> str:
    head = [_row("component", "weight", "100 at", "0 at"), _row("---", "---", "---", "---")]
    rows = [
        _row(f"`{name}`", str(WEIGHTS[name]), f"{good:g}", f"{bad:g}")
        for name, (good, bad) in SCALES.items()
    ]
    return "".join([*head, *rows])


def _rating() -> str:
    return f"{textwrap.fill(RULE, 100)}\n"


def _row(*cells: str) -> str:
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |\n"


_PRINTED = {"counting": _counting, "readability": _readability, "rating": _rating}
