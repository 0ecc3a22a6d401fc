"""Service flows: from a sentence to a proven flow and its pages."""

from kuznia.domains.flows.parts import DOMAIN

__all__ = ["DOMAIN"]
