import asyncio
import json
import re

import httpx2
import pytest
from bench.upstream import Pace, completion, events
from tests.bench.conftest import Open

CHAT = {"model": "bench", "messages": [{"role": "user", "content": "Write it."}]}


async def seen(port: int) -> dict[str, int]:
    async with httpx2.AsyncClient() as client:
        return (await client.get(f"http://127.0.0.1:{port}/seen")).json()


async def until(port: int, name: str, count: int) -> None:
    for _ in range(1000):
        if (await seen(port))[name] == count:
            return
        await asyncio.sleep(0.005)
    pytest.fail(f"{name} never came to {count}")


async def test_a_plain_answer_is_a_completion_with_usage(open_upstream: Open) -> None:
    port = await open_upstream(Pace())

    async with httpx2.AsyncClient() as client:
        answer = await client.post(f"http://127.0.0.1:{port}/v1/chat/completions", json=CHAT)

    said = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert "```python" in said["choices"][0]["message"]["content"]
    assert said["choices"][0]["finish_reason"] == "stop"
    assert said["usage"]["total_tokens"] > said["usage"]["completion_tokens"] > 0


async def test_a_streamed_answer_says_the_same_in_pieces(open_upstream: Open) -> None:
    port = await open_upstream(Pace())

    async with httpx2.AsyncClient() as client:
        body = {**CHAT, "stream": True}
        plain = await client.post(f"http://127.0.0.1:{port}/v1/chat/completions", json=CHAT)
        answer = await client.post(f"http://127.0.0.1:{port}/v1/chat/completions", json=body)

    *frames, last, nothing = answer.text.split("\n\n")
    chunks = [json.loads(frame.removeprefix("data: ")) for frame in frames]
    pieces = [choice["delta"].get("content", "") for c in chunks for choice in c["choices"]]
    # Two answers never are the same: each has the number of its call in it.
    said = re.sub(r"\d{8}", "0" * 8, plain.json()["choices"][0]["message"]["content"])
    assert re.sub(r"\d{8}", "0" * 8, "".join(pieces)) == said
    assert chunks[-1]["usage"] == plain.json()["usage"]
    assert (last, nothing) == ("data: [DONE]", "")


async def test_a_paced_stream_comes_in_time_and_whole(open_upstream: Open) -> None:
    port = await open_upstream(Pace(delay=0.01, gap=0.001))

    async with httpx2.AsyncClient() as client:
        body = {**CHAT, "stream": True}
        answer = await client.post(f"http://127.0.0.1:{port}/v1/chat/completions", json=body)

    assert answer.text.endswith("data: [DONE]\n\n")
    assert await seen(port) | {"cpu_seconds": 0} == {
        "calls": 1,
        "streams": 1,
        "aborts": 0,
        "open": 0,
        "cpu_seconds": 0,
    }


async def test_a_caller_that_leaves_is_counted_as_an_abort(open_upstream: Open) -> None:
    port = await open_upstream(Pace(delay=30))
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
    await until(port, "open", 1)

    writer.close()
    await until(port, "open", 0)

    assert (await seen(port))["aborts"] == 1


async def test_an_address_it_does_not_have_is_not_a_call(open_upstream: Open) -> None:
    port = await open_upstream(Pace())

    async with httpx2.AsyncClient() as client:
        models = await client.get(f"http://127.0.0.1:{port}/v1/models")
        missing = await client.get(f"http://127.0.0.1:{port}/v1/embeddings")

    assert models.json()["data"][0]["id"] == "bench"
    assert missing.status_code == 404
    assert (await seen(port))["calls"] == 0


async def test_two_requests_in_one_packet_get_two_answers(open_upstream: Open) -> None:
    port = await open_upstream(Pace())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    one = b"GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n"

    writer.write(one + one)
    said = await reader.readuntil(b"}]}")
    said += await reader.readuntil(b"}]}")
    writer.close()

    assert said.count(b"HTTP/1.1 200 OK") == 2


def test_text_that_is_empty_is_still_a_whole_answer() -> None:
    assert json.loads(completion(""))["choices"][0]["message"]["content"] == ""
    assert events("")[-1] == b"data: [DONE]\n\n"
