"""The planner: from a sentence to a flow, with no model and always the same."""

from kuznia.domains.flows.planner.building import build
from kuznia.domains.flows.planner.decline import declined
from kuznia.domains.flows.planner.reading import PromptReading, read

__all__ = ["PromptReading", "build", "declined", "read"]
