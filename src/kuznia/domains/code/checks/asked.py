"""The check that code has what its order names outright; the account reads the rest of a prompt."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from kuznia.domains.code.account.asked import asked_names
from kuznia.domains.code.checks.source import held_apart, short
from kuznia.domains.code.mend import as_asked, missing_paths, placed
from kuznia.domains.code.parsing.pytree import tree_of
from kuznia.domains.code.schema import CodeBench, CodeDraft, CodeInput, File
from kuznia.forge.terms import Check, Finding

MAX_LISTED = 10
_WORD = re.compile(r"\w+")


def has_what_is_named(draft: CodeDraft, bench: CodeBench) -> Iterator[Finding]:
    """Code under another name than the order gives it cannot be used by who ordered it."""
    asked = asked_names(bench.reading.prompt)
    came = bench.reading.came
    # What a change renames or removes is named, too.
    words = {word for file in (*draft.files, *came) for word in _words(file)}
    for name in [name for name in asked.names if name not in words][:MAX_LISTED]:
        message = f"The request names {short(name)}, and the code does not have it."
        hint = f"Define {short(name)} with exactly this name."
        yield Finding("not-as-asked", "block", draft.files[0].path, message, hint)
    if came:
        return
    is_renamed = placed(draft.files, asked) != draft.files
    for path in missing_paths(draft.files, asked):
        message = f"The request names the file {short(path)}, and it is not there."
        hint = f"Put the code into {short(path)}."
        severity = "mend" if is_renamed else "block"
        yield Finding("not-in-its-file", severity, draft.files[0].path, message, hint)
    for file in draft.files:
        if as_asked(file, asked) != file:
            message = "The package or the exports are not those of the request."
            hint = "Export what the request names, in the package that it names."
            yield Finding("not-exported", "mend", file.path, message, hint)


def _words(file: File) -> set[str]:
    """The names in a file; what only a comment or a docstring of Python mentions is not there."""
    tree = tree_of(file.content) if file.language == "python" else None
    if tree is None:
        return {*_WORD.findall(file.content)}
    return {
        word for node in ast.walk(tree) for text in _texts(node) for word in _WORD.findall(text)
    }


def _texts(node: ast.AST) -> Iterator[str]:
    """The names in a node, and the texts of constants in it; a text that is a statement is none."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    for child in (node, *ast.iter_child_nodes(node)):
        for _, value in ast.iter_fields(child):
            if isinstance(value, str) and not (child is node and isinstance(node, ast.Constant)):
                yield value


def names_anything(_: CodeDraft, bench: CodeBench) -> bool:
    asked = asked_names(bench.reading.prompt)
    return bool(asked.names or asked.package or asked.files)


# As in the other rooms of checks, Any is the price of one tuple.
ASKED: tuple[Check[Any, CodeInput], ...] = (
    Check("asked", held_apart(has_what_is_named, concerns=names_anything), version=2),
)
