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
class PlanExport:
    """A format: what it is called on the wire, its file ending, and how it is made."""

    media: str
    ending: str
    make: Callable[[Plan, Stamp], bytes]


def _json(plan: Plan, _: Stamp) -> bytes:
    return plan.model_dump_json(indent=1).encode()


def schema() -> dict[str, JsonValue]:
    """The JSON Schema the json export keeps to."""
    return Plan.model_json_schema(mode="serialization")


EXPORTS: Mapping[str, PlanExport] = {
    "json": PlanExport("application/json", "json", _json),
    "ics": PlanExport("text/calendar; charset=utf-8", "ics", ics),
    "csv": PlanExport("text/csv; charset=utf-8", "csv", lambda plan, _: csv_rows(plan)),
    "text": PlanExport("text/plain; charset=utf-8", "txt", lambda plan, _: text(plan)),
    "html": PlanExport("text/html; charset=utf-8", "html", lambda plan, _: html(plan)),
    "fit": PlanExport("application/zip", "zip", fit),
    "zwo": PlanExport("application/zip", "zip", lambda plan, _: zwo(plan)),
    "intervals": PlanExport("text/plain; charset=utf-8", "txt", lambda plan, _: intervals(plan)),
}
