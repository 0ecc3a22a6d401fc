"""Corrections of a draft that need no model: line ends, indentation, fences, exports."""

import re
import textwrap
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import TypeVar

from kuznia.domains.code.account.asked import AskedNames, asked_names
from kuznia.domains.code.languages.find import are_kin, find, find_by_path
from kuznia.domains.code.parsing.proof import proof_of
from kuznia.domains.code.parsing.pytree import tree_of
from kuznia.domains.code.schema import CodeDraft, File

C = TypeVar("C", bound=CodeDraft)

_PACKAGE = re.compile(r"^package[ \t]+\w+", re.MULTILINE)
# A file that exports anything knows what it exports.
_EXPORTS = re.compile(r"^[ \t]*export\b|\bexports\b|\brequire\(", re.MULTILINE)
_DEFINED = re.compile(
    r"^(?:async[ ]+)?(?:function\*?|class|const|let|interface|type|enum)[ ]+(?P<name>\w+)",
    re.MULTILINE,
)
_SCRIPTS = frozenset(("javascript", "typescript", "tsx"))
_FENCE = re.compile(r"[ \t]*(?:`{3,}|~{3,})[\w+#-]*[ \t]*")
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_TABS_AND_SPACES = re.compile(r"^(?: +\t|\t)", re.MULTILINE)


def faults(file: File) -> Iterator[tuple[str, str]]:
    """The finding codes and messages of everything that `tidy` would change."""
    if "\r" in file.content:
        yield "line-ends", "Lines end in carriage returns."
    if not file.content.endswith("\n"):
        yield "no-final-newline", "The last line has no line break."
    if _without_fences(file) != file.content:
        yield "stray-fence", "A code fence was left in the code."
    elif _dedented(file) != file.content:
        yield "indented", "All of the code is indented."
    if _mixes_tabs(file):
        yield "tabs", "Tabs and spaces are mixed in indentation."
    if _path(file) != file.path:
        yield (
            "extension",
            f"The file is {file.language}, but its extension says otherwise.",
        )


def tidy(draft: C, deadline: float, *, prompt: str = "") -> C:
    """The draft with all of that corrected and proven again; the same where nothing is wrong.

    With the `prompt` of an order also with the package and the exports that it names.
    """
    asked = asked_names(prompt)
    files = placed(tuple(as_asked(_tidied(file), asked) for file in draft.files), asked)
    if files == draft.files:
        return draft
    return draft.model_copy(update={"files": files, "proof": proof_of(files, deadline)})


def _tidied(file: File) -> File:
    content = file.content.replace("\r\n", "\n").replace("\r", "\n")
    fresh = file.model_copy(update={"content": content})
    fresh = fresh.model_copy(update={"content": _without_fences(fresh)})
    fresh = fresh.model_copy(update={"content": _dedented(fresh)})
    if _mixes_tabs(fresh):
        spaces = _INDENT.sub(lambda indent: indent[0].expandtabs(8), fresh.content)
        fresh = fresh.model_copy(update={"content": spaces})
    content = fresh.content if fresh.content.endswith("\n") else f"{fresh.content}\n"
    return fresh.model_copy(update={"content": content, "path": _path(fresh)})


def as_asked(file: File, asked: AskedNames) -> File:
    """The file in the package that an order names, with its functions and types exported."""
    content = file.content
    if asked.package and file.language == "go" and not file.path.endswith("_test.go"):
        content = _PACKAGE.sub(f"package {asked.package}", content, count=1)
    if asked.are_exported and file.language in _SCRIPTS and not _EXPORTS.search(content):
        content = _DEFINED.sub(partial(_exported, asked.names), content)
    return file if content == file.content else file.model_copy(update={"content": content})


def placed(files: tuple[File, ...], asked: AskedNames) -> tuple[File, ...]:
    """The files, the only one of its language under the path that the order names for it."""
    for path in missing_paths(files, asked)[:1]:
        row = find_by_path(path)
        fitting = [file for file in files if row and find(file.language) is row]
        if len(fitting) == 1:
            renamed = fitting[0].model_copy(update={"path": path})
            return tuple(renamed if file is fitting[0] else file for file in files)
    return files


def missing_paths(files: tuple[File, ...], asked: AskedNames) -> tuple[str, ...]:
    """The paths of an order's own languages that no file has, nor ends with."""
    paths = [f"/{file.path}" for file in files]
    rows = [find(file.language) for file in files]
    return tuple(
        path
        for path in asked.files
        if find_by_path(path) in rows and not any(known.endswith(f"/{path}") for known in paths)
    )


def _exported(names: tuple[str, ...], definition: re.Match[str]) -> str:
    return f"export {definition[0]}" if definition["name"] in names else definition[0]


def _without_fences(file: File) -> str:
    """The file without fences at its beginning and end; in Markdown they belong to the page."""
    lines = file.content.split("\n")
    begin, end = 0, len(lines)
    while begin < end - 1 and _is_edge(lines[begin]):
        begin += 1
    while begin < end - 1 and _is_edge(lines[end - 1]):
        end -= 1
    dropped = "".join(lines[:begin] + lines[end:])
    if file.language == "markdown" or not dropped.strip():
        return file.content
    return "\n".join(lines[begin:end]) + "\n"


def _is_edge(line: str) -> bool:
    return not line.strip() or bool(_FENCE.fullmatch(line))


def _dedented(file: File) -> str:
    """The file without the indentation that all lines share; in Markdown it has a meaning."""
    if file.language == "markdown" or not file.content.startswith((" ", "\t")):
        return file.content
    return textwrap.dedent(file.content)


def _mixes_tabs(file: File) -> bool:
    if file.language != "python" or not _TABS_AND_SPACES.search(file.content):
        return False
    # Where Python can still tell the depth there is nothing to put right.
    return tree_of(file.content) is None


def _path(file: File) -> str:
    """The path with the extension of its language."""
    language, by_path = find(file.language), find_by_path(file.path)
    if language is None or language is by_path:
        return file.path
    if by_path and are_kin(language, by_path) and file.path.endswith(".h"):
        # A header of C++ or Objective-C has C's ending.
        return file.path
    return str(PurePosixPath(file.path).with_suffix(language.extensions[0]))
