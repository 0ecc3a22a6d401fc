"""A CodeMie that speaks the recorded protocol, with a Keycloak before it, and fails on command.

server.flow.will(said("..."), status(500))    the last act is played for ever after
server.signs(life=300)                        who shows the right credentials gets a fresh token
server.revoke()                               no token given out so far is good any more
"""

import json
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.servers.model import JSON, Act, Call, Exchange, ModelServer, answer, listening

NDJSON = "application/x-ndjson"
FLOW = "0f1c2d3e-0000-4000-8000-00000000000a"
UI = "ui-renderer"
REALM = "codemie-prod"
USER, PASSWORD = "olha", "kanarka-password"
CLIENT, SECRET = "kuznia", "kanarka-client-secret"
READY = "kanarka-ready-token"


def said(generated: Any = "pong", *, tokens: int | None = 15, **more: Any) -> Act:
    """A good answer, as CodeMie writes it."""
    body = {
        "generated": generated,
        "timeElapsed": 0.5,
        "tokensUsed": tokens,
        "thoughts": [],
        "taskId": None,
        "success": True,
        "agentError": None,
        "toolErrors": None,
    }
    return answer(json.dumps(body | more).encode())


def failed(code: str) -> Act:
    """A failed agent, told under a good status."""
    error = {"error_code": code, "message": "kanarka-upstream", "details": None}
    return said(None, success=False, agentError=error)


def refused(code: int, message: str = "kanarka-upstream", **headers: str) -> Act:
    """An error as CodeMie writes it; `retry_after="3"` is sent as Retry-After: 3."""
    error = {"error": {"message": message, "details": "kanarka-upstream", "help": ""}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return answer(json.dumps(error).encode(), status=code, headers=named)


def line(**said: Any) -> bytes:
    """One line of a stream; what is not said is null, as CodeMie has it."""
    empty = dict.fromkeys(("time_elapsed", "generated_chunk", "generated", "thought", "context"))
    return json.dumps(empty | {"last": False} | said).encode() + b"\n"


def lines(text: str, pieces: int = 4) -> tuple[bytes, ...]:
    """A good stream: a thought, the text in pieces, all of it, and the end."""
    size = -(-len(text) // pieces)
    return (
        line(thought={"id": "1", "message": "kanarka-thought", "in_progress": True}),
        *(line(generated_chunk=text[at : at + size]) for at in range(0, len(text), size)),
        line(generated=text, time_elapsed=0.5),
        line(last=True, success=True),
    )


def streamed(*chunks: bytes, kind: str = NDJSON, cut: bool = False) -> Act:
    """These chunks, and the end or a lost connection."""

    async def act(to: Exchange) -> None:
        to.head(200, kind, {"transfer-encoding": "chunked"})
        for chunk in chunks:
            to.chunk(chunk)
        if cut:
            to.close()
        else:
            to.write(b"0\r\n\r\n")

    return act


@dataclass(slots=True)
class Script:
    """What one of its doors does, act after act, and who came there."""

    acts: deque[Act]
    calls: list[Call] = field(default_factory=list)

    def will(self, *acts: Act) -> None:
        self.acts = deque(acts)

    def next(self, call: Call) -> Act:
        self.calls.append(call)
        return self.acts.popleft() if len(self.acts) > 1 else self.acts[0]


class CodeMieServer(ModelServer):
    """Two assistants behind a bearer token, and the Keycloak that gives it out."""

    def __init__(self) -> None:
        super().__init__()
        self.flow = Script(deque([said()]))
        self.ui = Script(deque([said("<p>pong</p>")]))
        self.looks: list[Call] = []
        # Acts here come before Keycloak's own answer.
        self.sign_ins = Script(deque([self._sign_in]))
        self.password = PASSWORD
        self.good: set[str] = {READY}
        self.life: Any = 300
        self.down = False
        self._given = 0

    @property
    def api(self) -> str:
        return f"{self.url}/code-assistant-api"

    @property
    def auth(self) -> str:
        return f"{self.url}/auth"

    def revoke(self) -> None:
        self.good.clear()

    def act_for(self, call: Call) -> Act:
        path = call.path.partition("?")[0]
        if self.down:
            return _drop
        if path == f"/auth/realms/{REALM}/protocol/openid-connect/token":
            return self.sign_ins.next(call)
        return self._behind_the_token(call, path.removeprefix("/code-assistant-api/v1/assistants/"))

    def _behind_the_token(self, call: Call, asked: str) -> Act:
        scripts = {f"{FLOW}/model": self.flow, f"slug/{UI}/model": self.ui}
        script = scripts.get(asked)
        shown = call.headers.get("authorization", "").removeprefix("Bearer ")
        if shown not in self.good:
            (script.calls if script else self.looks).append(call)
            return refused(401, "Authentication failed")
        if script is not None and call.method == "POST":
            return script.next(call)
        self.looks.append(call)
        known = asked in {f"id/{FLOW}", f"slug/{UI}"}
        return answer(b'{"id": "x", "name": "y"}') if known else refused(404)

    async def _sign_in(self, to: Exchange) -> None:
        form = to.call.body
        person = {"username": USER, "password": self.password, "client_id": "codemie-sdk"}
        client = {"client_id": CLIENT, "client_secret": SECRET}
        if form in (
            {"grant_type": "password", **person},
            {"grant_type": "client_credentials", **client},
        ):
            self._given += 1
            token = f"kanarka-token-{self._given}"
            self.good.add(token)
            given = {"access_token": token, "expires_in": self.life, "token_type": "Bearer"}
            await answer(json.dumps(given).encode())(to)
            return
        wrong = {"error": "invalid_grant", "error_description": "Invalid user credentials"}
        await answer(json.dumps(wrong).encode(), status=401, kind=JSON)(to)


async def _drop(to: Exchange) -> None:
    to.close()


def settings_for(server: CodeMieServer, **more: Any) -> dict[str, Any]:
    """CodeMie with both assistants, entered with a person's name and password."""
    return {
        "codemie_base_url": server.api,
        "codemie_auth_url": server.auth,
        "codemie_username": USER,
        "codemie_password": PASSWORD,
        "codemie_flow_assistant": FLOW,
        "codemie_ui_assistant": UI,
        **more,
    }


@pytest.fixture
async def codemie() -> AsyncIterator[CodeMieServer]:
    async with listening(CodeMieServer(), path="") as server:
        yield server
