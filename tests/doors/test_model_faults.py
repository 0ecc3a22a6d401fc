"""What real models do wrong, one fault a test, through the door: calls and tokens are counted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from tests.doors.conftest import Lines
from tests.makers import Note, a_domain, a_part
from tests.servers.loop import Kuznia, inside, made
from tests.servers.model import (
    Act,
    Exchange,
    ModelServer,
    answer,
    event,
    events,
    hang,
    modelserver,
    reply,
    stream,
)

from kuznia.forge.terms import Bench, Domain, Prompt

__all__ = ["modelserver"]

LOOP = "Then the person waits for the seller to confirm the sale. "
Enter = Callable[..., Awaitable[Kuznia]]


def long(bench: Bench) -> Prompt:
    return Prompt("You write the note.", bench.reading.prompt, max_tokens=12_000)


NOTES = a_domain(a_part(prompt=long))


@pytest.fixture
async def enter(log: Lines, sqlite_url: str, modelserver: ModelServer) -> AsyncIterator[Enter]:
    async with asyncio.TaskGroup() as open_servers:
        leave = asyncio.Event()

        async def start(*plays: Act, domain: Domain = NOTES, **settings: Any) -> Kuznia:
            modelserver.will(*plays)
            ready: asyncio.Future[Kuznia] = asyncio.get_running_loop().create_future()

            async def serve() -> None:
                makings = made(sqlite_url, modelserver.url, domain, model_attempts=3, **settings)
                async with inside(makings) as kuznia:
                    ready.set_result(kuznia)
                    await leave.wait()

            open_servers.create_task(serve())
            return await ready

        yield start
        leave.set()


async def order(kuznia: Kuznia) -> dict[str, Any]:
    answer = (await kuznia.make()).json()
    return answer["data"] if answer["success"] else answer["error"]


def attempts(artefact: dict[str, Any]) -> list[tuple[str, int]]:
    """How each call ended, and what its reply took."""
    return [(one["outcome"], one["output_tokens"]) for one in artefact["evidence"]["attempts"]]


async def test_a_cut_reply(enter: Enter, modelserver: ModelServer):
    kuznia = await enter(
        reply("note: bad messy", usage=(50, 12_000), finish="length"),
        reply("note: short", usage=(60, 5)),
    )

    artefact = await order(kuznia)

    assert artefact["parts"]["note"]["text"] == "short"
    assert attempts(artefact) == [("ok", 12_000), ("ok", 5)]
    assert modelserver.calls[0].body["max_tokens"] == 12_000
    assert "cut off after 12000 tokens" in modelserver.calls[1].body["messages"][-1]["content"]


async def test_two_errors_of_which_one_is_mended_a_try(enter: Enter):
    texts = ("note: bad iron is bad", "note: bad iron is hot", "note: red iron is hot")
    kuznia = await enter(*(reply(text) for text in texts))

    artefact = await order(kuznia)

    assert (artefact["status"], len(attempts(artefact))) == ("complete", 3)


async def test_identical_repairs(enter: Enter, modelserver: ModelServer):
    kuznia = await enter(reply("note: bad iron"))

    error = await order(kuznia)

    assert error["code"] == "NOT_ACCEPTED"
    assert len(modelserver.calls) == 2


async def test_repetition(enter: Enter, modelserver: ModelServer):
    loop = stream(*events("note: ", *[LOOP] * 900), hang=True)
    kuznia = await enter(loop, reply("note: fine"), openai_temperature=0.2)

    artefact = await order(kuznia)

    (first, tokens), _ = attempts(artefact)
    assert (first, artefact["status"]) == ("repetition", "complete")
    assert tokens < 1_000
    assert [call.body["temperature"] for call in modelserver.calls] == [0.2, pytest.approx(0.6)]
    assert (await modelserver.left()).aborted is not None


async def test_the_best_draft_and_then_a_worse_one(enter: Enter, modelserver: ModelServer):
    texts = ("note: iron is bad", "bad", "note: iron is hot")
    kuznia = await enter(*(reply(text) for text in texts))

    artefact = await order(kuznia)

    shown = [message["content"] for message in modelserver.calls[2].body["messages"]]
    assert artefact["parts"]["note"]["text"] == "iron is hot"
    assert "note: iron is bad" in shown
    assert len(attempts(artefact)) == 3


async def test_a_slow_first_token(enter: Enter, modelserver: ModelServer):
    async def cold(to: Exchange) -> None:
        await asyncio.sleep(1.5)
        await stream(*events("note: fine"))(to)

    kuznia = await enter(cold, model_idle_timeout=1)

    artefact = await order(kuznia)

    assert artefact["status"] == "complete"
    assert len(modelserver.calls) == 1


async def test_one_slot_and_two_parts_side_by_side(enter: Enter, modelserver: ModelServer):
    busy = 0

    async def one_slot(to: Exchange) -> None:
        nonlocal busy
        busy += 1
        # A second call waits for the slot until it is given up.
        await (hang(to) if busy > 1 else asyncio.sleep(0.05))
        await stream(*events("note: fine"))(to)
        busy -= 1

    parts = a_domain(a_part("tests"), a_part("documentation"))
    kuznia = await enter(one_slot, domain=parts, model_profile="local")

    artefact = await order(kuznia)

    assert artefact["parts"].keys() == {"tests", "documentation"}
    assert attempts(artefact) == [("ok", 3), ("ok", 3)]


async def test_a_silent_stream(enter: Enter, modelserver: ModelServer):
    half = stream(event({"content": "note: half of a"}), hang=True)
    kuznia = await enter(half, model_idle_timeout=0.3)

    error = await order(kuznia)

    assert (error["code"], error["details"]["reason"]) == ("MODEL_UNAVAILABLE", "timeout")
    assert "stopped in the middle of its reply" in error["message"]
    assert len(modelserver.calls) == 1
    assert 'kuznia_model_attempts_total{model="m",outcome="timeout"} 1.0' in await kuznia.metrics()


async def test_a_planner_does_not_wait_longer_than_it_was_told(
    enter: Enter, modelserver: ModelServer
):
    planned = a_domain(a_part(make=lambda _: Note(text="planned")))
    kuznia = await enter(hang, domain=planned, model_wait=0.3)

    artefact = await order(kuznia)

    assert (artefact["status"], artefact["parts"]["note"]["text"]) == ("degraded", "planned")
    assert artefact["findings"][0]["message"] == "The model had not answered within 0.3 seconds."
    assert len(modelserver.calls) == 1


async def test_an_unlisted_model(enter: Enter, modelserver: ModelServer):
    missing = b'{"error": {"message": "The model `m` does not exist"}}'
    kuznia = await enter(answer(b'{"data": [{"id": "mistral"}]}'), answer(missing, status=404))

    status = (await kuznia.client.get("/api/v1/status")).json()["data"]["models"][0]
    error = await order(kuznia)

    assert (status["usable"], status["reason"]) == (False, "unlisted")
    assert status["message"] == "The server does not list the model m; it has mistral."
    assert error["details"]["reason"] == "rejected"
    assert len(modelserver.calls) == 2
