"""Text that is run: a shell with a command built from values, eval of what is not known.

Python is read by its syntax tree (`python/unsafe.py`), other languages by the text of a call.
"""

import re
from collections.abc import Iterator

SHELL = "A shell runs a command that is built from values."
EVAL = "A text that is not known beforehand is run as code."
LOAD = "Data from outside is loaded as objects of any class."
_JS = (
    (
        SHELL,
        re.compile(
            r"(?<![\w.])(?:child_process\.|cp\.)?exec(?:Sync)?\([ \t\n]{0,40}"
            r"(?:`[^`\n]{0,300}\$\{|[\"'][^\"'\n]{0,300}[\"'][ ]?\+)"
        ),
    ),
    (
        EVAL,
        re.compile(r"(?<![\w.:])eval\([ ]{0,9}(?![\"'`)\s])|\bnew Function\([ ]{0,9}(?![\"'`)\s])"),
    ),
)
_PATTERNS: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "javascript": _JS,
    "typescript": _JS,
    "tsx": _JS,
    "php": (
        (
            SHELL,
            re.compile(
                r"(?<![\w>:])(?:exec|shell_exec|system|passthru|popen)\([ ]{0,9}"
                r"(?:\"[^\"\n]{0,300}\$\w|[\"'][^\"'\n]{0,300}[\"'][ ]?\.[ ]?\$)"
                r"(?![^\n]{0,300}escapeshell)"
            ),
        ),
        (EVAL, re.compile(r"(?<![\w>:])eval\([ ]{0,9}\$")),
        (LOAD, re.compile(r"\bunserialize\([ ]{0,9}\$_(?:GET|POST|COOKIE|REQUEST)\b")),
    ),
    "go": (
        (
            SHELL,
            re.compile(
                r"\bexec\.Command(?:Context)?\([^)\n]{0,80}\"(?:/bin/)?(?:sh|bash)\",[ ]?\"-c\""
                r",[ ]?"
                r"(?:fmt\.Sprintf|\"[^\"\n]{0,300}\"[ ]?\+|\w{1,40}[ ]?\+)"
            ),
        ),
    ),
    "ruby": (
        (SHELL, re.compile(r"(?:\bsystem|\bspawn|\bpopen)[( ][ ]?\"[^\"\n]{0,300}#\{")),
        (EVAL, re.compile(r"(?<![\w.:])eval\([ ]?(?:params|input|gets|expression|text|code)\b")),
        (LOAD, re.compile(r"\bMarshal\.load\([ ]?(?:params|request|cookies|body|data)\b")),
    ),
    "java": (
        (SHELL, re.compile(r"\bgetRuntime\(\)\.exec\([ ]{0,9}\"[^\"\n]{0,300}\"[ ]?\+")),
        (LOAD, re.compile(r"\bnew ObjectInputStream\([ ]?(?:request|req|socket|connection)\b")),
    ),
}
MARKS = (
    *("exec", "eval(", "system", "spawn", "popen", "Function(", "unserialize(", "Marshal."),
    "ObjectInputStream",
)


def run_text(content: str, language: str) -> Iterator[tuple[int, str]]:
    """The line of each call that runs or loads text, and what it does."""
    for what, pattern in _PATTERNS.get(language, ()):
        for match in pattern.finditer(content):
            yield content.count("\n", 0, match.start()) + 1, what
