"""An example of use glued to the end of code, which was not asked for and runs on import."""

import re

from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.reply.fences import Fits

_HEADING = re.compile(
    r"^(?:#|//|--)[ \t]*+[-=*#]*+[ \t]*+(?:(?:example|sample|demo)(?: of)?(?: usage| use)?"
    r"|usage(?: examples?)?|examples|(?:quick )?tests?(?: cases?| it)?"
    r"|приклад\w*(?: використання)?)"
    r"[ \t]*+(?:\([^()\n]{0,40}\))?[ \t]*+[:.]?[ \t]*+[-=*#]*+[ \t]*+$",
    re.IGNORECASE | re.MULTILINE,
)
# A line by which what follows is more than an example.
_DEFINITION = re.compile(
    r"^(?:@|(?:async[ \t]+)?def |(?:async[ \t]+)?function\b|abstract |actor |class |defmodule "
    r"|enum |export\b|fn |fun |func |if __name__|impl |import |interface |module\b|namespace "
    r"|object |package |private |protected |pub |public |sealed |static |struct |sub |trait |type "
    r"|CREATE )",
    re.MULTILINE,
)
# Shells are told how they are used at their top, and a sheet or a page has no use.
_LEFT_ALONE = frozenset(("bash", "powershell"))


def without_example(content: str, language: Language, fits: Fits) -> str:
    """The code without the example at its end, where what comes before it is code by itself."""
    if not language.tests or language.name in _LEFT_ALONE:
        return content
    for heading in _HEADING.finditer(content):
        head, tail = content[: heading.start()].rstrip(), content[heading.end() :]
        if _DEFINITION.search(tail) or not tail.strip():
            continue
        # Indented lines may be the body of what stands before them.
        if tail.lstrip("\n")[:1] not in " \t" and _DEFINITION.search(head) and fits(f"{head}\n"):
            return f"{head}\n"
    return content
