"""Replies as data files: what each holds, what must come of it, which check must object.

A line that begins with three at-signs says what follows; `reply`, `file` and `code` go on to a line
of three at-signs and `end`. The replies of `replies/` were written before the code was tuned.
"""

from dataclasses import dataclass, field
from pathlib import Path

from kuznia.domains.code.reply.choose import Kind

HERE = Path(__file__).parent
REPLIES = sorted((HERE / "replies").glob("*.md"))
CHECKED = sorted((HERE / "checked").glob("*.md"))

# Language and content by path.
Files = dict[str, tuple[str, str]]


@dataclass
class Case:
    """One reply; of `files` and `unreadable`, one says what is in it."""

    language: str = ""
    part: Kind = "code"
    prompt: str = ""
    reply: str = ""
    files: Files = field(default_factory=dict)
    unreadable: str = ""
    truncated: bool = False
    requires: tuple[str, ...] = ()
    # What was accepted before it.
    code: Files = field(default_factory=dict)
    # The check that objects, or `nothing`, and the codes of all findings.
    catches: str = "nothing"
    codes: tuple[str, ...] = ()


def read(path: Path) -> Case:
    case, text = Case(), path.read_bytes().decode()
    while text:
        line, text = text.split("\n", 1)
        word, _, rest = line.removeprefix("@@@ ").partition(" ")
        if word in ("reply", "file", "code"):
            content, text = text.split("@@@ end\n", 1)
            _keep(case, word, rest, content)
        elif word == "truncated":
            case.truncated = True
        elif word == "requires":
            case.requires = tuple(rest.split(" "))
        elif word == "catches":
            case.catches, *codes = rest.split(" ")
            case.codes = tuple(codes)
        else:
            setattr(case, word, rest)
    return case


def _keep(case: Case, word: str, rest: str, content: str) -> None:
    if word == "reply":
        case.reply = content.removesuffix("\n")
        return
    path, language = rest.split(" ")
    (case.files if word == "file" else case.code)[path] = (language, content)
