"""Pages of other sites: none may call, unless the operator names them."""

import pytest
from tests.doors.conftest import Start
from tests.servers.loop import NOTES, Kuznia

SITE = "https://app.example.org"
PREFLIGHT = {
    "origin": SITE,
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type,last-event-id",
}


async def test_no_page_of_another_site_may_call(kuznia: Kuznia):
    answer = await kuznia.client.get("/", headers={"origin": SITE})

    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_there_is_no_preflight_where_no_site_is_named(kuznia: Kuznia):
    answer = await kuznia.client.options(NOTES, headers=PREFLIGHT)

    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")


async def test_a_named_site_may_call(enter: Start):
    kuznia = await enter(cors_origins=SITE)

    answer = await kuznia.client.get("/", headers={"origin": SITE})

    assert answer.headers["access-control-allow-origin"] == SITE
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "origin", ["https://app.example.org.evil.net", "http://app.example.org", "null", ""]
)
async def test_a_site_that_is_only_alike_may_not(enter: Start, origin: str):
    kuznia = await enter(cors_origins=SITE)

    answer = await kuznia.client.get("/", headers={"origin": origin})

    assert "access-control-allow-origin" not in answer.headers


async def test_a_preflight_says_what_may_be_sent(enter: Start):
    kuznia = await enter(cors_origins=SITE)

    answer = await kuznia.client.options(NOTES, headers=PREFLIGHT)

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == SITE
    assert answer.headers["access-control-allow-methods"] == "GET, POST, PATCH, DELETE"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "x-request-id" in answer.headers


async def test_a_preflight_of_another_site_is_refused(enter: Start):
    kuznia = await enter(cors_origins=SITE)

    answer = await kuznia.client.options(NOTES, headers=PREFLIGHT | {"origin": "https://evil.net"})

    assert answer.status_code == 400
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b" " * 1001, 413)])
async def test_a_page_may_read_why_it_was_refused(enter: Start, body: bytes, status: int):
    kuznia = await enter(cors_origins=SITE, max_body_bytes=1000)

    answer = await kuznia.client.post(
        NOTES, content=body, headers={"origin": SITE, "content-type": "application/json"}
    )

    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == SITE
