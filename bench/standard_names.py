"""The names of Python's standard library, read from stubs and kept as a table of the checks.

`python -m bench standard_names FOLDER`: it is the `stdlib` of typeshed (Apache 2.0), which has the
names of every version and system; the running interpreter adds what the stubs leave out. Names
alone are kept, in `src/kuznia/domains/code/imports/standard_names.json.gz`.
"""

import argparse
import ast
import gzip
import importlib
import json
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

TARGET = Path("src/kuznia/domains/code/imports/standard_names.json.gz")
# Importing one of these does something.
LEFT_OUT = frozenset(("antigravity", "this", "idlelib", "turtledemo", "__main__"))
# These are large, and models do not write them.
RARE = frozenset(("distutils", "encodings", "lib2to3", "msilib", "pydoc_data", "tkinter", "turtle"))


def names_in(body: list[ast.stmt]) -> Iterator[str]:
    """The names that statements define; `*module` for all names of a module."""
    for node in body:
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name
            case ast.Import():
                yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)
            case ast.ImportFrom():
                star = f"*{'.' * node.level}{node.module or ''}"
                yield from (star if a.name == "*" else a.asname or a.name for a in node.names)
            case ast.Assign():
                yield from (t.id for t in node.targets if isinstance(t, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.If() | ast.Try():
                yield from names_in([*node.body, *node.orelse])
            case _:
                pass


def read(folder: Path) -> dict[str, set[str]]:
    modules: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*.pyi")):
        parts = path.relative_to(folder).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        if name.split(".")[0] not in LEFT_OUT:
            modules[name] = set(names_in(ast.parse(path.read_text("utf-8")).body))
    for name in list(modules):
        parent, _, last = name.rpartition(".")
        modules.setdefault(parent, set()).add(last)
    return modules


def resolved(name: str, modules: dict[str, set[str]]) -> set[str]:
    """The names of a module, with those of the modules it takes all names from."""
    names = set(modules.get(name, ()))
    for star in [n for n in names if n.startswith("*")]:
        target = star[1:]
        if target.startswith("."):
            target = f"{name}{target}" if f"{name}{target}" in modules else target.lstrip(".")
        names |= resolved(target, modules)
    return {n for n in names if not n.startswith("*")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    modules = read(parser.parse_args().folder)
    table: dict[str, str] = {}
    for name in sorted(modules):
        top = name.split(".")[0]
        if top.startswith("_") or top in RARE or top not in sys.stdlib_module_names:
            continue
        names = resolved(name, modules)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                names |= set(dir(importlib.import_module(name)))
        except (ImportError, AttributeError, OSError):
            pass
        table[name] = " ".join(sorted(n for n in names if not n.startswith("__")))
    packed = gzip.compress(json.dumps(table).encode(), 9, mtime=0)
    TARGET.write_bytes(packed)
    print(
        len(table), "modules,", sum(map(len, table.values())), "characters,", len(packed), "bytes"
    )


if __name__ == "__main__":
    main()
