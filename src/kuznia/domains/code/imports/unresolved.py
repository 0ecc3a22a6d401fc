"""The imports of a source that are neither standard, nor required packages, nor own files."""

import re
from collections.abc import Iterator, Mapping

from kuznia.domains.code.imports.javascript import unresolved_in_javascript
from kuznia.domains.code.imports.package_names import UnresolvedImport, is_named
from kuznia.domains.code.imports.python import unresolved_in_python
from kuznia.domains.code.schema import File

_GO_BLOCK = re.compile(r"^import[ \t]*(?:\(([^()]*)\)|(.*))$", re.MULTILINE)
_QUOTED = re.compile(r"\"([^\"\n]+)\"")


def unresolved_imports(
    file: File, files: Mapping[str, str], named: frozenset[str]
) -> Iterator[UnresolvedImport]:
    """The imports of a file that are not standard, not in `files`, and not `named` as required."""
    if file.language == "python":
        yield from unresolved_in_python(file, files, named)
    elif file.language in ("javascript", "typescript", "tsx"):
        yield from unresolved_in_javascript(file, files, named)
    elif file.language == "go":
        yield from _unresolved_in_go(file, named)


def _unresolved_in_go(file: File, named: frozenset[str]) -> Iterator[UnresolvedImport]:
    for match in _GO_BLOCK.finditer(file.content):
        line = file.content.count("\n", 0, match.start()) + 1
        for path in _QUOTED.findall(match[1] or match[2] or ""):
            # The standard library has no dot in its first word; everything else is an address.
            if "." in path.split("/")[0] and not is_named(path, named):
                yield UnresolvedImport(line, path, certain=False)
