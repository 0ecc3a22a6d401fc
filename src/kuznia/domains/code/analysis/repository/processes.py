"""Many files measured in several processes, in order, with few of them in memory at a time."""

import asyncio
import os
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from kuznia.domains.code.analysis.metrics.measure import measured
from kuznia.domains.code.analysis.repository.cache import RecordCache, key_of
from kuznia.domains.code.analysis.repository.record import FileRecord, packed, unpacked
from kuznia.domains.code.analysis.tables.rules import Profile
from kuznia.domains.code.languages.find import find_by_path, get
from kuznia.domains.code.parsing.apart import MAX_CHARACTERS, MAX_PARSED, MAX_SECONDS
from kuznia.domains.code.parsing.grammar import Elsewhere, sparingly
from kuznia.platform.process.workers import Pool, Prepared, Stopped, within

MAX_BYTES = 1_000_000
# A process takes some 70 MB; beyond these, a disk is what a run waits for.
MAX_JOBS = 8
# Files of each process that are read ahead, so that none waits.
_AHEAD = 3
# The last that is measured here and starts no process: as much as a short run has.
_MAX_IN_THIS_PROCESS = 64_000
# Published code takes some 1e-6 a byte; the rest is for slow machines.
_SECONDS, _SECONDS_A_BYTE = 5.0, 10e-6


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to be measured, read when its turn comes."""

    path: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that was not measured, and why; `is_wrong` where it should have been."""

    reason: str
    is_wrong: bool = True


Outcome = FileRecord | Unread
Take = Callable[[SourceFile, Outcome], None]


@dataclass(frozen=True, slots=True)
class Measuring:
    """How files are measured: by which rules, with how many processes, with which cache."""

    profile: Profile = "default"
    jobs: int = 1
    cache: RecordCache | None = None


def jobs_of_this_machine() -> int:
    return min(MAX_JOBS, len(os.sched_getaffinity(0)))


def on_disk(path: Path) -> SourceFile:
    return SourceFile(path.as_posix(), path.read_bytes)


def measure_all(files: Iterable[SourceFile], how: Measuring, take: Take) -> None:
    """Measure every file and hand each outcome on, in order; an interrupt ends all processes."""
    asyncio.run(_measure_all(files, how, take))


async def _measure_all(files: Iterable[SourceFile], how: Measuring, take: Take) -> None:
    # Of three places or more the pool keeps one for other callers, of whom there are none.
    pool = Pool(how.jobs if how.jobs < 3 else how.jobs + 1)
    waiting: deque[tuple[SourceFile, Outcome | asyncio.Task[Outcome]]] = deque()
    run = _Run(how, pool)
    try:
        for file in files:
            waiting.append((file, run.begin(file)))
            while waiting and (
                not isinstance(waiting[0][1], asyncio.Task) or len(waiting) > _AHEAD * how.jobs
            ):
                await _hand_on(waiting, take)
        while waiting:
            await _hand_on(waiting, take)
    finally:
        for _, outcome in waiting:
            if isinstance(outcome, asyncio.Task):
                outcome.cancel()
        pool.close()
    if how.cache and run.kept:
        how.cache.trim()


async def _hand_on(
    waiting: deque[tuple[SourceFile, Outcome | asyncio.Task[Outcome]]], take: Take
) -> None:
    file, outcome = waiting.popleft()
    # Where nothing has to be waited for, an interrupt still gets its turn.
    await asyncio.sleep(0)
    take(file, await outcome if isinstance(outcome, asyncio.Task) else outcome)


@dataclass(slots=True)
class _Run:
    """One run: its processes, and what it has done itself so far."""

    how: Measuring
    pool: Pool
    in_this_process: int = 0
    kept: int = 0

    def begin(self, file: SourceFile) -> Outcome | asyncio.Task[Outcome]:
        """The outcome where it is known at once, else the task that will have it."""
        language = find_by_path(file.path)
        if not language:
            return Unread("this is not in a language Kuznia reads", is_wrong=False)
        try:
            content = file.read()
        except OSError as error:
            return Unread(f"this cannot be read: {error.strerror}")
        if len(content) > MAX_BYTES:
            return Unread(f"this is longer than {MAX_BYTES} bytes", is_wrong=False)
        key = ""
        if self.how.cache:
            key = key_of(content, language.name, self.how.profile)
            kept = self.how.cache.find(key)
            if record := unpacked(kept) if kept else None:
                return _read(record)
        job = partial(packed, content, language.name, self.how.profile)
        if len(content) <= MAX_CHARACTERS and self.in_this_process < _MAX_IN_THIS_PROCESS:
            self.in_this_process += len(content)
            try:
                with sparingly(MAX_PARSED, MAX_SECONDS):
                    return self._record(job(within(_SECONDS)), key)
            except Elsewhere:
                pass
        return asyncio.ensure_future(self._apart(job, language.name, len(content), key))

    async def _apart(
        self, job: "partial[bytes | Stopped]", language: str, size: int, key: str
    ) -> Outcome:
        seconds = _SECONDS + size * _SECONDS_A_BYTE
        prepared = Prepared(partial(_load, language, self.how.profile), job)
        return self._record(await self.pool.run(prepared, seconds=seconds), key)

    def _record(self, content: bytes | Stopped, key: str) -> Outcome:
        """The record in what a process brought, kept for the next run."""
        record = None if isinstance(content, Stopped) else unpacked(content)
        if isinstance(content, Stopped) or not record:
            return Unread("its parser did not come to an end, or crashed")
        if self.how.cache:
            self.how.cache.keep(key, content)
            self.kept += 1
        return _read(record)


def _read(record: FileRecord) -> Outcome:
    return Unread(record.unreadable, record.is_wrong) if record.unreadable else record


@cache
def _load(language: str, profile: Profile) -> None:
    """Have a worker load what measuring this language needs, once."""
    measured(b"", get(language), within(_SECONDS), profile)
