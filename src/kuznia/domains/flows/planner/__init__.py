"""The planner: from a prompt to a flow, without a model, and always the same flow."""

from kuznia.domains.flows.planner.building import build
from kuznia.domains.flows.planner.decline import declined
from kuznia.domains.flows.planner.reading import PromptReading, read

__all__ = ["PromptReading", "build", "declined", "read"]
