"""An agent of ours, which says what the tests want it to say."""

from dataclasses import dataclass
from typing import Any

import httpx2
from tests.servers.loop import Kuznia

CURRENT = "2026-07-28"
PREFIX = "io.modelcontextprotocol/"


@dataclass
class Agent:
    """Speaks the current revision."""

    kuznia: Kuznia
    credential: dict[str, str] | None = None

    async def post(self, method: str, *, headers: dict[str, str] | None = None, **params: Any):
        named = {"Mcp-Name": str(params.get("name") or params.get("uri"))}
        told = {
            "MCP-Protocol-Version": CURRENT,
            "Mcp-Method": method,
            **(named if {"name", "uri"} & params.keys() else {}),
            **(self.credential or {}),
            **(headers or {}),
        }
        meta = {f"{PREFIX}protocolVersion": CURRENT, f"{PREFIX}clientCapabilities": {}}
        params["_meta"] = meta | params.pop("_meta", {})
        body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}
        return await self.kuznia.client.post("/mcp", json=body, headers=told)

    async def result(self, method: str, **params: Any) -> dict[str, Any]:
        answer = await self.post(method, **params)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert (told["jsonrpc"], told["id"]) == ("2.0", 7)
        return told["result"]

    async def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        return await self.result("tools/call", name=name, arguments=arguments)


async def raw(kuznia: Kuznia, content: bytes, **headers: str) -> httpx2.Response:
    """What these bytes are answered with."""
    sent = {"content-type": "application/json", **headers}
    return await kuznia.client.post("/mcp", content=content, headers=sent)
