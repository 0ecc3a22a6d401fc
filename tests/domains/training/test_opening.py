"""The domain as a server opens it: by its settings."""

import subprocess
import sys

from tests.domains.training.makers import a_told

from kuznia.domains.training import DOMAIN
from kuznia.domains.training.athlete.athlete import read_athlete
from kuznia.domains.training.parts import read_order
from kuznia.domains.training.planner import plan
from kuznia.domains.training.planner.exact import choose_exactly
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.settings import TrainingSettings
from kuznia.forge.make import drafted
from kuznia.forge.terms import AnyDomain, Bench, Budget, Caller, Order

TOLD = a_told({"equipment": ["full-gym"], "weeks": 1})
ORDER = Order(domain="training", input=TOLD, caller=Caller("a"), deadline=0.0, budget=Budget(1, 1))
# As on a machine that has not got the solver.
WITHOUT = """
import asyncio, sys
sys.modules["ortools"] = None
from kuznia.domains.training import DOMAIN
from kuznia.domains.training.settings import TrainingSettings
asyncio.run(DOMAIN.opened(TrainingSettings(training_solver="exact")).__aenter__())
"""


async def opened(settings: TrainingSettings) -> tuple[AnyDomain, Plan]:
    assert DOMAIN.opened
    async with DOMAIN.opened(settings) as domain:
        reading = await read_order(TOLD)
        part = domain.parts(reading)[0]
        assert part.make
        bench = Bench(ORDER, reading)
        made, _ = await drafted(part, part.make(bench), bench)
        return domain, made


async def test_the_solver_chooses_where_the_operator_wants_it():
    domain, made = await opened(TrainingSettings(training_solver="exact"))

    assert made == plan(read_athlete(TOLD), chooser=choose_exactly)
    # Another choice, another artefact: what the search made is no answer to it.
    assert domain.version == f"{DOMAIN.version}+exact"


async def test_the_search_chooses_where_nothing_is_said():
    domain, made = await opened(TrainingSettings())

    assert made == plan(read_athlete(TOLD))
    assert domain.version == DOMAIN.version


def test_a_solver_that_is_not_there_is_named_at_the_start():
    told = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True)

    assert "TRAINING_SOLVER: `exact` needs the extra" in told.stderr
