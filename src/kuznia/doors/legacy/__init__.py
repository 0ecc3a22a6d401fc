"""The addresses the source documents promised, in their own shapes; docs/versions.md says how long.

Nothing is made here: each translates to an order or a question of version 1, asks what version 1
asks, and translates the answer back.
"""

from kuznia.doors.legacy import generate, health, trainingplan
from kuznia.doors.legacy.addresses import RULES

__all__ = ["ROUTERS", "RULES"]

ROUTERS = (generate.router, trainingplan.router, health.router)
