"""Nobody passes unknown, and nobody sees what is another's."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi.routing import iter_route_contexts
from tests.callers.makers import SECRET, bearer
from tests.doors.browsing import ENTRANCE, PANEL
from tests.doors.conftest import Start
from tests.servers.loop import Kuznia, inside, made

from kuznia.app import Made, create_app
from kuznia.domains import load
from kuznia.doors import legacy
from kuznia.doors.http import access
from kuznia.doors.http.who import find_credential
from kuznia.platform.settings import Settings

IVAN, OLENA = bearer("ivan"), bearer("olena")
PUBLIC = {
    operation.partition(" ")[2]
    for operation, rule in {**access.RULES, **legacy.RULES}.items()
    if rule.public
}
# Operations without an id in their path. What they show or make is the caller's own; one that is
# new is looked at by a person, and then written down here.
OWN = {
    "GET /metrics",
    "GET /api/v1/status",
    "GET /api/v1/artefacts",
    "DELETE /api/v1/artefacts",
    "GET /api/v1/keys",
    "POST /api/v1/keys",
    "GET /api/v1/auth/me",
    "POST /api/v1/auth/password",
    "GET /api/v1/me/export",
    "DELETE /api/v1/me",
    "POST /api/v1/code",
    "POST /api/v1/code/batch",
    "POST /api/v1/records",
    "POST /api/v1/records/batch",
    "POST /api/v1/flows",
    "POST /api/v1/flows/batch",
    "POST /api/v1/training/plans",
    "POST /api/v1/training/plans/batch",
    "GET /api/v1/code/languages",
    "POST /api/v1/code/analyze",
    "POST /api/v1/code/skeletons",
    "POST /api/v1/training/questions",
    "POST /api/v1/verify",
    "GET /api/v1/jobs",
    # Each tool goes through the route of what it does; tests/doors/mcp has a stranger try.
    "POST /mcp",
    "GET /api/v1/webhooks",
    "POST /api/v1/webhooks",
    "POST /api/generate",
    "POST /api/generate/batch",
    "POST /api/analyze",
    "GET /api/languages",
    "GET /api/status",
    "POST /api/trainingplan/initial-questions",
    "POST /api/trainingplan/generate/",
    # Whose plan it is shows by the id in its body: tests/doors/legacy has a stranger try.
    "POST /api/trainingplan/feedback/",
}
# Pages in no document for anybody, and what they are made of.
PAGES = ENTRANCE | {"/api/docs", "/api/docs/reference.js", "/api/docs/reference.css"}
# Old addresses that are described with the slash at their end, or without it.
UNDESCRIBED = {
    "/api/health/",
    "/api/trainingplan/initial-questions/",
    "/api/trainingplan/generate",
    "/api/trainingplan/feedback",
    "/api/trainingplan/playbook/{user_id}/",
}
PROFILE = {"age": 34, "level": "intermediate", "equipment": ["full-gym"]}
PLAN = {"prompt": "Get stronger in the gym", "profile": PROFILE}
DISLIKE = {"text": "I hate barbell back squats"}
ID = re.compile(r"\{(\w+)\}")


@pytest.fixture
async def kuznia(sqlite_url: str) -> AsyncIterator[Kuznia]:
    """A server of every domain, to which an identity provider sends people; no model is there."""
    # More doors are tried than one address may be refused at in a minute.
    makings = made(sqlite_url, jwt_secret=SECRET, rate_limit_unauthorized=None)
    async with inside(Made(settings=makings.settings, domains=load())) as running:
        yield running


@pytest.fixture
async def ivans(kuznia: Kuznia) -> dict[str, str]:
    """Something of everything, by the names paths call it by."""
    order = {"prompt": "Register a small business"}
    artefact = await kuznia.client.post("/api/v1/flows", json=order, headers=IVAN)
    plan = await kuznia.client.post("/api/v1/training/plans", json=PLAN, headers=IVAN)
    said = await kuznia.client.post(
        f"{plan.json()['data']['links']['self']}/feedback", json=DISLIKE, headers=IVAN
    )
    me = await kuznia.client.get("/api/v1/auth/me", headers=IVAN)
    key = await kuznia.client.post("/api/v1/keys", json={"name": "k"}, headers=IVAN)
    later = {**IVAN, "prefer": "respond-async"}
    job = await kuznia.client.post("/api/v1/flows", json=order, headers=later)
    hook = await kuznia.client.post(
        "/api/v1/webhooks", json={"url": "https://kuznia.invalid/"}, headers=IVAN
    )
    sent = await kuznia.client.post(
        f"/api/v1/webhooks/{hook.json()['data']['id']}/test", headers=IVAN
    )
    return {
        "webhook_id": hook.json()["data"]["id"],
        "delivery_id": sent.json()["data"]["id"],
        "artefact_id": artefact.json()["data"]["id"],
        "run_id": artefact.headers["x-run-id"],
        "key_id": key.json()["data"]["id"],
        "job_id": job.json()["data"]["id"],
        "name": "json",
        "user_id": me.json()["data"]["id"],
        "lesson_id": said.json()["data"]["lessons"][0]["id"],
    }


def document() -> dict[str, Any]:
    return create_app(Made(settings=Settings())).openapi()


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Every operation of the API's document."""
    return [
        (method.upper(), path, one)
        for path, methods in document()["paths"].items()
        for method, one in methods.items()
    ]


def body(operation: dict[str, Any]) -> dict[str, Any]:
    """A good body, as the document shows it; a form where it shows none."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return {"data": {"answer": "yes"}}
    return {"json": next(iter(content["application/json"]["examples"].values()))["value"]}


async def ask(kuznia: Kuznia, method: str, path: str, operation: dict[str, Any], **more: Any):
    given = body(operation) if method in {"POST", "PUT", "PATCH"} else {}
    return await kuznia.client.request(method, path, **given, **more)


async def test_nobody_gets_in_anywhere_but_at_the_public_doors(
    kuznia: Kuznia, ivans: dict[str, str]
) -> None:
    opened: set[str] = set()
    for method, path, operation in operations():
        answer = await ask(kuznia, method, path.format_map(ivans), operation)
        if path in PUBLIC:
            assert operation["security"] == []
            opened.add(path)
            continue
        assert answer.status_code == 401, f"{method} {path}"
        assert answer.json()["error"]["code"] == "UNAUTHORIZED"
        assert answer.headers["www-authenticate"].startswith("Bearer")

    assert opened | PAGES | {"/api/health/"} == PUBLIC


async def test_a_link_to_a_page_opens_nothing_else(kuznia: Kuznia, ivans: dict[str, str]) -> None:
    given = await kuznia.client.post(
        f"/api/v1/artefacts/{ivans['artefact_id']}/preview-link", headers=IVAN
    )
    page, _, query = given.json()["data"]["link"].partition("?")
    for method, path, operation in operations():
        here = path.format_map(ivans)
        if path in PUBLIC or here == page:
            continue
        answer = await ask(kuznia, method, f"{here}?{query}", operation)
        assert answer.status_code == 401, f"{method} {path}"

    assert (await kuznia.client.get(f"{page}?{query}")).status_code == 200


async def test_what_is_anothers_is_not_there(kuznia: Kuznia, ivans: dict[str, str]) -> None:
    for method, path, operation in operations():
        if not (names := ID.findall(path)):
            known = path in PUBLIC or f"{method} {path}" in OWN
            assert known, f"{method} {path} is new: whose is what it shows?"
            continue
        # A name that is new here is taught to the fixture above.
        assert set(names) <= ivans.keys(), f"{method} {path}"
        here = path.format_map(ivans)
        answer = await ask(kuznia, method, here, operation, headers=OLENA)
        assert answer.status_code == 404, f"{method} {path}: {answer.text}"
        if "lesson_id" in names:
            # Her own playbook does not have his lesson either.
            hers = path.format_map({**ivans, "user_id": "me"})
            answer = await ask(kuznia, method, hers, operation, headers=OLENA)
            assert answer.status_code == 404, f"{method} {hers}: {answer.text}"
        # What was tried is there for its owner.
        if method == "GET" and "/exports/" not in path:
            mine = await kuznia.client.get(here, headers=IVAN)
            assert mine.status_code in {200, 204}, f"{path}: {mine.text}"


def test_the_list_of_what_is_ones_own_holds_nothing_that_is_gone() -> None:
    assert {f"{method} {path}" for method, path, _ in operations()} >= OWN


def test_every_route_is_described_or_known() -> None:
    app = create_app(Made(settings=Settings()))
    paths = {context.path for context in iter_route_contexts(app.routes)} - {None}

    assert paths - set(document()["paths"]) == PAGES | PANEL | UNDESCRIBED
    assert len(paths) > 20


async def test_a_route_nobody_thought_of_is_closed(kuznia: Kuznia) -> None:
    answer = await kuznia.client.get("/api/v1/forgotten")

    assert answer.status_code == 401


async def test_another_sees_nothing_in_the_lists(kuznia: Kuznia, ivans: dict[str, str]) -> None:
    artefacts = await kuznia.client.get("/api/v1/artefacts", headers=OLENA)
    keys = await kuznia.client.get("/api/v1/keys", headers=OLENA)
    export = await kuznia.client.get("/api/v1/me/export", headers=OLENA)

    assert artefacts.json()["data"]["items"] == []
    assert keys.json()["data"] == []
    assert export.text == ""


async def test_erasing_oneself_leaves_others_alone(kuznia: Kuznia, ivans: dict[str, str]) -> None:
    erased = await kuznia.client.delete("/api/v1/me", headers=OLENA)

    assert set(erased.json()["data"]["rows"].values()) == {0}
    mine = await kuznia.client.get(f"/api/v1/artefacts/{ivans['artefact_id']}", headers=IVAN)
    assert mine.status_code == 200


async def test_who_asks_does_not_come_from_the_body_or_the_query(kuznia: Kuznia) -> None:
    order = {"prompt": "Register a business", "owner": "jwt:ivan"}

    answer = await kuznia.client.post("/api/v1/flows", json=order, headers=OLENA)
    page = await kuznia.client.get("/api/v1/artefacts?owner=jwt:ivan", headers=OLENA)

    assert (answer.status_code, page.status_code) == (400, 400)


async def test_equal_orders_of_two_people_are_two_artefacts(kuznia: Kuznia) -> None:
    order = {"prompt": "Register a small business"}

    ids = {
        (await kuznia.client.post("/api/v1/flows", json=order, headers=one)).json()["data"]["id"]
        for one in (IVAN, OLENA)
    }

    assert len(ids) == 2


async def test_with_nothing_configured_everyone_here_is_the_owner(enter: Start) -> None:
    kuznia = await enter()

    me = (await kuznia.client.get("/api/v1/auth/me")).json()["data"]

    assert (me["id"], me["role"], me["name"]) == ("local", "admin", None)


async def test_where_strangers_come_in_they_are_no_admins(enter: Start) -> None:
    kuznia = await enter(host="0.0.0.0", allow_remote=True)

    me = (await kuznia.client.get("/api/v1/auth/me")).json()["data"]

    assert (me["role"], "admin" in me["scopes"]) == ("user", False)
    assert (await kuznia.client.get("/admin/")).status_code == 403


async def key_of(kuznia: Kuznia, *scopes: str) -> dict[str, str]:
    wanted = {"name": "k", "scopes": scopes}
    answer = await kuznia.client.post("/api/v1/keys", json=wanted, headers=IVAN)
    assert answer.status_code == 201, answer.text
    return {"x-api-key": answer.json()["data"]["key"]}


@pytest.mark.parametrize(("scope", "reads", "makes"), [("read", 200, 403), ("domains", 403, 200)])
async def test_a_key_opens_what_it_was_made_for(
    kuznia: Kuznia, scope: str, reads: int, makes: int
) -> None:
    key = await key_of(kuznia, scope)

    read = await kuznia.client.get("/api/v1/artefacts", headers=key)
    order = {"prompt": "Register a business"}
    done = await kuznia.client.post("/api/v1/flows", json=order, headers=key)

    assert (read.status_code, done.status_code) == (reads, makes)


async def test_a_key_is_taken_as_a_bearer_token_too(kuznia: Kuznia) -> None:
    key = (await key_of(kuznia, "read"))["x-api-key"]

    answer = await kuznia.client.get("/api/v1/auth/me", headers={"authorization": f"bearer {key}"})

    assert answer.json()["data"]["id"] == "jwt:ivan"


async def test_with_a_key_nobody_makes_keys_or_erases_its_owner(kuznia: Kuznia) -> None:
    key = await key_of(kuznia, "domains", "read")

    for method, path in (("POST", "/api/v1/keys"), ("DELETE", "/api/v1/me")):
        answer = await kuznia.client.request(method, path, headers=key)
        assert answer.status_code == 403


async def test_nobody_gives_a_key_what_they_may_not_do(kuznia: Kuznia) -> None:
    wanted = {"name": "k", "scopes": ["admin", "metrics"]}

    answer = await kuznia.client.post("/api/v1/keys", json=wanted, headers=IVAN)

    assert answer.status_code == 403
    assert "admin, metrics" in answer.json()["error"]["message"]


async def test_metrics_are_an_admins(kuznia: Kuznia) -> None:
    assert (await kuznia.client.get("/metrics", headers=IVAN)).status_code == 403
    await kuznia.doors.callers.users.set_role("jwt:ivan", "admin")
    kuznia.doors.callers.forget("jwt:ivan")

    key = await key_of(kuznia, "metrics")

    assert (await kuznia.client.get("/metrics", headers=key)).status_code == 200


@pytest.mark.parametrize("path", ["/health", "/ready", "/", "/api/docs"])
async def test_a_bad_credential_closes_no_public_door(kuznia: Kuznia, path: str) -> None:
    answer = await kuznia.client.get(path, headers={"authorization": "Bearer x"})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Basic aXZhbjppdmFu"},
        {"authorization": ""},
        {"cookie": "token=x"},
        {"x-caller": "ivan"},
    ],
    ids=str,
)
def test_what_is_no_credential_is_none(headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]

    assert find_credential(raw) is None


def test_the_document_says_how_to_come_in() -> None:
    written = document()

    assert written["components"]["securitySchemes"].keys() == {"bearer", "key"}
    assert written["security"] == [{"bearer": []}, {"key": []}]


async def test_a_foreign_page_may_ask_with_a_key(sqlite_url: str) -> None:
    makings = made(sqlite_url, jwt_secret=SECRET, cors_origins="https://app.example.org")
    headers = {
        "origin": "https://app.example.org",
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-api-key, authorization",
    }
    async with inside(makings) as kuznia:
        preflight = await kuznia.client.options("/api/v1/notes", headers=headers)
        refused: httpx2.Response = await kuznia.client.get(
            "/api/v1/artefacts", headers={"origin": "https://app.example.org"}
        )

    assert preflight.status_code == 200
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://app.example.org"
