"""An order for a flow, as the planner reads it."""

from dataclasses import dataclass

from kuznia.domains.flows.planner.decline import declined
from kuznia.domains.flows.planner.reading import PromptReading, read
from kuznia.domains.flows.schema import FlowInput, Language
from kuznia.forge.terms import Decline


@dataclass(frozen=True, slots=True)
class FlowOrder:
    """A service as it was ordered, or why it is declined."""

    reading: PromptReading
    prompt: str
    # What the pages are written in.
    language: Language
    decline: Decline | None


def read_order(order: FlowInput) -> FlowOrder:
    """Read the prompt once; decline what would do harm, or leaves questions open."""
    reading = read(order.prompt)
    language = reading.language if order.language == "auto" else order.language
    return FlowOrder(reading, order.prompt, language, declined(reading))
