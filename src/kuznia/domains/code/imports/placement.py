"""How code is imported, and where its tests are put: said to a model, which else guesses it."""

import re
from pathlib import PurePosixPath

from kuznia.domains.code.languages.find import get
from kuznia.domains.code.languages.paths import stem
from kuznia.domains.code.schema import File

# Languages whose tests lie in the folder of what they test.
_BESIDE = frozenset(("javascript", "typescript", "tsx", "go", "java", "kotlin", "scala", "groovy"))
_PACKAGE = re.compile(r"^(?:package|namespace)\s+([\w.\\]+)", re.MULTILINE)
_CRATE = re.compile(r'^name\s*=\s*"([\w-]+)"', re.MULTILINE)
_ENDING = re.compile(r"\.(?:d\.)?[mc]?tsx?$")


def main_file(files: tuple[File, ...], language: str) -> File:
    """The file that tests are named after."""
    return next((file for file in files if file.language == language), files[0])


def test_path(files: tuple[File, ...], language: str) -> str:
    """The path of the tests of these files."""
    main = PurePosixPath(main_file(files, language).path)
    name = get(language).test_file.format(stem(str(main)))
    if language not in _BESIDE:
        return name
    return str(main.with_name(name)).replace("src/main/", "src/test/")


def how_to_import(files: tuple[File, ...], language: str) -> str:
    """How these files are imported, in one line for each; empty where a language says so itself."""
    own = [file for file in files if file.language == language]
    lines = [line for file in own if (line := _line(file, files, language))]
    return "\n".join(dict.fromkeys(lines))


def _line(file: File, files: tuple[File, ...], language: str) -> str:
    if language == "python":
        return f"Import {file.path} as `{module_name(file.path)}`: `src` is no package."
    if language in ("javascript", "typescript", "tsx"):
        path = _ENDING.sub(".js", PurePosixPath(file.path).name)
        return f"Beside {file.path} it is imported from `./{path}`."
    if language == "rust":
        manifest = next((f.content for f in files if f.path.endswith("Cargo.toml")), "")
        named = _CRATE.search(manifest)
        crate = named[1] if named else stem(file.path)
        return f"The crate is `{crate.replace('-', '_')}`."
    if package := _PACKAGE.search(file.content):
        return f"{file.path} is in `{package[1]}`; its tests are in the same."
    return ""


def module_name(path: str) -> str:
    """The name under which a file of Python is imported, where `src` is on the path."""
    parts = list(PurePosixPath(path).with_suffix("").parts)
    if parts[0] == "src" and len(parts) > 1:
        del parts[0]
    if parts[-1] == "__init__" and len(parts) > 1:
        del parts[-1]
    return ".".join(parts)
