"""Analyse source files: at once in this process, or without blocking the event loop."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from kuznia.domains.code.analysis.metrics.duplicates import Duplicates, duplicates
from kuznia.domains.code.analysis.metrics.measure import OUT_OF_TIME, Measured, measured
from kuznia.domains.code.analysis.report.rating import UNREAD, Tally, counts
from kuznia.domains.code.analysis.result import Analysis, FileAnalysis, Summary
from kuznia.domains.code.analysis.tables.rules import Profile
from kuznia.domains.code.languages.find import find, find_by_path
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.parsing.apart import MAX_CHARACTERS, MAX_PARSED, MAX_SECONDS
from kuznia.domains.code.parsing.grammar import Elsewhere, sparingly
from kuznia.domains.code.parsing.proof import SECONDS
from kuznia.domains.code.schema import File, Proof
from kuznia.platform.process.workers import BUSY, POOL, Prepared, Stopped, within

# Raise when equal sources may get different numbers.
VERSION = 2
# Files that are with other processes at one time: what one caller gets of them, so that a request
# never fills their queue, and knows how the first files went when it sends the next.
MAX_AT_ONCE = 2
# Published code of 14 languages took 2.7e-6 a byte at most, all that a worker loads for a language
# not counted. Beside busy processes a worker takes some tenths of a second for any file.
SECONDS_BEFORE, SECONDS_A_BYTE = 0.5, 4e-6
# Beside a file that was stopped the others are under suspicion: together they held workers for
# seconds. By the byte they have what honest code needs.
SECONDS_BEFORE_NEXT = 0.1


@dataclass(frozen=True, slots=True)
class _Result:
    """What came of one file, and the seconds it had."""

    file: File
    measured: Measured | Stopped
    seconds: float


def analyse(
    files: Sequence[File], *, profile: Profile = "default", seconds: float = SECONDS
) -> Analysis:
    """Analyse in this process; a file that takes longer than `seconds` is reported as not read."""
    results: list[_Result] = []
    for file in files:
        allowed = _allowed(file, seconds)
        results.append(_Result(file, _measured(file, profile, allowed), allowed))
    return _put_together(results, profile)


def analyse_proven(file: File, proof: Proof) -> Analysis | None:
    """Measure a small source that a parser has already accepted, without blocking the event loop.

    None where it is not that, or not done in a moment.
    """
    language, source = _language(file), _bytes(file)
    if not language or proof.level == "none" or len(source) > MAX_CHARACTERS:
        return None
    try:
        with sparingly(MAX_PARSED, MAX_SECONDS):
            result = measured(source, language, within(MAX_SECONDS), "default", proof)
    except Elsewhere:
        return None
    if isinstance(result, Stopped) or not result.metrics:
        return None
    return _put_together([_Result(file, result, SECONDS)], "default")


async def analysed(
    files: Sequence[File], *, profile: Profile = "default", seconds: float = SECONDS
) -> Analysis:
    """Analyse on a server: every file is parsed in a worker, where a hostile one blocks nobody."""
    places = asyncio.Semaphore(MAX_AT_ONCE)
    before = SECONDS_BEFORE

    async def measure(file: File) -> _Result:
        nonlocal before
        async with places:
            allowed = _allowed(file, seconds, before)
            result = await _measured_apart(file, profile, allowed)
            if result != BUSY and _is_late(result):
                before = SECONDS_BEFORE_NEXT
            return _Result(file, result, allowed)

    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(measure(file)) for file in files]
    results = [task.result() for task in waiting]
    # A thread gives the lock back every few milliseconds; a large sum here would not.
    return await asyncio.to_thread(_put_together, results, profile)


def _language(file: File) -> Language | None:
    return find(file.language) or find_by_path(file.path)


def _measured(file: File, profile: Profile, seconds: float) -> Measured | Stopped:
    language = _language(file)
    if not language:
        return Measured(Proof(level="none"), reason=f"{file.language} is no language we read")
    return measured(_bytes(file), language, within(seconds), profile)


async def _measured_apart(file: File, profile: Profile, seconds: float) -> Measured | Stopped:
    """Measure in a worker, however small the file: 4 kB of `a=>` hold Java's parser for a second.

    Its progress callback is no help, because it is not called while the parser recovers.
    """
    language = _language(file)
    if not language:
        return _measured(file, profile, seconds)
    job = partial(measured, _bytes(file), language, profile=profile)
    return await POOL.run(Prepared(partial(_load, language, profile), job), seconds=seconds)


def _load(language: Language, profile: Profile) -> None:
    """Have a worker load what measuring this language needs; Swift's grammar takes 0.1 s."""
    measured(b"", language, within(SECONDS), profile)


def _allowed(file: File, seconds: float, before: float = SECONDS_BEFORE) -> float:
    return min(seconds, before + len(_bytes(file)) * SECONDS_A_BYTE)


def _is_late(result: Measured | Stopped) -> bool:
    return isinstance(result, Stopped) or result.reason == OUT_OF_TIME


def _bytes(file: File) -> bytes:
    return file.content.encode(errors="replace")


def _put_together(results: Sequence[_Result], profile: Profile) -> Analysis:
    analyses = tuple(map(_file_analysis, results))
    known = [
        (result.file.path, result.measured.code)
        for result in results
        if isinstance(result.measured, Measured)
    ]
    tally = Tally()
    for result, file in zip(results, analyses, strict=True):
        done = result.measured
        tally.add(counts(done, file.language) if isinstance(done, Measured) else UNREAD)
        tally.add_functions(file.path, file.functions)
    late = sum(_is_late(result.measured) for result in results)
    summary = summarised(tally, duplicates(known), profile, late=late)
    return Analysis(files=analyses, **dict(summary))


def summarised(tally: Tally, alike: Duplicates, profile: Profile, *, late: int = 0) -> Summary:
    """What is said of all files together; no grade where some came too late."""
    return Summary(
        status="partial" if late else "complete",
        files_left_out=late,
        duplicates=alike.blocks,
        duplicates_left_out=alike.left_out,
        worst=tally.worst(),
        totals=tally.totals(alike.lines),
        rating=tally.rating(whole=not late),
        profile=profile,
        version=VERSION,
    )


def _file_analysis(whole: _Result) -> FileAnalysis:
    file, result = whole.file, whole.measured
    language = _language(file)
    name = language.name if language else file.language
    if isinstance(result, Stopped):
        busy = "not read: too many others wait"
        reason = busy if result == BUSY else f"not read within {whole.seconds:.2g} s"
        return FileAnalysis(path=file.path, language=name, proof=Proof(level="none"), reason=reason)
    return file_analysis(file.path, name, result)


def file_analysis(path: str, language: str, measured: Measured) -> FileAnalysis:
    """What is said of one file that was read."""
    errors = tuple(flaw.model_copy(update={"path": path}) for flaw in measured.proof.errors)
    return FileAnalysis(
        path=path,
        language=language,
        proof=Proof(level=measured.proof.level, errors=errors),
        metrics=measured.metrics,
        reason=measured.reason,
        functions=measured.functions,
        functions_left_out=len(measured.risks) - len(measured.functions),
    )
