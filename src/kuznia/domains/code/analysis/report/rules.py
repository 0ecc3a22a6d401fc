"""The rules that a finding can break: what each asks, why, and what to do."""

from dataclasses import dataclass
from typing import Literal

Limited = Literal[
    "errors",
    "unread",
    "suppression",
    "cyclomatic",
    "cognitive",
    "nesting",
    "length",
    "parameters",
    "maintainability",
    "duplicated_share",
    "grade",
]


@dataclass(frozen=True, slots=True)
class LimitRule:
    """A rule in words, for reports."""

    title: str
    asks: str
    help: str
    level: Literal["error", "warning"] = "warning"


RULES: dict[Limited, LimitRule] = {
    "errors": LimitRule(
        "A file parses.",
        "No parser accepts this place.",
        "Correct the syntax, or leave the file out with --exclude if it is broken on purpose.",
        level="error",
    ),
    "unread": LimitRule(
        "A file can be analysed.",
        "The file is no text, or its parser did not end or crashed.",
        "Save the file as UTF-8, or leave it out with --exclude.",
        level="error",
    ),
    "suppression": LimitRule(
        "A suppression names rules and a reason.",
        "A comment accepts findings without saying which ones or why.",
        "Write `kuznia: ignore[RULE] REASON` with a rule of this list and a few words of reason.",
    ),
    "cyclomatic": LimitRule(
        "A function has few decisions.",
        "The function has more branches than the limit allows; each needs a test.",
        "Move a group of branches into a function of its own, or replace them by a table.",
    ),
    "cognitive": LimitRule(
        "A function is easy to follow.",
        "Breaks in the flow, and those nested in others, add up to more than the limit allows.",
        "Return early instead of nesting, and give an inner block a function of its own.",
    ),
    "nesting": LimitRule(
        "Control structures nest little.",
        "Control structures stand in each other more deeply than the limit allows.",
        "Turn a condition round and return early, or move the inner block into a function.",
    ),
    "length": LimitRule(
        "A function is short.",
        "The function has more lines than the limit allows.",
        "Split it where a comment or a blank line begins a new step.",
    ),
    "parameters": LimitRule(
        "A function takes few parameters.",
        "The function takes more parameters than the limit allows.",
        "Pass values that belong together as one object.",
    ),
    "maintainability": LimitRule(
        "A file has a high maintainability index.",
        "Long and branched functions leave the file below the limit.",
        "Shorten the functions that `kuznia analyze` lists as the worst.",
    ),
    "duplicated_share": LimitRule(
        "Little of the code is duplicated.",
        "More lines than the limit allows also stand somewhere else.",
        "Move a repeated block, listed under `duplicates` in --json, into one function.",
    ),
    "grade": LimitRule(
        "All files together are rated well.",
        "Too large a share of the lines is in functions of high risk.",
        "Simplify the worst functions first.",
    ),
}
