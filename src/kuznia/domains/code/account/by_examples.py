"""What running the order's own examples says of the clauses that they stand in."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kuznia.domains.code.schema import CaseRun, Execution
from kuznia.forge.terms import Wish
from kuznia.forge.wishes.clauses import WORD

# As the names of the cases have them: `fare(5) == 0`, `fare(-1) raises ValueError`.
_SAYS = re.compile(r" == | raises ")
# A clause with any other word asks for more than its examples show.
_LINKS = frozenset(
    {
        *("a", "an", "and", "as", "be", "e.g", "example", "for"),
        *("from", "give", "gives", "is", "it", "must", "of", "or"),
        *("raise", "raises", "result", "return", "returns", "shall", "should", "so"),
        *("that", "the", "then", "throws", "will", "а", "або", "видає"),
        *("дає", "для", "дорівнює", "з", "й", "кидає", "має", "наприклад"),
        *("от", "отже", "повернути", "повертає", "приклад", "результат", "та", "так"),
        *("то", "це", "є", "і"),
    }
)


def by_examples(wishes: Iterable[Wish], examples: Execution) -> Iterator[Wish]:
    """The wishes, those that are examples answered by how these ended."""
    for wish in wishes:
        ran = [
            (number, case)
            for number, case in enumerate(examples.cases)
            if case.outcome != "skipped" and _call(case) in "".join(wish.quote.split())
        ]
        failed = next((case for _, case in ran if case.outcome != "passed"), None)
        if failed is not None:
            why = f"An example fails: {failed.message.partition(chr(10))[0]}"
            yield replace(wish, outcome="not_understood", where=(), why=why)
        elif ran and _is_all(wish.quote, [case for _, case in ran]):
            where = tuple(f"/code/examples/cases/{number}" for number, _ in ran)
            yield replace(wish, outcome="met", where=where, why="")
        else:
            yield wish


def _call(case: CaseRun) -> str:
    return "".join(_SAYS.split(case.name, maxsplit=1)[0].split())


def _is_all(quote: str, cases: Iterable[CaseRun]) -> bool:
    """Whether the clause says nothing but its examples."""
    known = {word for case in cases for word in WORD.findall(case.name.lower())}
    return all(word in known or word in _LINKS for word in WORD.findall(quote.lower()))
