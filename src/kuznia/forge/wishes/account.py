"""The account of an artefact: what became of each thing its prompt asked for.

A domain looks for each wish in the accepted parts. Here is checked what it says: every wish has its
answer, every pointer leads to something, and no word of the prompt is left out.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from inspect import isawaitable
from typing import Any, cast

from pydantic import BaseModel

from kuznia.forge.terms import AnyDomain, Bench, Draft, Wish
from kuznia.forge.wishes.clauses import clauses, is_filler
from kuznia.platform.log import get_log

log = get_log("wishes")

# What an account has whose order has used up its time.
LEAST_SECONDS = 0.1
UNANSWERED = "Nothing in the artefact shows that this was done."
ASTRAY = "What was named as the answer is not in the artefact."


# Any, here and below: what a domain's reading is, only the domain knows.
def read_wishes(domain: AnyDomain, prompt: str, reading: Any) -> tuple[Wish, ...]:
    """Everything the prompt asks for; nothing for a domain that answers for no wishes."""
    if domain.wishes is None:
        return ()
    try:
        wishes = domain.wishes(reading)
    except Exception as error:  # noqa: BLE001 - a fault of ours; there are plain clauses anyway
        log.warning("wishes_not_read", domain=domain.name, reason=type(error).__name__)
        wishes = clauses(prompt)
    return complete(prompt, wishes)


async def account(domain: AnyDomain, bench: Bench[Any], *, seconds: float) -> tuple[Wish, ...]:
    """What became of each wish in the accepted parts, as far as it is known within that time."""
    answers: Iterable[Wish] = ()
    if domain.account is not None and bench.wishes and bench.accepted:
        try:
            async with asyncio.timeout(max(seconds, LEAST_SECONDS)):
                account = domain.account(bench, bench.wishes)
                answers = tuple(await account if isawaitable(account) else account)
        except TimeoutError:
            log.warning("wishes_not_accounted", domain=domain.name, reason="deadline")
        except Exception as error:  # noqa: BLE001 - a fault of ours must not lose what was paid for
            log.warning("wishes_not_accounted", domain=domain.name, reason=type(error).__name__)
    return settled(bench.wishes, answers, bench.accepted)


def complete(prompt: str, wishes: Sequence[Wish]) -> tuple[Wish, ...]:
    """The wishes, and one for every clause of the prompt that none of them covers."""
    covered = sorted(wishes, key=lambda wish: wish.start)
    all_of_them: list[Wish] = []
    place = 0
    for wish in (*covered, None):
        end = wish.start if wish else len(prompt)
        between = prompt[place:end]
        if place < end and not is_filler(between):
            all_of_them += (_moved(clause, place) for clause in clauses(between))
        if wish:
            all_of_them.append(wish)
            place = max(place, wish.end)
    return tuple(all_of_them)


def settled(
    wishes: Sequence[Wish], answers: Iterable[Wish], parts: Mapping[str, Draft]
) -> tuple[Wish, ...]:
    """The wishes with their answers. What is said of no wish, or points nowhere, does not count."""
    answers = tuple(answers)
    by_place = {(one.start, one.end): one for one in answers if one.outcome != "not_asked"}
    blank = (replace(wish, outcome="not_understood", where=(), why="") for wish in wishes)
    return (
        *(_settled(wish, by_place, parts) for wish in blank),
        *(one for one in answers if one.outcome == "not_asked"),
    )


def _settled(
    wish: Wish, answers: Mapping[tuple[int, int], Wish], parts: Mapping[str, Draft]
) -> Wish:
    answer = answers.get((wish.start, wish.end))
    if answer is None or answer.outcome == "not_understood":
        return replace(wish, why=(answer.why if answer else "") or UNANSWERED)
    if not all(resolves(pointer, parts) for pointer in answer.where):
        return replace(wish, why=ASTRAY)
    if answer.outcome == "met" and not answer.where:
        return replace(wish, why=UNANSWERED)
    return replace(wish, outcome=answer.outcome, where=answer.where, why=answer.why)


def _moved(wish: Wish, by: int) -> Wish:
    return replace(wish, start=wish.start + by, end=wish.end + by)


def resolves(pointer: str, parts: Mapping[str, Draft]) -> bool:
    """Whether a JSON pointer leads to something in the parts."""
    if not pointer.startswith("/"):
        return False
    value: object = parts
    for step in pointer[1:].split("/"):
        value = _inside(value, step.replace("~1", "/").replace("~0", "~"))
        if value is None:
            return False
    return True


def _inside(value: object, name: str) -> object:
    if isinstance(value, BaseModel):
        return getattr(value, name) if name in type(value).model_fields else None
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value).get(name)
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = cast("Sequence[object]", value)
        return items[int(name)] if name.isdecimal() and int(name) < len(items) else None
    return None


def is_open(wish: Wish) -> bool:
    """Whether the artefact does without it."""
    return wish.outcome != "met"
