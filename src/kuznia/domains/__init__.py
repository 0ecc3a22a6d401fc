"""One folder for each kind of artefact. Adding one means adding its folder, and nothing else."""

from importlib import import_module
from pathlib import Path

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
