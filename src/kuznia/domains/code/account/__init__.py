"""The account of a code artefact: each clause of the prompt, looked for in the code itself.

Comments and docstrings are no evidence: the code is.
"""

from collections.abc import Iterable
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


async def account_of(bench: CodeBench, asked: tuple[Wish, ...]) -> Iterable[Wish]:
    """What became of each wish; nothing is said where the code takes too long to read."""
    code, tests = bench.accepted.get("code"), bench.accepted.get("tests")
    if not isinstance(code, CodeDraft):
        return ()
    tested = tests.files if isinstance(tests, CodeDraft) else ()
    job = partial(
        answers,
        bench.reading.language,
        bench.reading.prompt,
        code.files,
        tested,
        code.requires,
        "documentation" in bench.accepted,
        tuple(replace(wish, where=(), why="") for wish in asked),
        bench.claims,
    )
    result = await POOL.run(partial(_timed, job), seconds=SECONDS)
    return () if isinstance(result, Stopped) else result


def _timed(job: "partial[tuple[Wish, ...]]", _: float) -> tuple[Wish, ...]:
    return job()


__all__ = ["account_of", "wishes"]
