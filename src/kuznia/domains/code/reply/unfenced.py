"""Code in a reply that has no fence to tell where it begins."""

import re
from collections.abc import Sequence

from kuznia.domains.code.reply.fences import FencedReply, Fits

# A sentence: it begins with a capital letter, ends like one, and has nothing of code in it.
_SENTENCE = re.compile(r"[A-ZА-ЯЄІЇҐ][^{}()\[\];=<>#$|/\\\"`]{8,}[.!?:…]")
MOST_DROPPED = 3


def unfenced(reply: FencedReply, fits: Fits) -> str | None:
    """The text before the first fence, less the sentences around the code; None: no code."""
    end = reply.marks[0].line if reply.marks else len(reply.lines)
    paragraphs = _paragraphs(reply.lines[:end])
    while paragraphs and _is_prose(reply, paragraphs[0]):
        paragraphs.pop(0)
    while paragraphs and _is_prose(reply, paragraphs[-1]):
        paragraphs.pop()
    total = sum(len(reply.lines[n]) for part in paragraphs for n in part)
    for dropped in range(min(MOST_DROPPED, len(paragraphs))):
        for front in range(dropped + 1):
            kept = paragraphs[front : len(paragraphs) - dropped + front]
            text = "\n".join(reply.lines[kept[0].start : kept[-1].stop])
            # What is dropped should be words: more of it than this would be code that is lost.
            if 2 * len(text) > total and fits(text):
                return f"{text}\n"
    return None


def _paragraphs(lines: Sequence[str]) -> list[range]:
    """Where there is text between blank lines."""
    found: list[range] = []
    for place, line in enumerate(lines):
        if not line.strip():
            continue
        if found and found[-1].stop == place:
            found[-1] = range(found[-1].start, place + 1)
        else:
            found.append(range(place, place + 1))
    return found


def _is_prose(reply: FencedReply, paragraph: range) -> bool:
    return all(_SENTENCE.fullmatch(reply.lines[place].strip()) for place in paragraph)
