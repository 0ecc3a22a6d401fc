"""The parts of a code artefact: how each is asked for and how its reply is read."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from kuznia.domains.code import prompt
from kuznia.domains.code.analysis import Analysis, analyse_proven, analysed
from kuznia.domains.code.changes.onto import change_of, changed_files
from kuznia.domains.code.checks import docs, running, sound, source
from kuznia.domains.code.checks import tests as test_checks
from kuznia.domains.code.checks.asked import ASKED
from kuznia.domains.code.checks.changes import CHANGES, brings_nothing_new
from kuznia.domains.code.checks.source import UNCHECKED, text_length, written
from kuznia.domains.code.imports.placement import how_to_import, test_path
from kuznia.domains.code.languages.find import get
from kuznia.domains.code.mend import C, tidy
from kuznia.domains.code.parsing.apart import apart
from kuznia.domains.code.parsing.outline import outlined
from kuznia.domains.code.parsing.proof import proof_of
from kuznia.domains.code.reply.choose import Kind
from kuznia.domains.code.reply.document import document
from kuznia.domains.code.reply.extract import MAX_BYTES, Extracted, extract
from kuznia.domains.code.reply.fences import read
from kuznia.domains.code.reply.stream_stop import finished_part
from kuznia.domains.code.schema import (
    CodeBench,
    CodeDraft,
    CodeInput,
    DocumentationDraft,
    File,
    FileChanges,
    ProgramDraft,
    Proof,
    TestsDraft,
)
from kuznia.forge.terms import Draft, Finding, Part, Prompt, Unreadable
from kuznia.platform.process.workers import Stopped

R = TypeVar("R")
MAX_TOKENS = 8_192
_ONE_PAGE = "Reply with one Markdown document."


class MetricsDraft(Analysis, Draft):
    """An analysis, as a part of an artefact."""


def parts(
    order: CodeInput,
    code: Part[ProgramDraft, CodeInput] | None = None,
    tests: Part[TestsDraft, CodeInput] | None = None,
) -> tuple[Part[Any, CodeInput], ...]:
    """Code and its metrics always; tests and documentation where ordered and where there are any.

    `code` and `tests` stand in for CODE and TESTS where there is a sandbox to run them in.
    """
    code = code or CODE
    ordered: list[Part[Any, CodeInput]] = [_changing(code) if order.files else code, METRICS]
    if order.has_tests and get(order.language).tests:
        ordered.append(tests or TESTS)
    if order.has_docs:
        ordered.append(DOCUMENTATION)
    return tuple(ordered)


def _changing(code: Part[ProgramDraft, CodeInput]) -> Part[ProgramDraft, CodeInput]:
    """The part that asks for code, where it is to fit or to change files that came."""
    checks = map(brings_nothing_new, (*source.SOURCE, *sound.SOUND))
    return replace(
        code,
        prompt=_ask_change,
        # What comes after one change may be another.
        enough=None,
        checks=(*checks, *ASKED, running.EXAMPLES, *CHANGES),
    )


def _ask_change(bench: CodeBench) -> Prompt:
    order = bench.reading
    files = prompt.shown(order.came)
    user = f"The request:\n{order.prompt}\n\nThe files, as data:\n\n{files}"
    return Prompt(prompt.system("change", get(order.language)), user, max_tokens=MAX_TOKENS)


def _ask_code(bench: CodeBench) -> Prompt:
    order = bench.reading
    language = get(order.language)
    return Prompt(prompt.system("code", language), order.prompt, max_tokens=MAX_TOKENS)


async def _ask_tests(bench: CodeBench) -> Prompt:
    """Tests are asked for without the code's bodies: seen, they would be fitted to them."""
    order, code = bench.reading, written(bench)
    path = test_path(code.files, order.language)
    system = prompt.system("tests", get(order.language), path)
    job = partial(outlined, code.files, order.language)
    files = await apart(job, text_length(bench))
    shown = code.files if isinstance(files, Stopped) else files
    user = _about(order, shown, "The code, of which you see what may be relied on")
    return Prompt(system, user, max_tokens=MAX_TOKENS)


def _ask_documentation(bench: CodeBench) -> Prompt:
    order = bench.reading
    system = prompt.system("documentation", get(order.language))
    user = _about(order, written(bench).files, "The code")
    return Prompt(system, user, max_tokens=MAX_TOKENS)


def _about(order: CodeInput, files: tuple[File, ...], title: str) -> str:
    placed = how_to_import(files, order.language)
    shown = f"The request:\n{order.prompt}\n\n{title}:\n\n{prompt.shown(files)}\n\n{placed}"
    return shown.rstrip()


async def read_code(reply: str, bench: CodeBench) -> ProgramDraft:
    if bench.reading.files:
        return await _read_change(reply, bench)
    job = partial(_files_in, reply, bench.reading.language, "code", before=_files_before(bench))
    extracted, proof = await _read(job, len(reply))
    return ProgramDraft(
        files=extracted.files,
        proof=proof,
        truncated=extracted.truncated,
        requires=extracted.requires,
    )


async def _read_change(reply: str, bench: CodeBench) -> ProgramDraft:
    order, draft = bench.reading, _files_before(bench)
    job = partial(_change_in, reply, order.language, order.came, draft)
    size = len(reply) + sum(len(file.content) for file in order.came)
    extracted, proof, change = await _read(job, size)
    return ProgramDraft(
        files=extracted.files,
        proof=proof,
        truncated=extracted.truncated,
        requires=extracted.requires,
        change=change,
    )


def _change_in(
    reply: str, language: str, came: tuple[File, ...], draft: tuple[File, ...], deadline: float
) -> tuple[Extracted, Proof, FileChanges] | Finding:
    try:
        extracted = changed_files(reply, get(language), came, draft)
    except Unreadable as unreadable:
        return unreadable.findings[0]
    return extracted, proof_of(extracted.files, deadline), change_of(came, extracted.files)


async def read_tests(reply: str, bench: CodeBench) -> TestsDraft:
    language = bench.reading.language
    path, before = test_path(written(bench).files, language), _files_before(bench)
    job = partial(_files_in, reply, language, "tests", path=path, before=before)
    extracted, proof = await _read(job, len(reply))
    return TestsDraft(
        files=extracted.files,
        proof=proof,
        truncated=extracted.truncated,
        requires=extracted.requires,
        framework=get(language).tests or "",
    )


def _files_before(bench: CodeBench) -> tuple[File, ...]:
    """The files that the model was asked to correct."""
    return bench.before.files if isinstance(bench.before, CodeDraft) else ()


async def _read_documentation(reply: str, _: CodeBench) -> DocumentationDraft:
    return await _read(partial(_page_in, reply), len(reply))


async def _read(job: Callable[[float], R | Finding], characters: int) -> R:
    """The content of a reply, read where a text that stops a parser does no harm."""
    result = await apart(job, characters)
    if isinstance(result, Stopped):
        result = UNCHECKED
    if isinstance(result, Finding):
        raise Unreadable(result.code, result.message, result.hint)
    return result


def _files_in(
    reply: str,
    language: str,
    kind: Kind,
    deadline: float,
    *,
    path: str | None = None,
    before: tuple[File, ...] = (),
) -> tuple[Extracted, Proof] | Finding:
    # A language goes by its name: in another process its row would be another object.
    try:
        extracted = extract(reply, get(language), kind, path, before)
    except Unreadable as unreadable:
        return unreadable.findings[0]
    return extracted, proof_of(extracted.files, deadline)


def _page_in(reply: str, _: float) -> DocumentationDraft | Finding:
    try:
        text, cut = document(read(reply))
    except Unreadable as unreadable:
        return unreadable.findings[0]
    if not text.strip():
        return Finding("no-text", "block", "reply", "The reply is empty.", _ONE_PAGE)
    if len(text.encode()) > MAX_BYTES:
        message = "The document is far too long."
        return Finding("too-large", "block", "reply", message, "Write much less.")
    page = File(path="README.md", language="markdown", content=text)
    return DocumentationDraft(files=(page,), truncated=cut)


async def mend(draft: C, _: tuple[Finding, ...], bench: CodeBench) -> C:
    mended = await apart(partial(tidy, draft), text_length(bench, draft))
    return draft if isinstance(mended, Stopped) else mended


async def mend_code(draft: ProgramDraft, _: tuple[Finding, ...], bench: CodeBench) -> ProgramDraft:
    if came := bench.reading.came:
        return await _mend_change(draft, came, bench)
    job = partial(tidy, draft, prompt=bench.reading.prompt)
    mended = await apart(job, text_length(bench, draft))
    return draft if isinstance(mended, Stopped) else mended


async def _mend_change(
    draft: ProgramDraft, came: tuple[File, ...], bench: CodeBench
) -> ProgramDraft:
    """The change with its new files put right: those that came have the style that they have."""
    paths = {file.path for file in came}
    fresh = tuple(file for file in draft.files if file.path not in paths)
    new = await mend(draft.model_copy(update={"files": fresh}), (), bench) if fresh else draft
    if not fresh or new.files == fresh:
        return draft
    files = (*(file for file in draft.files if file.path in paths), *new.files)
    proof = await apart(partial(proof_of, files), text_length(bench, draft))
    if isinstance(proof, Stopped):
        return draft
    change = change_of(came, files)
    return draft.model_copy(update={"files": files, "proof": proof, "change": change})


async def _finished_part(text: str, bench: CodeBench) -> str | None:
    part = await apart(partial(_finished_part_in, text, bench), len(text))
    return None if isinstance(part, Stopped) else part


def _finished_part_in(text: str, bench: CodeBench, _: float) -> str | None:
    return finished_part(text, bench)


async def _measure(bench: CodeBench) -> MetricsDraft:
    code = written(bench)
    # Other processes are for what may be slow; an order of one small file is most orders.
    now = analyse_proven(code.files[0], code.proof) if len(code.files) == 1 else None
    return MetricsDraft(**dict(now or await analysed(code.files)))


CODE: Part[ProgramDraft, CodeInput] = Part(
    name="code",
    prompt=_ask_code,
    parse=read_code,
    enough=_finished_part,
    mend=mend_code,
    checks=(*source.SOURCE, *sound.SOUND, *ASKED, running.EXAMPLES),
    answers=True,
)
METRICS: Part[MetricsDraft, CodeInput] = Part(
    name="metrics", needs=("code",), required=False, make=_measure
)
TESTS: Part[TestsDraft, CodeInput] = Part(
    name="tests",
    needs=("code",),
    required=False,
    prompt=_ask_tests,
    parse=read_tests,
    mend=mend,
    checks=(*test_checks.TESTS, *running.RUNNING),
)
DOCUMENTATION: Part[DocumentationDraft, CodeInput] = Part(
    name="documentation",
    needs=("code",),
    required=False,
    prompt=_ask_documentation,
    parse=_read_documentation,
    checks=docs.DOCUMENTATION,
)
