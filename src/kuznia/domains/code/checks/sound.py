"""The checks of what code does: its names exist, its coroutines run, nothing in it is unsafe."""

from collections.abc import Iterator
from typing import Any

from kuznia.domains.code.checks import promises, sql_text
from kuznia.domains.code.checks.python import unsafe
from kuznia.domains.code.checks.python.awaited import not_awaited
from kuznia.domains.code.checks.python.standard import not_standard
from kuznia.domains.code.checks.python.undefined import undefined
from kuznia.domains.code.checks.run_text import MARKS, run_text
from kuznia.domains.code.checks.source import held_apart, short
from kuznia.domains.code.parsing.pytree import tree_of
from kuznia.domains.code.schema import CodeBench, CodeDraft, CodeInput, File, TestsDraft
from kuznia.forge.terms import Check, Finding

MAX_LISTED = 10
_MARKS = frozenset((*unsafe.MARKS, *sql_text.MARKS, *MARKS))
# Where a language has this word it may have something to await.
_AWAITS = {"python": "async def", **dict.fromkeys(("javascript", "typescript", "tsx"), "async")}
_SCRIPTS = frozenset(("javascript", "typescript", "tsx"))


def names_exist(draft: CodeDraft, bench: CodeBench) -> Iterator[Finding]:
    """A name that nothing defines raises an error as soon as its line is reached."""
    own = frozenset(_modules(draft, bench))
    for file in draft.files:
        tree = tree_of(file.content) if file.language == "python" else None
        if tree is None:
            continue
        absent = [(line, name, "defined") for line, name in undefined(file.content, tree)]
        absent += [(line, name, "in the library") for line, name in not_standard(tree, own)]
        for line, name, where in absent[:MAX_LISTED]:
            message = f"{short(name)} is not {where}."
            hint = f"Define {short(name)}, import it, or use what exists."
            yield Finding("undefined-name", "block", f"{file.path}:{line}", message, hint)


def _modules(draft: CodeDraft, bench: CodeBench) -> Iterator[str]:
    """The names by which the files of an artefact may be imported."""
    code = bench.accepted.get("code")
    beside = code.files if isinstance(code, CodeDraft) else ()
    files = (*draft.files, *beside, *bench.reading.came)
    for file in files:
        yield from file.path.removesuffix(".py").split("/")


def coroutines_are_awaited(draft: CodeDraft, _: CodeBench) -> Iterator[Finding]:
    """A coroutine that is only called does nothing, and a promise has nothing of its value."""
    for file in draft.files:
        for line, name in tuple(_not_awaited(file))[:MAX_LISTED]:
            message = f"{short(name)} is called and not awaited."
            hint = f"Await {short(name)}, or keep it in a task."
            yield Finding("not-awaited", "block", f"{file.path}:{line}", message, hint)


def _not_awaited(file: File) -> Iterator[tuple[int, str]]:
    if file.language in _SCRIPTS:
        return promises.not_awaited(file.content)
    tree = tree_of(file.content) if file.language == "python" else None
    return not_awaited(tree) if tree else iter(())


def is_safe(draft: CodeDraft, bench: CodeBench) -> Iterator[Finding]:
    """Text from outside that is run as SQL, as a command or as code does what its sender wants.

    Tests have such text of their own, and an order may ask for it.
    """
    for file in draft.files:
        for line, message, hint, certain in _unsafe(file, bench.reading.prompt):
            is_sure = certain and not isinstance(draft, TestsDraft)
            severity = "block" if is_sure else "warn"
            yield Finding("unsafe", severity, f"{file.path}:{line}", message, hint)


def _unsafe(file: File, prompt: str) -> Iterator[tuple[int, str, str, bool]]:
    for line in sql_text.built_sql(file.content, file.language):
        message = "SQL is put together with a value in its text."
        yield line, message, "Pass the value as a parameter of the query.", True
    asked = unsafe.is_asked(prompt)
    for line, message in run_text(file.content, file.language):
        yield line, message, "Use a list of arguments, or a parser.", not asked
    if file.language != "python" or not any(mark in file.content for mark in unsafe.MARKS):
        return
    tree = tree_of(file.content)
    for line, what, certain in unsafe.unsafe_calls(tree) if tree else ():
        hint = "Parse the text, or call the program with a list of arguments."
        yield line, f"A call is unsafe: {what}.", hint, certain and not asked


def is_python(draft: CodeDraft, _: CodeBench) -> bool:
    return any(file.language == "python" for file in draft.files)


def has_coroutines(draft: CodeDraft, _: CodeBench) -> bool:
    is_test = isinstance(draft, TestsDraft)
    return any(
        _AWAITS.get(file.language, "\0") in file.content
        for file in draft.files
        if not (is_test and file.language in _SCRIPTS)
    )


def may_be_unsafe(draft: CodeDraft, _: CodeBench) -> bool:
    """Whether a draft has any word by which something unsafe is done."""
    return any(mark in file.content for file in draft.files for mark in _MARKS)


# They stand in parts of code and of tests, whose drafts differ; Any is the price of one tuple.
SOUND: tuple[Check[Any, CodeInput], ...] = (
    Check("defined", held_apart(names_exist, concerns=is_python)),
    Check("awaited", held_apart(coroutines_are_awaited, concerns=has_coroutines)),
    Check("safe", held_apart(is_safe, concerns=may_be_unsafe)),
)
