"""The score of a flow as it is delivered: each metric, with what every lost point needs."""

from kuznia.domains.flows.schema import FlowValue, Text
from kuznia.forge.terms import Draft


class Loss(FlowValue):
    """Points that were lost at one place, why, and what to do."""

    where: str
    reason: Text
    fix: Text


class Metric(FlowValue):
    name: str
    weight: float
    score: float
    losses: tuple[Loss, ...] = ()


class Judgement(Draft):
    """The verdict: sound by the proof, and good enough by the metrics."""

    metrics: tuple[Metric, ...]
    total: float
    sound: bool
    passed: bool
