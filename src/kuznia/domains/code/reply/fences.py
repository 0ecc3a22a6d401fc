"""A reply without the model's thoughts, and its fenced blocks.

Fences are what models get wrong most: one is missing, one is inside a docstring, one is round it
all. Where the marks alone do not decide it, `fits` is asked whether a piece parses.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from kuznia.domains.code.reply.controls import refuse_controls
from kuznia.forge.terms import Unreadable

# No useful reply is longer; it also bounds the search for the fence that closes another.
MAX_REPLY = 1_000_000
MAX_FENCES = 400
# How many lines before a fence may tell what is in it.
MAX_BEFORE = 4
MAX_THOUGHTS = 8
MAX_LONGER = 4
MAX_PROSE = 3

_FENCE = re.compile(r"([ \t]*)(`{3,}+|~{3,}+)[ \t]*((?:[^\s`][^`\r]*)?)\r?")
_FENCE_AFTER_WORDS = re.compile(r"^([^`\n]{1,120}:)[ \t]+(```[\w+#-]+)[ \t]*$", re.MULTILINE)
_QUOTED_FENCE = re.compile(r"^ {0,3}> ?[ \t]*(?:```|~~~)", re.MULTILINE)
_QUOTE = re.compile(r"^ {0,3}> ?", re.MULTILINE)
# A tag in quotes or a pattern is somebody's program, not the model's thoughts.
_END_OF_THOUGHT = re.compile(
    r"(?<![\"'`\\/|?*+(\[])</(?:think|thinking|thought|reasoning)>(?![\"'`\\/|)*\]])"
)
_THOUGHT = re.compile(r"\s*<(?:think|thinking|thought|reasoning)>")
_FINAL = "<|channel|>final<|message|>"
# What stands unseen before a fence, so that it is none where it was shown last.
_MARKED_FENCE = re.compile(r"^[\ufeff\u200b]++(?=[ \t]*(?:```|~~~))|\A\ufeff", re.MULTILINE)

Fits = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Mark:
    """A line that can open or close a fenced block."""

    line: int
    indent: str
    fence: str
    info: str

    def closes(self, opener: "Mark") -> bool:
        """Whether it closes the other as in Markdown: no label, not shorter, not far further in."""
        near = len(self.indent) <= len(opener.indent) + 3
        return near and not self.info and self.fence.startswith(opener.fence)


@dataclass(frozen=True, slots=True)
class FencedBlock:
    """A fenced block of a reply. `before`: the lines of prose above it, the nearest last."""

    info: str
    content: str
    closed: bool
    before: tuple[str, ...]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class ReplyText:
    """The lines of a reply without its thoughts, and where the fences are."""

    lines: tuple[str, ...]
    marks: tuple[Mark, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def read(text: str) -> ReplyText:
    """The reply without thoughts, quotation marks and characters that hide a fence."""
    if len(text) > MAX_REPLY:
        raise Unreadable("too-large", "The reply is far too long.", "Answer much more briefly.")
    text = text.encode(errors="replace").decode()
    text = _without_thoughts(_MARKED_FENCE.sub("", text))
    refuse_controls(text)
    if _QUOTED_FENCE.search(text):
        text = _QUOTE.sub("", text)
    lines = tuple(_FENCE_AFTER_WORDS.sub(r"\1\n\2", text).split("\n"))
    marks = _marks(lines)
    if len(marks) > MAX_FENCES:
        raise Unreadable(
            "too-many-blocks",
            "The reply has too many code fences.",
            "Send each file in one fenced block and nothing else.",
        )
    return ReplyText(lines, marks)


def _marks(lines: tuple[str, ...]) -> tuple[Mark, ...]:
    matches = ((place, _FENCE.fullmatch(line)) for place, line in enumerate(lines))
    return tuple(Mark(place, mark[1], mark[2], mark[3].strip()) for place, mark in matches if mark)


def _without_thoughts(text: str) -> str:
    if _FINAL in text:
        text = text[text.rindex(_FINAL) + len(_FINAL) :]
    opened = _THOUGHT.match(text)
    ends = [end.end() for end in _END_OF_THOUGHT.finditer(text)]
    for end in reversed(ends[-MAX_THOUGHTS:]):
        # Cut inside a block, the rest would have one half of a pair of fences.
        inside, after = _fences(text[:end]), _fences(text[end:])
        if after % 2 == 0 and (after or opened or not inside):
            return text[end:]
    if opened and ends:
        return text[ends[0] :]
    return text[opened.end() :] if opened else text


def _fences(text: str) -> int:
    return len(re.findall(r"^[ \t]*(?:```|~~~)", text, re.MULTILINE))


def blocks(reply: ReplyText, fits: Fits) -> tuple[FencedBlock, ...]:
    """The fenced blocks in order; `fits` is called only where the fences do not pair."""
    every: list[FencedBlock] = []
    index, end = 0, -1
    while index < len(reply.marks):
        opener = reply.marks[index]
        closer, nested = _pair(reply.marks, index)
        if closer is None:
            block = _unclosed(reply, opener, nested, end, fits)
        else:
            block = _block(reply, opener, closer.line, end, closed=True)
        every.append(block)
        end = block.last
        # A block that was cut at the next one's opener leaves that to be read.
        begin = end + 1 if block.closed else end
        while index < len(reply.marks) and reply.marks[index].line < begin:
            index += 1
    return tuple(every)


def _pair(marks: tuple[Mark, ...], index: int) -> tuple[Mark | None, Mark | None]:
    """The mark that closes this one, and the first that opens a block inside it."""
    waiting, nested = [marks[index]], None
    for mark in marks[index + 1 :]:
        if mark.closes(waiting[-1]):
            waiting.pop()
            if not waiting:
                return mark, nested
        elif mark.info and mark.fence.startswith(marks[index].fence):
            nested = nested or mark
            waiting.append(mark)
    return None, nested


def _unclosed(
    reply: ReplyText, opener: Mark, nested: Mark | None, end: int, fits: Fits
) -> FencedBlock:
    """The block up to the end, or up to the next block where the whole does not parse."""
    whole = _block(reply, opener, len(reply.lines), end, closed=False)
    glued = whole.content.rstrip()
    if glued.endswith(opener.fence) and not glued.endswith("\n" + opener.fence):
        # The closing fence stands on the last line of the code.
        content = glued.removesuffix(opener.fence) + "\n"
        return replace(whole, content=content, closed=True)
    if nested is None or fits(whole.content):
        return whole
    short = _block(reply, opener, nested.line, end, closed=False)
    return replace(short, content=_without_prose(short.content, fits))


def _without_prose(content: str, fits: Fits) -> str:
    """The text without its last few paragraphs, where what is before them is code by itself."""
    end = len(content)
    for _ in range(MAX_PROSE):
        end = content.rfind("\n\n", 0, end)
        if end < 0:
            break
        if fits(content[:end]):
            return content[:end].rstrip("\n") + "\n"
    return content


def _block(reply: ReplyText, opener: Mark, last: int, end: int, *, closed: bool) -> FencedBlock:
    prose = [line.strip() for line in reply.lines[end + 1 : opener.line] if line.strip()]
    return FencedBlock(
        info=opener.info,
        content=_lines(reply, opener, last),
        closed=closed,
        before=tuple(prose[-MAX_BEFORE:]),
        first=opener.line,
        last=last,
    )


def _lines(reply: ReplyText, opener: Mark, last: int) -> str:
    """The lines between two fences, without the indentation of the fence itself."""
    lines = (line.removeprefix(opener.indent) for line in reply.lines[opener.line + 1 : last])
    return "\n".join(lines).rstrip("\n") + "\n"


def longer(reply: ReplyText, block: FencedBlock) -> list[FencedBlock]:
    """The same block, closed by each later fence: the earlier ones may be inside a string."""
    opener = next(mark for mark in reply.marks if mark.line == block.first)
    ends = [mark.line for mark in reply.marks if mark.line > block.last and mark.closes(opener)]
    return [
        replace(block, content=_lines(reply, opener, end), closed=True, last=end)
        for end in ends[:MAX_LONGER]
    ]
