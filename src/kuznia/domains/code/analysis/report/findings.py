"""Findings: breaches that are known again where the file around them changes, or are accepted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import get_args

from kuznia.domains.code.analysis.report.limits import Breach
from kuznia.domains.code.analysis.report.rating import is_broken
from kuznia.domains.code.analysis.report.rules import Limited
from kuznia.domains.code.analysis.result import FileAnalysis
from kuznia.domains.code.analysis.tree.suppressions import Suppression

_RULES: tuple[str, ...] = get_args(Limited)
# What no comment can accept: it concerns no function and no file that could be read.
_NEVER: frozenset[Limited] = frozenset(
    ("errors", "unread", "suppression", "duplicated_share", "grade")
)


@dataclass(frozen=True, slots=True)
class LimitFinding:
    """A breach, what it is known by, and the reason why it was accepted; empty: it was not."""

    breach: Breach
    # Of the file, from the folder of the repository on.
    path: str
    # Equal for the same breach of the same function, on whatever line that is.
    fingerprint: str
    accepted: str = ""
    is_accepted_in_source: bool = False
    # An error of a grammar that is often wrong; it breaches nothing.
    is_doubt: bool = False


def doubts(file: FileAnalysis) -> list[Breach]:
    """The errors of a grammar that cannot be relied on."""
    if is_broken(file.proof, file.language):
        return []
    return [
        Breach(
            limited="errors",
            message=flaw.message,
            stable=flaw.message,
            path=file.path,
            name=flaw.text,
            line=flaw.line,
            column=flaw.column,
        )
        for flaw in file.proof.errors
    ]


def findings(
    breaches: Iterable[Breach],
    path: str,
    comments: Sequence[Suppression] = (),
    *,
    are_doubts: bool = False,
) -> list[LimitFinding]:
    """Give the breaches of one file their fingerprints, and accept what its comments accept."""
    counted = Counter[str]()
    made: list[LimitFinding] = []
    for breach in breaches:
        key = "\0".join((breach.limited, path, breach.name))
        # Equal names are told apart by their order.
        counted[key] += 1
        fingerprint = blake2b(f"{key}\0{counted[key]}".encode(), digest_size=16).hexdigest()
        accepted = "" if are_doubts else _reason(breach, comments)
        made.append(
            LimitFinding(breach, path, fingerprint, accepted, bool(accepted), is_doubt=are_doubts)
        )
    return made


def _reason(breach: Breach, comments: Iterable[Suppression]) -> str:
    if breach.limited in _NEVER:
        return ""
    for comment in comments:
        speaks = comment.target is None or breach.line in (comment.line, comment.target)
        if speaks and breach.limited in comment.rules and comment.reason:
            return comment.reason
    return ""


def wrong_suppressions(path: str, comments: Iterable[Suppression]) -> list[Breach]:
    """The comments that accept something without saying what or why."""
    made: list[Breach] = []
    for comment in comments:
        unknown = [rule for rule in comment.rules if rule not in _RULES or rule in _NEVER]
        if unknown:
            message = f"the suppression names {', '.join(unknown)}, which no comment can accept"
        elif not comment.rules:
            message = "the suppression names no rule: write ignore[RULE] REASON"
        elif not comment.reason:
            message = "the suppression gives no reason: write it after the bracket"
        else:
            continue
        made.append(
            Breach(
                limited="suppression",
                message=message,
                stable=message,
                path=path,
                line=comment.line,
                end_line=comment.line,
            )
        )
    return made
