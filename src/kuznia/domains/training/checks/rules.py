"""Rules as data, and what a checker measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from kuznia.forge.terms import Severity
from kuznia.platform.data_files import read_toml

Amount = float | int | str


@dataclass(frozen=True, slots=True)
class PlanRule:
    """One rule: its number, how bad a breach is, and its parameters."""

    id: str
    family: str
    severity: Severity
    version: int
    card: str
    message: str
    params: Mapping[
        str, Any
    ]  # numbers, lists and tables from rules.toml; each checker knows its own

    def number(self, name: str) -> float:
        return float(self.params[name])

    def by(self, name: str, key: str) -> float:
        """A parameter that differs by level or event."""
        return float(self.params[name][key])

    def words(self, name: str) -> frozenset[str]:
        return frozenset(self.params[name])


@dataclass(frozen=True, slots=True)
class Measure:
    """One measurement against a rule, in one place of the plan."""

    where: str
    measured: Amount
    limit: Amount
    passed: bool
    # When this breach is worse, or better, than the rule's usual one.
    severity: Severity | None = None


_SAID = frozenset({"family", "severity", "version", "card", "message"})


@cache
def rules() -> Mapping[str, PlanRule]:
    """Every rule by id."""
    data = read_toml(__file__, "rules.toml")
    return {
        name: PlanRule(
            id=name,
            family=row["family"],
            severity=row["severity"],
            version=row["version"],
            card=row["card"],
            message=row["message"],
            params={key: value for key, value in row.items() if key not in _SAID},
        )
        for name, row in data.items()
    }


def ruleset() -> str:
    """The version of all rules together: it changes when any of them does."""
    return f"{len(rules())}.{sum(rule.version for rule in rules().values())}"
