"""The part nobody has to be asked for: what the accepted code measures."""

from kuznia.domains.code.analysis import Analysis, analysed
from kuznia.domains.code.checks import written
from kuznia.forge.terms import Bench, Draft, Part


class MetricsDraft(Analysis, Draft):
    """An analysis, as a part of an artefact."""


async def _measure(bench: Bench) -> MetricsDraft:
    return MetricsDraft(**dict(await analysed(written(bench).files)))


METRICS: Part[MetricsDraft] = Part(name="metrics", needs=("code",), required=False, make=_measure)
