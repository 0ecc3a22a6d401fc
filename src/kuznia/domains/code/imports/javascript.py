"""The imports and exports of JavaScript and TypeScript, read off the text."""

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath

from kuznia.domains.code.imports.package_names import UnresolvedImport, is_named
from kuznia.domains.code.schema import File

_IMPORT = re.compile(
    r"^[ \t]*(?:import|export)\b([^'\"`;=()]{0,500}?)\bfrom\s*['\"]([^'\"\n]{1,200})['\"]"
    r"|^[ \t]*import[ \t]*['\"]([^'\"\n]{1,200})['\"]"
    r"|\b(?:require|import)\([ \t]*['\"]([^'\"\n]{1,200})['\"]",
    re.MULTILINE,
)
_BRACED = re.compile(r"\{([^{}]*)\}")
_ENDINGS = re.compile(r"(?:\.d)?\.(?:[cm]?[jt]sx?|json|css|vue|svelte|svg)$|/index\.[cm]?[jt]sx?$")
_ASSET = re.compile(r"\.(?!(?:[cm]?[jt]sx?)$)[a-z]\w{1,4}(?:\?\w+)?$")
_EXPORT = re.compile(
    r"^[ \t]*export[ \t]+(?:(?:declare|abstract|async)[ \t]+)*"
    r"(?:function|class|const|let|var|interface|type|enum|namespace)\b[ \t*]*([\w$]+)"
    r"|^[ \t]*export[ \t]*(?:type[ \t]*)?\{([^{}]*)\}",
    re.MULTILINE,
)
_OPAQUE = re.compile(
    r"^[ \t]*export[ \t]*(?:\*|(?:const|let|var)[ \t]*[\[{])|\bexports\b", re.MULTILINE
)
NODE = re.compile(
    r"node:.+|(?:assert|async_hooks|buffer|child_process|cluster|console|crypto|dgram|dns|events|fs"
    r"|https?|http2|net|os|path|perf_hooks|process|querystring|readline|stream|string_decoder|timers"
    r"|tls|tty|url|util|v8|vm|worker_threads|zlib)(?:/.*)?"
)


def unresolved_in_javascript(
    file: File, files: Mapping[str, str], named: frozenset[str]
) -> Iterator[UnresolvedImport]:
    """The imports of a file that cannot be resolved."""
    for match in _IMPORT.finditer(file.content):
        names, *modules = match.groups()
        module = next(filter(None, modules))
        line = file.content.count("\n", 0, match.start()) + 1
        if module.startswith("."):
            local = _resolved(module, file.path, files)
            if local is None:
                # A picture or a sheet is no part of a draft of code.
                yield UnresolvedImport(line, module, certain=not _ASSET.search(module))
            else:
                yield from _unknown(names or "", local, files[local], line)
        elif not NODE.fullmatch(module) and not is_named(_package(module), named):
            yield UnresolvedImport(line, _package(module), certain=False)


def _package(module: str) -> str:
    depth = 2 if module.startswith("@") else 1
    return "/".join(module.split("/")[:depth])


def _resolved(module: str, path: str, files: Mapping[str, str]) -> str | None:
    """The file that a relative import means; endings may be left out, and `.js` may mean `.ts`."""
    target = _ENDINGS.sub("", f"/{normpath(join(dirname(path), module))}").removesuffix("/.")
    return next((known for known in files if _ENDINGS.sub("", f"/{known}") == target), None)


def _unknown(names: str, local: str, content: str, line: int) -> Iterator[UnresolvedImport]:
    if _OPAQUE.search(content):
        return
    offered = {name for direct, _ in _EXPORT.findall(content) for name in [direct] if name}
    offered |= {name for _, listed in _EXPORT.findall(content) for name in _listed(listed, -1)}
    for braced in _BRACED.findall(names):
        for name in _listed(braced, 0):
            if name not in offered and name != "default":
                yield UnresolvedImport(line, f"{name} of {local}", certain=True)


def _listed(text: str, place: int) -> list[str]:
    """The names in braces: the first of `a as b` is imported, the last is exported."""
    parts = (part.replace(" as ", " ").split() for part in text.split(",") if part.strip())
    return [words[place] for words in ([w for w in part if w != "type"] for part in parts) if words]
