"""One folder for each kind of artefact. Adding one means adding its folder, and nothing else."""

from importlib import import_module
from pathlib import Path
from typing import Any

from kuznia.forge.terms import Domain


def load() -> dict[str, Domain]:
    """Every folder's DOMAIN by name; a half-made folder stops the start, and says which it is."""
    found: dict[str, Domain] = {}
    for folder in sorted(
        p for p in Path(__file__).parent.iterdir() if (p / "__init__.py").exists()
    ):
        domain = getattr(import_module(f"{__name__}.{folder.name}"), "DOMAIN", None)
        if not isinstance(domain, Domain):
            raise TypeError(f"the folder domains/{folder.name} has no DOMAIN of type Domain")
        found[domain.name] = domain
    return found


# Any: a router of FastAPI, of which only the domain's routes and the application know.
def find_routes(domain: Domain) -> Any:
    """The router of doors a domain has beside the common ones, if its folder has a `routes.py`."""
    if (Path(__file__).parent / domain.name / "routes.py").exists():
        return import_module(f"{__name__}.{domain.name}.routes").router
    return None
