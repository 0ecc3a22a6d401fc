"""How much a caller may keep: asked before anything costs money, and what is deleted is free."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from tests.callers.makers import SECRET, bearer
from tests.doors.conftest import Start
from tests.servers.loop import Kuznia, frames, inside, made

from kuznia.callers import personal_data
from kuznia.domains.flows import DOMAIN as FLOWS
from kuznia.domains.training import DOMAIN as TRAINING
from kuznia.forge.shelf.storage import FRESH, used_by
from kuznia.forge.terms import Domain
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.db import migrate
from kuznia.platform.db.database import Database
from kuznia.platform.db.tables import artefacts
from kuznia.platform.settings.values import DatabaseUrl

IVAN, OLENA = bearer("ivan"), bearer("olena")
SAID = "note: залізо"


def talking() -> ScriptedModel:
    model = ScriptedModel()
    model.always(SAID)
    return model


def notes(database_url: str, model: ScriptedModel, **settings: Any):
    given = {"jwt_secret": SECRET, "cache_ttl": 0, "rate_limit_generation": "off"}
    return inside(made(database_url, model=model, **given | settings))


async def summed(db: Database, owner: str = "jwt:ivan") -> int:
    """What the rows themselves take."""
    query = sa.select(artefacts.c.body).where(artefacts.c.owner == owner)
    async with db.read() as session:
        return sum(len(body.encode()) for body in (await session.execute(query)).scalars())


async def made_by_ivan(kuznia: Kuznia, count: int) -> list[str]:
    answers = [await kuznia.make(f"note {n}", headers=IVAN) for n in range(count)]
    return [one.json()["data"]["id"] for one in answers]


async def test_the_sum_is_what_the_rows_take(database_url: str) -> None:
    async with notes(database_url, talking()) as kuznia:
        ids = [
            (await kuznia.make(f"note {n}", headers=IVAN)).json()["data"]["id"] for n in range(3)
        ]
        await kuznia.make("another's", headers=OLENA)
        before = await used_by(kuznia.doors.db, "jwt:ivan")
        assert before == await summed(kuznia.doors.db) > 0

        gone = await kuznia.client.delete(f"/api/v1/artefacts/{ids[0]}", headers=IVAN)

        assert gone.json()["data"]["deleted"] == 1
        left = await used_by(kuznia.doors.db, "jwt:ivan")
        assert left == before - gone.json()["data"]["bytes"] == await summed(kuznia.doors.db)


async def test_who_is_full_is_told_before_anything_is_paid_for(database_url: str) -> None:
    model = talking()
    async with notes(database_url, model, storage_per_caller=500) as kuznia:
        first = await kuznia.make("one", headers=IVAN)
        assert first.status_code == 200
        asked = len(model.heard)

        second = await kuznia.make("two", headers=IVAN)

        error = second.json()["error"]
        assert (second.status_code, error["code"]) == (429, "QUOTA_EXCEEDED")
        assert "DELETE /api/v1/artefacts/ID" in error["message"]
        assert error["details"]["used"] == await used_by(kuznia.doors.db, "jwt:ivan")
        assert len(model.heard) == asked
        assert (await kuznia.make("two", headers=OLENA)).status_code == 200

        await kuznia.client.delete(f"/api/v1/artefacts/{first.json()['data']['id']}", headers=IVAN)
        assert (await kuznia.make("two", headers=IVAN)).status_code == 200


async def test_a_batch_and_a_stream_are_told_as_well(database_url: str) -> None:
    async with notes(database_url, talking(), storage_per_caller=500) as kuznia:
        await kuznia.make("one", headers=IVAN)
        body = {"orders": [{"prompt": "note a"}, {"prompt": "note b"}]}

        many = await kuznia.client.post("/api/v1/notes/batch", json=body, headers=IVAN)
        streamed = await kuznia.make("note c", headers=IVAN | {"accept": "text/event-stream"})

        told = [one["error"]["code"] for one in many.json()["data"]["outcomes"]]
        assert told == ["QUOTA_EXCEEDED"] * 2
        last = [frame async for frame in frames(streamed)][-1]
        assert (last.kind, last.data["error"]["code"]) == ("run.failed", "QUOTA_EXCEEDED")


@pytest.mark.parametrize(
    ("domain", "order", "change"),
    [
        (FLOWS, {"prompt": "Register a business: name, email, phone"}, "edits"),
        (TRAINING, {"prompt": "Get stronger", "profile": {"age": 34, "days": 3}}, "feedback"),
    ],
    ids=["a flow", "a plan"],
)
async def test_a_change_takes_room_as_well(
    sqlite_url: str, domain: Domain, order: dict[str, Any], change: str
) -> None:
    makings = made(sqlite_url, domain=domain, jwt_secret=SECRET, storage_per_caller=500)
    async with inside(makings) as kuznia:
        new = await kuznia.client.post(f"/api/v1/{domain.path}", json=order, headers=IVAN)
        path = f"/api/v1/artefacts/{new.json()['data']['id']}/{change}"
        if change == "edits":
            path = path.replace("/artefacts/", "/flows/")
        said = {"sentence": "add a field city"} if change == "edits" else {"text": "I hate squats"}

        answer = await kuznia.client.post(path, json=said, headers=IVAN)

        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "QUOTA_EXCEEDED")


async def test_an_operator_decides_for_one_caller(database_url: str) -> None:
    async with notes(database_url, talking(), storage_per_caller=500) as kuznia:
        caller_limits = kuznia.doors.metering.caller_limits
        await caller_limits.decide("jwt:ivan", {"storage": -1})
        await caller_limits.decide("jwt:olena", {"storage": 1})
        for prompt in ("one", "two"):
            assert (await kuznia.make(prompt, headers=IVAN)).status_code == 200
        assert (await kuznia.make("one", headers=OLENA)).status_code == 200
        assert (await kuznia.make("two", headers=OLENA)).status_code == 429


async def test_what_another_process_keeps_counts_soon(database_url: str) -> None:
    settings = {"storage_per_caller": 1500}
    async with notes(database_url, talking(), **settings) as one:
        assert (await one.make("one", headers=IVAN)).status_code == 200
        async with notes(database_url, talking(), **settings) as other:
            for prompt in ("two", "three", "four"):
                await other.make(prompt, headers=IVAN)
        storage: Any = one.doors.forge.shelf._storage
        until, used = storage._known["jwt:ivan"]
        storage._known["jwt:ivan"] = (until - FRESH, used)

        assert (await one.make("five", headers=IVAN)).status_code == 429


async def test_what_was_erased_is_free(database_url: str) -> None:
    async with notes(database_url, talking(), storage_per_caller=500) as kuznia:
        await kuznia.make("one", headers=IVAN)
        await kuznia.client.delete("/api/v1/me", headers=IVAN)

        assert await used_by(kuznia.doors.db, "jwt:ivan") == 0
        assert (await kuznia.make("two", headers=IVAN)).status_code == 200
        assert await personal_data.erase(kuznia.doors.db, "jwt:nobody")


async def test_ones_own_machine_is_ones_own_to_fill(enter: Start) -> None:
    kuznia = await enter()

    assert kuznia.doors.metering.caller_limits.usual.storage is None


async def test_where_others_come_everyone_has_a_gigabyte(enter: Start) -> None:
    assert (await enter(accounts=True)).doors.metering.caller_limits.usual.storage == 1_000_000_000
    assert (
        await enter(accounts=True, storage_per_caller=0)
    ).doors.metering.caller_limits.usual.storage is None


async def test_what_was_deleted_is_not_found_again(sqlite_url: str) -> None:
    async with notes(sqlite_url, talking(), cache_ttl=300) as kuznia:
        first = await kuznia.make("one", headers=IVAN | {"accept": "text/event-stream"})
        data = [frame async for frame in frames(first)][-1].data
        artefact = data["artefact"]
        paths = [artefact["links"][name] for name in ("self", "events")]
        assert (await kuznia.make("one", headers=IVAN)).json()["data"]["id"] == artefact["id"]

        await kuznia.client.delete(paths[0], headers=IVAN)

        assert [(await kuznia.client.get(path, headers=IVAN)).status_code for path in paths] == [
            404,
            404,
        ]
        assert (await kuznia.client.delete(paths[0], headers=IVAN)).status_code == 404
        again = await kuznia.make("one", headers=IVAN)
        assert again.json()["data"]["id"] != artefact["id"]


async def test_nobody_deletes_what_is_anothers(database_url: str) -> None:
    async with notes(database_url, talking()) as kuznia:
        id_ = (await kuznia.make("one", headers=IVAN)).json()["data"]["id"]

        one = await kuznia.client.delete(f"/api/v1/artefacts/{id_}", headers=OLENA)
        many = await kuznia.client.delete("/api/v1/artefacts?before=art_z", headers=OLENA)

        assert one.status_code == 404
        assert many.json()["data"] == {"deleted": 0, "bytes": 0, "more": False}
        assert (
            await kuznia.client.get(f"/api/v1/artefacts/{id_}", headers=IVAN)
        ).status_code == 200


async def test_all_that_is_older_goes_at_once(
    database_url: str,
) -> None:
    async with notes(database_url, talking()) as kuznia:
        ids = [
            (await kuznia.make(f"note {n}", headers=IVAN)).json()["data"]["id"] for n in range(4)
        ]
        path = f"/api/v1/artefacts?before={ids[3]}"
        misspelt = await kuznia.client.delete(f"{path}&domain=note", headers=IVAN)
        assert misspelt.status_code == 400

        gone = await kuznia.client.delete(path, headers=IVAN)

        assert gone.json()["data"]["deleted"] == 3
        page = await kuznia.client.get("/api/v1/artefacts", headers=IVAN)
        assert [one["id"] for one in page.json()["data"]["items"]] == [ids[3]]
        assert await used_by(kuznia.doors.db, "jwt:ivan") == await summed(kuznia.doors.db)
        assert (await kuznia.client.delete("/api/v1/artefacts", headers=IVAN)).status_code == 400


async def test_what_was_kept_before_there_was_a_sum_is_counted(database_url: str) -> None:
    async with notes(database_url, talking()) as kuznia:
        await made_by_ivan(kuznia, 2)
        used = await used_by(kuznia.doors.db, "jwt:ivan")
    folder = ScriptDirectory(str(Path(__file__).parents[2] / "migrations"))
    made = next(one for one in folder.walk_revisions() if one.path.endswith("_storage.py"))

    await asyncio.to_thread(
        migrate.downgrade, DatabaseUrl.read(database_url), str(made.down_revision)
    )
    await asyncio.to_thread(migrate.upgrade, DatabaseUrl.read(database_url))

    async with notes(database_url, talking()) as kuznia:
        assert await used_by(kuznia.doors.db, "jwt:ivan") == used
