"""Where text from outside is processed: in a worker process, unless it is small and harmless."""

import asyncio

from kuznia.domains.code.parsing.grammar import Elsewhere, sparingly
from kuznia.domains.code.parsing.proof import SECONDS
from kuznia.platform.process.workers import POOL, Job, R, Stopped, within

# Most replies are a few kB of a common language; another process would double what they cost. The
# worst texts of this size held the loop 30 ms.
MAX_CHARACTERS = 8_192
# A reply is parsed more than once: to be read, to be proven, by its checks.
MAX_PARSED = 4 * MAX_CHARACTERS
MAX_SECONDS = 0.02


async def apart(job: Job[R], characters: int, *, seconds: float = SECONDS) -> R | Stopped:
    """The result of a job over this many characters, or Stopped; the job may be started twice."""
    if characters <= MAX_CHARACTERS:
        try:
            with sparingly(MAX_PARSED, MAX_SECONDS):
                return job(within(seconds))
        except Elsewhere:
            pass
        finally:
            # Steps follow each other: between two of them everybody else has a turn.
            await asyncio.sleep(0)
    return await POOL.run(job, seconds=seconds)
