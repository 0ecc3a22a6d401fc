"""A record for a terminal: itself, as JSON."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json


# Any: the parts as JSON.
def render(parts: Mapping[str, Any]) -> str:
    """The record, to be read or piped."""
    record = parts.get("record")
    return "" if record is None else to_json(record["value"], indent=2).decode()
