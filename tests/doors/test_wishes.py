"""Everything a prompt asks for is answered for, through every door."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from tests.doors.conftest import Start
from tests.makers import Note, a_domain
from tests.servers.loop import EVENTS, NOTES, Kuznia, frames
from tests.servers.model import ModelServer, reply

from kuznia.forge.terms import Bench, Wish
from kuznia.forge.wishes.clauses import clauses
from kuznia.forge.wishes.matching import share, terms

PROMPT = "Hello! A note on iron, its price and where it rusts. Thanks!"
STRICT = {"wishes": "strict"}


def found_in_the_note(bench: Bench[Any], wishes: tuple[Wish, ...]) -> Iterable[Wish]:
    """A wish is met where all of its words are in the note."""
    note = bench.accepted["note"]
    assert isinstance(note, Note)
    words = terms(note.text).stems
    for wish in wishes:
        if share(terms(wish.quote).stems, words) == 1:
            yield replace(wish, outcome="met", where=("/note/text",))


WISHFUL = a_domain(wishes=lambda order: clauses(order.prompt), account=found_in_the_note)


@pytest.fixture
async def wishful(enter: Start) -> Kuznia:
    return await enter(domain=WISHFUL)


async def test_a_note_that_does_all_of_it_is_complete(wishful: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: The note says what iron is, its price, and where it rusts."))

    data = (await wishful.make(PROMPT)).json()["data"]

    assert data["status"] == "complete"
    for wish in data["wishes"]:
        assert PROMPT[wish["start"] : wish["end"]] == wish["quote"]
        assert (wish["outcome"], wish["where"]) == ("met", ["/note/text"])


async def test_a_note_on_something_else_is_never_complete(
    wishful: Kuznia, modelserver: ModelServer
):
    modelserver.will(reply("note: A pizza with mushrooms, to be brought at eight."))

    data = (await wishful.make(PROMPT)).json()["data"]

    assert data["status"] == "partial"
    assert {wish["outcome"] for wish in data["wishes"]} == {"not_understood"}
    assert all(wish["why"] for wish in data["wishes"])


@pytest.mark.parametrize("settings", [{}, {"wishes": "strict"}])
async def test_strict_wishes_make_an_error_of_what_is_open(
    enter: Start, modelserver: ModelServer, settings: dict[str, str]
):
    modelserver.will(reply("note: A note on iron."))
    kuznia = await enter(domain=WISHFUL, **settings)
    params = {} if settings else STRICT

    answer = await kuznia.make("A note on iron. Say where it rusts.", params=params)

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "WISHES_OPEN")
    assert error["details"]["wishes"] == [1]
    kept = await kuznia.client.get(f"/api/v1/artefacts/{error['details']['artefact']}")
    assert kept.json()["data"]["wishes"][1]["quote"] == "Say where it rusts"
    assert "rusts" not in error["message"]


async def test_a_caller_cannot_be_less_strict_than_the_operator(
    enter: Start, modelserver: ModelServer
):
    modelserver.will(reply("note: something else"))
    kuznia = await enter(domain=WISHFUL, wishes="strict")

    answer = await kuznia.make(PROMPT, params={"wishes": "lenient"})

    assert answer.status_code == 422


async def test_strict_wishes_that_are_met_are_no_error(wishful: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: iron"))

    answer = await wishful.make("iron, please", params=STRICT)

    assert answer.json()["data"]["status"] == "complete"


async def test_only_two_kinds_of_strictness_are_known(wishful: Kuznia):
    answer = await wishful.make(PROMPT, params={"wishes": "some"})

    assert answer.status_code == 400
    assert "`lenient` or `strict`" in answer.json()["error"]["message"]


async def test_in_a_batch_each_order_is_held_to_its_own_wishes(
    wishful: Kuznia, modelserver: ModelServer
):
    modelserver.will(reply("note: iron"))
    orders = {"orders": [{"prompt": "iron, please"}, {"prompt": "iron. Its rust."}]}

    answer = await wishful.client.post(f"{NOTES}/batch", json=orders, params=STRICT)

    codes = [one.get("error", {}).get("code") for one in answer.json()["data"]["outcomes"]]
    assert codes == [None, "WISHES_OPEN"]


async def test_a_stream_tells_each_wish_before_its_end(wishful: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: iron"))

    answer = await wishful.client.post(NOTES, json={"prompt": "Iron. Its rust."}, headers=EVENTS)

    steps = [(frame.kind, frame.data) async for frame in frames(answer)]
    wishes = [(kind, data["wish"]["quote"]) for kind, data in steps if kind.startswith("wish.")]
    assert wishes == [("wish.met", "Iron"), ("wish.open", "Its rust")]
    assert steps[-1][0] == "run.finished"


async def test_a_domain_without_wishes_answers_for_none(kuznia: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: something else"))

    data = (await kuznia.make(PROMPT, params=STRICT)).json()["data"]

    assert (data["status"], data["wishes"]) == ("complete", [])


async def test_what_is_open_can_be_answered(wishful: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: iron"))
    first = (await wishful.make("Iron. Its rust, please.")).json()["data"]
    modelserver.will(reply("note: iron, its rust is a brown powder"))

    answer = await wishful.client.post(
        f"/api/v1/artefacts/{first['id']}/answers", json={"answers": {"2": "the brown powder"}}
    )

    data = answer.json()["data"]
    assert data["input"]["prompt"] == "Iron. Its rust (the brown powder), please."
    assert "Its rust (the brown powder)" in modelserver.calls[-1].body["messages"][1]["content"]
    assert data["findings"][0]["code"] == "continued"
    assert first["id"] in data["findings"][0]["message"]
    assert data["status"] == "complete"


async def test_answers_can_be_watched(wishful: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: iron"))
    first = (await wishful.make("Iron. Its rust.")).json()["data"]

    answer = await wishful.client.post(
        f"/api/v1/artefacts/{first['id']}/answers",
        json={"answers": {"2": "the brown powder"}},
        headers=EVENTS,
    )

    assert [frame.kind async for frame in frames(answer)][-1] == "run.finished"


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"1": "x"}, "Wish 1 is not open; open are 2."),
        ({"9": "x"}, "Wish 9 is not open; open are 2."),
        ({"2": " "}, "answers.2"),
        ({"0": "x"}, "answers.0"),
        ({}, "answers"),
    ],
)
async def test_an_answer_to_nothing_is_refused(
    wishful: Kuznia, modelserver: ModelServer, answers: dict[str, str], says: str
):
    modelserver.will(reply("note: iron"))
    first = (await wishful.make("Iron. Its rust.")).json()["data"]

    answer = await wishful.client.post(
        f"/api/v1/artefacts/{first['id']}/answers", json={"answers": answers}
    )

    assert answer.status_code == 400
    assert says in answer.json()["error"]["message"]
    assert len(modelserver.calls) == 1


async def test_nobody_answers_for_an_artefact_of_somebody_else(wishful: Kuznia):
    answer = await wishful.client.post(
        "/api/v1/artefacts/art_01a1fbcedbf1341f400d9f3e15df8d2f/answers",
        json={"answers": {"1": "x"}},
    )

    assert answer.status_code == 404
