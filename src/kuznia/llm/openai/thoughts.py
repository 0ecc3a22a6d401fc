"""Thoughts that a model writes into its answer, kept apart while it is still being written."""

import re

OPENING = re.compile(r"\s*<(think|thinking|thought|reasoning)>")
# The longest opening there is, and what might still become one.
MAX_OPENING = len("<reasoning>")
MAY_OPEN = re.compile(r"\s*(<[a-z]*)?")


class Thoughts:
    """Splits a reply into thoughts and answer; thoughts stand in front of it."""

    __slots__ = ("_close", "_held", "_thinks")

    def __init__(self) -> None:
        # None: not known yet.
        self._thinks: bool | None = None
        self._close = ""
        self._held = ""

    def split(self, piece: str) -> tuple[str, str]:
        """What of the text so far is certainly answer, and what is certainly thought."""
        if self._thinks is False:
            return piece, ""
        self._held += piece
        if self._thinks is None:
            self._decide()
        if self._thinks:
            return self._until_close()
        if self._thinks is None:
            return "", ""
        return self._all(), ""

    def rest(self) -> tuple[str, str]:
        """What was held back until the end."""
        held = self._all()
        return ("", held) if self._thinks else (held, "")

    def _decide(self) -> None:
        opening = OPENING.match(self._held)
        if opening:
            self._thinks, self._close = True, f"</{opening[1]}>"
            self._held = self._held[opening.end() :]
        elif not MAY_OPEN.fullmatch(self._held) or len(self._held.lstrip()) > MAX_OPENING:
            self._thinks = False

    def _until_close(self) -> tuple[str, str]:
        thought, closed, answer = self._held.partition(self._close)
        if closed:
            self._thinks, self._held = False, ""
            return answer, thought
        # The end of it may be the beginning of the closing tag.
        sure = max(0, len(self._held) - len(self._close) + 1)
        thought, self._held = self._held[:sure], self._held[sure:]
        return "", thought

    def _all(self) -> str:
        held, self._held = self._held, ""
        return held


def without_thoughts(text: str) -> tuple[str, str]:
    """The answer and the thoughts of a whole reply whose opening tag was in the prompt already."""
    thought, closed, answer = text.partition("</think>")
    if not closed or "<think>" in thought or "```" in thought:
        return text, ""
    return answer, thought
