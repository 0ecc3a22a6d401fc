"""Data files that lie beside the code, read as they are."""

import tomllib
from importlib.resources import files
from typing import Any

_HERE = files("kuznia.domains.training")


def text(path: str) -> str:
    """The text of a file of this domain."""
    return _HERE.joinpath(path).read_text(encoding="utf-8")


def toml(path: str) -> dict[str, Any]:
    """A table of this domain. Any: each reader turns it into its own values at once."""
    return tomllib.loads(text(path))
