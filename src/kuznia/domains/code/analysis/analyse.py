"""Analyse source files: at once in this process, or without blocking the event loop."""

import asyncio
from collections.abc import Sequence
from functools import partial

from kuznia.domains.code.analysis.metrics.duplicates import duplicates
from kuznia.domains.code.analysis.metrics.measure import OUT_OF_TIME, Measured, measured
from kuznia.domains.code.analysis.report.rating import rating, totals, worst
from kuznia.domains.code.analysis.result import Analysis, FileAnalysis
from kuznia.domains.code.analysis.tables.rules import Profile
from kuznia.domains.code.languages.find import find, find_by_path
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.parsing.apart import MAX_CHARACTERS, MAX_PARSED, MAX_SECONDS
from kuznia.domains.code.parsing.grammar import Elsewhere, sparingly
from kuznia.domains.code.parsing.proof import SECONDS
from kuznia.domains.code.schema import File, Proof
from kuznia.platform.process.workers import BUSY, POOL, Stopped, within

# Raise when equal sources may get different numbers.
VERSION = 1
# Files that are with other processes at one time, so that one request never fills their queue.
MAX_AT_ONCE = 4
# Published code of 14 languages took 2.7e-6 at most. A short file that takes longer is hostile,
# and four of those were to keep their sender, and a place for everybody, for eight seconds. A
# worker beside busy processes takes some tenths of a second for any file.
SECONDS_BEFORE, SECONDS_A_BYTE = 0.75, 4e-6


def analyse(
    files: Sequence[File], *, profile: Profile = "default", seconds: float = SECONDS
) -> Analysis:
    """Analyse in this process; a file that takes longer than `seconds` is reported as not read."""
    results = [_measured(file, profile, _allowed(file, seconds)) for file in files]
    return _put_together(files, results, profile, seconds)


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
    return _put_together([file], [result], "default", SECONDS)


async def analysed(
    files: Sequence[File], *, profile: Profile = "default", seconds: float = SECONDS
) -> Analysis:
    """Analyse on a server: every file is parsed in a worker, where a hostile one blocks nobody."""
    places = asyncio.Semaphore(MAX_AT_ONCE)

    async def measure(file: File) -> Measured | Stopped:
        async with places:
            return await _measured_apart(file, profile, seconds)

    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(measure(file)) for file in files]
    results = [task.result() for task in waiting]
    # A thread gives the lock back every few milliseconds; a large sum here would not.
    return await asyncio.to_thread(_put_together, files, results, profile, seconds)


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
    return await POOL.run(job, seconds=_allowed(file, seconds))


def _allowed(file: File, seconds: float) -> float:
    return min(seconds, SECONDS_BEFORE + len(_bytes(file)) * SECONDS_A_BYTE)


def _bytes(file: File) -> bytes:
    return file.content.encode(errors="replace")


def _put_together(
    files: Sequence[File], results: Sequence[Measured | Stopped], profile: Profile, seconds: float
) -> Analysis:
    analyses = tuple(
        _file_analysis(file, result, _allowed(file, seconds))
        for file, result in zip(files, results, strict=True)
    )
    known = [
        (file.path, result)
        for file, result in zip(files, results, strict=True)
        if isinstance(result, Measured)
    ]
    alike = duplicates([(path, result.code) for path, result in known])
    risks = [risk for _, result in known for risk in result.risks]
    left_out = sum(
        isinstance(result, Stopped) or result.reason == OUT_OF_TIME for result in results
    )
    return Analysis(
        status="partial" if left_out else "complete",
        files_left_out=left_out,
        files=analyses,
        duplicates=alike.blocks,
        duplicates_left_out=alike.left_out,
        worst=worst(analyses),
        totals=totals(analyses, risks, alike.lines),
        rating=rating(analyses, risks, whole=not left_out),
        profile=profile,
        version=VERSION,
    )


def _file_analysis(file: File, result: Measured | Stopped, seconds: float) -> FileAnalysis:
    language = _language(file)
    name = language.name if language else file.language
    if isinstance(result, Stopped):
        busy = "not read: too many others wait"
        reason = busy if result == BUSY else f"not read within {seconds:.2g} s"
        return FileAnalysis(path=file.path, language=name, proof=Proof(level="none"), reason=reason)
    errors = tuple(flaw.model_copy(update={"path": file.path}) for flaw in result.proof.errors)
    return FileAnalysis(
        path=file.path,
        language=name,
        proof=Proof(level=result.proof.level, errors=errors),
        metrics=result.metrics,
        reason=result.reason,
        functions=result.functions,
        functions_left_out=len(result.risks) - len(result.functions),
    )
