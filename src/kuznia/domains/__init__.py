"""One package for each kind of artefact: a folder here, or one that another package brings.

A package installed beside Kuznia offers its own under the entry point `kuznia.domains`.
"""

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, cast

from kuznia.forge.terms import AnyDomain, Domain

GROUP = "kuznia.domains"


def packages() -> Iterator[str]:
    """The packages of all domains by their dotted names, our own first."""
    for folder in sorted(Path(__file__).parent.iterdir()):
        if (folder / "__init__.py").exists():
            yield f"{__name__}.{folder.name}"
    yield from sorted(point.module for point in entry_points(group=GROUP))


def load() -> dict[str, AnyDomain]:
    """Every package's DOMAIN by name; a half-made one stops the start, and says which it is."""
    domains: dict[str, AnyDomain] = {}
    for package in packages():
        domain = getattr(import_module(package), "DOMAIN", None)
        if not isinstance(domain, Domain):
            raise TypeError(f"the package {package} has no DOMAIN of type Domain")
        known = cast("AnyDomain", domain)
        if known.name in domains:
            raise TypeError(f"the package {package} brings a second domain named {known.name}")
        domains[known.name] = known
    return domains


# Any: a Typer with a domain's commands, which only the command line knows.
def find_commands() -> Iterator[Any]:
    """The commands of every domain that has a `commands.py`, without loading the domain.

    `kuznia --help` would otherwise wait for all of them.
    """
    for package in packages():
        spec = find_spec(package)
        for folder in (spec and spec.submodule_search_locations) or ():
            if (file := Path(folder) / "commands.py").exists():
                yield _loaded(f"{package}.commands", file).commands


def _loaded(name: str, file: Path) -> Any:
    spec = spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Any: a router of FastAPI, of which only the domain's routes and the application know.
def find_routes(domain: AnyDomain) -> Any:
    """The routes a domain has beside the common ones, if its package has a `routes.py`."""
    routes = f"{domain.package}.routes"
    if not domain.package or find_spec(routes) is None:
        return None
    return import_module(routes).router
