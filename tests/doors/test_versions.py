"""Which version answers, and what an old address says of its end."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from tests.doors.conftest import Start
from tests.servers.loop import Kuznia, inside, made

from kuznia.app import Made, create_app
from kuznia.doors.http.versions import SINCE, UNTIL, farewell
from kuznia.doors.legacy import ROUTERS, RULES
from kuznia.platform.settings import Settings

OLD = sorted(
    f"{method} {getattr(route, 'path', '')}"
    for router in ROUTERS
    for route in router.routes
    for method in getattr(route, "methods", ())
)
SITE = "https://app.example.org"


@pytest.mark.parametrize("path", ["/", "/health", "/api/v1/artefacts", "/nowhere", "/api/generate"])
async def test_every_answer_says_its_version(kuznia: Kuznia, path: str) -> None:
    assert (await kuznia.client.get(path)).headers["x-api-version"] == "1"


@pytest.mark.parametrize("header", ["x-api-version", "accept-version"])
@pytest.mark.parametrize("version", ["1", "v1", "1.0", " V1 "])
async def test_the_version_that_is_spoken_may_be_asked_for(
    kuznia: Kuznia, header: str, version: str
) -> None:
    answer = await kuznia.client.get("/health", headers={header: version})

    assert answer.status_code == 200


@pytest.mark.parametrize("header", ["x-api-version", "accept-version"])
@pytest.mark.parametrize("version", ["2", "0", "v9", "", "latest", "1.1", "ї"])
async def test_any_other_version_is_refused_with_those_there_are(
    kuznia: Kuznia, header: str, version: str
) -> None:
    answer = await kuznia.client.get("/health", headers=[(header.encode(), version.encode())])

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "UNKNOWN_VERSION")
    assert error["details"] == {"spoken": ["1"]}
    assert header in error["message"]


@pytest.mark.parametrize("path", ["/api/v9/flows", "/api/v2", "/api/v0/code", "/api/v10/code"])
async def test_a_path_of_another_version_is_refused_as_plainly(kuznia: Kuznia, path: str) -> None:
    answer = await kuznia.client.post(path, json={})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "UNKNOWN_VERSION")


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/vehicles", "/api/version"])
async def test_other_addresses_are_only_not_there(kuznia: Kuznia, path: str) -> None:
    assert (await kuznia.client.get(path)).status_code == 404


@pytest.mark.parametrize("operation", OLD)
def test_every_old_address_says_when_it_ends_and_what_follows(operation: str) -> None:
    said = dict(farewell(RULES[operation].successors))

    assert int(said[b"deprecation"].removeprefix(b"@")) == SINCE.timestamp()
    assert parsedate_to_datetime(said[b"sunset"].decode()) == UNTIL
    assert b'rel="successor-version"' in said[b"link"]


def test_an_old_address_is_promised_a_year() -> None:
    assert timedelta(days=365) <= UNTIL - SINCE


def test_what_follows_is_there() -> None:
    document = create_app(Made(settings=Settings())).openapi()["paths"]
    known = {path.replace("{user_id}", "me") for path in document}

    assert {one for rule in RULES.values() for one in rule.successors} <= known


def test_the_document_marks_the_old_addresses_and_no_others() -> None:
    document = create_app(Made(settings=Settings())).openapi()["paths"]
    marked = {
        path
        for path, methods in document.items()
        if any(operation.get("deprecated") for operation in methods.values())
    }

    assert {path.removesuffix("/") for path in marked} == {
        operation.split()[1].removesuffix("/") for operation in OLD
    }


@pytest.mark.parametrize("path", ["/health", "/", "/api/trainingplan", "/ready"])
async def test_what_stays_says_nothing_of_an_end(kuznia: Kuznia, path: str) -> None:
    assert "deprecation" not in (await kuznia.client.get(path)).headers


async def test_an_old_address_says_so_with_an_error_too(sqlite_url: str) -> None:
    async with inside(Made(settings=made(sqlite_url).settings)) as kuznia:
        answer = await kuznia.client.get("/api/generate")

    assert answer.status_code == 405
    assert answer.headers["deprecation"] == f"@{int(SINCE.timestamp())}"


async def test_a_foreign_page_may_read_it(enter: Start) -> None:
    kuznia = await enter(cors_origins=SITE)

    answer = await kuznia.client.get("/health", headers={"origin": SITE})

    readable = answer.headers["access-control-expose-headers"]
    assert {"Deprecation", "Link", "Sunset", "X-API-Version"} <= set(readable.split(", "))
