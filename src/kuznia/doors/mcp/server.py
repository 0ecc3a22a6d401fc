"""What each method of MCP is answered with, whatever the request came through."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from kuznia.doors.mcp import resources
from kuznia.doors.mcp.calls import WAIT_RUN, Report, call, wait_run
from kuznia.doors.mcp.inner import Inner
from kuznia.doors.mcp.messages import (
    EARLIER,
    SERVER,
    UNKNOWN,
    VERSIONS,
    WRONG_PARAMS,
    Rpc,
    RpcError,
)
from kuznia.doors.mcp.operations import Operation

# Lists change with a release, or with a domain that is installed.
TTL_MS = 300_000
CAPABILITIES: Mapping[str, Any] = {"tools": {}, "resources": {}, "prompts": {}}
INSTRUCTIONS = (
    "Kuznia makes things that are checked before they are given: code with tests, flows of public "
    "services, training plans. An answer says for each wish of the prompt whether it is met. Pass "
    "the user's words on as they are; tell the user what is not met, and what is asked back."
)
PROMPT = (
    "Use the tool {tool} to make this: {prompt}\n\nThen show what was made, say which wishes are "
    "not met and why, and ask me what the answer asks; go on with answer_questions."
)


# Any, here and below: JSON of any shape.
class McpServer:
    """The tools of one application; it remembers nothing of who asks."""

    def __init__(self, operations: Mapping[str, Operation]) -> None:
        self._operations = operations
        self._methods: Mapping[str, Callable[[Inner, Rpc, Report], Awaitable[dict[str, Any]]]] = {
            "server/discover": self._discover,
            "initialize": self._initialize,
            "ping": self._ping,
            "tools/list": self._list_tools,
            "tools/call": self._call_tool,
            "resources/list": self._list_resources,
            "resources/templates/list": self._list_templates,
            "resources/read": self._read_resource,
            "prompts/list": self._list_prompts,
            "prompts/get": self._get_prompt,
        }

    async def answer(self, inner: Inner, rpc: Rpc, report: Report) -> bytes:
        """The answer to a request; raises RpcError for one that has none."""
        if rpc.id is None:
            raise RpcError(WRONG_PARAMS, "A request needs an id.")
        method = self._methods.get(rpc.method)
        if method is None:
            raise RpcError(UNKNOWN, "There is no such method here.")
        return rpc.answer(await method(inner, rpc, report))

    async def _discover(self, _: Inner, __: Rpc, ___: Report) -> dict[str, Any]:
        return _kept(
            {
                "supportedVersions": [*VERSIONS],
                "capabilities": CAPABILITIES,
                "instructions": INSTRUCTIONS,
            }
        )

    async def _initialize(self, _: Inner, rpc: Rpc, __: Report) -> dict[str, Any]:
        asked = rpc.params.get("protocolVersion")
        return {
            "protocolVersion": asked if asked in EARLIER else EARLIER[0],
            "capabilities": CAPABILITIES,
            "serverInfo": SERVER,
            "instructions": INSTRUCTIONS,
        }

    async def _ping(self, _: Inner, __: Rpc, ___: Report) -> dict[str, Any]:
        return {}

    async def _list_tools(self, _: Inner, __: Rpc, ___: Report) -> dict[str, Any]:
        return _kept({"tools": [*(one.listed for one in self._operations.values()), WAIT_RUN]})

    async def _call_tool(self, inner: Inner, rpc: Rpc, report: Report) -> dict[str, Any]:
        name, arguments = rpc.text("name"), rpc.map("arguments")
        if name == WAIT_RUN["name"]:
            return await wait_run(inner, arguments, report)
        if (operation := self._operations.get(name)) is None:
            known = ", ".join((*self._operations, "wait_run"))
            raise RpcError(WRONG_PARAMS, f"There is no such tool; the tools are {known}.")
        return await call(inner, operation, arguments, report)

    async def _list_resources(self, inner: Inner, rpc: Rpc, _: Report) -> dict[str, Any]:
        return {**await resources.listed(inner, rpc), "ttlMs": 0, "cacheScope": "private"}

    async def _list_templates(self, _: Inner, __: Rpc, ___: Report) -> dict[str, Any]:
        return _kept({"resourceTemplates": [*resources.TEMPLATES]})

    async def _read_resource(self, inner: Inner, rpc: Rpc, _: Report) -> dict[str, Any]:
        # An artefact never changes, but it can be deleted.
        return {**await resources.read(inner, rpc), "ttlMs": 0, "cacheScope": "private"}

    async def _list_prompts(self, _: Inner, __: Rpc, ___: Report) -> dict[str, Any]:
        prompt = {
            "name": "prompt",
            "description": "What you want, in your words.",
            "required": True,
        }
        return _kept(
            {
                "prompts": [
                    {"name": one.tool.name, "title": one.tool.title, "arguments": [prompt]}
                    for one in self._makers()
                ]
            }
        )

    async def _get_prompt(self, _: Inner, rpc: Rpc, __: Report) -> dict[str, Any]:
        name, prompt = rpc.text("name"), rpc.map("arguments").get("prompt")
        if name not in {one.tool.name for one in self._makers()} or not isinstance(prompt, str):
            raise RpcError(WRONG_PARAMS, "There is no such prompt, or its `prompt` is missing.")
        text = PROMPT.format(tool=name, prompt=prompt)
        return {"messages": [{"role": "user", "content": {"type": "text", "text": text}}]}

    def _makers(self) -> Sequence[Operation]:
        return [one for one in self._operations.values() if one.streams and not one.in_path]


def _kept(result: dict[str, Any]) -> dict[str, Any]:
    """A result that is the same for everybody, for some minutes."""
    return {**result, "ttlMs": TTL_MS, "cacheScope": "public"}
