"""A reply examined in a worker: hostile schemas and long replies must not hold up the server."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import JsonValue

from kuznia.domains.records.checks.rules import broken
from kuznia.domains.records.checks.valid import faults
from kuznia.domains.records.mend import mended
from kuznia.domains.records.reply import read_record
from kuznia.domains.records.schema import RecordDraft, Rule
from kuznia.forge.terms import Bench, Finding, Studied, Unreadable
from kuznia.platform.process.workers import POOL, Stopped

# A schema can be written to take for ever; an honest one takes a thousandth of this.
SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RecordOrder:
    """An order of a record, as all steps need it."""

    prompt: str
    json_schema: Mapping[str, JsonValue]
    schema: bytes
    rules: tuple[Rule, ...]


RecordBench = Bench[RecordOrder]


async def of_reply(reply: str, bench: RecordBench) -> Studied[RecordDraft]:
    """The record of a reply, with all that is wrong with it."""
    return await _apart(partial(_read, bench.reading, reply))


async def put_right(
    record: RecordDraft, _: tuple[Finding, ...], bench: RecordBench
) -> Studied[RecordDraft]:
    """The record with what our code can put right, examined again."""
    return await _apart(partial(_mended, bench.reading, record))


def study_of(bench: RecordBench) -> tuple[Finding, ...]:
    """What is wrong with the record that is looked at."""
    return bench.studies["record"]


# Any: what a worker brings.
async def _apart(work: Any) -> Studied[RecordDraft]:
    made = await POOL.run(work, seconds=SECONDS)
    if isinstance(made, Stopped):
        message = "The schema takes too long to check this record."
        raise Unreadable("too-slow", message, "Answer with a shorter record.")
    if isinstance(made, Finding):
        raise Unreadable(made.code, made.message, made.hint)
    return made


def _read(order: RecordOrder, reply: str, _: float) -> Studied[RecordDraft] | Finding:
    try:
        return _examined(order, RecordDraft(value=read_record(reply)))
    except Unreadable as unreadable:
        # An exception with its own arguments does not come through the pipe.
        return unreadable.findings[0]


def _mended(order: RecordOrder, record: RecordDraft, _: float) -> Studied[RecordDraft]:
    return _examined(order, RecordDraft(value=mended(order.schema, record.value)))


def _examined(order: RecordOrder, record: RecordDraft) -> Studied[RecordDraft]:
    found = (
        *faults(order.schema, record.value),
        *broken(order.rules, record, order.prompt),
    )
    return Studied(record, found)
