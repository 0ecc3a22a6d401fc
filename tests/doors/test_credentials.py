"""Whatever is sent as a credential, the answer is a clear one: 401, and never a traceback."""

import base64
from typing import Any

import pytest
from tests.callers.makers import SECRET, bearer
from tests.doors.conftest import Lines, Start
from tests.servers.loop import Kuznia, spoken


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
        "The credential is not valid or has expired."
    }
    assert not [line for line in log() if line["level"] == "error"]


@pytest.fixture
async def people(serve: Start) -> Kuznia:
    """A server that takes tokens and keys."""
    return await serve(jwt_secret=SECRET)


async def a_key(kuznia: Kuznia, owner: str = "jwt:olena") -> str:
    return (await kuznia.doors.callers.keys.create(owner, "k", ("read",)))[1]


async def sent(kuznia: Kuznia, *headers: tuple[str, str]) -> Any:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return await kuznia.client.get("/api/v1/auth/me", headers=raw)


IVAN = bearer("ivan")["authorization"]
OLENA = bearer("olena")["authorization"]


HALF = (
    "",
    " ",
    "Bearer",
    "Bearer ",
    "Bearer    ",
    "Basic aXZhbjppdmFu",
    "Bearer\t",
    "Bearer é",
    "é",
)


async def test_half_a_header_is_no_credential(people: Kuznia) -> None:
    for value in HALF:
        # As bytes: no client sends some of these.
        head = f"GET /api/v1/auth/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: {value}\r\n\r\n"
        answer = await spoken(people, head.encode())

        assert answer.startswith(b"HTTP/1.1 401 "), value
        assert b'www-authenticate: bearer realm="kuznia"' in answer.lower()


async def test_a_header_of_any_length_is_answered(people: Kuznia) -> None:
    for name in ("authorization", "x-api-key"):
        answer = await sent(people, (name, "Bearer " + "a" * 60_000))

        assert 400 <= answer.status_code < 500


async def test_two_credentials_that_differ_are_none(people: Kuznia) -> None:
    key = await a_key(people)
    pairs = (
        (("authorization", IVAN), ("authorization", OLENA)),
        (("authorization", IVAN), ("x-api-key", key)),
        (("x-api-key", key), ("authorization", IVAN)),
        (("x-api-key", key), ("x-api-key", await a_key(people))),
        (("authorization", IVAN), ("authorization", "Bearer a")),
    )
    for pair in pairs:
        answer = await sent(people, *pair)

        assert answer.status_code == 401, pair
        assert "two different credentials" in answer.json()["error"]["message"]


async def test_a_credential_sent_twice_is_the_same_one(people: Kuznia) -> None:
    key = await a_key(people)

    for pair in (
        (("authorization", IVAN), ("authorization", IVAN)),
        (("authorization", f"bearer   {key}"), ("x-api-key", key)),
        # Of another kind, for whoever stands before us.
        (("authorization", "Basic aXZhbjppdmFu"), ("x-api-key", key)),
    ):
        assert (await sent(people, *pair)).status_code == 200, pair


async def test_another_callers_answer_is_not_given_again(people: Kuznia) -> None:
    headers = [{"authorization": one, "idempotency-key": "the same"} for one in (IVAN, OLENA)]

    first, second = [await people.make(headers=one) for one in headers]

    assert "idempotency-replayed" not in second.headers
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
