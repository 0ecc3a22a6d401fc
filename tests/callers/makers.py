"""Tokens as identity providers sign them, and a provider that publishes its keys."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from tests.clocks import TurnedClock

SECRET = "a secret that is long enough for everyone"
ISSUER = "https://id.example.org"
AUDIENCE = "kuznia-api"


@cache
def rsa_key(_: int = 0, bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(_: int = 0) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def a_jwk(key: Any, kid: str | None = "k1", **more: Any) -> dict[str, Any]:
    """The public half of a key, as a provider publishes it."""
    algorithm: Any = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    written = dict(algorithm.to_jwk(key.public_key(), as_dict=True))
    return written | ({"kid": kid} if kid else {}) | more


def claims(**changes: Any) -> dict[str, Any]:
    """Good ones for a clock that was not turned; None takes a claim out."""
    now = int(TurnedClock().now().timestamp())
    made = {"sub": "ivan", "iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 600, **changes}
    return {name: value for name, value in made.items() if value is not None}


def signed(key: Any = SECRET, algorithm: str = "HS256", kid: str | None = None, **changes) -> str:
    # Below the library's own checks: providers sign odder things than it would.
    content = json.dumps(claims(**changes)).encode()
    return jwt.api_jws.encode(content, key, algorithm, {"kid": kid} if kid else None)


def bearer(name: str) -> dict[str, str]:
    """How this person comes to a server with SECRET and a clock that runs."""
    now = int(time.time())
    # Made when a file of tests is read, and good however late its tests have their turn.
    token = signed(sub=name, iss=None, aud=None, iat=now, exp=now + 86_400)
    return {"authorization": f"Bearer {token}"}


class Provider:
    """Publishes keys on loopback; counts how often it is asked, and can be slow or broken."""

    def __init__(self) -> None:
        self.document: Any = {"keys": []}
        self.status = 200
        self.headers = ""
        self.asked = 0
        self.go = asyncio.Event()
        self.go.set()
        self.url = ""

    def publishes(self, *keys: dict[str, Any]) -> None:
        self.document = {"keys": list(keys)}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                self.asked += 1
                await self.go.wait()
                body = self.document
                body = body if isinstance(body, bytes) else json.dumps(body).encode()
                length = f"content-length: {len(body)}"
                head = f"HTTP/1.1 {self.status} Played\r\n{self.headers}{length}\r\n\r\n"
                writer.write(head.encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    here = Provider()
    server = await asyncio.start_server(here.answer, "127.0.0.1", 0)
    here.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys.json"
    try:
        yield here
    finally:
        here.go.set()
        server.close()
