"""A scripted model, for tests, demonstrations and load."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable

from kuznia.llm.model import Ask, Delta, ModelFault, Reply
from kuznia.llm.token_count import BYTES_PER_TOKEN, estimated
from kuznia.platform.clock import Clock, SystemClock

Line = str | ModelFault | Reply | Callable[[Ask], str]

MAX_HEARD = 100  # the newest asks are kept, so that a load test of a day fits in memory


class ScriptedModel:
    """A Model that speaks its script line by line, then what it says `always`.

    A text is cut at max_tokens and its usage estimated, as a server would cut and count; a Reply is
    handed on as it is; a ModelFault is raised; a function is asked for the text.
    """

    def __init__(
        self,
        *lines: Line,
        name: str = "scripted",
        latency: float = 0.0,
        chunk: int = 24,
        pace: float = 0.0,
        clock: Clock | None = None,
    ) -> None:
        self.name = name
        self.heard: deque[str] = deque(maxlen=MAX_HEARD)
        self._script = deque(lines)
        self._always: Line | None = None
        self._latency = latency
        self._chunk = chunk
        self._pace = pace
        self._clock = clock or SystemClock()

    def will_say(self, *lines: Line) -> None:
        """Add to the script."""
        self._script.extend(lines)

    def always(self, line: Line) -> None:
        """Say this whenever the script has run out."""
        self._always = line

    async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        self.heard.append(readable(ask))
        await self._wait(self._latency)
        reply = self._next(ask)
        for start in range(0, len(reply.text), self._chunk):
            yield Delta(reply.text[start : start + self._chunk], model=reply.model)
            await self._wait(self._pace)
        yield Delta(reply=reply)

    async def _wait(self, seconds: float) -> None:
        # Even a model that answers at once is awaited, so that others get their turn.
        await (self._clock.sleep(seconds) if seconds else asyncio.sleep(0))

    def _next(self, ask: Ask) -> Reply:
        line = self._script.popleft() if self._script else self._always
        if line is None:
            raise ModelFault(
                "unset",
                "The scripted model has nothing more to say; give it more lines with will_say.",
                model=self.name,
            )
        if isinstance(line, ModelFault):
            raise line
        if isinstance(line, Reply):
            return line
        text = line if isinstance(line, str) else line(ask)
        most = ask.max_tokens * BYTES_PER_TOKEN
        said = text.encode()[:most].decode(errors="ignore")
        return Reply(
            text=said,
            model=self.name,
            usage=estimated(ask, said),
            truncated=len(said) < len(text),
        )


def readable(ask: Ask) -> str:
    """The whole conversation as one text, a message after another."""
    return "\n\n".join(f"{message.role}: {message.content}" for message in ask.messages)
