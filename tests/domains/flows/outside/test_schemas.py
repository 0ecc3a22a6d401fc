"""Schemas: two validators of others say the same of what may be handed in and what may not."""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from tests.domains.flows.answers import submissions
from tests.domains.flows.outside.tools import FLOWS, ask

from kuznia.domains.flows.exports.schemas import Json, pages, submission

# What an answer of any type can be mistaken for.
WRONG: tuple[Any, ...] = ("", "~", 0.5, -1, True, False, None, [], ["~"], {}, [{}])


def spoiled(good: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same submission with one thing left out, put in, or put wrong."""
    yield {**good, "unheard_of": 1}
    for name in good:
        yield {one: value for one, value in good.items() if one != name}
        yield from ({**good, name: wrong} for wrong in WRONG)


def judged(schema: Json, values: list[Any]) -> list[bool]:
    """What python's jsonschema says."""
    validator = Draft202012Validator(schema)
    return [validator.is_valid(one) for one in values]


def test_both_validators_take_what_every_way_hands_in() -> None:
    asked = [
        {"schema": submission(flow), "values": submissions(flow)[:40]} for flow in FLOWS.values()
    ]

    told = ask("schemas", asked)

    assert all(all(said) and said for said in told)
    assert told == [judged(**one) for one in asked]


def test_both_validators_refuse_the_same_submissions() -> None:
    asked = []
    for flow in FLOWS.values():
        # The first way and the last: between them every branch of most flows.
        ways = [submissions(flow)[0], submissions(flow)[-1]]
        values = [bad for good in ways for bad in spoiled(good)]
        asked.append({"schema": submission(flow), "values": values})

    told = ask("schemas", asked)

    assert told == [judged(**one) for one in asked]
    assert all(said.count(False) > len(said) / 2 for said in told)


def test_both_validators_say_the_same_of_each_page() -> None:
    asked = []
    for flow in FLOWS.values():
        answers = {name: value for good in submissions(flow) for name, value in good.items()}
        for schema in pages(flow).values():
            properties = schema["properties"]
            assert isinstance(properties, dict)
            good = {name: answers[name] for name in properties if name in answers}
            asked.append({"schema": schema, "values": [good, *spoiled(good)]})

    told = ask("schemas", asked)

    assert told == [judged(**one) for one in asked]
    assert all(False in said for said in told)
