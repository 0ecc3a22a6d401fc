"""Fall back: a second model answers when the first cannot."""

from collections.abc import AsyncGenerator

from kuznia.llm.model import Ask, Delta, Model, ModelFault
from kuznia.platform.log import get_log

log = get_log("llm")


class FallingBack:
    """A Model that asks `second` after any ModelFault of `first`, unless text has been streamed."""

    def __init__(self, first: Model, second: Model) -> None:
        self.name = first.name
        self._first = first
        self._second = second

    async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        spoken = False
        deltas = self._first.stream(ask)
        try:
            async for delta in deltas:
                spoken = spoken or delta.text != ""
                yield delta
        except ModelFault as fault:
            if spoken:
                raise
            self._tell(fault, ask)
        else:
            return
        finally:
            await deltas.aclose()
        deltas = self._second.stream(ask)
        try:
            async for delta in deltas:
                yield delta
        finally:
            await deltas.aclose()

    def _tell(self, fault: ModelFault, ask: Ask) -> None:
        log.warning(
            "model_fallback",
            model=self.name,
            second=self._second.name,
            reason=fault.reason,
            request_id=ask.request_id,
        )
