"""Tests are run against the code they were written for, and then against lies about it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from kuznia.domains.code.languages.find import get
from kuznia.domains.code.parsing.apart import apart
from kuznia.domains.code.sandbox.box import LIMITS, Limits, Ran
from kuznia.domains.code.sandbox.golang import compile_common
from kuznia.domains.code.sandbox.mutants import mutants
from kuznia.domains.code.sandbox.probe import Probe, probe
from kuznia.domains.code.sandbox.reports import Expected, judged
from kuznia.domains.code.sandbox.sentinels import guarded
from kuznia.domains.code.sandbox.suites import command, lacks, rows
from kuznia.domains.code.schema import Execution, File, Strength
from kuznia.platform.process.turns import Full, Turns
from kuznia.platform.process.workers import Stopped

# A few lies tell weak tests from strong ones; more would only cost time.
MOST_LIES = 4
AT_ONCE = 2
MAX_WAITING = 256
LAST_LETTERS = 4_000


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What the start found out about this host, and how many runs there may be at once."""

    found: Probe
    limits: Limits = LIMITS
    turns: Turns = field(default_factory=lambda: Turns(AT_ONCE, waiting=MAX_WAITING))
    preparing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def can_run(self, language: str) -> bool:
        """Whether tests of this language can be run here and now."""
        return not self.lacks(language)

    def lacks(self, language: str) -> str:
        """Why they cannot, and what to install; empty where they can."""
        if self.found.box is None:
            return "; ".join(self.found.reasons)
        return lacks(language, self.found)

    async def try_out(
        self, language: str, code: tuple[File, ...], tests: tuple[File, ...]
    ) -> Execution:
        """Run the tests; when all pass, see whether they notice a lie."""
        if reason := self.lacks(language):
            return Execution(status="unavailable", reason=reason)
        try:
            async with self.turns.turn():
                return await self._tried(language, code, tests)
        except Full:
            return Execution(status="unavailable", reason="Too many others wait to be run.")
        except OSError as error:
            reason = f"The sandbox cannot be built: {error.strerror}."
            return Execution(status="unavailable", reason=reason)

    async def _tried(
        self, language: str, code: tuple[File, ...], tests: tuple[File, ...]
    ) -> Execution:
        if language == "go" and (reason := await self._prepared()):
            return Execution(status="unavailable", reason=reason)
        execution = await self._once(language, code, tests)
        passed = execution.count("passed")
        if execution.status != "ran" or not passed or passed < len(execution.cases):
            return execution
        strength = await self._strength(language, code, tests)
        return execution.model_copy(update={"strength": strength})

    async def _once(
        self, language: str, code: tuple[File, ...], tests: tuple[File, ...]
    ) -> Execution:
        box, argv = self.found.box, command(language, self.found)
        assert box is not None
        assert argv is not None
        guard = guarded(language, tests)
        files = {file.path: file.content for file in (*code, *guard.files)}
        ran = await box.run(argv, files, limits=self.limits)
        return self._told(ran, language, guard.expected)

    async def _strength(
        self, language: str, code: tuple[File, ...], tests: tuple[File, ...]
    ) -> Strength:
        job = partial(mutants, code, get(language), MOST_LIES)
        lies = await apart(job, sum(len(file.content) for file in code))
        if isinstance(lies, Stopped):
            lies = ()
        noticed = 0
        for told in lies:
            execution = await self._once(language, told, tests)
            # A lie that lets the tests hang was noticed too, if not in a nice way.
            seen = execution.cases
            believed = seen and all(case.outcome in ("passed", "skipped") for case in seen)
            noticed += not believed
        return Strength(lies=len(lies), noticed=noticed)

    async def _prepared(self) -> str:
        """Go compiles its own packages once, for all runs; the first order waits for it."""
        assert self.found.goroot is not None
        assert self.found.compiled is not None
        async with self.preparing:
            return await compile_common(self.found.goroot, self.found.compiled)

    def _told(self, ran: Ran, language: str, expected: Expected) -> Execution:
        output = ran.err.decode(errors="replace")[-LAST_LETTERS:]
        status, seen = "ran", ()
        if ran.ended == "timeout":
            status, reason = "timeout", f"The tests were stopped after {ran.seconds:g} s."
        elif ran.ended == "flooded":
            reason = "The tests printed more than is read, and were stopped."
        else:
            seen, reason = judged(rows(ran.out, language), expected, ran.code)
        return Execution(
            status=status,
            reason=reason,
            cases=seen,
            seconds=ran.seconds,
            output=output,
            sandbox=self.found.checks,
        )


@asynccontextmanager
async def open_sandbox() -> AsyncGenerator[Sandbox]:
    """Find out once what this host can do; its files are gone with the server."""
    with TemporaryDirectory(prefix="kuznia-sandbox-") as folder:
        yield Sandbox(await probe(Path(folder)))
