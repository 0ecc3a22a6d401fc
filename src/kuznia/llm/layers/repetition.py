"""Guard: a reply that repeats itself without end is stopped early.

Small models fall into loops and stay in them until their last token. Files, tables and drawings
repeat themselves too, so exact repetition alone is no sign: it has to be long, and longer the less
it looks like sentences or statements.
"""

from collections.abc import AsyncGenerator

from kuznia.llm.model import Ask, Delta, Model, ModelFault

# Characters of exact repetition that end a reply: of words, and of anything else. A board of 361
# equal cells in HTML or JSON is right; forty equal statements are not.
MAX_WORDS, MAX_DATA = 1_200, 12_000
# How often something comes at least; with it the longest thing that is seen to come again.
MIN_TIMES = 6
# Shorter things are data, whatever they are made of: `nop`, `null,`, `---`.
MIN_PERIOD = 16
# Share of letters and spaces from which on it is words, and how many different letters those have:
# a row of `null` or `false` is data.
WORDY, MIN_LETTERS = 0.7, 8
# Characters by which an earlier place is known again, and how many come between two looks.
PROBE, STEP = 64, 256


class Repetition:
    """A text as it is written. It tells when its end has become a loop."""

    __slots__ = ("_fresh", "_size", "_tail")

    def __init__(self) -> None:
        self._tail = ""
        self._fresh: list[str] = []
        self._size = 0

    def heard(self, text: str) -> bool:
        """Add what was written; whether the text now ends in a loop."""
        self._fresh.append(text)
        self._size += len(text)
        if self._size < STEP:
            return False
        self._tail = (self._tail + "".join(self._fresh))[-MAX_DATA:]
        self._fresh, self._size = [], 0
        return loops(self._tail)


def loops(tail: str) -> bool:
    """Whether a text ends in a loop that no file, table or drawing has."""
    if len(tail) < MAX_WORDS:
        return False
    before = tail.rfind(tail[-PROBE:], 0, -1)
    if before < 0:
        return False
    period = len(tail) - PROBE - before
    length = max(MAX_WORDS if _is_words(tail[-period:]) else MAX_DATA, period * MIN_TIMES)
    return length <= len(tail) and tail[-length:-period] == tail[period - length :]


def _is_words(text: str) -> bool:
    if len(text) < MIN_PERIOD or ("<" in text and ">" in text):
        return False
    letters = [character for character in text if character.isalpha()]
    wordy = len(letters) + sum(map(str.isspace, text))
    return wordy >= WORDY * len(text) and len(set(letters)) >= MIN_LETTERS


class Guarded:
    """A Model that is stopped once its reply, or what it thinks aloud, goes round in circles."""

    def __init__(self, inner: Model) -> None:
        self.name = inner.name
        self._inner = inner

    async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        text, thought = Repetition(), Repetition()
        deltas = self._inner.stream(ask)
        try:
            async for delta in deltas:
                yield delta
                looped = delta.text and text.heard(delta.text)
                if looped or (delta.thought and thought.heard(delta.thought)):
                    raise ModelFault(
                        "repetition",
                        "The model repeated itself without end and was stopped.",
                        model=self.name,
                    )
        finally:
            await deltas.aclose()
