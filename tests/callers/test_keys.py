"""API keys: found by their public half, proven by the whole, dead when they should be."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from tests.callers.conftest import Here

from kuznia.callers.credentials.keys import MAX_KEYS, public_id
from kuznia.platform.db.tables import api_keys
from kuznia.platform.errors import Conflict, NotFound

HOUR = timedelta(hours=1)


async def test_a_key_is_found_by_its_public_half_and_fits_as_a_whole(here: Here):
    key, text = await here.callers.keys.create("ivan", "robot", ["read"])

    found = await here.callers.keys.find(public_id(text) or "")

    assert found is not None
    assert found.key == key
    assert found.fits(text)
    assert not found.fits(text[:-1] + ("0" if text[-1] != "0" else "1"))


async def test_nothing_of_the_secret_is_kept(here: Here):
    _, text = await here.callers.keys.create("ivan", "robot", ["read"])

    async with here.db.read() as session:
        row = (await session.execute(sa.select(api_keys))).one()

    assert text.rpartition("_")[2] not in str(row)


async def test_scopes_are_kept_once_and_in_order(here: Here):
    key, _ = await here.callers.keys.create("ivan", "robot", ["read", "domains", "read"])

    assert key.scopes == ("domains", "read")


async def test_only_ones_own_keys_are_listed(here: Here):
    mine, _ = await here.callers.keys.create("ivan", "robot", ["read"])
    await here.callers.keys.create("olena", "robot", ["read"])

    assert await here.callers.keys.of("ivan") == [mine]


@pytest.mark.parametrize("work", ["rotate", "revoke"])
async def test_anothers_key_is_as_absent_as_none(here: Here, work: str):
    keys = here.callers.keys
    key, _ = await keys.create("olena", "robot", ["read"])

    with pytest.raises(NotFound):
        await (
            keys.revoke("ivan", key.id) if work == "revoke" else keys.rotate("ivan", key.id, HOUR)
        )


async def test_a_key_works_until_it_expires(here: Here):
    key, _ = await here.callers.keys.create("ivan", "robot", ["read"], HOUR)

    assert key.works(here.clock.now())
    here.clock.turn(3600)
    assert not key.works(here.clock.now())


async def test_while_a_key_is_rotated_both_work_and_then_the_new_one(here: Here):
    keys = here.callers.keys
    old, _ = await keys.create("ivan", "robot", ["read"])

    new, text = await keys.rotate("ivan", old.id, HOUR)

    now = here.clock.now()
    first, second = await keys.of("ivan")
    assert (new.name, new.scopes, new.expires_at) == ("robot", ("read",), None)
    assert public_id(text) == new.id
    assert [one.works(now) for one in (first, second)] == [True, True]
    assert [one.works(now + HOUR) for one in (first, second)] == [
        one.id == new.id for one in (first, second)
    ]


async def test_rotating_does_not_lengthen_a_life(here: Here):
    keys = here.callers.keys
    soon = here.clock.now() + timedelta(minutes=1)
    old, _ = await keys.create("ivan", "robot", ["read"], timedelta(minutes=1))

    new, _ = await keys.rotate("ivan", old.id, HOUR)

    assert {one.expires_at for one in await keys.of("ivan")} == {soon}
    assert new.expires_at == soon


async def test_a_dead_key_is_not_rotated(here: Here):
    key, _ = await here.callers.keys.create("ivan", "robot", ["read"])
    await here.callers.keys.revoke("ivan", key.id)

    with pytest.raises(Conflict):
        await here.callers.keys.rotate("ivan", key.id, HOUR)


async def test_a_key_revoked_twice_stays_as_it_was(here: Here):
    key, _ = await here.callers.keys.create("ivan", "robot", ["read"])
    once = await here.callers.keys.revoke("ivan", key.id)
    here.clock.turn(60)

    assert once.revoked_at is not None
    assert await here.callers.keys.revoke("ivan", key.id) == once


async def test_dead_keys_make_room_and_living_ones_do_not(here: Here):
    keys = here.callers.keys
    first, _ = await keys.create("ivan", "robot", ["read"])
    for number in range(1, MAX_KEYS):
        await keys.create("ivan", f"robot {number}", ["read"])
    with pytest.raises(Conflict):
        await keys.create("ivan", "one more", ["read"])
    await keys.revoke("ivan", first.id)

    await keys.create("ivan", "one more", ["read"])

    assert len(await keys.of("ivan")) == MAX_KEYS


async def test_many_made_at_once_are_no_more_than_the_most(here: Here):
    keys = here.callers.keys
    made = await asyncio.gather(
        *(keys.create("ivan", "robot", ["read"]) for _ in range(20)), return_exceptions=True
    )

    assert len({one[1] for one in made if isinstance(one, tuple)}) == 20


@given(st.text(max_size=100) | st.from_regex(r"kz_[0-9a-f]*_[0-9a-f]*\n?", fullmatch=True))
def test_only_what_is_shaped_like_a_key_is_looked_for(text: str):
    found = public_id(text)

    assert found is None or (len(found) == 16 and text.isascii() and len(text) == 84)
