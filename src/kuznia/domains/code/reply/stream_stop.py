"""Stop a reply that is still being written once it holds all of its code.

Nothing is lost by waiting, so this says so only where it is sure: the reply begins with its one
block, in a language whose parser can be believed, and what comes after it is prose of some length.
"""

import re

from kuznia.domains.code.languages.find import find, get
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.parsing.proof import SECONDS, prove
from kuznia.domains.code.reply.fences import Mark, ReplyText, read
from kuznia.domains.code.schema import CodeBench, Proof
from kuznia.forge.terms import Unreadable
from kuznia.platform.process.workers import within

# Characters of prose before it counts as prose, and lines that may stand above the block.
MIN_TALK = 240
MAX_BEFORE = 3
MAX_READ = 16_384
# A model that thinks aloud may write drafts first.
_THOUGHT = re.compile(r"\s*<|.{0,200}<\|", re.DOTALL)
# The name of a file, packages, or an announcement: more may come than talk.
_MORE = re.compile(r"\w\.[A-Za-z]{1,5}\b|:[ \t*_]*$|\brequires?\b", re.IGNORECASE | re.MULTILINE)
# No line of Python: words and nothing else, the first of them no keyword.
_PROSE = re.compile(
    r"(?!(?:async|await|assert|case|class|def|del|elif|else|except|finally|for|from|global|if|import"
    r"|in|is|lambda|match|nonlocal|not|print|raise|return|try|type|while|with|yield)\b)"
    r"[^\W\d_]+,?(?: [\w'’`,()-]++){3}[^=]*"
)
# Errors that more text might yet put right, or whose place is where something was opened.
_OPEN = re.compile(r"never closed|unterminated|EOF|expected an indented block")


def finished_part(text: str, bench: CodeBench) -> str | None:
    """The part of a reply that is complete, or None while that is not certain."""
    language = get(bench.reading.language)
    if language.doubt or not (language.reference or language.measured) or _THOUGHT.match(text):
        return None
    try:
        reply = read(text)
    except Unreadable:
        return None
    if not 1 <= len(reply.marks) <= 2 or reply.marks[0].line > MAX_BEFORE:
        return None
    if find(reply.marks[0].info) is not language:
        return None
    closed = len(reply.marks) == 2
    return _after(reply, reply.marks[1]) if closed else _inside(reply, language)


def _after(reply: ReplyText, end: Mark) -> str | None:
    """The reply up to the end of a block that is followed by prose."""
    talk = "\n".join(reply.lines[end.line + 1 :])
    if len(talk.strip()) < MIN_TALK or _MORE.search(talk):
        return None
    return "\n".join(reply.lines[: end.line + 1]) + "\n"


def _inside(reply: ReplyText, language: Language) -> str | None:
    """The reply up to where an unclosed block turns into prose; only Python's parser can tell."""
    opener = reply.marks[0]
    lines = list(reply.lines[opener.line + 1 : -1])
    last = next((line for line in reversed(lines) if line.strip()), "")
    if language.name != "python" or not _PROSE.fullmatch(last):
        return None
    proof = _proof(lines, language)
    if proof is None or not proof.errors or _OPEN.search(proof.errors[0].message):
        return None
    # The parser reads from the front: what it stumbles over stays wrong whatever follows.
    place = proof.errors[0].line - 1
    talk = "\n".join(lines[place:])
    code_lines = lines[:place]
    if lines[place][:1].isspace() or len(talk) < MIN_TALK or _MORE.search(talk):
        return None
    whole = _proof(code_lines, language)
    if whole is None or whole.errors or not "".join(code_lines).strip():
        return None
    code = "\n".join(code_lines).rstrip("\n")
    return "\n".join((*reply.lines[: opener.line + 1], code, opener.fence)) + "\n"


def _proof(lines: list[str], language: Language) -> Proof | None:
    source = "\n".join((*lines, "")).encode()
    if len(source) > MAX_READ:
        return None
    proof = prove(source, language, within(SECONDS))
    return proof if isinstance(proof, Proof) else None
