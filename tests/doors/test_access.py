"""Who may do what is decided by the route a request matched, however its address is written."""

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from itertools import product

import httpx2
import pytest
from tests.callers.makers import SECRET, bearer
from tests.doors.conftest import Lines
from tests.servers.loop import Kuznia, inside, made

from kuznia.app import Made, create_app
from kuznia.domains import find_routes, load
from kuznia.doors import legacy
from kuznia.doors.http import access
from kuznia.doors.http.routing import Targets
from kuznia.platform.settings import Settings
from kuznia.web.target import Target

HOST = "http://localhost"
RULES = {**access.RULES, **legacy.RULES}
OFF = dict.fromkeys(
    ("rate_limit_requests", "rate_limit_generation", "rate_limit_unauthorized"), "off"
)


def targets() -> Targets:
    """Of the real application, of every domain and all old addresses."""
    rules = {**RULES}
    for domain in load().values():
        more = find_routes(domain)
        rules |= access.domain_rules(domain.path, more.routes if more else ())
    return Targets(create_app(Made(settings=Settings())).routes, rules)


TARGETS = targets()
OPERATIONS = [(one.method, one.path) for one in TARGETS.operations]
PATHS = {path for _, path in OPERATIONS}
VARIABLE = re.compile(r"\{\w+\}")
ERASE = "DELETE", "/api/v1/me"


def match(method: str, path: str) -> Target:
    return TARGETS.match({"path": path, "method": method})


def spelled(path: str) -> Iterable[str]:
    """The address as those write it who want two readers to read it differently."""
    front, _, last = path.rstrip("/").rpartition("/")
    for end in ("%0A", "%0d%0a", "%00", "%09", "%7F", "%C2%85", "%20", ";x", "%3Bx", "%2F", "%5C"):
        yield path + end
    yield from (f"{path}?x=%00", f"{path}?%0A", f"{path}%FF", f"{path}%C0%AF", f"{path}%ED%A0%80")
    yield from (f"/{path}", f"{front}//{last}", f"{front}/%2F{last}", f"/%2E{path}")
    yield path + ("" if path.endswith("/") else "/")
    if front:
        yield f"{front}%2F{last}"
    if last:
        yield from (path.upper(), f"{front}/{last.capitalize()}")


@pytest.fixture
async def kuznia(log: Lines, sqlite_url: str) -> AsyncIterator[Kuznia]:
    """A server of every domain that needs a credential, and counts nobody."""
    makings = made(sqlite_url, jwt_secret=SECRET, **OFF)
    async with inside(replace(makings, domains=load())) as running:
        yield running


@pytest.fixture
async def callers(kuznia: Kuznia) -> dict[str, dict[str, str]]:
    """Everyone who may come, by what they may."""
    people = {"account": bearer("ivan"), "admin": bearer("olena")}
    await kuznia.client.get("/api/v1/auth/me", headers=people["admin"])
    await kuznia.doors.callers.users.set_role("jwt:olena", "admin")
    kuznia.doors.callers.forget("jwt:olena")
    keys: dict[str, dict[str, str]] = {}
    for scope in ("read", "domains"):
        answer = await kuznia.client.post(
            "/api/v1/keys", json={"name": scope, "scopes": [scope]}, headers=people["account"]
        )
        keys[scope] = {"x-api-key": answer.json()["data"]["key"]}
    return {"nobody": {}, **keys, **people}


def decision(answer: httpx2.Response) -> str:
    """Who is asked to sign in, who may not, and who is let in, whatever comes of it."""
    to_sign_in = answer.status_code == 303 and answer.headers["location"] == "/admin/sign-in"
    if answer.status_code == 401 or to_sign_in:
        return "unknown"
    return "refused" if answer.status_code == 403 else "let in"


# A thousand requests each: one who asks them is measured.
@pytest.mark.parametrize(
    "who",
    [
        "read",
        *(
            pytest.param(who, marks=pytest.mark.no_cover)
            for who in ("nobody", "domains", "account", "admin")
        ),
    ],
)
async def test_no_spelling_of_an_address_opens_what_the_plain_one_does_not(
    kuznia: Kuznia, callers: dict[str, dict[str, str]], who: str
) -> None:
    client, sent = kuznia.client, {"headers": callers[who], "follow_redirects": False}
    asked = 0
    for method, template in OPERATIONS:
        path = VARIABLE.sub("none", template)
        plain = "let in"
        # Erasing oneself is tried in every spelling but the good one.
        if (method, path) != ERASE or who not in {"account", "admin"}:
            plain = decision(await client.request(method, HOST + path, **sent))
        for one in spelled(path):
            answer = await client.request(method, HOST + one, **sent)
            asked += 1
            refused = 400 <= answer.status_code < 500 or decision(answer) == "unknown"
            assert refused or decision(answer) == plain, f"{method} {one}: {answer.status_code}"

    for person in ("account", "admin"):
        assert (await client.get("/api/v1/auth/me", headers=callers[person])).status_code == 200
    assert asked > 1000


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x00", "\x85", ";x", " "])
def test_only_the_whole_path_is_a_route(end: str) -> None:
    for method, path in OPERATIONS:
        if "{" not in path:
            assert match(method, path + end).path == ""


def test_every_operation_is_what_its_own_words_match() -> None:
    for method, path in OPERATIONS:
        target = match(method, path)
        assert (target.path, target.method) == (path, method)


def test_the_table_holds_nothing_that_is_gone() -> None:
    assert {f"{method} {path}" for method, path in OPERATIONS} >= set(RULES)


def test_no_two_routes_are_one_address() -> None:
    """The first would answer for the other, whatever it asks."""
    for path in PATHS:
        assert match("GET", VARIABLE.sub("none", path)).path == path


def test_a_route_without_a_rule_stops_the_start() -> None:
    routes = create_app(Made(settings=Settings())).routes

    with pytest.raises(LookupError, match="has no rule"):
        Targets(routes, {})


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/api/v1/artefacts", "read"),
        ("HEAD", "/api/v1/artefacts", "read"),
        ("POST", "/api/v1/code", "domains"),
        ("GET", "/admin", "admin"),
        ("GET", "/admin/users", "admin"),
        ("DELETE", "/api/v1/me", "account"),
        ("HEAD", "/api/v1/me/export", "account"),
        ("GET", "/api/v1/auth/me", None),
    ],
)
def test_what_a_request_needs(method: str, path: str, scope: str | None) -> None:
    rule = match(method, path).rule

    assert (rule.scope, rule.public) == (scope, False)


@pytest.mark.parametrize("path", ["/administration", "/metricsx", "/api/v1/mex", "/health/x"])
def test_what_only_begins_like_a_route_is_none(path: str) -> None:
    target = match("GET", path)

    assert (target.path, target.rule.public) == ("", False)


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ("/admin/?x=1", "/admin?x=1"),
        ("/api/v1/artefacts/a%20b/preview", "/api/v1/artefacts/a%20b/preview/"),
    ],
)
async def test_a_slash_too_many_or_too_few_is_sent_on(
    kuznia: Kuznia, callers: dict[str, dict[str, str]], sent: str, place: str
) -> None:
    headers = {**callers["admin"], "host": "localhost"}

    answer = await kuznia.client.get(sent, headers=headers, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (307, place)


@pytest.mark.parametrize(
    "path", ["/%0A", "/a%00b", "/%7f", "/%C2%85", "/%FF", "/a%2Fb", "/a%5cb", "/health%0A"]
)
async def test_an_address_nobody_should_read_is_refused_at_the_gate(
    kuznia: Kuznia, path: str
) -> None:
    answer = await kuznia.client.get(HOST + path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("query", ["q=%1b", "q=%FF", "%00", "q=a%0Ab"])
async def test_so_is_a_query_nobody_should_read(kuznia: Kuznia, query: str) -> None:
    answer = await kuznia.client.get(f"{HOST}/?{query}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("path", ["/?q=%D1%97", "/?q=a+b%20c%2Fd", "/?"])
async def test_what_is_only_unusual_is_read(kuznia: Kuznia, path: str) -> None:
    assert (await kuznia.client.get(HOST + path)).status_code == 200


async def test_a_head_is_answered_wherever_a_get_is(
    kuznia: Kuznia, callers: dict[str, dict[str, str]]
) -> None:
    for method, path in OPERATIONS:
        if method == "GET" and "{" not in path:
            asked = await kuznia.client.get(path, headers=callers["admin"])
            answer = await kuznia.client.head(path, headers=callers["admin"])
            assert (answer.status_code, answer.content) == (asked.status_code, b""), path
            assert answer.headers["content-type"] == asked.headers["content-type"]


async def test_a_wrong_method_opens_nothing_either(kuznia: Kuznia) -> None:
    public = {one.path for one in TARGETS.operations if one.rule.public}
    for method, path in product(("GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"), PATHS):
        if (method, path) not in OPERATIONS:
            answer = await kuznia.client.request(method, HOST + path, follow_redirects=False)
            if path in public:
                assert answer.status_code == 405
            else:
                assert decision(answer) == "unknown", f"{method} {path}"
