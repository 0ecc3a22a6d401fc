"""Guessing passwords takes too long, and shuts out nobody but who guesses."""

import asyncio
import threading

import pytest
import sqlalchemy as sa
from pwdlib import PasswordHash
from tests.callers.conftest import CHEAP, PASSWORD, Here

from kuznia.callers.credentials.passwords import MAX_WAITING, Passwords
from kuznia.callers.limits.tries import ADDRESS_TRIES, KNOWN, MAX_KNOWN, NAME_TRIES, TRIES, WINDOW
from kuznia.platform.db.tables import known_addresses, sign_ins
from kuznia.platform.errors import RateLimited, Unauthorized, Unavailable

HOME, OFFICE, STRANGE = "192.0.2.1", "192.0.2.2", "198.51.100.1"


async def fail(here: Here, name: str = "ivan", address: str = HOME, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(Unauthorized):
            await here.sign_in(name, "wrong", address)


async def limited(here: Here, name: str = "ivan", address: str = HOME) -> None:
    with pytest.raises(RateLimited) as told:
        await here.sign_in(name, PASSWORD, address)
    assert 0 < (told.value.retry_after or 0) <= WINDOW.total_seconds()


async def attack(here: Here, name: str = "ivan") -> None:
    """From so many addresses that the name's own bound is reached."""
    for number in range(NAME_TRIES // TRIES):
        await fail(here, name, f"203.0.113.{number}", TRIES)


async def rows(here: Here, table: sa.Table) -> int:
    async with here.db.read() as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


async def test_trying_passwords_ends_soon(here: Here):
    await here.user()
    await fail(here, times=TRIES)

    await limited(here)
    # From elsewhere the owner still gets in, and here after the window.
    assert await here.sign_in(address=OFFICE)
    here.clock.turn(WINDOW.total_seconds())
    assert await here.sign_in()


async def test_a_name_nobody_has_is_limited_all_the_same(here: Here):
    await fail(here, "nobody", times=TRIES)

    await limited(here, "nobody")


async def test_many_addresses_together_have_their_limit_too(here: Here):
    await here.user()
    await attack(here)

    await limited(here, address=STRANGE)


async def test_strangers_do_not_lock_the_owner_out(here: Here):
    await here.user()
    await here.sign_in(address=HOME)
    await attack(here)
    await limited(here, address=STRANGE)

    assert await here.sign_in(address=HOME)
    # And from there, too, nobody guesses for long.
    await fail(here, address=HOME, times=TRIES)
    await limited(here, address=HOME)


async def test_an_address_is_its_owners_for_their_own_name_alone(here: Here):
    await here.user()
    await here.user("olena")
    await here.sign_in("olena", address=OFFICE)
    await attack(here)

    await limited(here, address=OFFICE)


async def test_an_address_not_used_for_long_is_a_strangers_again(here: Here):
    await here.user()
    await here.sign_in(address=HOME)
    here.clock.turn(KNOWN.total_seconds())
    await attack(here)

    await limited(here, address=HOME)


async def test_one_address_tries_few_passwords_for_many_names(here: Here):
    for number in range(ADDRESS_TRIES):
        await fail(here, f"person {number}", STRANGE)

    await limited(here, "another", STRANGE)
    assert await rows(here, sign_ins) == 2 * ADDRESS_TRIES + 1


async def test_who_guesses_in_an_office_does_not_lock_its_others_out(here: Here):
    await here.user()
    await here.sign_in(address=OFFICE)
    for number in range(ADDRESS_TRIES):
        await fail(here, f"person {number}", OFFICE)

    assert await here.sign_in(address=OFFICE)


async def test_the_right_password_is_no_try(here: Here):
    names = [f"person {number}" for number in range(ADDRESS_TRIES + 5)]
    for name in names:
        await here.user(name)
        assert await here.sign_in(name, address=OFFICE)
    for _ in range(TRIES * 2):
        await here.sign_in(names[0], address=OFFICE)


async def test_many_at_once_are_no_way_round_the_limit(here: Here):
    await here.user()

    outcomes = await asyncio.gather(
        *(here.sign_in(password="wrong") for _ in range(TRIES + 5)), return_exceptions=True
    )

    assert sum(isinstance(one, RateLimited) for one in outcomes) == 5


async def test_what_is_counted_goes_with_time(here: Here):
    await here.user()
    await fail(here, times=3)
    here.clock.turn(WINDOW.total_seconds())
    await here.sign_in()

    async with here.db.read() as session:
        tries = (await session.execute(sa.select(sign_ins.c.tries))).scalars().all()
    assert sum(tries) == 0


async def test_an_owner_is_remembered_by_few_addresses(here: Here):
    await here.user()
    for number in range(MAX_KNOWN + 3):
        here.clock.turn(1)
        await here.sign_in(address=f"203.0.113.{number}")

    assert await rows(here, known_addresses) == MAX_KNOWN


async def test_neither_names_nor_addresses_are_kept(here: Here):
    await here.user()
    await here.sign_in()
    await fail(here)

    async with here.db.read() as session:
        kept = [
            *(await session.execute(sa.select(known_addresses.c.id))).scalars(),
            *(await session.execute(sa.select(sign_ins.c.id))).scalars(),
        ]
    assert all(len(one) == 64 and int(one, 16) for one in kept)


class Held(PasswordHash):
    """Compares nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__(CHEAP.hashers)
        self.go = threading.Event()
        self.begun = 0

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002 - its name there
        self.begun += 1
        self.go.wait(20)
        return super().verify(password, hash)


async def test_too_many_at_once_are_asked_to_come_again(here: Here):
    passwords = Passwords(CHEAP)

    outcomes = await asyncio.gather(
        *(passwords.matches("x", None) for _ in range(MAX_WAITING + 5)), return_exceptions=True
    )

    assert sum(isinstance(one, Unavailable) for one in outcomes) == 5


async def test_one_who_could_not_be_compared_has_not_tried(here: Here):
    await here.user()
    lane = here.callers.accounts._passwords._strange
    lane._waiting = MAX_WAITING
    for _ in range(TRIES + 1):
        with pytest.raises(Unavailable):
            await here.sign_in()
    lane._waiting = 0

    assert await here.sign_in()


async def test_a_flood_of_strangers_keeps_nobody_waiting_who_is_known():
    held, kept = Held(), CHEAP.hash(PASSWORD)
    passwords = Passwords(held)
    flood = [asyncio.create_task(passwords.matches("x", kept)) for _ in range(MAX_WAITING)]
    async with asyncio.timeout(20):
        while held.begun < 1:  # noqa: ASYNC110 - a thread has no event of the loop
            await asyncio.sleep(0.002)
        with pytest.raises(Unavailable):
            await passwords.matches("x", kept)

        known = asyncio.create_task(passwords.matches(PASSWORD, kept, known=True))
        while held.begun < 2:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.002)
        held.go.set()

        assert await known
        assert not any(await asyncio.gather(*flood))


async def test_who_leaves_while_a_hash_is_made_frees_no_second_thread():
    held, kept = Held(), CHEAP.hash(PASSWORD)
    passwords = Passwords(held)
    async with asyncio.timeout(20):
        for _ in range(5):
            leaving = asyncio.create_task(passwords.matches("x", kept))
            while held.begun < 1:  # noqa: ASYNC110 - a thread has no event of the loop
                await asyncio.sleep(0.002)
            await asyncio.sleep(0.01)
            leaving.cancel()
            await asyncio.wait((leaving,))

        assert held.begun == 1
        held.go.set()
        assert await passwords.matches(PASSWORD, kept)
