"""What a model is asked: for a flow, and for a page that asks everything the flow asks."""

from collections.abc import Mapping
from importlib.resources import files
from typing import cast

from pydantic import JsonValue
from pydantic_core import to_json

from kuznia.domains.flows.checks.study import FlowBench, study_of
from kuznia.domains.flows.schema import Flow
from kuznia.domains.flows.screens.expected import expected_fields
from kuznia.domains.flows.screens.texts import BUTTONS, WORDS
from kuznia.forge.terms import Prompt

_SCHEMA = cast("Mapping[str, JsonValue]", Flow.model_json_schema())
_PROMPTS = files("kuznia.domains.flows").joinpath("prompts")
_FLOW = _PROMPTS.joinpath("flow.md").read_text("utf-8")
_UI = _PROMPTS.joinpath("ui.md").read_text("utf-8")
_MAX_TOKENS = 12_000


def flow_prompt(bench: FlowBench) -> Prompt:
    """Ask for a flow; the request stands apart from our own words about it."""
    order = bench.reading
    user = f"Language of the pages: {order.language}\nRequest:\n<<<\n{order.prompt}\n>>>"
    return Prompt(system=_FLOW, user=user, schema=_SCHEMA, max_tokens=_MAX_TOKENS)


def ui_prompt(bench: FlowBench) -> Prompt:
    """Ask for a page with the fields of the accepted flow."""
    flow = study_of(bench).flow
    language = flow.language
    description = {
        "language": language,
        "name": flow.name.of(language),
        "optional": WORDS["optional"].of(language),
        "button": BUTTONS["submit"].of(language),
        "topics": [
            {"title": title, "fields": fields} for title, fields in expected_fields(flow).items()
        ],
    }
    user = f"Description:\n<<<\n{to_json(description, exclude_none=True).decode()}\n>>>"
    return Prompt(system=_UI, user=user, max_tokens=_MAX_TOKENS)
