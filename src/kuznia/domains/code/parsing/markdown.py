"""A page of Markdown as far as the checks need it: headings and blocks of code."""

import re
from dataclasses import dataclass

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([\w+#.-]*)")
_HEADING = re.compile(r"#{1,6}[ \t]++(.+)")
_MAX_HEADING = 300


@dataclass(frozen=True, slots=True)
class Heading:
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """A block of code: the line after its fence, its label, its text."""

    line: int
    label: str
    content: str

    @property
    def lines(self) -> range:
        """The line numbers of the example in the page."""
        return range(self.line, self.line + self.content.count("\n"))


@dataclass(frozen=True, slots=True)
class MarkdownPage:
    headings: tuple[Heading, ...]
    examples: tuple[Example, ...]


def page(text: str) -> MarkdownPage:
    """The headings and the blocks of code of a page, each with its line."""
    headings: list[Heading] = []
    examples: list[Example] = []
    fence, label, begun, inside = "", "", 0, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2]:
                examples.append(Example(begun, label, "\n".join(inside) + "\n"))
                fence = ""
            else:
                inside.append(line)
        elif mark:
            fence, label, begun, inside = mark[1], mark[2].lower(), number + 1, []
        elif heading := _HEADING.fullmatch(line.rstrip()):
            # A heading may be closed as it was opened: `## Usage ##`.
            text = heading[1][0] + heading[1][1:].rstrip(" \t#")
            if len(text) <= _MAX_HEADING:
                headings.append(Heading(number, text))
    return MarkdownPage(tuple(headings), tuple(examples))
