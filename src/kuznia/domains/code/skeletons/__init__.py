"""Skeletons: documentation and tests to be filled in, written from a source without a model."""

from kuznia.domains.code.skeletons.result import Left, Offered, ProseLanguage, Skeletons
from kuznia.domains.code.skeletons.skeleton import Sketch, can_be_sketched, put_together, sketch

__all__ = [
    "Left",
    "Offered",
    "ProseLanguage",
    "Skeletons",
    "Sketch",
    "can_be_sketched",
    "put_together",
    "sketch",
]
