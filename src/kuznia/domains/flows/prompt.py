"""What a model is asked for a flow."""

from collections.abc import Mapping
from importlib.resources import files
from typing import cast

from pydantic import JsonValue

from kuznia.domains.flows.planner.order import FlowOrder
from kuznia.domains.flows.schema import Flow
from kuznia.forge.terms import Bench, Prompt

_SCHEMA = cast("Mapping[str, JsonValue]", Flow.model_json_schema())
_SYSTEM = files("kuznia.domains.flows").joinpath("prompts", "flow.md").read_text("utf-8")


def prompt(bench: Bench[FlowOrder]) -> Prompt:
    """The request stands apart from what we say about it."""
    order = bench.reading
    user = f"Language of the pages: {order.language}\nRequest:\n<<<\n{order.prompt}\n>>>"
    return Prompt(system=_SYSTEM, user=user, schema=_SCHEMA, max_tokens=12_000)
