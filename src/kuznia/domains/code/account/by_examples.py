"""What running the order's own examples and properties says of the clauses they stand in."""

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

# A property is named with the sentence that says it.
_QUOTED = re.compile(r" \(“(?P<quote>[^”]{1,200})”\)$")
# What only a clause about a property says, and what else may stand in one that says no more.
_PROPERTY = frozenset(
    {
        *("sorted", "ascending", "increasing", "unique", "distinct", "duplicates", "negative"),
        *("non-negative", "length", "idempotent", "round", "lossless", "inverse", "exact"),
        *("відсортований", "впорядкований", "зростанням", "зростання", "повторів", "дублікатів"),
        *("від'ємний", "невід'ємний", "довжини", "ідемпотентна", "втрат"),
    }
)
_PROMISES = (
    _LINKS
    | _PROPERTY
    | {
        *("always", "never", "every", "order", "in", "list", "array", "result", "results"),
        *("output", "without", "no", "elements", "items", "values", "below", "zero", "same"),
        *("input", "trip", "завжди", "ніколи", "список", "порядку", "за", "у", "без"),
        *("елементи", "не", "менше", "нуля", "тієї", "ж"),
    }
)


def by_examples(wishes: Iterable[Wish], examples: Execution) -> Iterator[Wish]:
    """The wishes, those that are examples answered by how these ended."""
    for wish in wishes:
        ran = [
            (number, case)
            for number, case in enumerate(examples.cases)
            if case.outcome != "skipped" and _is_in(case, wish.quote)
        ]
        failed = next((case for _, case in ran if case.outcome != "passed"), None)
        if failed is not None:
            why = f"It was run and fails: {failed.message.partition(chr(10))[0]}"
            yield replace(wish, outcome="not_understood", where=(), why=why)
        elif ran and _is_all(wish.quote, [case for _, case in ran]):
            where = tuple(f"/code/examples/cases/{number}" for number, _ in ran)
            yield replace(wish, outcome="met", where=where, why="")
        else:
            yield wish


def _is_in(case: CaseRun, quote: str) -> bool:
    """Whether a clause has the call of an example, or says a property."""
    if said := _QUOTED.search(case.name):
        clause = " ".join(quote.split())
        is_same = clause in said["quote"] or said["quote"] in clause
        return is_same and not _PROPERTY.isdisjoint(WORD.findall(clause.lower()))
    return _call(case) in "".join(quote.split())


def _call(case: CaseRun) -> str:
    return "".join(_SAYS.split(case.name, maxsplit=1)[0].split())


def _is_all(quote: str, cases: Iterable[CaseRun]) -> bool:
    """Whether the clause says nothing but its examples."""
    names = [case.name for case in cases]
    known = {word for name in names for word in WORD.findall(_QUOTED.sub("", name).lower())}
    fillers = _PROMISES if any(map(_QUOTED.search, names)) else _LINKS
    return all(word in known or word in fillers for word in WORD.findall(quote.lower()))
