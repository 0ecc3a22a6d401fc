"""The form of a counting table: what the numbers of one language are counted from.

The patterns are tree-sitter queries. They capture under a few names, and the rest of this folder
knows only the names, never a language:

    function, implicit   a body with numbers of its own; implicit: the value of a class field
    scope                a body whose decisions belong to no function
    outside              a piece of a function that runs where the function stands
    decision, spare      adds one to cyclomatic complexity; takes one off, once for each node
    jump                 adds one to cognitive complexity
    parameter, comment, doc   one of each
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Profile = Literal["default", "radon", "eslint", "lizard"]
PROFILES: tuple[Profile, ...] = get_args(Profile)
# What a call costs when n is the number of elements it works on; `each` runs an argument n times.
Cost = Literal["1", "n", "n log n", "each"]


def costs(*, once: str = "", linear: str = "", sorts: str = "", each: str = "") -> dict[str, Cost]:
    """The cost of calls by their names; the names are separated by blanks."""
    table: dict[str, Cost] = dict.fromkeys(once.split(), "1")
    table |= dict.fromkeys(linear.split(), "n")
    table |= dict.fromkeys(sorts.split(), "n log n")
    table |= dict.fromkeys(each.split(), "each")
    return table


@dataclass(frozen=True, slots=True)
class CountingRule:
    """One row of a published table: what counts, the patterns that find it, in which profiles."""

    what: str
    patterns: str
    profiles: tuple[Profile, ...] = PROFILES


@dataclass(frozen=True, slots=True)
class Shape:
    """How one kind of node counts for cognitive complexity and nesting.

    `nest` costs one and one for each level around it, `flat` costs one. What stands in a body is a
    level deeper. A body is a field, `+` the first and `-` the last child with a name, `*` all of
    the node after its first byte, `else` whatever comes before and after that word.
    """

    cost: Literal["nest", "flat", "free"]
    bodies: tuple[str, ...] = ()
    # The body that costs one more when it is there: an else that is no node of its own.
    otherwise: str | None = None
    # A body comes first (`x if y`): the node counts where its second child begins.
    late: bool = False
    # Only as the child of this kind: the else of a loop is no branch.
    within: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """The counting rules of one language."""

    language: str
    # The profiles beside `default`: their counts are compared with the tool they are named after.
    profiles: tuple[Profile, ...] = ()
    functions: tuple[CountingRule, ...]
    scopes: tuple[CountingRule, ...] = ()
    decisions: tuple[CountingRule, ...]
    # Kinds whose name stands before a function's in a report.
    classes: tuple[str, ...] = ()
    # Where a function or a class has its name, and words that will do where it has none.
    name_fields: tuple[str, ...] = ("name",)
    speaking: frozenset[str] = frozenset()
    shapes: Mapping[str, Shape]
    # The kinds that, as the body of an else, make an `else if` and cost nothing more.
    chains: frozenset[str] = frozenset()
    jumps: str = ""
    # Kinds of binary expressions, and their operators that are logical.
    logic: tuple[str, ...]
    logical: tuple[str, ...] = ("&&", "||")
    loops: tuple[str, ...]
    calls: tuple[str, ...]
    # Fields whose end is the end of the called name; without one it is the first child.
    callee: tuple[str, ...] = ()
    # Whether a method calls another without saying on whom.
    bare_methods: bool = False
    costs: Mapping[str, Cost] = field(default_factory=dict[str, Cost])
    parameters: str
    # Names of parameters that are the object itself.
    receivers: tuple[str, ...] = ()
    comments: str = "(comment) @comment"
    # Halstead operands; every token without a name, save closing brackets, is an operator.
    names: tuple[str, ...]
    literals: tuple[str, ...]

    def profile(self, profile: Profile) -> Profile:
        """This profile where the language has it, else the default one."""
        return profile if profile in self.profiles else "default"

    def rules(self, profile: Profile) -> str:
        """The query that finds functions and whatever adds to their cyclomatic complexity."""
        rules = (*self.functions, *self.scopes, *self.decisions)
        return "\n".join(rule.patterns for rule in rules if profile in rule.profiles)
