"""Files that a model put between tags: <file path="...">, [PYTHON], <answer>, <code>."""

import re
from collections.abc import Iterator

from kuznia.domains.code.languages.find import MARKUP, find
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.reply.fences import FencedBlock, ReplyText

_OPENER = re.compile(
    r"[ \t]*(?:\[(?P<word>[A-Za-z][\w+#]{0,15})"
    r"(?:[ \t]*+[:=]?[ \t]*+(?P<place>[^\[\]\s]{1,200}))?\]"
    r"|<(?P<tag>[A-Za-z][\w-]{0,15})(?P<marks>(?:[ \t][^<>\n]{0,300})?)>)[ \t]*"
)
_PATH_MARK = re.compile(r"\b(?:path|name|filename|filePath)=[\"']([^\"']{1,300})[\"']")
_LANGUAGE_MARK = re.compile(r"\b(?:lang|language)=[\"']([\w+#]{1,20})[\"']")
_PATH_LINE = re.compile(r"[ \t]*<(path|name|filename)>([^<>\n]{1,300})</\1>[ \t]*")
_INNER_TAG = re.compile(r"[ \t]*(?:</?(?:content|contents|code|source)>|<!\[CDATA\[|\]\]>)[ \t]*")
_NAMES = frozenset(
    [
        "answer",
        "code",
        "example",
        "file",
        "final",
        "implementation",
        "program",
        "result",
        "solution",
        "source",
        "test",
        "tests",
    ]
)
# Tags that mean something in a page.
_OF_PAGES = frozenset(language.name for language in MARKUP)
MAX_TAGS = 20


def tagged(reply: ReplyText, language: Language) -> tuple[FencedBlock, ...]:
    """The blocks between tags, where the first tag comes before any fence."""
    first_fence = reply.marks[0].line if reply.marks else len(reply.lines)
    blocks = tuple(_blocks(reply, language))
    return blocks if blocks and blocks[0].first < first_fence else ()


def _blocks(reply: ReplyText, language: Language) -> Iterator[FencedBlock]:
    end, count = -1, 0
    for place, line in enumerate(reply.lines):
        opener = _OPENER.fullmatch(line) if place > end and line.lstrip()[:1] in "[<" else None
        name = _name(opener, language) if opener else ""
        if opener is None or not name:
            continue
        count += 1
        if count > MAX_TAGS:
            return
        last, extra = _end(reply, place, f"[/{name}]" if opener["word"] else f"</{name}>")
        if last < len(reply.lines) or opener["word"]:
            yield _block(reply, opener, name, place, last, extra)
            end = last


def _name(opener: re.Match[str], language: Language) -> str:
    """The name of a tag that holds a file; empty for any other."""
    name = opener["word"] or opener["tag"]
    known = find(name)
    if opener["tag"] and (language.name in _OF_PAGES or (known and known.name in _OF_PAGES)):
        return name if name == "file" else ""
    return name if known or name.lower() in _NAMES else ""


def _end(reply: ReplyText, first: int, closer: str) -> tuple[int, str]:
    """The line that closes a tag, and what stands in it before; past the end where none does."""
    for place in range(first + 1, len(reply.lines)):
        line = reply.lines[place].rstrip()
        if line.endswith(closer):
            return place, line.removesuffix(closer).rstrip()
    return len(reply.lines), ""


def _block(
    reply: ReplyText, opener: re.Match[str], name: str, first: int, last: int, extra: str
) -> FencedBlock:
    lines = [*reply.lines[first + 1 : last], *([extra] if extra else [])]
    marks = opener["marks"] or ""
    paths = [path[1] for path in _PATH_MARK.finditer(marks)]
    if name.lower() == "file":
        paths += [opener["place"]] if opener["place"] else []
        paths += [path[2] for line in lines[:3] if (path := _PATH_LINE.fullmatch(line))]
        lines = [line for line in lines if not _is_inner_tag(line)]
    label = _LANGUAGE_MARK.search(marks)
    content = "\n".join(lines).strip("\n") + "\n"
    fenced = "```" in content
    info = "" if fenced else label[1] if label else name if find(name) else ""
    prose = [line.strip() for line in reply.lines[:first] if line.strip()]
    return FencedBlock(
        info=info,
        content=content,
        closed=last < len(reply.lines),
        before=(*prose[-1:], *paths[:1]),
        first=first,
        last=last,
    )


def _is_inner_tag(line: str) -> bool:
    return bool(_INNER_TAG.fullmatch(line) or _PATH_LINE.fullmatch(line))
