"""The check that code has what its order names outright; the account reads the rest of a prompt."""

import re
from collections.abc import Iterator
from typing import Any

from kuznia.domains.code.account.asked import asked_names
from kuznia.domains.code.checks.source import held_apart, short
from kuznia.domains.code.mend import as_asked
from kuznia.domains.code.schema import CodeBench, CodeDraft, CodeInput
from kuznia.forge.terms import Check, Finding

MAX_LISTED = 10
_WORD = re.compile(r"\w+")


def has_what_is_named(draft: CodeDraft, bench: CodeBench) -> Iterator[Finding]:
    """Code under another name than the order gives it cannot be used by who ordered it."""
    asked = asked_names(bench.reading.prompt)
    words = {word for file in draft.files for word in _WORD.findall(file.content)}
    for name in [name for name in asked.names if name not in words][:MAX_LISTED]:
        message = f"The request names {short(name)}, and the code does not have it."
        hint = f"Define {short(name)} with exactly this name."
        yield Finding("not-as-asked", "block", draft.files[0].path, message, hint)
    for file in draft.files:
        if as_asked(file, asked) != file:
            message = "The package or the exports are not those of the request."
            hint = "Export what the request names, in the package that it names."
            yield Finding("not-exported", "mend", file.path, message, hint)


def names_anything(_: CodeDraft, bench: CodeBench) -> bool:
    asked = asked_names(bench.reading.prompt)
    return bool(asked.names or asked.package)


# As in the other rooms of checks, Any is the price of one tuple.
ASKED: tuple[Check[Any, CodeInput], ...] = (
    Check("asked", held_apart(has_what_is_named, concerns=names_anything)),
)
