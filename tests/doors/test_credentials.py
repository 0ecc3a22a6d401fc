"""Whatever is sent as a credential, the answer is a clear one: 401, and never a traceback."""

import base64
from typing import Any

import pytest
from tests.callers.makers import SECRET
from tests.doors.conftest import Lines, Start
from tests.doors.served import Kuznia


@pytest.fixture
async def kuznia(serve: Start) -> Kuznia:
    return await serve(jwt_secret=SECRET)


def written(head: bytes, payload: bytes = b"{}", mark: str = "AA") -> str:
    """A token of these parts, which need not be JSON."""
    first, second = (base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in (head, payload))
    return f"{first}.{second}.{mark}"


def nested(name: str, depth: int) -> str:
    return written(b'{"alg":"HS256","%b":%b}' % (name.encode(), b"[" * depth + b"]" * depth))


ODD = {
    "a list": written(b'{"alg":[]}'),
    "a list of good": written(b'{"alg":["HS256"]}'),
    "a map": written(b'{"alg":{}}'),
    "no number": written(b'{"alg":NaN}'),
    "endless": written(b'{"alg":1e999}'),
    "long number": written(b'{"alg":%b}' % (b"1" * 5000)),
    "no head": written(b""),
    "no text": written(b"\xff\xfe"),
    "no map": written(b"[]"),
    "key id": written(b'{"alg":"HS256","kid":{"a":[]}}'),
    "critical": written(b'{"alg":"HS256","crit":[[]]}'),
    "detached": written(b'{"alg":"HS256","b64":false}'),
    # As deep as a parser goes, and deeper.
    **{
        f"{name} {depth}": nested(name, depth)
        for name in ("x", "alg", "kid", "crit")
        for depth in (500, 900, 950, 980, 2900)
    },
    "nested head": written(b"[" * 950),
    "nested payload": written(b'{"alg":"HS256"}', b"[" * 5000),
    "long": "a" * 9000,
    "long parts": written(b'{"alg":"HS256"}', b" " * 30_000),
    "dots": "." * 8000,
    "foreign letters": "ключ.ключ.ключ",
    "half a key": "kz_",
}


async def test_no_token_breaks_anything(kuznia: Kuznia, log: Lines) -> None:
    answers: dict[str, Any] = {}
    for name, token in ODD.items():
        headers = [(b"authorization", b"Bearer " + token.encode())]
        answers[name] = await kuznia.client.get("/api/v1/auth/me", headers=headers)

    assert {name: one.status_code for name, one in answers.items()} == dict.fromkeys(ODD, 401)
    assert {one.json()["error"]["message"] for one in answers.values()} == {
        "The credential is not valid, or not any more."
    }
    assert not [line for line in log() if line["level"] == "error"]
