"""Reference parsers: parsers in this process that are more exact than the grammar."""

import ast
import json
import re
import tomllib
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec

import yaml

from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.schema import Flaw

# What a YAML document may grow to when its aliases are followed: bombs promise billions.
MAX_YAML_NODES = 1_000_000
# LibYAML takes time by the square of the depth: 200 kB of brackets kept it busy for 43 seconds.
MAX_YAML_DEPTH = 200
# CPython finds out whose each name is by the square of how deep lambdas stand in each other, and
# these alone need no brackets and no indents, which it counts itself.
MAX_LAMBDAS = 100
_LINE_END = re.compile(r"\r\n?|\n")
_TOML_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")


def _flaw(text: str, line: int, column: int, message: str) -> Flaw:
    lines = _LINE_END.split(text)
    shown = lines[line - 1].strip()[:80] if 0 < line <= len(lines) else ""
    return Flaw(line=max(line, 1), column=max(column, 1), text=shown, message=message[:200])


def _too_deep(text: str) -> Flaw:
    return _flaw(text, 1, 1, "nested deeper than the parser can go")


def python(text: str) -> Flaw | None:
    """The error of CPython's compiler, if any; code is compiled, never run."""
    try:
        with warnings.catch_warnings():
            # A doubtful escape is worth a warning, not a refusal, and our log is not the place.
            warnings.simplefilter("ignore")
            if text.count("lambda") > MAX_LAMBDAS and _lambdas_deep(text) > MAX_LAMBDAS:
                return _too_deep(text)
            compile(text, "<draft>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return _flaw(text, error.lineno or 1, error.offset or 1, error.msg)
    except (RecursionError, MemoryError):
        return _too_deep(text)
    return None


def _lambdas_deep(text: str) -> int:
    """How many lambdas stand in each other."""
    deepest = 0
    open_: list[tuple[ast.AST, int]] = [(ast.parse(text), 0)]
    while open_:
        node, depth = open_.pop()
        depth += isinstance(node, ast.Lambda)
        deepest = max(deepest, depth)
        open_ += ((child, depth) for child in ast.iter_child_nodes(node))
    return deepest


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def json_(text: str) -> Flaw | None:
    """The error of Python's json, if any, without the constants it allows beyond the standard."""
    try:
        json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        return _flaw(text, error.lineno, error.colno, error.msg)
    except RecursionError:
        return _too_deep(text)
    except ValueError as error:
        return _flaw(text, 1, 1, str(error))
    return None


def toml(text: str) -> Flaw | None:
    """The error of tomllib, if any."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _TOML_PLACE.search(message)
        line, column = (int(place[1]), int(place[2])) if place else (text.count("\n") + 1, 1)
        return _flaw(text, line, column, _TOML_PLACE.sub("", message))
    except RecursionError:
        return _too_deep(text)
    except ValueError as error:
        return _flaw(text, 1, 1, str(error))
    return None


def yaml_(text: str) -> Flaw | None:
    """The error of PyYAML's event parser, if any; aliases are counted, never followed."""
    try:
        return _yaml_size(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return _flaw(text, line, column, error.problem or "not YAML")
    except yaml.YAMLError as error:
        return _flaw(text, 1, 1, str(error).splitlines()[0])


def _yaml_size(text: str) -> Flaw | None:
    """Walk the events and add up what each anchor stands for; refuse unknown aliases and bombs."""
    sizes: dict[str | None, int] = {}
    # One entry for each open collection: its anchor and the nodes in it so far.
    unfinished: list[tuple[str | None, int]] = [(None, 0)]
    for event in _events(text):
        if isinstance(event, yaml.AliasEvent) and event.anchor not in sizes:
            mark = event.start_mark
            return _flaw(text, mark.line + 1, mark.column + 1, "an alias of nothing")
        if isinstance(event, yaml.CollectionStartEvent):
            unfinished.append((event.anchor, 1))
            # Known from here on: YAML lets a collection hold itself.
            sizes[event.anchor] = 1
            if len(unfinished) > MAX_YAML_DEPTH:
                return _too_deep(text)
            continue
        size = _size(event, sizes, unfinished)
        anchor, held = unfinished[-1]
        unfinished[-1] = (anchor, held + size)
        if held + size > MAX_YAML_NODES:
            line = event.start_mark.line + 1
            return _flaw(text, line, 1, f"aliases that grow past {MAX_YAML_NODES} nodes")
    return None


def _events(text: str) -> Iterator[yaml.Event]:
    # The stubs leave the loader's events untyped.
    return yaml.parse(text, Loader=yaml.CSafeLoader)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def _size(
    event: yaml.Event,
    sizes: dict[str | None, int],
    unfinished: list[tuple[str | None, int]],
) -> int:
    """The number of nodes that this event adds to its collection."""
    if isinstance(event, yaml.AliasEvent):
        return sizes[event.anchor]
    if isinstance(event, yaml.ScalarEvent):
        sizes[event.anchor] = 1
        return 1
    if isinstance(event, yaml.CollectionEndEvent):
        anchor, size = unfinished.pop()
        sizes[anchor] = size
        return size
    return 0


def postgresql(text: str) -> Flaw | None:
    """The error of PostgreSQL's own parser, if any; it reads quoted function bodies as text."""
    # Loaded when first asked for: it is large, and most servers never see SQL.
    parser = import_module("pglast.parser")
    try:
        parser.split(text)
    except parser.ParseError as error:
        message, *places = map(str, error.args)
        # The binding takes a place that is counted in characters for one in bytes: back again.
        # Where the text ends too soon it has no place at all, and says None: that is its end.
        ended = not places or places[0] == "None"
        before = text.rstrip() if ended else text[: len(text[: int(places[0])].encode())]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return _flaw(text, line, column, message)
    return None


_ALWAYS: dict[str, Callable[[str], Flaw | None]] = {
    "python": python,
    "json": json_,
    "toml": toml,
    "yaml": yaml_,
}
# Where a package is installed that not everybody needs: its name, and what it brings.
OPTIONAL = {"sql": ("pglast", "PostgreSQL's parser", postgresql)}


def _is_installed(package: str) -> bool:
    return find_spec(package) is not None


def find_reference(
    language: Language, has: Callable[[str], bool] = _is_installed
) -> tuple[str, Callable[[str], Flaw | None]] | None:
    """The reference parser of a language on this machine, with its name."""
    if language.reference:
        return language.reference, _ALWAYS[language.name]
    if language.name in OPTIONAL:
        package, name, parser = OPTIONAL[language.name]
        return (name, parser) if has(package) else None
    return None
