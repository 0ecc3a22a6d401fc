"""docs/code-languages.md, printed from the table of languages.

Write it again with `python -m kuznia.domains.code.languages.page docs/code-languages.md`.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from kuznia.domains.code.languages.find import LANGUAGES
from kuznia.domains.code.languages.reference import OPTIONAL
from kuznia.domains.code.languages.table import Language

_HEAD = """# Languages

Generated from the table in `kuznia.domains.code.languages.table`; do not edit.

A language is asked for by its name or an alias, in any case. What comes back is **proven** as far
as it can be, and says so:

- `reference`: the language's own parser, in this process, accepted it.
- `tree_sitter`: the grammar found no error. How often it is wrong was measured for some languages
  and stands below: *false alarms* are per cent of right files it objects to, *misses* are per cent
  of wrong files it lets pass.
- `none`: it could not be parsed, or not in time. Where the table names a doubt, a grammar error may
  be none: it is told as a warning, and nothing is refused for it alone.

"""
_COLUMNS = (
    *("name", "title", "aliases", "files", "tests", "documentation", "formatter"),
    *("reference", "false alarms", "misses", "doubt"),
)


def page() -> str:
    """The whole page."""
    head = [_row(_COLUMNS), _row("---" for _ in _COLUMNS)]
    return _HEAD + "".join([*head, *(_row(_cells(language)) for language in LANGUAGES)])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _cells(language: Language) -> tuple[str, ...]:
    false_alarms, misses = language.measured or (None, None)
    return (
        f"`{language.name}`",
        language.title,
        ", ".join(language.aliases),
        " ".join(language.extensions),
        language.tests or "",
        language.docs or "",
        language.formatter,
        _reference(language),
        "" if false_alarms is None else str(false_alarms),
        "" if misses is None else str(misses),
        language.doubt or "",
    )


def _reference(language: Language) -> str:
    if language.name in OPTIONAL:
        package, name, _ = OPTIONAL[language.name]
        return f"{name}, where `{package}` is installed"
    return language.reference or ""


if __name__ == "__main__":
    Path(*sys.argv[1:2]).write_text(page(), encoding="utf-8")
