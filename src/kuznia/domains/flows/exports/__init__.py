"""The export formats of a flow, each a line of one table."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kuznia.domains.flows.exports.bpmn import bpmn
from kuznia.domains.flows.exports.bundle import bundle
from kuznia.domains.flows.exports.diia import diia
from kuznia.domains.flows.exports.formjs import forms
from kuznia.domains.flows.exports.mermaid import mermaid
from kuznia.domains.flows.exports.openapi import openapi
from kuznia.domains.flows.exports.schemas import Json, pages, submission
from kuznia.domains.flows.exports.svg import svg
from kuznia.domains.flows.exports.uischema import uischema
from kuznia.domains.flows.exports.xstate import xstate
from kuznia.domains.flows.schema import Flow


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """An export format: its media type, the ending of its file name, and its writer."""

    media_type: str
    ending: str
    write: Callable[[Flow], bytes]


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _schemas(flow: Flow) -> Json:
    return {**submission(flow), "$defs": dict(pages(flow))}


def _as_json(make: Callable[[Flow], Mapping[str, object]]) -> Callable[[Flow], bytes]:
    return lambda flow: _json(make(flow))


_JSON = "application/json"
EXPORTS: Mapping[str, ExportFormat] = MappingProxyType(
    {
        "json": ExportFormat(_JSON, "json", lambda flow: flow.model_dump_json(indent=1).encode()),
        "bpmn": ExportFormat("application/bpmn+xml", "bpmn", bpmn),
        # The same process with conditions in FEEL, as Camunda reads them.
        "bpmn-feel": ExportFormat("application/bpmn+xml", "bpmn", lambda flow: bpmn(flow, "feel")),
        "svg": ExportFormat("image/svg+xml", "svg", svg),
        "mermaid": ExportFormat("text/vnd.mermaid", "mmd", mermaid),
        "json-schema": ExportFormat("application/schema+json", "json", _as_json(_schemas)),
        "ui-schema": ExportFormat(_JSON, "json", _as_json(uischema)),
        "form-js": ExportFormat(_JSON, "json", _as_json(forms)),
        "xstate": ExportFormat(_JSON, "json", _as_json(xstate)),
        "diia": ExportFormat(_JSON, "json", _as_json(diia)),
        "openapi": ExportFormat("application/vnd.oai.openapi+json", "json", _as_json(openapi)),
        "html": ExportFormat("application/zip", "zip", bundle),
    }
)
