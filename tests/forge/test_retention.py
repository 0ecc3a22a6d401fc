"""Artefacts become as old as the operator lets them, and no older."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from tests.callers.spenders import eventually, rows
from tests.servers.loop import inside, made

from kuznia.forge.shelf.storage import used_by
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.clock import SystemClock
from kuznia.platform.db.tables import artefacts
from kuznia.platform.settings import SettingsWrong, load


def notes(database_url: str, **settings: Any):
    model = ScriptedModel()
    model.always("note: залізо")
    return inside(made(database_url, model=model, cache_ttl=0, **settings))


async def test_an_artefact_is_erased_after_so_many_days(database_url: str) -> None:
    async with notes(database_url) as kuznia:
        old, new = [(await kuznia.make(prompt)).json()["data"]["id"] for prompt in ("old", "new")]
        db = kuznia.doors.db
        for id_, days in ((old, 31), (new, 29)):
            at = SystemClock().now() - timedelta(days=days)
            this = sa.update(artefacts).where(artefacts.c.id == id_).values(created_at=at)
            async with db.write() as session:
                await session.execute(this)
    async with notes(database_url) as kuznia:
        assert len(await rows(kuznia.doors.db, artefacts)) == 2

    async with notes(database_url, artefact_retention=30) as kuznia:
        db = kuznia.doors.db

        async def one_left() -> bool:
            return len(await rows(db, artefacts)) == 1

        await eventually(one_left)
        (left,) = await rows(db, artefacts)

        assert left.id == new
        assert await used_by(db, left.owner) == len(left.body.encode())
        assert (await kuznia.client.get(f"/api/v1/artefacts/{old}")).status_code == 404


def test_what_is_erased_is_not_answered_from_memory() -> None:
    with pytest.raises(SettingsWrong, match="CACHE_TTL: longer than ARTEFACT_RETENTION"):
        load({"ARTEFACT_RETENTION": "1", "CACHE_TTL": "100000"}, None)
