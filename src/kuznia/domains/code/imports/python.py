"""The imports of Python, read off the syntax tree."""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from kuznia.domains.code.imports.package_names import (
    UnresolvedImport,
    is_named,
    known_packages,
)
from kuznia.domains.code.parsing.pytree import module_names, signatures, statements, tree_of
from kuznia.domains.code.schema import File


@dataclass(frozen=True, slots=True)
class Import:
    """One Python import: its module, its names, and how many folders up it starts."""

    module: str
    names: tuple[str, ...]
    line: int
    level: int = 0


def unresolved_in_python(
    file: File, files: Mapping[str, str], named: frozenset[str]
) -> Iterator[UnresolvedImport]:
    """The imports of a Python file that cannot be resolved."""
    for statement in python_imports(file.content):
        top = statement.module.split(".")[0]
        local = find_module(statement, file.path, files)
        if local is not None and _is_ours(local, named):
            yield from unknown_names(statement, local, files)
        elif local is not None:
            # A folder deep inside that is named as a package is.
            continue
        elif statement.level:
            yield UnresolvedImport(
                statement.line, "." * statement.level + statement.module, certain=True
            )
        elif top not in sys.stdlib_module_names and not is_named(top, named):
            # Who asks an unknown module for what is ours has the wrong name for our module.
            ours = top not in known_packages() and not _defined(files).isdisjoint(statement.names)
            yield UnresolvedImport(statement.line, statement.module if ours else top, certain=ours)


def _is_ours(local: str, named: frozenset[str]) -> bool:
    """Whether a module was meant: not a folder somewhere that is only named as a package is."""
    top = local.strip("/").rpartition("/")[2]
    return not local.endswith("/") or not (top in known_packages() or is_named(top, named))


def _defined(files: Mapping[str, str]) -> set[str]:
    """The functions and classes of all files of the artefact."""
    trees = [tree_of(text) for path, text in files.items() if path.endswith(".py")]
    return {name for tree in trees if tree for name in signatures(tree)}


def python_imports(content: str) -> tuple[Import, ...]:
    """The imports of a Python source, at any depth."""
    tree = tree_of(content)
    imports: list[Import] = []
    for node in statements(tree) if tree else ():
        if isinstance(node, ast.Import):
            imports += [Import(alias.name, (), node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            imports.append(Import(node.module or "", names, node.lineno, node.level))
    return tuple(imports)


def find_module(statement: Import, path: str, files: Mapping[str, str]) -> str | None:
    """The file of the artefact that an import means; a package ends in a slash."""
    tail = statement.module.replace(".", "/")
    if statement.level:
        tail = normpath(join(dirname(path), *[".."] * (statement.level - 1), tail))
    for known in files:
        module = known.removesuffix(".py").removesuffix("/__init__")
        # Any folder may be a root: `src/`, or one with the project's name.
        if known.endswith(".py") and (module == tail or (module.endswith(f"/{tail}") and tail)):
            return known
    inside = (known for known in files if f"/{tail}/" in f"/{known}" or tail == ".")
    return f"{tail}/" if next(inside, None) else None


def unknown_names(
    statement: Import, local: str, files: Mapping[str, str]
) -> Iterator[UnresolvedImport]:
    """The imported names that a file of the artefact does not define."""
    if local.endswith("/"):
        known: set[str] | None = {
            part for path in files for part in path.removesuffix(".py").split("/")
        }
    else:
        tree = tree_of(files[local])
        known = module_names(tree) if tree else None
        if known is not None and local.endswith("__init__.py"):
            known |= {part for path in files for part in path.removesuffix(".py").split("/")}
    if known is None:
        return
    for name in statement.names:
        if name != "*" and name not in known:
            yield UnresolvedImport(statement.line, f"{name} of {local.rstrip('/')}", certain=True)
