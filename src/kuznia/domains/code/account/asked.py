"""What an order names outright: functions with their signatures, types, a package, exports.

The account reads the same expressions; this is the part of it that stands or falls with a name
alone, so that a check can ask for the name before the account is made.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from kuznia.domains.code.account.facts.names import NAMED
from kuznia.domains.code.account.facts.signatures import SIGNATURE, is_example, is_prose

# What makes a word with brackets behind it a definition that is asked for.
_BEFORE = re.compile(
    r"\b(?:(?:functions?|methods?|procedures?|class|def|fn|fun|func|signature|constructor"
    r"|функці\w+|метод\w*|клас\w*|процедур\w+)\s{1,3}"
    r"(?:(?:named|called|з назвою|під назвою)\s{1,3})?(?:async\s{1,3})?`?)$",
    re.IGNORECASE,
)
_DEFINES = re.compile(
    r"\b(?:class|function|method|interface|struct|enum|record|trait|клас\w*|функці\w+|метод\w*)\s",
    re.IGNORECASE,
)
# What is only used, compared with, or must not be there.
_NOT_ASKED = re.compile(
    r"\b(?:use|uses|using|like|unlike|similar to|instead of|call|calls|calling|via|without|not"
    r"|never|no|existing|built-?in|from|standard|the same as|replaces?|wraps?|raises?|throws?"
    r"|замість|через|без|не|як|виклик\w*|стандартн\w*|наявн\w*|вбудован\w*|кида\w+)\s[^.;:\n]{0,24}$",
    re.IGNORECASE,
)
_PACKAGE = re.compile(
    r"\b(?:package|пакет\w*)\s{1,3}[`\"]?(?P<name>[a-z][a-z0-9_]{1,40})[`\"]?", re.I
)
# Packages of Go's own library that orders speak of.
_STANDARD = frozenset(
    (
        *(
            "bufio",
            "bytes",
            "context",
            "errors",
            "fmt",
            "heap",
            "http",
            "io",
            "json",
            "list",
            "log",
        ),
        *("maps", "math", "net", "os", "rand", "regexp", "slices", "sort", "sql", "strconv"),
        *("strings", "sync", "template", "testing", "time", "unicode", "that", "which", "with"),
    )
)
# A file that is to be written, not one that is there or that the program reads.
_FILE = re.compile(
    r"\b(?:add|create|write|make|named|called|file|module|script|put it in|into"
    r"|файл\w{0,2}|модуль|скрипт|додай\w{0,2}|створи\w{0,2}|напиши|назви)\s{1,3}[`\"'(]{0,2}"
    r"(?P<path>(?:[\w-]{1,40}/){0,6}[a-z_][\w-]{0,60}\.[a-z]{1,5})(?![\w/.-])",
    re.IGNORECASE,
)
# `methods get, set and clear`: a list that ends with its sentence or at a bracket.
_MEMBERS = re.compile(
    r"\b(?:methods|functions|методи|методами|функції|функціями)(?::|\s{1,3}|,\s)\s{0,3}(?P<names>"
    r"[A-Za-z_]\w{1,40}(?:\(\))?(?:(?:,\s{1,3}|\s{1,3}(?:and|та|і|й)\s{1,3}){1,2}[A-Za-z_]\w{1,40}(?:\(\))?){1,9}+)"
    r"(?=[.;:)\n]|\s{0,3}$|\s(?:та|і|й|—)\s)",
)
_MEMBER = re.compile(r"[A-Za-z_]\w+")
_JOINS = frozenset(("and",))
_EXPORT = re.compile(r"\bexport(?:s|ed|ing)?\b|експорт", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AskedNames:
    """The names that code must define, whether they are to be exported, and its package."""

    names: tuple[str, ...]
    are_exported: bool
    package: str
    # Paths of the code itself; they may be the ends of longer ones.
    files: tuple[str, ...] = ()


@lru_cache(maxsize=64)
def asked_names(prompt: str) -> AskedNames:
    """What a prompt names outright; nothing that it may only mention."""
    plain = prompt.replace("`", "")
    names = dict.fromkeys((*_signatures(prompt), *_named(plain), *_members(plain)))
    package = next(filter(partial(_is_own, prompt), _PACKAGE.finditer(prompt)), None)
    return AskedNames(
        names=tuple(names),
        are_exported=bool(names and _EXPORT.search(prompt)),
        package=package["name"] if package else "",
        files=tuple(dict.fromkeys(_files(prompt))),
    )


def _is_own(prompt: str, match: re.Match[str]) -> bool:
    """Whether a package is to be written, and not one that is used."""
    before = prompt[max(0, match.start() - 40) : match.start()]
    return match["name"] not in _STANDARD and not _NOT_ASKED.search(before)


def _signatures(prompt: str) -> Iterator[str]:
    """The functions whose parameters are given, after the word for one or with types."""
    for match in SIGNATURE.finditer(prompt):
        if is_example(prompt, match) or is_prose(prompt, match):
            continue
        before = prompt[max(0, match.start() - 40) : match.start("name")]
        is_typed = bool(match["result"]) and "->" in match["result"]
        if (is_typed or _BEFORE.search(before)) and not _NOT_ASKED.search(before):
            yield match["name"].split(".")[-1].rstrip("?!")


def _named(prompt: str) -> Iterator[str]:
    """The types and functions that stand after the word for one."""
    for match in NAMED.finditer(prompt):
        before = prompt[max(0, match.start() - 40) : match.start()]
        if match["name"] and _DEFINES.match(match[0]) and not _NOT_ASKED.search(before):
            yield match["name"]


def _members(prompt: str) -> Iterator[str]:
    """The functions that are listed after the word for them, without what else is listed."""
    for match in _MEMBERS.finditer(prompt):
        if not _NOT_ASKED.search(prompt[max(0, match.start() - 40) : match.start()]):
            yield from (n for n in _MEMBER.findall(match["names"]) if n not in _JOINS)


def _files(prompt: str) -> Iterator[str]:
    """The files that are to be written; a name in brackets or quotes is one too."""
    for match in _FILE.finditer(prompt):
        before = prompt[max(0, match.start() - 40) : match.start("path")]
        if not _NOT_ASKED.search(before):
            yield match["path"]
