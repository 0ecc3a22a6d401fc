"""Signing in over HTTP, and one's own keys and data, as people and programs meet them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from tests.callers.makers import SECRET, Provider, a_jwk, bearer, ec_key, provider, signed
from tests.doors.conftest import Lines, Start
from tests.servers.loop import Kuznia, inside, made

from kuznia.callers import personal_data
from kuznia.callers.budgets.bookings import booked
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.db.database import Database
from kuznia.platform.db.tables import metadata

PASSWORD, NEW = "correct horse battery staple", "a new sentence to remember"


@pytest.fixture
async def kuznia(enter: Start) -> Kuznia:
    """A server with an account, ivan's."""
    kuznia = await enter(accounts=True)
    callers = kuznia.doors.callers
    await callers.accounts.create("ivan", PASSWORD, "admin")
    return kuznia


async def post(kuznia: Kuznia, path: str, token: str = "", **body: Any) -> Any:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return await kuznia.client.post(f"/api/v1/{path}", json=body, headers=headers)


async def sign_in(kuznia: Kuznia, password: str = PASSWORD) -> dict[str, Any]:
    answer = await post(kuznia, "auth/token", name="ivan", password=password)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def test_a_person_signs_in_stays_in_and_signs_out(kuznia: Kuznia) -> None:
    tokens = await sign_in(kuznia)
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    me = (await kuznia.client.get("/api/v1/auth/me", headers=headers)).json()["data"]
    assert (me["name"], me["role"], tokens["token_type"]) == ("ivan", "admin", "Bearer")

    refreshed = await post(kuznia, "auth/refresh", refresh_token=tokens["refresh_token"])
    token = refreshed.json()["data"]["refresh_token"]
    assert (await post(kuznia, "auth/revoke", refresh_token=token)).status_code == 200

    assert (await post(kuznia, "auth/refresh", refresh_token=token)).status_code == 401


async def test_a_wrong_password_says_nothing_of_the_name(kuznia: Kuznia) -> None:
    answers = [
        await post(kuznia, "auth/token", name=name, password="wrong") for name in ("ivan", "nobody")
    ]

    assert [one.status_code for one in answers] == [401, 401]
    assert answers[0].json()["error"] == answers[1].json()["error"]


async def test_trying_passwords_is_answered_with_when_to_come_again(kuznia: Kuznia) -> None:
    for _ in range(10):
        await kuznia.doors.callers.accounts._tries.begin("ivan", "127.0.0.1")

    answer = await post(kuznia, "auth/token", name="ivan", password=PASSWORD)

    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 300


async def test_tries_are_counted_for_whom_our_proxy_names(enter: Start) -> None:
    kuznia = await enter(accounts=True, trusted_proxies="127.0.0.1")
    accounts = kuznia.doors.callers.accounts
    await accounts.create("ivan", PASSWORD, "admin")
    for _ in range(10):
        await accounts._tries.begin("ivan", "198.51.100.1")

    async def status(forwarded: str) -> int:
        body = {"name": "ivan", "password": PASSWORD}
        headers = {"x-forwarded-for": forwarded}
        answer = await kuznia.client.post("/api/v1/auth/token", json=body, headers=headers)
        return answer.status_code

    assert await status("198.51.100.1") == 429
    # What stands before the last one is what anybody may have written.
    assert await status("192.0.2.1, 198.51.100.1") == 429
    assert await status("192.0.2.1") == 200


async def test_no_header_gets_round_the_count_where_no_proxy_is_ours(kuznia: Kuznia) -> None:
    for _ in range(10):
        await kuznia.doors.callers.accounts._tries.begin("ivan", "127.0.0.1")
    body = {"name": "ivan", "password": PASSWORD}
    headers = {"x-forwarded-for": "192.0.2.1"}

    answer = await kuznia.client.post("/api/v1/auth/token", json=body, headers=headers)

    assert answer.status_code == 429


async def test_a_password_that_is_guessed_first_is_refused_with_a_reason(kuznia: Kuznia) -> None:
    token = (await sign_in(kuznia))["access_token"]

    answer = await post(kuznia, "auth/password", token, old=PASSWORD, new="111111111111")

    assert answer.status_code == 400
    assert "use four unrelated words" in answer.json()["error"]["message"]


async def test_a_password_is_changed_by_its_owner(kuznia: Kuznia) -> None:
    token = (await sign_in(kuznia))["access_token"]

    changed = await post(kuznia, "auth/password", token, old=PASSWORD, new=NEW)

    assert changed.status_code == 200
    assert (await post(kuznia, "auth/password", token, old=NEW, new=NEW)).status_code == 401
    assert await sign_in(kuznia, NEW)


@pytest.mark.parametrize("path", ["auth/token", "auth/refresh", "auth/revoke", "auth/password"])
async def test_what_is_sent_is_never_told_again(kuznia: Kuznia, path: str) -> None:
    headers = bearer("ivan") if path == "auth/password" else {}
    body = {"name": ["kanarka"], "password": ["kanarka"], "refresh_token": 5, "old": "kanarka"}

    answer = await kuznia.client.post(f"/api/v1/{path}", json=body, headers=headers)

    assert answer.status_code in {400, 401}
    assert "kanarka" not in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "auth/token"),
        ("POST", "auth/refresh"),
        ("POST", "auth/revoke"),
        ("POST", "auth/password"),
        ("GET", "keys"),
        ("POST", "keys"),
        ("POST", "keys/x/rotate"),
        ("DELETE", "keys/x"),
    ],
)
async def test_where_nobody_needs_a_credential_there_is_none_to_get(
    enter: Start, method: str, path: str
) -> None:
    kuznia = await enter()

    answer = await kuznia.client.request(method, f"/api/v1/{path}", json={})

    assert answer.status_code == 409
    assert "ACCOUNTS" in answer.json()["error"]["message"]


async def test_a_key_is_made_shown_once_rotated_and_revoked(kuznia: Kuznia) -> None:
    token = (await sign_in(kuznia))["access_token"]
    wanted = {"name": "robot", "scopes": ["read", "metrics"], "expires_in": 3600}
    made = await post(kuznia, "keys", token, **wanted)
    first = made.json()["data"]
    assert made.status_code == 201
    assert datetime.fromisoformat(first["expires_at"]).timestamp() > time.time() + 3000
    assert await opens(kuznia, first["key"])

    rotated = await post(kuznia, f"keys/{first['id']}/rotate", token, overlap=0)
    second = rotated.json()["data"]
    headers = {"authorization": f"Bearer {token}"}
    listed = (await kuznia.client.get("/api/v1/keys", headers=headers)).json()["data"]
    assert not await opens(kuznia, first["key"])
    assert await opens(kuznia, second["key"])
    assert {one["id"] for one in listed} == {first["id"], second["id"]}
    assert all("key" not in one for one in listed)

    revoked = await kuznia.client.delete(f"/api/v1/keys/{second['id']}", headers=headers)
    assert revoked.json()["data"]["revoked_at"] is not None
    assert not await opens(kuznia, second["key"])


@pytest.mark.parametrize("name", ["k\0", "\x1b[2J", " " * 101], ids=ascii)
async def test_a_keys_name_is_one_a_database_and_a_terminal_take(kuznia: Kuznia, name: str) -> None:
    token = (await sign_in(kuznia))["access_token"]

    answer = await post(kuznia, "keys", token, name=name)

    assert answer.status_code == 400


async def opens(kuznia: Kuznia, key: str) -> bool:
    answer = await kuznia.client.get("/api/v1/artefacts", headers={"x-api-key": key})
    return answer.status_code == 200


async def test_all_that_is_ones_own_is_taken_away_and_erased(kuznia: Kuznia) -> None:
    headers = {"authorization": f"Bearer {(await sign_in(kuznia))['access_token']}"}
    order = {"prompt": "a note on iron"}
    # No model answers, so what is kept is a failed artefact: that is one's own as well.
    await kuznia.client.post("/api/v1/notes", json=order, headers=headers)
    key = await kuznia.client.post("/api/v1/keys", json={"name": "k"}, headers=headers)

    export = await kuznia.client.get("/api/v1/me/export", headers=headers)
    erased = await kuznia.client.delete("/api/v1/me", headers=headers)

    lines = [json.loads(line) for line in export.text.splitlines()]
    kinds = [one["table"] for one in lines]
    theirs = {"users", "api_keys", "refresh_tokens", "known_addresses", "artefacts", "storage"}
    assert set(kinds) == theirs | {"bookings", "spending"}
    assert not any("hash" in one["row"] for one in lines)
    assert key.json()["data"]["key"] not in export.text
    rows = erased.json()["data"]["rows"]
    assert rows == {name: kinds.count(name) for name in rows}
    assert theirs <= rows.keys()
    assert "spending" not in rows
    assert (await kuznia.client.get("/api/v1/auth/me", headers=headers)).status_code == 401


async def test_who_erases_themselves_comes_back_to_what_they_spent_and_may_spend(
    sqlite_url: str, log: Lines
) -> None:
    makings = made(sqlite_url, jwt_secret=SECRET, model=ScriptedModel("note: one", "note: two"))
    async with inside(makings) as kuznia:
        await kuznia.make(headers=bearer("ivan"))
        caller_limits, clock = kuznia.doors.metering.caller_limits, kuznia.doors.forge.clock
        spent = await booked(kuznia.doors.db, "jwt:ivan", clock.now(), 1)
        used = sum(one.input_tokens + one.output_tokens for one in spent)
        await caller_limits.decide("jwt:ivan", {"tokens_day": used + 10, "generation": "9/hour"})
        decided = await caller_limits.decided("jwt:ivan")

        erased = await kuznia.client.delete("/api/v1/me", headers=bearer("ivan"))

        refused = await kuznia.make("another note", headers=bearer("ivan"))
        assert erased.json()["data"]["rows"]["artefacts"] == 1
        assert await booked(kuznia.doors.db, "jwt:ivan", clock.now(), 1) == spent
        assert await caller_limits.decided("jwt:ivan") == decided
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "QUOTA_EXCEEDED")
        assert refused.json()["error"]["details"]["spent"] == used


async def test_who_is_shut_out_and_erased_does_not_come_back(sqlite_url: str, log: Lines) -> None:
    makings = made(sqlite_url, jwt_secret=SECRET, model=ScriptedModel())
    async with inside(makings) as kuznia:
        await kuznia.doors.callers.users.disable("jwt:ivan")
        await personal_data.erase(kuznia.doors.db, "jwt:ivan")

        me = await kuznia.client.get("/api/v1/auth/me", headers=bearer("ivan"))
        assert me.status_code == 401


async def test_a_key_made_anew_goes_on_with_its_owners_budget(sqlite_url: str, log: Lines) -> None:
    makings = made(
        sqlite_url, jwt_secret=SECRET, budget_tokens_day=1_050, model=ScriptedModel("note: one")
    )
    async with inside(makings) as kuznia:
        keys, prompt = kuznia.doors.callers.keys, "a note on iron " * 10
        first, text = await keys.create("jwt:ivan", "k", ("domains",))
        made_one = await kuznia.make(prompt, headers={"x-api-key": text})
        await keys.revoke("jwt:ivan", first.id)
        _, text = await keys.create("jwt:ivan", "k", ("domains",))

        refused = await kuznia.make("another", headers={"x-api-key": text})

        (row,) = await booked(kuznia.doors.db, "jwt:ivan", kuznia.doors.forge.clock.now(), 1)
        assert made_one.status_code == 200
        assert (row.key, row.name, row.model) == (first.id, "k", "scripted")
        assert refused.json()["error"]["code"] == "QUOTA_EXCEEDED"


async def test_a_run_under_way_ends_before_its_owner_is_erased(sqlite_url: str, log: Lines) -> None:
    class Waiting(ScriptedModel):
        async def stream(self, ask):
            await asyncio.Event().wait()
            async for delta in super().stream(ask):
                yield delta

    makings = made(sqlite_url, jwt_secret=SECRET, model=Waiting("note: late"))
    async with inside(makings) as kuznia:
        asking = asyncio.create_task(kuznia.make(headers=bearer("ivan")))
        async with asyncio.timeout(60):
            while not kuznia.doors.runs._under_way:  # noqa: ASYNC110 - nobody tells when it began
                await asyncio.sleep(0.002)

        erased = await kuznia.client.delete("/api/v1/me", headers=bearer("ivan"))

        assert erased.status_code == 200
        assert (await asking).status_code == 499
        assert (await kuznia.client.get("/api/v1/artefacts", headers=bearer("ivan"))).json()[
            "data"
        ]["items"] == []


async def test_what_was_erased_is_not_found_again(sqlite_url: str, log: Lines) -> None:
    makings = made(sqlite_url, jwt_secret=SECRET, model=ScriptedModel("note: one", "note: two"))
    async with inside(makings) as kuznia:
        first = await kuznia.make(headers=bearer("ivan"))
        again = await kuznia.make(headers=bearer("ivan"))
        assert again.json()["data"]["id"] == first.json()["data"]["id"]

        await kuznia.client.delete("/api/v1/me", headers=bearer("ivan"))

        anew = await kuznia.make(headers=bearer("ivan"))
        assert anew.json()["data"]["id"] != first.json()["data"]["id"]


# Tables that hold nothing of anybody's: limits by a hash of who tried, and what we sign with.
NOBODYS = {"schemas", "sign_ins", "signing_secrets"}


def test_every_table_says_whose_its_rows_are() -> None:
    tables = {table.name for table in personal_data.owned()}

    assert tables | NOBODYS == {table.name for table in metadata.sorted_tables}


async def test_an_export_of_any_length_comes_whole_and_in_pages(db: Database) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        {
            "id": f"{n:04}",
            "owner": "ivan",
            "name": "k",
            "hash": "h",
            "scopes": "",
            "created_at": now,
        }
        for n in range(personal_data.PAGE * 2 + 1)
    ]
    async with db.write() as session:
        await session.execute(sa.insert(metadata.tables["api_keys"]), rows)

    taken = [
        row["id"] async for table, row in personal_data.taken(db, "ivan") if table == "api_keys"
    ]

    assert taken == [row["id"] for row in rows]
    assert (await personal_data.erase(db, "ivan"))["api_keys"] == len(rows)


@pytest.fixture
async def idp() -> AsyncIterator[Provider]:
    async with provider() as here:
        yield here


async def test_a_supabase_address_is_all_it_takes(
    enter: Start, idp: Provider, sqlite_url: str
) -> None:
    url = idp.url.removesuffix("/keys.json")
    idp.publishes(a_jwk(ec_key(), "k1"))
    now = int(time.time())
    claims = {"iss": f"{url}/auth/v1", "aud": "authenticated", "iat": now, "exp": now + 600}
    kuznia = await enter(supabase_url=url)

    async def status(**changes: Any) -> int:
        token = signed(ec_key(), "ES256", "k1", **claims | changes)
        headers = {"authorization": f"Bearer {token}"}
        return (await kuznia.client.get("/api/v1/auth/me", headers=headers)).status_code

    assert await status() == 200
    assert await status(aud="anon") == 401
    assert await status(iss="https://other.supabase.co/auth/v1") == 401
    # The keys a Supabase project hands out to pages are tokens too, of nobody.
    assert await status(sub=None) == 401


async def test_why_a_credential_is_refused_is_for_the_operator(enter: Start, log: Lines) -> None:
    kuznia = await enter(jwt_secret=SECRET)

    for token in (signed(exp=1, aud=None, iss=None), signed(f"{SECRET}?"), "nonsense"):
        answer = await kuznia.client.get(
            "/api/v1/auth/me", headers={"authorization": f"Bearer {token}"}
        )
        assert answer.json()["error"] == {
            "code": "UNAUTHORIZED",
            "message": "The credential is not valid or has expired.",
            "details": {},
        }
        assert answer.headers["www-authenticate"] == 'Bearer realm="kuznia"'

    told = [line["reason"] for line in log() if line["event"] == "credential_refused"]
    assert told == ["expired", "InvalidSignatureError", "DecodeError"]
