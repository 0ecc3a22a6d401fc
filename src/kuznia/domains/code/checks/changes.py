"""The checks of a change: it applies, it touches what was asked for, and nothing is lost."""

from collections import Counter
from collections.abc import Awaitable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from inspect import isawaitable
from typing import Any

from kuznia.domains.code.changes import scope
from kuznia.domains.code.changes.diff import DoesNotApply, patched
from kuznia.domains.code.changes.request import change_request
from kuznia.domains.code.changes.units import FileChange, compared
from kuznia.domains.code.checks.source import UNCHECKED, held_apart, short
from kuznia.domains.code.languages.testing import is_test_path
from kuznia.domains.code.parsing.apart import apart
from kuznia.domains.code.parsing.proof import proof_of
from kuznia.domains.code.schema import (
    CodeBench,
    CodeDraft,
    CodeInput,
    ProgramDraft,
    over,
)
from kuznia.forge.terms import Check, Finding
from kuznia.platform.process.workers import Stopped

MAX_LISTED = 10
# Of a file with so many definitions a model has sent a part if half of them are gone.
MIN_DEFINITIONS = 3


def _compared(draft: CodeDraft, bench: CodeBench) -> list[FileChange]:
    was = {file.path: file for file in bench.reading.came}
    return [compared(was.get(file.path), file) for file in draft.files]


def applies(draft: ProgramDraft, bench: CodeBench) -> Iterator[Finding]:
    """A diff that makes something else of the files that came is worse than none."""
    before = {file.path: file.content for file in bench.reading.came}
    after = {file.path: file.content for file in over(bench.reading.came, draft.files)}
    assert draft.change is not None
    try:
        is_right = patched(before, draft.change.diff) == after
        why = "it gives other files than those of the answer"
    except DoesNotApply as error:
        is_right, why = False, str(error)
    if not is_right:
        message = f"The diff does not apply to the files that came: {why}."
        yield Finding("diff-does-not-apply", "block", "diff", message, "Send the files whole.")


def is_whole(draft: ProgramDraft, bench: CodeBench) -> Iterator[Finding]:
    """A file that is replaced by a part of it has lost the rest."""
    for change in _compared(draft, bench):
        if not change.is_read or change.before is None:
            continue
        names = {definition.last_name for definition in change.old if definition.name}
        now = {definition.last_name for definition in change.new}
        gone = names - now
        if len(names) >= MIN_DEFINITIONS and 2 * len(gone) >= len(names):
            if change_request(bench.reading.prompt).removes and _are_moved(gone, draft, bench):
                continue
            message = f"{len(gone)} of {len(names)} definitions of this file are gone."
            hint = "Send the file with all that it had, or SEARCH/REPLACE blocks."
            yield Finding("fragment", "block", change.path, message, hint)


def _are_moved(gone: set[str], draft: ProgramDraft, bench: CodeBench) -> bool:
    """Whether what a file lost is in another one, or is what the request names."""
    request = change_request(bench.reading.prompt)
    now = {d.last_name for change in _compared(draft, bench) for d in change.new}
    return all(name in now or request.names(name) for name in gone)


def keeps_public(draft: ProgramDraft, bench: CodeBench) -> Iterator[Finding]:
    """What is public may be used by code that nobody sent."""
    changes = _compared(draft, bench)
    lost = list(scope.vanished(changes, change_request(bench.reading.prompt)))
    for path, definition in lost[:MAX_LISTED]:
        message = f"{short(definition.name)} is gone, and the request does not ask for that."
        hint = f"Keep {short(definition.name)} as it was."
        yield Finding("vanished", "open", f"{path}:{definition.lines[0]}", message, hint)


def touches_what_is_asked(draft: ProgramDraft, bench: CodeBench) -> Iterator[Finding]:
    """A change nobody asked for is one that nobody looks at."""
    changes, request = _compared(draft, bench), change_request(bench.reading.prompt)
    for touched in list(scope.oversteps(changes, request))[:MAX_LISTED]:
        name = short(touched.definition.name) or "A statement of the module"
        message = f"{name} is changed, and the request neither names nor needs that."
        where = f"{touched.path}:{touched.definition.lines[0]}"
        yield Finding("not-asked", "open", where, message, "Leave it exactly as it was.")
    for path in list(scope.unread_oversteps(changes, request))[:MAX_LISTED]:
        message = "This file is changed, and the request neither names nor needs that."
        yield Finding("not-asked", "open", path, message, "Leave it exactly as it was.")


def does_all(draft: ProgramDraft, bench: CodeBench) -> Iterator[Finding]:
    """Of several names in one row all are meant."""
    request = change_request(bench.reading.prompt)
    if request.goes_everywhere and not request.rows:
        return
    others = [compared(f, f) for f in bench.reading.came if not _has(draft, f.path)]
    left = list(scope.left_out([*_compared(draft, bench), *others], request))
    for path, name in left[:MAX_LISTED]:
        message = f"The request names {short(name)} beside what is changed, and it is as it was."
        hint = f"Make the change in {short(name)} too."
        yield Finding("left-out", "open", path, message, hint)


def _has(draft: ProgramDraft, path: str) -> bool:
    return any(file.path == path for file in draft.files)


def keeps_tests(draft: ProgramDraft, bench: CodeBench) -> Iterator[Finding]:
    """A test that came and passed says what the code is relied on for."""
    assert draft.change is not None
    execution = draft.change.tests
    failed = [case for case in execution.cases if case.outcome in ("failed", "error")]
    for case in failed[:MAX_LISTED]:
        first = case.message.partition("\n")[0]
        message = f"This test passed before the change: {first}"
        hint = "Make the change so that it passes, or change it only as the request says."
        yield Finding("test-broken", "open", short(case.name), message, hint)
    if execution.status == "timeout":
        hint = "Make every test that came end as it did before."
        yield Finding("tests-hang", "open", "tests", execution.reason, hint)
    if execution.status == "unavailable":
        yield Finding("tests-not-run", "open", "tests", execution.reason)
    edited = [t for change in _compared(draft, bench) for t in change.touched if _is_edited(t)]
    if edited:
        names = ", ".join(short(touched.definition.name) for touched in edited[:MAX_LISTED])
        message = f"Tests that came were changed: {names}. They no longer hold what they held."
        yield Finding("tests-edited", "warn", edited[0].path, message)


def _is_edited(touched: scope.Touched) -> bool:
    name = touched.definition.last_name
    is_test = is_test_path(touched.path) and name.startswith("test")
    return is_test and touched.before is not None


def brings_nothing_new(check: Check[Any, CodeInput]) -> Check[Any, CodeInput]:
    """The check for a change: what was wrong with the files as they came is not the model's."""

    async def run(draft: CodeDraft, bench: CodeBench) -> Iterable[Finding]:
        findings = tuple(await _results(check.run(draft, bench)))
        paths = {file.path for file in draft.files}
        before = tuple(file for file in bench.reading.came if file.path in paths)
        if not findings or not before:
            return findings
        proof = await apart(partial(proof_of, before), sum(len(file.content) for file in before))
        if isinstance(proof, Stopped):
            return (replace(UNCHECKED, where=before[0].path),)
        old = draft.model_copy(update={"files": before, "proof": proof, "truncated": False})
        known = Counter(map(_gist, await _results(check.run(old, bench))))
        return tuple(finding for finding in findings if not _is_known(finding, known))

    return replace(check, run=run)


async def _results(run: Iterable[Finding] | Awaitable[Iterable[Finding]]) -> Iterable[Finding]:
    return await run if isawaitable(run) else run


def _gist(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.where.partition(":")[0], finding.message


def _is_known(finding: Finding, known: Counter[tuple[str, str, str]]) -> bool:
    gist = _gist(finding)
    known[gist] -= 1
    return known[gist] >= 0


def _ran(draft: ProgramDraft, _: CodeBench) -> bool:
    return draft.change is not None and draft.change.tests.is_due


CHANGES: tuple[Check[ProgramDraft, CodeInput], ...] = (
    Check("diff-applies", held_apart(applies)),
    Check("whole-files", held_apart(is_whole)),
    Check("keeps-public", held_apart(keeps_public)),
    Check("only-what-is-asked", held_apart(touches_what_is_asked)),
    Check("all-that-is-named", held_apart(does_all)),
    Check("keeps-tests", keeps_tests, applies=_ran),
)
