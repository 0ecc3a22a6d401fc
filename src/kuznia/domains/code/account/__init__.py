"""The account of a code artefact: each clause of the prompt, looked for in the code itself.

Comments and docstrings are no evidence: the code is.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from kuznia.domains.code.account.answers import answers
from kuznia.domains.code.schema import CodeBench, CodeDraft, CodeInput
from kuznia.forge.terms import Wish
from kuznia.forge.wishes.clauses import clauses
from kuznia.platform.process.workers import POOL, Stopped

# It is made in a process that is ended when its time is over: some expressions here are quadratic
# in what they read, which is a stranger's.
SECONDS = 1.0


def wishes(order: CodeInput) -> tuple[Wish, ...]:
    """What an order for code asks for."""
    return clauses(order.prompt)


def account_here(bench: CodeBench, asked: tuple[Wish, ...]) -> Iterable[Wish]:
    """What became of each wish."""
    job = _job(bench, asked)
    return job() if job else ()


async def account_of(bench: CodeBench, asked: tuple[Wish, ...]) -> Iterable[Wish]:
    """The same, made apart; nothing is said where the code takes too long to read."""
    job = _job(bench, asked)
    if job is None:
        return ()
    result = await POOL.run(partial(_timed, job), seconds=SECONDS)
    return () if isinstance(result, Stopped) else result


def _job(bench: CodeBench, asked: tuple[Wish, ...]) -> Callable[[], tuple[Wish, ...]] | None:
    code, tests = bench.accepted.get("code"), bench.accepted.get("tests")
    if not isinstance(code, CodeDraft):
        return None
    return partial(
        answers,
        bench.reading.language,
        bench.reading.prompt,
        code.files,
        tests.files if isinstance(tests, CodeDraft) else (),
        code.requires,
        "documentation" in bench.accepted,
        tuple(replace(wish, where=(), why="") for wish in asked),
        bench.claims,
    )


def _timed(job: Callable[[], tuple[Wish, ...]], _: float) -> tuple[Wish, ...]:
    return job()


__all__ = ["account_here", "account_of", "wishes"]
