import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pydantic import SecretStr
from tests.clocks import TurnedClock
from tests.servers.codemie import (
    CLIENT,
    PASSWORD,
    READY,
    SECRET,
    USER,
    CodeMieServer,
    codemie,
    refused,
)
from tests.servers.model import answer, hang, nobody

from kuznia.llm.codemie.signin import CodeMieSignIn, Credentials
from kuznia.llm.model import ModelFault
from kuznia.platform.http.client import open_client

__all__ = ["codemie"]

PERSON = Credentials(client_id="codemie-sdk", username=USER, password=SecretStr(PASSWORD))
ROBOT = Credentials(client_id=CLIENT, client_secret=SecretStr(SECRET))
WRONG = replace(PERSON, password=SecretStr("kanarka-wrong"))


@dataclass
class Desk:
    """A sign-in at work: its clock, and the credentials that lie in the settings."""

    clock: TurnedClock
    sign_in: CodeMieSignIn
    written: list[Credentials] = field(default_factory=list)

    async def fault(self, refused: str | None = None) -> ModelFault:
        with pytest.raises(ModelFault) as raised:
            await self.sign_in.token(refused)
        return raised.value


Open = Callable[..., Desk]


@pytest.fixture
async def desk(codemie: CodeMieServer) -> AsyncIterator[Open]:
    opened: list[Any] = []

    def open_desk(
        credentials: Credentials = PERSON, auth: str | None = None, timeout: float = 5
    ) -> Desk:
        client = open_client(auth or codemie.auth)
        clock, written = TurnedClock(), [credentials]
        sign_in = CodeMieSignIn(
            client,
            realm="codemie-prod",
            read=lambda: written[-1],
            clock=clock,
            timeout=timeout,
        )
        opened.extend((sign_in, client))
        return Desk(clock, sign_in, written)

    yield open_desk
    for one in opened:
        await one.aclose()


@pytest.mark.parametrize("who", [PERSON, ROBOT], ids=["person", "client"])
async def test_who_signs_in_gets_a_token_and_keeps_it(
    codemie: CodeMieServer, desk: Open, who: Credentials
):
    sign_in = desk(who).sign_in

    tokens = [await sign_in.token() for _ in range(3)]

    assert tokens == ["kanarka-token-1"] * 3
    assert len(codemie.sign_ins.calls) == 1


async def test_many_who_come_at_once_share_one_sign_in(codemie: CodeMieServer, desk: Open):
    sign_in = desk().sign_in

    tokens = await asyncio.gather(*(sign_in.token() for _ in range(50)))

    assert set(tokens) == {"kanarka-token-1"}
    assert len(codemie.sign_ins.calls) == 1


async def test_many_who_were_refused_share_one_renewal(codemie: CodeMieServer, desk: Open):
    sign_in = desk().sign_in
    old = await sign_in.token()

    tokens = await asyncio.gather(*(sign_in.token(old) for _ in range(50)))

    assert set(tokens) == {"kanarka-token-2"}
    assert len(codemie.sign_ins.calls) == 2


async def test_one_who_leaves_does_not_end_it_for_the_others(codemie: CodeMieServer, desk: Open):
    sign_in = desk().sign_in
    leaving = asyncio.create_task(sign_in.token())
    staying = asyncio.create_task(sign_in.token())
    await asyncio.sleep(0)

    leaving.cancel()

    assert await staying == "kanarka-token-1"
    assert len(codemie.sign_ins.calls) == 1


@pytest.mark.parametrize(
    ("life", "good_for"), [(300, 270), (40, 20), (0, 0), (None, 15), ("soon", 15)]
)
async def test_a_token_is_given_up_before_its_end(
    codemie: CodeMieServer, desk: Open, life: Any, good_for: int
):
    codemie.life = life
    at = desk()
    await at.sign_in.token()

    at.clock.turn(good_for - 1)
    before = await at.sign_in.token() if good_for else "kanarka-token-1"
    at.clock.turn(2)
    after = await at.sign_in.token()

    assert (before, after) == ("kanarka-token-1", "kanarka-token-2")


async def test_a_ready_token_is_shown_and_nobody_signs_in(codemie: CodeMieServer):
    key = Credentials(key=SecretStr(READY))
    sign_in = CodeMieSignIn(None, realm="r", read=lambda: key, clock=TurnedClock())

    assert await sign_in.token() == READY
    with pytest.raises(ModelFault, match="CODEMIE_API_KEY") as raised:
        await sign_in.token(READY)
    assert raised.value.reason == "credentials"
    assert codemie.sign_ins.calls == []


async def test_a_ready_token_that_was_changed_is_read_anew():
    keys = [Credentials(key=SecretStr("old")), Credentials(key=SecretStr("new"))]
    sign_in = CodeMieSignIn(None, realm="r", read=lambda: keys.pop(0), clock=TurnedClock())
    assert await sign_in.token() == "old"

    assert await sign_in.token("old") == "new"


async def test_refused_credentials_are_not_shown_again_at_once(codemie: CodeMieServer, desk: Open):
    at = desk(WRONG)

    reasons = [(await at.fault()).reason for _ in range(5)]
    at.clock.turn(61)
    await at.fault()

    assert set(reasons) == {"credentials"}
    assert len(codemie.sign_ins.calls) == 2


async def test_credentials_that_were_put_right_are_taken_at_once(
    codemie: CodeMieServer, desk: Open
):
    at = desk(WRONG)
    await at.fault()

    at.written.append(PERSON)

    assert await at.sign_in.token() == "kanarka-token-1"


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (refused(400), "credentials"),
        (refused(403), "credentials"),
        (refused(404), "rejected"),
        (refused(302), "rejected"),
        (refused(429, retry_after="7"), "rate_limited"),
        (refused(503), "server"),
        (answer(b"<html>kanarka</html>", kind="text/html"), "unreadable"),
        (answer(b'{"access_token": "a b"}'), "unreadable"),
        (answer(b'{"access_token": ""}'), "unreadable"),
        (answer(b'{"access_token": 7}'), "unreadable"),
        (answer(b"x" * 70_000), "unreadable"),
        (answer(b'{"access_', missing=20), "connect"),
    ],
    ids=[
        *("400", "403", "404", "302", "429", "503", "a page", "two words", "no word"),
        *("a number", "too much", "cut"),
    ],
)
async def test_what_is_no_token_is_a_fault_that_quotes_nothing(
    codemie: CodeMieServer, desk: Open, act: Any, reason: str
):
    codemie.sign_ins.will(act)

    fault = await desk().fault()

    assert fault.reason == reason
    assert fault.retry_after == (7 if reason == "rate_limited" else None)
    assert "kanarka" not in f"{fault} {fault.details}"


async def test_nobody_at_the_door_is_a_fault(desk: Open):
    assert (await desk(auth=nobody()).fault()).reason == "connect"


async def test_a_sign_in_that_hangs_ends_in_time(codemie: CodeMieServer, desk: Open):
    codemie.sign_ins.will(hang)

    assert (await desk(timeout=0.05).fault()).reason == "timeout"


async def test_closing_gives_up_a_sign_in_under_way(codemie: CodeMieServer, desk: Open):
    codemie.sign_ins.will(hang)
    at = desk()
    waiting = asyncio.create_task(at.sign_in.token())
    await codemie.arrived()

    await at.sign_in.aclose()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    await codemie.left()


def test_no_view_of_the_credentials_shows_a_secret():
    assert "kanarka" not in f"{PERSON!r} {ROBOT} {Credentials(key=SecretStr(READY))!r}"
