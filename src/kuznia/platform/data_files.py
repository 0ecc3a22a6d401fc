"""Data files that lie beside the code that reads them: tables, prompts, examples.

The first argument is the `__file__` of the reader; the path is relative to its folder.
"""

import json
import tomllib
from pathlib import Path
from typing import Any


def read_text(file: str, path: str) -> str:
    """The text of a file in the reader's folder or below it."""
    return Path(file).parent.joinpath(path).read_text("utf-8")


# Any: each reader turns the table into its own values at once.
def read_toml(file: str, path: str) -> dict[str, Any]:
    """A TOML file as a table."""
    return tomllib.loads(read_text(file, path))


# Any: JSON of ours, shown in the API reference as it is.
def read_json(file: str, path: str) -> Any:
    """A JSON file as its value."""
    return json.loads(read_text(file, path))
