"""From a credential to a Caller, and how soon what changed is noticed."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.callers.conftest import Here, callers_on
from tests.callers.makers import signed
from tests.clocks import TurnedClock

from kuznia.callers import short_cache
from kuznia.callers.credentials.keys import SCOPES, Scope
from kuznia.callers.identify import ADMIN, MAX_PROVEN_SECONDS, USER, local
from kuznia.callers.short_cache import FRESH_SECONDS, ShortCache
from kuznia.platform.errors import Unauthorized


async def refused(here: Here, credential: str) -> None:
    with pytest.raises(Unauthorized, match="The credential is not valid or has expired"):
        await here.callers.identify(credential)


async def test_an_issuers_person_is_a_user_under_a_name_of_their_own(here: Here):
    caller = await here.callers.identify(signed(sub="ivan"))

    assert (caller.id, caller.admin, caller.scopes) == ("jwt:ivan", False, USER)


async def test_nobody_can_be_named_like_the_owner_of_the_machine(here: Here):
    caller = await here.callers.identify(signed(sub="local"))

    assert caller != local(remote=False)


async def test_an_operator_makes_an_issuers_person_an_admin(here: Here):
    await here.callers.users.set_role("jwt:ivan", "admin")

    caller = await here.callers.identify(signed(sub="ivan"))

    assert (caller.admin, caller.scopes) == (True, ADMIN)


@pytest.mark.parametrize("role", ["user", "admin"])
async def test_one_who_signed_in_may_what_their_role_does(here: Here, role):
    person = await here.user(role=role)

    caller = await here.callers.identify((await here.sign_in()).access_token)

    assert (caller.id, caller.admin) == (person.id, role == "admin")
    assert caller.scopes == (ADMIN if role == "admin" else USER)


@pytest.mark.parametrize("scopes", [["read"], ["domains", "read"], [*SCOPES]], ids=str)
async def test_a_key_allows_what_it_was_made_for_and_its_owner_may(
    here: Here, scopes: Sequence[Scope]
):
    user, admin = await here.user("user"), await here.user("admin", "admin")
    _, users = await here.callers.keys.create(user.id, "k", scopes)
    _, admins = await here.callers.keys.create(admin.id, "k", scopes)

    as_user = await here.callers.identify(users)
    as_admin = await here.callers.identify(admins)

    assert as_user.scopes == set(scopes) & USER
    assert not as_user.admin
    assert as_admin.scopes == set(scopes)
    assert as_admin.admin == ("admin" in scopes)
    assert "account" not in as_admin.scopes


async def test_no_key_is_guessed(here: Here):
    person = await here.user()
    _, text = await here.callers.keys.create(person.id, "k", ["read"])

    for guess in ("kz_", text[:-1], f"{text}0", f"kz_{'0' * 16}_{'0' * 64}", text[:-64] + "0" * 64):
        await refused(here, guess)


async def test_a_key_that_expired_or_whose_owner_is_gone_opens_nothing(here: Here):
    person = await here.user()
    _, short = await here.callers.keys.create(person.id, "k", ["read"], timedelta(minutes=1))
    _, nobodys = await here.callers.keys.create("usr_gone", "k", ["read"])
    assert await here.callers.identify(short)
    here.clock.turn(60)

    await refused(here, short)
    await refused(here, nobodys)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "kz_é", "\0", "é" * 50, "\ud800"])
async def test_whatever_is_sent_is_refused_in_the_same_words(here: Here, text: str):
    await refused(here, text)


async def test_a_token_of_ours_that_names_no_state_opens_nothing(here: Here):
    import jwt

    person = await here.user()
    accounts = here.callers.accounts
    now = int(here.clock.now().timestamp())
    claims = {"iss": "kuznia", "aud": "kuznia", "sub": person.id, "exp": now + 60}

    await refused(here, jwt.encode(claims, accounts._secret, "HS256", {"kid": "kuznia"}))


async def test_a_token_ends_when_it_says_so(here: Here):
    token = signed()
    assert await here.callers.identify(token)
    here.clock.turn(700)

    await refused(here, token)


async def test_what_was_proven_is_not_proven_again_for_a_while(here: Here):
    token = signed()
    await here.callers.identify(token)
    (held,) = here.callers._proven.values()
    await here.callers.identify(token)

    assert list(here.callers._proven.values()) == [held]
    here.clock.turn(MAX_PROVEN_SECONDS)
    await here.callers.identify(token)
    assert list(here.callers._proven.values()) != [held]


async def test_no_token_is_left_lying_in_memory(here: Here):
    token = signed()
    await here.callers.identify(token)

    assert token not in repr(vars(here.callers))


async def changed_elsewhere(here: Here, token: str, name: str) -> None:
    """Somebody else's process disables, and ours notices within the second."""
    other = callers_on(here.db, here.clock)
    assert await here.callers.identify(token)
    await other.users.disable(name)
    here.clock.turn(FRESH_SECONDS)
    await refused(here, token)


async def test_a_person_disabled_in_another_process_is_out(here: Here):
    person = await here.user()
    await changed_elsewhere(here, (await here.sign_in()).access_token, person.id)


async def test_an_issuers_person_disabled_in_another_process_is_out(here: Here):
    await changed_elsewhere(here, signed(sub="olena"), "jwt:olena")


async def test_an_enabled_person_signs_in_again_and_their_keys_work(here: Here):
    person = await here.user()
    _, key = await here.callers.keys.create(person.id, "k", ["read"])
    token = (await here.sign_in()).access_token
    await here.callers.users.disable(person.id)
    await refused(here, key)
    await here.callers.users.enable(person.id)
    here.callers.forget(person.id)

    assert await here.callers.identify(key)
    await refused(here, token)
    assert await here.callers.identify((await here.sign_in()).access_token)


async def test_a_stranger_from_the_network_is_no_admin():
    assert not local(remote=True).admin
    assert "admin" not in local(remote=True).scopes


class Counted:
    """Answers when it is let go, and counts."""

    def __init__(self) -> None:
        self.asked = 0
        self.go = asyncio.Event()

    async def look(self, name: str) -> int:
        self.asked += 1
        asked = self.asked
        await self.go.wait()
        if name == "broken":
            raise Unauthorized("broken")
        return asked


async def test_many_at_once_are_one_look():
    counted = Counted()
    held = ShortCache(counted.look, TurnedClock())
    asking = [asyncio.create_task(held.get("ivan")) for _ in range(50)]
    await asyncio.sleep(0)
    asking[0].cancel()
    counted.go.set()

    assert await asyncio.gather(*asking[1:]) == [1] * 49


async def test_an_answer_is_as_old_as_its_question():
    counted, clock = Counted(), TurnedClock()
    held = ShortCache(counted.look, clock)
    slow = asyncio.create_task(held.get("ivan"))
    await asyncio.sleep(0)
    clock.turn(FRESH_SECONDS)
    counted.go.set()

    assert await slow == 1
    assert await held.get("ivan") == 2


async def test_a_failed_look_is_told_to_all_and_not_remembered():
    counted = Counted()
    counted.go.set()
    held = ShortCache(counted.look, TurnedClock())

    for _ in range(2):
        with pytest.raises(Unauthorized):
            await held.get("broken")
    assert counted.asked == 2


async def test_what_was_asked_before_the_change_is_not_remembered_after_it():
    counted = Counted()
    held = ShortCache(counted.look, TurnedClock())
    before = asyncio.create_task(held.get("ivan"))
    await asyncio.sleep(0)
    held.forget("ivan")
    counted.go.set()
    await before

    assert await held.get("ivan") == 2


async def test_memory_is_bounded():
    counted = Counted()
    counted.go.set()
    held = ShortCache(counted.look, TurnedClock())
    for number in range(short_cache.MAX_ENTRIES + 10):
        await held.get(str(number))

    assert len(held._held) == short_cache.MAX_ENTRIES
    assert not held._looking
