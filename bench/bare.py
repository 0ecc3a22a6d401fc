"""The least a FastAPI service can be: what forwarding and answering cost with nothing of ours.

`python -m bench.bare --port N --upstream N --answer FILE`
"""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

from kuznia.domains.code.schema import CodeInput


class Answer(BaseModel):
    """An envelope FastAPI writes itself, the quickest way it has: from an annotated model."""

    success: bool
    # Any: whatever the answer of the real server holds, to be written again at every request.
    data: dict[str, Any] | None
    message: str | None
    errors: list[Any] | None


def application(upstream: int, answer: bytes) -> FastAPI:
    """One route that forwards a body as it is, one that reads an order and answers from memory."""
    client = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{upstream}")
    kept = Answer.model_validate_json(answer)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with client:
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None)

    @app.post("/v1/chat/completions")
    async def forward(request: Request) -> Response:
        reply = await client.post(
            "/v1/chat/completions",
            content=await request.body(),
            headers={"content-type": "application/json"},
        )
        return Response(reply.content, reply.status_code, media_type="application/json")

    @app.post("/api/v1/code")
    async def hit(order: CodeInput) -> Answer:
        del order
        return kept

    @app.get("/ready")
    async def ready() -> dict[str, bool]:
        return {"ready": True}

    return app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream", type=int, required=True)
    parser.add_argument("--answer", type=Path, required=True)
    said = parser.parse_args()
    uvicorn.run(
        application(said.upstream, said.answer.read_bytes()),
        host="127.0.0.1",
        port=said.port,
        log_config=None,
        access_log=False,
        server_header=False,
    )


if __name__ == "__main__":
    main()
