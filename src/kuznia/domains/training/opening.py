"""The domain as a server opens it: with its operator's exercises, solver and context if wanted."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from kuznia.domains.training.catalogue import STOCK, fingerprint
from kuznia.domains.training.catalogue.foreign import Kept, NotACatalogue, exercises, load
from kuznia.domains.training.parts import set_up
from kuznia.domains.training.planner import Chooser
from kuznia.forge.terms import AnyDomain, CannotOpen


@asynccontextmanager
async def opened(domain: AnyDomain, settings: Mapping[str, object]) -> AsyncGenerator[AnyDomain]:
    """Their exercises stand beside ours until the server ends."""
    path = settings.get("training_catalogue")
    try:
        kept = await asyncio.to_thread(load, path) if isinstance(path, Path) else Kept()
    except NotACatalogue as wrong:
        raise CannotOpen(f"TRAINING_CATALOGUE: {wrong}") from None
    with STOCK.beside_ours(exercises(kept)):
        # Other exercises, other plans: what was kept of the same order is no answer to it now.
        version = f"{domain.version}+{fingerprint()}"
        domain = replace(domain, version=version) if kept.exercises else domain
        yield set_up(
            domain,
            chooser=_exactly() if settings.get("training_solver") == "exact" else None,
            by_context=settings.get("playbook_context_matching_enabled") is True,
        )


def _exactly() -> Chooser:
    """The solver, which only those who ask for it have to install."""
    try:
        from kuznia.domains.training.planner.exact import choose_exactly
    except ImportError:
        raise CannotOpen(
            "TRAINING_SOLVER: `exact` needs the extra: pip install kuznia[solver]."
        ) from None
    return choose_exactly
