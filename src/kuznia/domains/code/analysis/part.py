"""The part nobody has to be asked for: what the accepted code measures."""

from kuznia.domains.code.analysis import Analysis, analyse_proven, analysed
from kuznia.domains.code.checks.source import written
from kuznia.domains.code.schema import CodeBench, CodeInput
from kuznia.forge.terms import Draft, Part


class MetricsDraft(Analysis, Draft):
    """An analysis, as a part of an artefact."""


async def _measure(bench: CodeBench) -> MetricsDraft:
    code = written(bench)
    # Other processes are for what may be slow; an order of one small file is most orders.
    now = analyse_proven(code.files[0], code.proof) if len(code.files) == 1 else None
    return MetricsDraft(**dict(now or await analysed(code.files)))


METRICS: Part[MetricsDraft, CodeInput] = Part(
    name="metrics", needs=("code",), required=False, make=_measure
)
