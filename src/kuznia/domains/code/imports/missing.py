"""What a source imports, and whether that is there: standard library, named package, own file."""

import re
from collections.abc import Iterator, Mapping

from kuznia.domains.code.imports.javascript import js_missing
from kuznia.domains.code.imports.package_names import UnresolvedImport, is_named
from kuznia.domains.code.imports.python import python_missing
from kuznia.domains.code.schema import File

_GO_BLOCK = re.compile(r"^import[ \t]*(?:\(([^()]*)\)|(.*))$", re.MULTILINE)
_QUOTED = re.compile(r"\"([^\"\n]+)\"")


def missing(
    file: File, files: Mapping[str, str], named: frozenset[str]
) -> Iterator[UnresolvedImport]:
    """What a file imports that is neither standard, nor one of `files`, nor `named` as needed."""
    if file.language == "python":
        yield from python_missing(file, files, named)
    elif file.language in ("javascript", "typescript", "tsx"):
        yield from js_missing(file, files, named)
    elif file.language == "go":
        yield from _of_go(file, named)


def _of_go(file: File, named: frozenset[str]) -> Iterator[UnresolvedImport]:
    for match in _GO_BLOCK.finditer(file.content):
        line = file.content.count("\n", 0, match.start()) + 1
        for path in _QUOTED.findall(match[1] or match[2] or ""):
            # The standard library has no dot in its first word; everything else is an address.
            if "." in path.split("/")[0] and not is_named(path, named):
                yield UnresolvedImport(line, path, certain=False)
