"""What a domain takes from its own package: its version and its examples."""

import json
import re
from collections.abc import Mapping
from hashlib import blake2b
from importlib.resources import files

from pydantic import JsonValue

# What only shows, takes away or asks for what a domain makes, by its name in the domain's folder.
_SHOWS = frozenset(
    {
        *("routes.py", "commands.py", "terminal.py", "settings.py"),
        *("exports", "examples", "pages", "__pycache__"),
    }
)
_COMMENT = re.compile(rb"^\s*(#.*)?$\n?", re.MULTILINE)


def version_of(package: str) -> str:
    """A domain's version: a fingerprint of all its files that decide what is made.

    Comments do not count, and neither does what only shows an artefact.
    """
    folders, digest = [files(package)], blake2b(digest_size=6)
    while folders:
        for file in sorted(folders.pop().iterdir(), key=lambda file: file.name):
            if file.name in _SHOWS or file.name.endswith(".pyc"):
                continue
            if file.is_dir():
                folders.append(file)
                continue
            text = file.read_bytes()
            digest.update(_COMMENT.sub(b"", text) if file.name.endswith(".py") else text)
    return digest.hexdigest()


def examples_of(package: str) -> tuple[Mapping[str, JsonValue], ...]:
    """A domain's examples: the JSON files of its folder `examples`, by name."""
    folder = files(package).joinpath("examples")
    found = sorted(folder.iterdir(), key=lambda file: file.name)
    return tuple(json.loads(file.read_text("utf-8")) for file in found)
