"""A preview in a browser's tab, which brings no credential: its address opens it, and only it."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx2
import pytest
from tests.callers.makers import SECRET, bearer
from tests.clocks import TurnedClock
from tests.doors.conftest import Lines
from tests.servers.loop import Kuznia, inside, made

from kuznia.app import Made
from kuznia.callers.credentials.signed_links import PAGE_SECONDS
from kuznia.domains import load
from kuznia.doors.http.signed_link import find_pass
from kuznia.platform.clock import SystemClock

IVAN, OLENA = bearer("ivan"), bearer("olena")
PROMPT = "Register a small business: name, surname, email, phone"


class LaterClock(TurnedClock):
    """One that agrees with the tokens of real people, and can be turned."""

    def __init__(self) -> None:
        super().__init__(SystemClock().now())


@pytest.fixture
def clock() -> LaterClock:
    return LaterClock()


def makings(database: str, clock: LaterClock, **settings: Any) -> Made:
    given = made(database, **settings).settings
    return Made(settings=given, domains=load(), clock=clock)


@pytest.fixture
async def kuznia(sqlite_url: str, clock: LaterClock) -> AsyncIterator[Kuznia]:
    async with inside(makings(sqlite_url, clock, jwt_secret=SECRET)) as running:
        yield running


async def a_flow(kuznia: Kuznia) -> str:
    """The address of a flow of Ivan's."""
    order = {"prompt": PROMPT, "language": "en"}
    answer = await kuznia.client.post("/api/v1/flows", json=order, headers=IVAN)
    return answer.json()["data"]["links"]["self"]


async def a_link(kuznia: Kuznia, flow: str) -> str:
    answer = await kuznia.client.post(f"{flow}/preview-link", headers=IVAN)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["link"]


def hidden(page: httpx2.Response) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))


async def walked_on(kuznia: Kuznia, page: httpx2.Response, **typed: str) -> httpx2.Response:
    """What a browser does with the page's form."""
    found = re.search(r'<form[^>]* action="([^"#]*)#', page.text)
    assert found
    address = page.url.join(found.group(1)) if found.group(1) else page.url
    return await kuznia.client.post(address, data=hidden(page) | typed)


async def test_a_link_opens_the_preview_without_a_credential(kuznia: Kuznia) -> None:
    page = await kuznia.client.get(await a_link(kuznia, await a_flow(kuznia)))

    assert page.status_code == 200
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "<form" in page.text


async def test_a_link_says_until_when_it_is_good(kuznia: Kuznia, clock: LaterClock) -> None:
    answer = await kuznia.client.post(f"{await a_flow(kuznia)}/preview-link", headers=IVAN)

    until = datetime.fromisoformat(answer.json()["data"]["expires_at"])
    assert 0 <= PAGE_SECONDS - (until - clock.now()).total_seconds() < 1


async def test_who_walks_on_is_let_on(kuznia: Kuznia, clock: LaterClock) -> None:
    link = await a_link(kuznia, await a_flow(kuznia))
    page = await kuznia.client.get(link)

    for _ in range(3):
        clock.turn(PAGE_SECONDS - 60)
        page = await walked_on(kuznia, page)
        # Nothing was filled in, so it is the same page with what is wrong.
        assert page.status_code == 422

    assert (await kuznia.client.get(link)).status_code == 401


async def test_answers_that_cannot_be_read_keep_the_link(kuznia: Kuznia, clock: LaterClock) -> None:
    page = await kuznia.client.get(await a_link(kuznia, await a_flow(kuznia)))
    clock.turn(PAGE_SECONDS - 60)
    lost = await walked_on(kuznia, page, **{"-state": "forged"})

    clock.turn(PAGE_SECONDS - 60)
    found = re.search(r'<form[^>]* action="([^"]+)"', lost.text)
    assert lost.status_code == 400
    assert found
    again = await kuznia.client.post(page.url.join(found.group(1)), data={"-go": "again"})

    assert again.status_code == 200


async def test_a_link_that_is_over_says_so_in_both_languages(
    kuznia: Kuznia, clock: LaterClock
) -> None:
    link = await a_link(kuznia, await a_flow(kuznia))
    clock.turn(PAGE_SECONDS)

    page = await kuznia.client.get(link)

    assert page.status_code == 401
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["www-authenticate"].startswith("Bearer")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert page.headers["cache-control"] == "no-store"
    assert "Посилання вже не діє" in page.text
    assert "This link has expired" in page.text


@pytest.mark.parametrize("end", ["", "x"])
async def test_a_link_that_is_not_whole_opens_nothing(kuznia: Kuznia, end: str) -> None:
    link = await a_link(kuznia, await a_flow(kuznia))

    page = await kuznia.client.get(link[:-1] + end)

    assert page.status_code == 401


async def test_a_link_to_one_flow_opens_no_other(kuznia: Kuznia) -> None:
    link = await a_link(kuznia, await a_flow(kuznia))
    order = {"prompt": "An appointment with a doctor: speciality, date, time"}
    other = await kuznia.client.post("/api/v1/flows", json=order, headers=IVAN)
    there = other.json()["data"]["links"]["self"]

    page = await kuznia.client.get(f"{there}/preview/?{link.partition('?')[2]}")

    assert page.status_code == 401


async def test_nobody_gets_a_link_to_what_is_anothers(kuznia: Kuznia) -> None:
    flow = await a_flow(kuznia)

    answer = await kuznia.client.post(f"{flow}/preview-link", headers=OLENA)

    assert answer.status_code == 404


async def test_what_has_no_page_has_no_link(kuznia: Kuznia) -> None:
    order = {"prompt": "Card number, CVV and expiry date of the bank card of the customer"}
    declined = (await kuznia.client.post("/api/v1/flows", json=order, headers=IVAN)).json()["data"]

    answer = await kuznia.client.post(f"{declined['links']['self']}/preview-link", headers=IVAN)

    assert declined["status"] == "declined"
    assert answer.status_code == 404
    assert "no page" in answer.json()["error"]["message"]


async def test_what_is_gone_is_gone_for_the_link_too(kuznia: Kuznia) -> None:
    link = await a_link(kuznia, await a_flow(kuznia))
    (await kuznia.client.delete("/api/v1/me", headers=IVAN)).raise_for_status()

    page = await kuznia.client.get(link)

    assert page.status_code == 404


async def test_links_of_somebody_disabled_open_nothing(kuznia: Kuznia) -> None:
    link = await a_link(kuznia, await a_flow(kuznia))
    await kuznia.doors.callers.users.disable("jwt:ivan")
    kuznia.doors.callers.forget("jwt:ivan")

    assert (await kuznia.client.get(link)).status_code == 401


async def test_nobody_needs_a_pass_where_nobody_needs_a_credential(
    sqlite_url: str, clock: LaterClock
) -> None:
    async with inside(makings(sqlite_url, clock)) as kuznia:
        flow = await a_flow(kuznia)
        answer = await kuznia.client.post(f"{flow}/preview-link")
        page = await kuznia.client.get(answer.json()["data"]["link"])

    assert answer.json()["data"] == {"link": f"{flow}/preview/", "expires_at": None}
    assert page.status_code == 200
    assert 'action="#' in page.text


async def test_a_walk_goes_on_in_another_process_and_after_a_restart(
    sqlite_url: str, clock: LaterClock
) -> None:
    async with inside(makings(sqlite_url, clock, jwt_secret=SECRET)) as one:
        page = await one.client.get(await a_link(one, await a_flow(one)))
    typed = {"first_name": "Lesia", "last_name": "Ukrainka", "email": "l@example.org"}

    async with inside(makings(sqlite_url, clock, jwt_secret=SECRET)) as other:
        second = await walked_on(other, page, **typed, phone="050 123 45 67")
        back = await walked_on(other, second, **{"-go": "back"})

    assert (second.status_code, back.status_code) == (200, 200)
    assert "Lesia" in back.text


async def test_no_pass_is_logged(log: Lines, kuznia: Kuznia, clock: LaterClock) -> None:
    link = await a_link(kuznia, await a_flow(kuznia))
    await kuznia.client.get(link)
    clock.turn(PAGE_SECONDS)
    await kuznia.client.get(link)

    told = str(lines := log())
    assert {line.get("reason") for line in lines} >= {"pass_expired"}
    assert [line["status"] for line in lines if line["event"] == "request"][-2:] == [200, 401]
    for piece in (link, *re.split(r"[?=~.]", link.partition("?")[2])[1:]):
        assert piece not in told


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (b"", None),
        (b"language=uk", None),
        (b"passport=x", None),
        (b"pass=", ""),
        (b"pass=a&language=uk", "a"),
        (b"pass=%FF", "\ufffd"),
    ],
)
def test_a_pass_is_found_in_an_address(query: bytes, found: str | None) -> None:
    assert find_pass({"query_string": query}) == found
