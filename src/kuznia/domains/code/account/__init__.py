"""The account of a code artefact: each clause of the prompt, looked for in the code itself.

Comments and docstrings are no evidence: the code is.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from kuznia.domains.code.account.answers import answers
from kuznia.domains.code.account.by_examples import by_examples
from kuznia.domains.code.languages.find import find
from kuznia.domains.code.parsing.grammar import QUICK
from kuznia.domains.code.schema import CodeBench, CodeDraft, CodeInput, Execution, ProgramDraft
from kuznia.forge.terms import Wish
from kuznia.forge.wishes.clauses import clauses
from kuznia.platform.process.workers import POOL, Stopped

# More than a small file, or a long list of wishes, goes to a process that is ended when its time is
# over.
SECONDS, MAX_HERE, MAX_WISHES = 1.0, 3_000, 50
# A prompt of so many characters has that time, and a longer one as much more.
SHORT = 2_000


def wishes(order: CodeInput) -> tuple[Wish, ...]:
    """What an order for code asks for."""
    return clauses(order.prompt)


def account_here(bench: CodeBench, asked: tuple[Wish, ...]) -> Iterable[Wish]:
    """What became of each wish."""
    job = _job(bench, asked)
    return job() if job else ()


async def account_of(bench: CodeBench, asked: tuple[Wish, ...]) -> Iterable[Wish]:
    """The same, where it holds nobody up; nothing is said where the code takes too long to read."""
    job = _job(bench, asked)
    if job is None:
        return ()
    code = bench.accepted["code"], bench.accepted.get("tests")
    files = [file for draft in code if isinstance(draft, CodeDraft) for file in draft.files]
    files += bench.reading.came
    size = len(bench.reading.prompt) + sum(len(file.content) for file in files)
    is_quick = all((row := find(file.language)) and row.name in QUICK for file in files)
    if is_quick and size <= MAX_HERE and len(asked) <= MAX_WISHES:
        return await POOL.ease(job)
    seconds = SECONDS * max(1.0, len(bench.reading.prompt) / SHORT)
    result = await POOL.run(partial(_timed, job), seconds=seconds)
    return () if isinstance(result, Stopped) else result


def _job(bench: CodeBench, asked: tuple[Wish, ...]) -> Callable[[], tuple[Wish, ...]] | None:
    code, tests = bench.accepted.get("code"), bench.accepted.get("tests")
    if not isinstance(code, CodeDraft):
        return None
    return partial(
        _answers,
        code.examples if isinstance(code, ProgramDraft) else None,
        bench.reading.language,
        bench.reading.prompt,
        code.files,
        tests.files if isinstance(tests, CodeDraft) else (),
        code.requires,
        "documentation" in bench.accepted,
        tuple(replace(wish, where=(), why="") for wish in asked),
        bench.claims,
        bench.reading.came,
    )


# Any: what `answers` takes.
def _answers(examples: Execution | None, *arguments: Any) -> tuple[Wish, ...]:
    found = answers(*arguments)
    return tuple(by_examples(found, examples)) if examples else found


def _timed(job: Callable[[], tuple[Wish, ...]], _: float) -> tuple[Wish, ...]:
    return job()


__all__ = ["account_here", "account_of", "wishes"]
