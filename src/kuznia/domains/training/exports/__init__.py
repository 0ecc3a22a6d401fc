"""Ways a plan leaves: one table, each a pure function from plan to bytes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from kuznia.domains.training.exports.calendar import ics
from kuznia.domains.training.exports.cycling import intervals, zwo
from kuznia.domains.training.exports.fit import fit
from kuznia.domains.training.exports.page import html
from kuznia.domains.training.exports.stamp import Stamp
from kuznia.domains.training.exports.table import csv_rows, text
from kuznia.domains.training.schema.plan import Plan


@dataclass(frozen=True, slots=True)
class Export:
    """A format: what it is called on the wire, its file ending, and how it is made."""

    media: str
    ending: str
    make: Callable[[Plan, Stamp], bytes]


def _json(plan: Plan, _: Stamp) -> bytes:
    return plan.model_dump_json(indent=1).encode()


def schema() -> dict[str, JsonValue]:
    """The JSON Schema the json export keeps to."""
    return Plan.model_json_schema(mode="serialization")


EXPORTS: Mapping[str, Export] = {
    "json": Export("application/json", "json", _json),
    "ics": Export("text/calendar; charset=utf-8", "ics", ics),
    "csv": Export("text/csv; charset=utf-8", "csv", lambda plan, _: csv_rows(plan)),
    "text": Export("text/plain; charset=utf-8", "txt", lambda plan, _: text(plan)),
    "html": Export("text/html; charset=utf-8", "html", lambda plan, _: html(plan)),
    "fit": Export("application/zip", "zip", fit),
    "zwo": Export("application/zip", "zip", lambda plan, _: zwo(plan)),
    "intervals": Export("text/plain; charset=utf-8", "txt", lambda plan, _: intervals(plan)),
}
