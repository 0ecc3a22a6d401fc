"""Run tests against the code they were written for, and then against mutants of it."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kuznia.domains.code.languages.find import get
from kuznia.domains.code.parsing.apart import apart
from kuznia.domains.code.sandbox.box import LIMITS, Ran, RunLimits
from kuznia.domains.code.sandbox.golang import compile_common
from kuznia.domains.code.sandbox.mutants import mutants
from kuznia.domains.code.sandbox.packages.folder import PackageFolder
from kuznia.domains.code.sandbox.probe import Probe, probe
from kuznia.domains.code.sandbox.reports import Expected, judged
from kuznia.domains.code.sandbox.sentinels import guarded
from kuznia.domains.code.sandbox.suites import command, lacks, rows
from kuznia.domains.code.schema import Execution, File, Strength
from kuznia.platform.process.turns import Full, Turns
from kuznia.platform.process.workers import Stopped

# A few mutants tell weak tests from strong ones; more would only cost time.
MAX_MUTANTS = 8
MIN_SECONDS, SLOWER = 2.0, 5
MAX_RECENT = 32
AT_ONCE = 2
MAX_WAITING = 256
LAST_CHARACTERS = 4_000
_Job = tuple[str, tuple[File, ...], tuple[File, ...]]
# Any: what a coroutine sends and receives while it runs does not concern its caller.
_Run = Callable[
    [str, tuple[File, ...], tuple[File, ...], RunLimits], Coroutine[Any, Any, Execution]
]


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The sandbox of this host, and the queue for it."""

    host: Probe
    limits: RunLimits = LIMITS
    turns: Turns = field(default_factory=lambda: Turns(AT_ONCE, waiting=MAX_WAITING))
    preparing: asyncio.Lock = field(default_factory=asyncio.Lock)
    # Models often send the same reply twice, and a part may be read again beside another.
    recent: OrderedDict[_Job, Execution] = field(default_factory=OrderedDict["_Job", Execution])

    def can_run(self, language: str) -> bool:
        """Whether tests of this language can be run on this host."""
        return not self.lacks(language)

    def lacks(self, language: str) -> str:
        """Why tests of a language cannot be run, and what to install; empty where they can."""
        if self.host.box is None:
            return "; ".join(self.host.reasons)
        return lacks(language, self.host)

    async def try_out(
        self, language: str, code: tuple[File, ...], tests: tuple[File, ...]
    ) -> Execution:
        """Run the tests; when all pass, count the mutants they kill."""
        job = (language, code, tests)
        if job in self.recent:
            self.recent.move_to_end(job)
            return self.recent[job]
        execution = await self._in_turn(language, code, tests, self._tried)
        if execution.status == "ran":
            self.recent[job] = execution
            if len(self.recent) > MAX_RECENT:
                self.recent.popitem(last=False)
        return execution

    async def run(
        self, language: str, code: tuple[File, ...], tests: tuple[File, ...]
    ) -> Execution:
        """Run the tests, and nothing more."""
        return await self._in_turn(language, code, tests, self._once)

    async def _in_turn(
        self, language: str, code: tuple[File, ...], tests: tuple[File, ...], run: _Run
    ) -> Execution:
        if reason := self.lacks(language):
            return Execution(status="disabled", reason=reason)
        try:
            async with self.turns.turn():
                if language == "go" and (reason := await self._prepared()):
                    return Execution(status="unavailable", reason=reason)
                return await run(language, code, tests, self.limits)
        except Full:
            return Execution(
                status="unavailable", reason="Too many test runs are waiting; try again later."
            )
        except OSError as error:
            reason = f"The sandbox cannot be built: {error.strerror}."
            return Execution(status="unavailable", reason=reason)

    async def _tried(
        self, language: str, code: tuple[File, ...], tests: tuple[File, ...], limits: RunLimits
    ) -> Execution:
        execution = await self._once(language, code, tests, limits)
        passed, skipped = execution.count("passed"), execution.count("skipped")
        if execution.status != "ran" or not passed or passed + skipped < len(execution.cases):
            return execution
        # A mutant may never end: it gets far more time than the code took, and not all there is.
        seconds = min(limits.seconds, MIN_SECONDS + SLOWER * execution.seconds)
        strength = await self._strength(language, code, tests, replace(limits, seconds=seconds))
        return execution.model_copy(update={"strength": strength})

    async def _once(
        self, language: str, code: tuple[File, ...], tests: tuple[File, ...], limits: RunLimits
    ) -> Execution:
        box, argv = self.host.box, command(language, self.host)
        assert box is not None
        assert argv is not None
        guard = guarded(language, tests)
        files = {file.path: file.content for file in (*code, *guard.files)}
        ran = await box.run(argv, files, limits=limits)
        return self._execution(ran, language, guard.expected)

    async def _strength(
        self, language: str, code: tuple[File, ...], tests: tuple[File, ...], limits: RunLimits
    ) -> Strength:
        job = partial(mutants, code, get(language), MAX_MUTANTS)
        variants = await apart(job, sum(len(file.content) for file in code))
        if isinstance(variants, Stopped):
            variants = ()
        killed = 0
        for variant in variants:
            execution = await self._once(language, variant, tests, limits)
            # A mutant that makes the tests hang is killed too.
            cases = execution.cases
            survived = cases and all(case.outcome in ("passed", "skipped") for case in cases)
            killed += not survived
        return Strength(mutants=len(variants), killed=killed)

    async def _prepared(self) -> str:
        """Compile Go's own packages once for all runs; the first order waits for it."""
        assert self.host.goroot is not None
        assert self.host.compiled is not None
        async with self.preparing:
            return await compile_common(self.host.goroot, self.host.compiled)

    def _execution(self, ran: Ran, language: str, expected: Expected) -> Execution:
        output = ran.err.decode(errors="replace")[-LAST_CHARACTERS:]
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
            sandbox=self.host.checks,
        )


@asynccontextmanager
async def open_sandbox(packages: Path | None = None) -> AsyncGenerator[Sandbox]:
    """Examine this host once; the files of the sandbox are removed when the server ends."""
    with TemporaryDirectory(prefix="kuznia-sandbox-") as folder:
        site = None if packages is None else PackageFolder(packages).site
        yield Sandbox(await probe(Path(folder), site))
