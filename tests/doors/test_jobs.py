"""Orders as jobs, as a caller meets them: `Prefer: respond-async` and /api/v1/jobs."""

import asyncio
from typing import Any

import httpx2
import pytest
from tests.doors.conftest import Start
from tests.servers.loop import NOTES, Kuznia, held
from tests.servers.model import ModelServer, reply, status

LATER = {"prefer": "respond-async"}


async def put(kuznia: Kuznia, prompt: str = "a note on iron", **more: Any) -> httpx2.Response:
    headers = LATER | more.pop("headers", {})
    return await kuznia.make(prompt, headers=headers, **more)


async def ended(kuznia: Kuznia, job: str) -> dict[str, Any]:
    """The job, once it has ended."""
    async with asyncio.timeout(60):
        while True:
            answer = await kuznia.client.get(job)
            if "retry-after" not in answer.headers:
                return answer.json()["data"]
            await asyncio.sleep(0.01)


async def test_an_order_may_be_left_and_its_artefact_fetched_later(
    enter: Start, modelserver: ModelServer
) -> None:
    kuznia = await enter()
    modelserver.will(reply("note: iron"))
    answer = await put(kuznia)
    job = await ended(kuznia, answer.headers["location"])
    artefact = (await kuznia.client.get(job["links"]["artefact"])).json()["data"]
    events = await kuznia.client.get(job["links"]["events"])

    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "respond-async"
    assert int(answer.headers["retry-after"]) > 0
    assert (job["state"], job["attempts"], job["error"]) == ("done", 1, None)
    assert artefact["parts"]["note"]["text"] == "iron"
    assert artefact["evidence"]["run_id"] == job["run_id"] == answer.headers["x-run-id"]
    assert events.text.count("event: run.finished") == 1
    assert len(modelserver.calls) == 1
