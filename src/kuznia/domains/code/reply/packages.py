"""Packages beyond the standard library that a reply lists as required."""

import re
from collections.abc import Iterable, Iterator

MAX_PACKAGES = 50
_REQUIRES = re.compile(
    r"^[ \t>*_-]*(?:requires|requirements|dependencies|потрібні пакети|потребує)"
    r"[*_]*[ \t]*:[*_]*(.{0,400})$",
    re.IGNORECASE | re.MULTILINE,
)
_INSTALL = re.compile(
    r"\b(?:pip3?|uv pip|uv|poetry|npm|pnpm|yarn|bun|cargo|gem|composer|go|dotnet)[ \t]+"
    r"(?:install|add|require|get|i)[ \t]+(.{1,400})$",
    re.MULTILINE,
)
_NAME = re.compile(r"@?[A-Za-z0-9][\w.\-/]{0,99}")
_NOTHING = {"none", "nothing", "no", "нічого", "немає", "n/a", "standard", "only"}


def required_packages(prose: str, manifests: Iterable[str]) -> tuple[str, ...]:
    """The packages that the prose, and files such as requirements.txt, list as required."""
    named = [*_named(_REQUIRES, prose, ","), *_named(_INSTALL, prose, " ")]
    listed = (_package(line) for text in manifests for line in text.splitlines())
    names = dict.fromkeys(name for name in (*named, *listed) if name)
    return tuple(names)[:MAX_PACKAGES]


def _named(pattern: re.Pattern[str], text: str, separator: str) -> Iterator[str]:
    for line in pattern.findall(text):
        for word in line.split(separator):
            if not word.strip().startswith("-"):
                yield _package(word)


def _package(text: str) -> str:
    """The name of a package without version, extras and punctuation."""
    match = _NAME.match(text.strip(" \t`*_'\""))
    name = match[0].rstrip(".") if match else ""
    return "" if name.lower() in _NOTHING else name
