"""The supported languages, and how a name or a path finds its row."""

import difflib
from pathlib import PurePosixPath

from kuznia.domains.code.languages.table import HASH, PROGRAMMING, Comments, Language

MARKUP: tuple[Language, ...] = (
    Language(
        "html",
        "HTML",
        aliases=("html5", "htm"),
        extensions=(".html", ".htm"),
        comments=Comments((), (("<!--", "-->"),)),
        formatter="prettier",
    ),
    Language(
        "css",
        "CSS",
        aliases=("css3",),
        extensions=(".css",),
        comments=Comments((), (("/*", "*/"),)),
        formatter="prettier",
    ),
    Language(
        "json",
        "JSON",
        extensions=(".json",),
        comments=Comments(()),
        formatter="prettier",
        reference="Python's json",
    ),
    Language(
        "yaml",
        "YAML",
        aliases=("yml",),
        extensions=(".yaml", ".yml"),
        comments=HASH,
        formatter="prettier",
        reference="PyYAML's safe loader",
    ),
    Language(
        "toml",
        "TOML",
        extensions=(".toml",),
        comments=HASH,
        formatter="taplo",
        reference="Python's tomllib",
    ),
    Language(
        "markdown",
        "Markdown",
        aliases=("md",),
        extensions=(".md", ".markdown"),
        comments=Comments((), (("<!--", "-->"),)),
        formatter="prettier",
    ),
    Language(
        "hcl",
        "HCL",
        aliases=("terraform", "tf"),
        extensions=(".hcl", ".tf"),
        comments=Comments(("#", "//"), (("/*", "*/"),)),
        formatter="terraform fmt",
    ),
)

LANGUAGES: tuple[Language, ...] = PROGRAMMING + MARKUP
_NAMES = {name: row for row in LANGUAGES for name in (row.name, *row.aliases)}
# Languages that look so much alike that a label may name the one and mean the other.
_KIN = (
    {"javascript", "typescript", "tsx"},
    {"c", "cpp", "objc"},
)
_EXTENSIONS = {extension: row for row in LANGUAGES for extension in row.extensions}


def find(name: str) -> Language | None:
    """The row for a name or an alias, in any letter case."""
    return _NAMES.get(name.strip().lower())


def find_by_path(path: str) -> Language | None:
    """The row for a file's extension; None for a file of no supported language."""
    return _EXTENSIONS.get(PurePosixPath(path).suffix.lower())


def suggest(name: str) -> str | None:
    """The language that an unknown name may mean."""
    near = difflib.get_close_matches(name.strip().lower()[:40], _NAMES, n=1, cutoff=0.6)
    return _NAMES[near[0]].name if near else None


def get(name: str) -> Language:
    """The row for a name from the table itself."""
    return _NAMES[name]


def are_kin(language: Language, other: Language) -> bool:
    """Whether models label code in one of these languages with the name of the other."""
    return language is other or any(language.name in kin and other.name in kin for kin in _KIN)
