"""The proof: sixteen checks of a flow, none of them optional."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from kuznia.domains.flows.checks.proof.data import (
    asked_twice,
    guard_cases,
    once_only,
    unused_fact,
    used_before_collected,
)
from kuznia.domains.flows.checks.proof.execution import execution
from kuznia.domains.flows.checks.proof.legal import legal_steps, sensitive_field
from kuznia.domains.flows.checks.proof.shape import (
    cannot_finish,
    dangling_target,
    dead_end,
    improper_completion,
    unbounded_loop,
    unreachable_step,
    unrouted_outcome,
)
from kuznia.domains.flows.checks.proof.texts import texts
from kuznia.domains.flows.structure.graph import FlowGraph
from kuznia.forge.terms import Finding

# In the order in which the research counts them; each is named as its finding.
CHECKS: Mapping[str, Callable[[FlowGraph], Iterator[Finding]]] = MappingProxyType(
    {
        "unreachable-step": unreachable_step,
        "cannot-finish": cannot_finish,
        "dead-end": dead_end,
        "dangling-target": dangling_target,
        "improper-completion": improper_completion,
        "guard-cases": guard_cases,
        "used-before-collected": used_before_collected,
        "asked-twice": asked_twice,
        "legal-steps": legal_steps,
        "unbounded-loop": unbounded_loop,
        "unrouted-outcome": unrouted_outcome,
        "unused-fact": unused_fact,
        "sensitive-field": sensitive_field,
        "texts": texts,
        "once-only": once_only,
        "execution": execution,
    }
)
# A flow that fails one of these is not sound, however well it scores.
SOUND = frozenset(CHECKS) - {"unused-fact", "texts", "once-only"}


def prove(graph: FlowGraph) -> tuple[Finding, ...]:
    """What is wrong with a flow, all of it, in the order of the checks."""
    return tuple(finding for check in CHECKS.values() for finding in check(graph))


def sound(findings: tuple[Finding, ...]) -> bool:
    return not any(finding.code in SOUND for finding in findings)
