"""Unresolved imports, and the names under which a package may be listed."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

# Where the name a package is imported by is not the one it is installed by.
_INSTALLED_AS = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "pil": "pillow",
    "serial": "pyserial",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
_FRAMEWORK = re.compile(
    r"(?:pytest|hypothesis|vitest|jest|@jest|chai|mocha|sinon|@testing-library)\b.*"
)
_WORD = re.compile(r"@?[a-z0-9][\w.\-/]*")


@dataclass(frozen=True, slots=True)
class UnresolvedImport:
    """An import that leads nowhere; `certain` where nothing outside the artefact has it."""

    line: int
    what: str
    certain: bool


@cache
def known_packages() -> frozenset[str]:
    """The 2,500 packages that were downloaded most from PyPI in November 2026, as imported."""
    text = files("kuznia.domains.code.imports").joinpath("known_packages.txt").read_text("utf-8")
    return frozenset((*text.split(), *_INSTALLED_AS))


def words(text: str) -> frozenset[str]:
    """The words by which a request may name a package."""
    return frozenset(word.rstrip(".") for word in _WORD.findall(text.lower()))


def is_named(package: str, named: frozenset[str]) -> bool:
    """Whether a package is listed as required, by its import name or its package name."""
    name = package.lower()
    known = {name, name.replace("_", "-"), _INSTALLED_AS.get(name, name), name.split("/")[0]}
    return not known.isdisjoint(named) or bool(_FRAMEWORK.fullmatch(name))
