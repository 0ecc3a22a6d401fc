"""The one part of a record, and how it is made."""

from collections.abc import Iterable

from pydantic_core import to_json

from kuznia.domains.records.examined import RecordBench, RecordOrder, of_reply, put_right, study_of
from kuznia.domains.records.prompt import record_prompt
from kuznia.domains.records.schema import RecordDraft, RecordInput
from kuznia.forge.terms import Check, Finding, Part


def read(order: RecordInput) -> RecordOrder:
    """An order with its schema as workers take it."""
    schema = order.json_schema
    return RecordOrder(order.prompt, schema, to_json(schema), order.checks)


def _of_schema(_: RecordDraft, bench: RecordBench) -> Iterable[Finding]:
    return [finding for finding in study_of(bench) if finding.code.startswith("schema-")]


def _of_rules(_: RecordDraft, bench: RecordBench) -> Iterable[Finding]:
    return [finding for finding in study_of(bench) if finding.code.startswith("rule-")]


def _has_rules(_: RecordDraft, bench: RecordBench) -> bool:
    return bool(bench.reading.rules)


RECORD: Part[RecordDraft, RecordOrder] = Part(
    name="record",
    prompt=record_prompt,
    parse=of_reply,
    mend=put_right,
    checks=(
        Check("schema", _of_schema),
        Check("rules", _of_rules, applies=_has_rules),
    ),
)
