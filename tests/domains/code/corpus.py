"""The replies beside this file, and what must come of each: written before the code was tuned.

@@@ language NAME, @@@ part NAME, @@@ truncated, @@@ requires NAMES, then
@@@ reply ... @@@ end, then either `@@@ unreadable CODE` or `@@@ file PATH LANGUAGE ... @@@ end`
"""

from dataclasses import dataclass, field
from pathlib import Path

from kuznia.domains.code.choose import Kind

FOLDER = Path(__file__).parent / "replies"


@dataclass
class Case:
    """One reply with its expected files, by path: language and content."""

    language: str = ""
    part: Kind = "code"
    truncated: bool = False
    requires: tuple[str, ...] = ()
    reply: str = ""
    unreadable: str = ""
    files: dict[str, tuple[str, str]] = field(default_factory=dict)


def read(path: Path) -> Case:
    case, text = Case(), path.read_bytes().decode()
    while text:
        line, text = text.split("\n", 1)
        word, _, rest = line.removeprefix("@@@ ").partition(" ")
        if word == "reply":
            reply, text = text.split("@@@ end\n", 1)
            case.reply = reply.removesuffix("\n")
        elif word == "file":
            content, text = text.split("@@@ end\n", 1)
            name, language = rest.split(" ")
            case.files[name] = (language, content)
        elif word == "truncated":
            case.truncated = True
        elif word == "requires":
            case.requires = tuple(rest.split(" "))
        else:
            setattr(case, word, rest)
    return case


REPLIES = sorted(FOLDER.glob("*.md"))
