"""The account of a code artefact: each clause of the prompt, looked for in the code itself.

Comments and docstrings are no evidence: the code is.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from kuznia.domains.code.account.answers import answers
from kuznia.domains.code.languages.find import find
from kuznia.domains.code.parsing.grammar import QUICK
from kuznia.domains.code.schema import CodeBench, CodeDraft, CodeInput
from kuznia.forge.terms import Wish
from kuznia.forge.wishes.clauses import clauses
from kuznia.platform.process.workers import POOL, Stopped

# Some expressions here are quadratic in what they read, so that more than a small file goes to a
# process that is ended when its time is over.
SECONDS, MAX_HERE = 1.0, 3_000


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
    files = (*code.files, *tested)
    size = len(bench.reading.prompt) + sum(len(file.content) for file in files)
    if size <= MAX_HERE and all(
        (language := find(file.language)) and language.name in QUICK for file in files
    ):
        return await POOL.ease(job)
    result = await POOL.run(partial(_timed, job), seconds=SECONDS)
    return () if isinstance(result, Stopped) else result


def _timed(job: "partial[tuple[Wish, ...]]", _: float) -> tuple[Wish, ...]:
    return job()


__all__ = ["account_of", "wishes"]
