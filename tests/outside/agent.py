"""An agent built on the SDK others use: it has a flow made, and reads it, by HTTP or over pipes."""

# The SDK is in an environment of its own.
# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false

import asyncio
import json
import sys

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

target, mode, database = sys.argv[1:]
progress: list[str] = []


async def told(_: float, __: float | None, message: str | None) -> None:
    progress.append(str(message))


async def main() -> None:
    own = {"DATABASE_URL": database}
    pipes = StdioServerParameters(command=target, args=["mcp"], env=own)
    server = target if target.startswith("http") else stdio_client(pipes)
    async with Client(server, mode=mode) as client:
        tools = await client.list_tools()
        order = {"prompt": "Registration of volunteers: name, phone, district"}
        made = await client.call_tool("make_flow", order, progress_callback=told)
        artefact = made.structured_content["artefact"]
        read = await client.read_resource(artefact["resource"])
        refused = await client.call_tool("make_flow", {"prompt": ""})
        sys.stdout.write(
            json.dumps(
                {
                    "version": client.protocol_version,
                    "tools": [tool.name for tool in tools.tools],
                    "status": artefact["status"],
                    "same": json.loads(read.contents[0].text)["id"] == artefact["id"],
                    "refused": [refused.is_error, json.loads(refused.content[0].text)["code"]],
                    "progress": progress,
                }
            )
        )


asyncio.run(main())
