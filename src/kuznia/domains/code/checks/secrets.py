"""Literals in code that look like keys or passwords."""

import math
import re
from collections import Counter
from collections.abc import Iterator

# The formats of keys that services hand out; a match is no accident.
_KEYS: dict[str, re.Pattern[str]] = {
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b"
    ),
    "a GitLab token": re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}"),
    "a model service's key": re.compile(r"\bsk-(?:proj-|ant-|or-)?[A-Za-z0-9_-]{24,}"),
    "a Google API key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "a Slack token": re.compile(r"\bxox[abeprs]-[A-Za-z0-9-]{20,}"),
    "a Stripe key": re.compile(r"\b[rs]k_live_[A-Za-z0-9]{20,}"),
    "a JSON Web Token": re.compile(r"\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{20,}"),
    "a private key": re.compile(
        r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\\n|\s)+[A-Za-z0-9+/=]{40}"
    ),
    "a password in an address": re.compile(
        r"\b[a-z][a-z0-9+]{2,20}://([^\s:/@'\"`${}<>]{1,60}):(?!\1@)([^\s:/@'\"`${}<>%]{3,80})@"
        # A machine of one's own, or one that stands for any.
        r"(?!localhost|127\.|0\.0\.0\.0|\[::1|(?:db|host|postgres|redis|mysql)(?![\w.-])"
        r"|[\w.-]{1,80}\.(?:example|invalid|local|localhost|test)\b|[\w.-]{0,80}example\.(?:com|net|org))"
    ),
}
# What one of them must hold: most sources hold none, and one look is cheaper than ten.
_MARKS = ["AKIA", "ASIA", "gh", "glpat-", "sk-", "AIza", "xox", "k_live_", "eyJ", "PRIVATE", "://"]
_NAMES = ("key", "secret", "passw", "token")
# Something called a secret and given a value where it stands: likely, not certain.
_ASSIGNED = re.compile(
    r"(?:api_?key|secret|passwd|password|token)\w{0,20}[\"']?[ \t]*(?::[ \t]*\w+[ \t]*)?"
    r"(?:=|:|=>|:=)[ \t]*[\"'`]([^\"'`\s]{16,120})[\"'`]",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    # The token in the documentation of JSON Web Tokens.
    r"eyJzdWIiOiIxMjM0NTY3ODkw|example|sample|placeholder|change.?me|your|dummy|fake|test|xxx|\*{3}|\.{3}|<|\$\{|\{\{|%\(|todo"
    r"|password|secret|passwd|redacted|none|null|user|here|0123456|1234567|abcdef|localhost|pass\b",
    re.IGNORECASE,
)
# Bits for each character above which a text is hardly a word.
RANDOM = 3.5


def secrets(content: str) -> Iterator[tuple[int, str, bool]]:
    """The line, what it looks like, and whether that is certain. The secret itself is left out."""
    for what, pattern in _KEYS.items() if any(mark in content for mark in _MARKS) else ():
        for match in pattern.finditer(content):
            text = match[match.lastindex or 0]
            if not is_placeholder(text):
                yield _line(content, match.start()), what, True
    lower = content.lower()
    for match in _ASSIGNED.finditer(content) if any(name in lower for name in _NAMES) else ():
        if not is_placeholder(match[1]) and _is_random(match[1]):
            yield _line(content, match.start()), "a secret", False


def is_placeholder(text: str) -> bool:
    """Whether the text says that a real value is to be put in its place."""
    return bool(_PLACEHOLDER.search(text)) or len(set(text)) < 6


def _is_random(text: str) -> bool:
    mixed = any(c.isdigit() for c in text) and any(c.isalpha() for c in text)
    size = len(text)
    bits = -sum(n / size * math.log2(n / size) for n in Counter(text).values())
    return mixed and bits >= RANDOM


def _line(content: str, place: int) -> int:
    return content.count("\n", 0, place) + 1
