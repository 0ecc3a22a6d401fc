"""Code in a reply without a fence."""

import re
from collections.abc import Sequence

from kuznia.domains.code.reply.fences import Fits, ReplyText

# A sentence: it begins with a capital letter, ends like one, and has nothing of code in it.
_SENTENCE = re.compile(r"[A-ZА-ЯЄІЇҐ][^{}()\[\];=<>#$|/\\\"`]{8,}[.!?:…]")
MAX_DROPPED = 3


def unfenced(reply: ReplyText, fits: Fits) -> str | None:
    """The text before the first fence, without the sentences around the code; None: no code."""
    end = reply.marks[0].line if reply.marks else len(reply.lines)
    paragraphs = _paragraphs(reply.lines[:end])
    while paragraphs and _is_prose(reply, paragraphs[0]):
        paragraphs.pop(0)
    while paragraphs and _is_prose(reply, paragraphs[-1]):
        paragraphs.pop()
    total = sum(len(reply.lines[n]) for part in paragraphs for n in part)
    for dropped in range(min(MAX_DROPPED, len(paragraphs))):
        for front in range(dropped + 1):
            rest = paragraphs[front : len(paragraphs) - dropped + front]
            text = "\n".join(reply.lines[rest[0].start : rest[-1].stop])
            # What is dropped should be words: more of it than this would be code that is lost.
            if 2 * len(text) > total and fits(text):
                return f"{text}\n"
    return None


def _paragraphs(lines: Sequence[str]) -> list[range]:
    """The ranges of lines between blank lines."""
    paragraphs: list[range] = []
    for place, line in enumerate(lines):
        if not line.strip():
            continue
        if paragraphs and paragraphs[-1].stop == place:
            paragraphs[-1] = range(paragraphs[-1].start, place + 1)
        else:
            paragraphs.append(range(place, place + 1))
    return paragraphs


def _is_prose(reply: ReplyText, paragraph: range) -> bool:
    return all(_SENTENCE.fullmatch(reply.lines[place].strip()) for place in paragraph)
