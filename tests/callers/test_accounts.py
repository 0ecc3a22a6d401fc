"""Signing in, staying in, and being put out."""

import asyncio
import unicodedata

import jwt
import pytest
import sqlalchemy as sa
from tests.callers.conftest import PASSWORD, Here
from tests.callers.makers import SECRET
from tests.clocks import TurnedClock

from kuznia.callers.accounts import MAX_SESSIONS, Accounts, Lifetimes, signing_secret
from kuznia.callers.credentials.passwords import Passwords
from kuznia.callers.credentials.tokens import CredentialRefused
from kuznia.callers.users import Users
from kuznia.platform.db.database import Database
from kuznia.platform.db.tables import refresh_tokens, users
from kuznia.platform.errors import Conflict, Invalid, NotFound, Unauthorized

NEW = "a new sentence to remember"


async def count(db: Database, table: sa.Table) -> int:
    async with db.read() as session:
        return (await session.execute(sa.select(sa.func.count()).select_from(table))).scalar_one()


async def test_the_right_password_gives_tokens(here: Here):
    user = await here.user()

    tokens = await here.sign_in()

    claims = await here.callers.accounts.proven(tokens.access_token)
    assert (claims.subject, tokens.expires_in) == (user.id, 900)


async def test_a_name_is_the_same_however_it_is_typed(here: Here):
    await here.user("Олена@example.org")

    assert await here.sign_in("  оЛЕНА@EXAMPLE.ORG ")


async def test_a_password_is_the_same_from_every_keyboard(here: Here):
    one_letter = "мій добрий пароль"
    two_letters = unicodedata.normalize("NFD", one_letter)
    assert one_letter != two_letters
    await here.callers.accounts.create("ivan", one_letter)

    assert await here.sign_in(password=two_letters)


@pytest.mark.parametrize(("name", "password"), [("ivan", f"{PASSWORD}!"), ("nobody", PASSWORD)])
async def test_a_wrong_password_and_an_unknown_name_are_one_answer(
    here: Here, name: str, password: str
):
    await here.user()

    with pytest.raises(Unauthorized, match="The name or the password is wrong"):
        await here.sign_in(name, password)


async def test_for_an_unknown_name_a_password_is_compared_as_well(here: Here):
    compared: list[str | None] = []

    class Watched(Passwords):
        async def matches(self, password: str, kept: str | None, *, known: bool = False) -> bool:
            compared.append(kept)
            return await super().matches(password, kept, known=known)

    accounts = Accounts(
        here.db,
        here.clock,
        users=here.callers.users,
        secret=SECRET,
        passwords=Watched(here.callers.accounts._passwords._hasher),
        lifetimes=Lifetimes(),
    )
    with pytest.raises(Unauthorized):
        await accounts.sign_in("nobody", PASSWORD, "")

    assert compared == [None]


async def test_one_who_is_disabled_cannot_sign_in(here: Here):
    user = await here.user()
    await here.callers.users.disable(user.id)

    with pytest.raises(Unauthorized):
        await here.sign_in()


async def test_a_refresh_token_gives_the_next_pair(here: Here):
    user = await here.user()
    first = await here.sign_in()
    here.clock.turn(1000)

    second = await here.callers.accounts.refresh(first.refresh_token)

    assert second.refresh_token != first.refresh_token
    assert (await here.callers.accounts.proven(second.access_token)).subject == user.id


async def test_a_refresh_token_used_twice_ends_the_sign_in_for_all_who_hold_it(here: Here):
    user = await here.user()
    first = await here.sign_in()
    second = await here.callers.accounts.refresh(first.refresh_token)
    assert await here.callers.identify(second.access_token)

    with pytest.raises(Unauthorized):
        await here.callers.accounts.refresh(first.refresh_token)

    with pytest.raises(Unauthorized):
        await here.callers.accounts.refresh(second.refresh_token)
    here.callers.forget(user.id)
    with pytest.raises(Unauthorized):
        await here.callers.identify(second.access_token)


async def test_another_sign_in_survives_the_reuse(here: Here):
    await here.user()
    stolen, other = await here.sign_in(), await here.sign_in()
    await here.callers.accounts.refresh(stolen.refresh_token)
    with pytest.raises(Unauthorized):
        await here.callers.accounts.refresh(stolen.refresh_token)

    renewed = await here.callers.accounts.refresh(other.refresh_token)

    assert await here.callers.identify(renewed.access_token)


async def test_of_two_who_refresh_at_once_one_is_a_thief(here: Here):
    await here.user()
    tokens = await here.sign_in()

    outcomes = await asyncio.gather(
        *(here.callers.accounts.refresh(tokens.refresh_token) for _ in range(2)),
        return_exceptions=True,
    )

    assert sum(isinstance(one, Unauthorized) for one in outcomes) == 1
    assert await count(here.db, refresh_tokens) == 0


async def test_a_sign_in_ends_however_often_it_is_renewed(here: Here):
    await here.user()
    tokens, day = await here.sign_in(), 86_400
    for passed in range(1, 30):
        here.clock.turn(day)
        tokens = await here.callers.accounts.refresh(tokens.refresh_token)
        assert tokens.refresh_expires_in == (30 - passed) * day
    here.clock.turn(day)

    with pytest.raises(Unauthorized):
        await here.callers.accounts.refresh(tokens.refresh_token)


async def test_a_session_of_the_panel_is_no_refresh_token(here: Here):
    user = await here.user(role="admin")
    accounts = here.callers.accounts
    session = await accounts.open_panel("ivan", PASSWORD, "")
    tokens = await here.sign_in()
    assert await accounts.in_panel(session) == user

    for use in (accounts.refresh, accounts.sign_out):
        with pytest.raises(Unauthorized):
            await use(session)
    assert await accounts.in_panel(tokens.refresh_token) is None
    assert await accounts.in_panel(session) == user
    # Nor with the other's beginning.
    assert await accounts.in_panel(f"kp{tokens.refresh_token[2:]}") is None
    with pytest.raises(Unauthorized):
        await accounts.refresh(f"kr{session[2:]}")


async def test_a_session_of_the_panel_lasts_a_day_of_work(here: Here):
    await here.user(role="admin")
    session = await here.callers.accounts.open_panel("ivan", PASSWORD, "")
    here.clock.turn(Lifetimes().panel - 1)
    assert await here.callers.accounts.in_panel(session)
    here.clock.turn(1)

    assert await here.callers.accounts.in_panel(session) is None


async def test_one_who_did_not_come_for_long_must_sign_in(here: Here):
    await here.user()
    tokens = await here.sign_in()
    here.clock.turn(Lifetimes().refresh)

    with pytest.raises(Unauthorized):
        await here.callers.accounts.refresh(tokens.refresh_token)
    await here.sign_in()
    assert await count(here.db, refresh_tokens) == 1


@pytest.mark.parametrize("token", ["", "kr_", "kr_ses_x_y", f"kr_ses_{'0' * 32}_{'0' * 64}", "\0"])
async def test_what_is_no_refresh_token_gives_nothing(here: Here, token: str):
    with pytest.raises(Unauthorized):
        await here.callers.accounts.refresh(token)


async def test_signing_out_ends_this_sign_in_alone(here: Here):
    await here.user()
    here_, there = await here.sign_in(), await here.sign_in()

    await here.callers.accounts.sign_out(here_.refresh_token)
    await here.callers.accounts.sign_out(here_.refresh_token)

    with pytest.raises(Unauthorized):
        await here.callers.accounts.refresh(here_.refresh_token)
    assert await here.callers.accounts.refresh(there.refresh_token)


async def test_sign_ins_do_not_pile_up(here: Here):
    await here.user()
    made = []
    for _ in range(MAX_SESSIONS + 5):
        here.clock.turn(1)
        made.append(await here.sign_in())

    assert await count(here.db, refresh_tokens) == MAX_SESSIONS
    assert await here.callers.accounts.refresh(made[-1].refresh_token)


async def test_a_new_password_ends_what_the_old_one_began(here: Here):
    user = await here.user()
    tokens = await here.sign_in()

    await here.callers.accounts.change_password(user.id, PASSWORD, NEW, "")

    with pytest.raises(Unauthorized):
        await here.sign_in()
    with pytest.raises(Unauthorized):
        await here.callers.accounts.refresh(tokens.refresh_token)
    with pytest.raises(Unauthorized):
        await here.callers.identify(tokens.access_token)
    assert await here.sign_in(password=NEW)


async def test_the_old_password_must_be_known(here: Here):
    user = await here.user()

    with pytest.raises(Unauthorized):
        await here.callers.accounts.change_password(user.id, "wrong", NEW, "")
    assert await here.sign_in()


@pytest.mark.parametrize("password", ["", "short", "x" * 1001])
async def test_a_password_anybody_could_guess_is_refused(here: Here, password: str):
    user = await here.user()

    with pytest.raises(Invalid, match="12 to 1000 characters"):
        await here.callers.accounts.change_password(user.id, PASSWORD, password, "")


async def test_who_signs_in_elsewhere_has_no_password_here(here: Here):
    await here.callers.users.set_role("jwt:olena", "admin")

    with pytest.raises(Conflict):
        await here.callers.accounts.change_password("jwt:olena", PASSWORD, NEW, "")
    with pytest.raises(Conflict):
        await here.callers.users.set_hash("jwt:olena", "hash")


async def test_two_people_cannot_have_one_name(here: Here):
    await here.user("ivan")

    with pytest.raises(Conflict):
        await here.user("IVAN")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "jwt:olena", "x" * 201, "\0"])
async def test_an_odd_name_is_refused(here: Here, name: str):
    with pytest.raises(Invalid):
        await here.user(name)


@pytest.mark.parametrize("work", ["get", "disable", "enable"])
async def test_nobody_is_looked_after_who_is_not_there(here: Here, work: str):
    with pytest.raises(NotFound):
        await getattr(here.callers.users, work)("nobody")


async def test_all_are_listed_in_pages(here: Here):
    made = [await here.user(f"person {number}") for number in range(3)]

    first = await here.callers.users.all(limit=2)
    rest = await here.callers.users.all(after=first[-1].id)

    assert sorted(one.id for one in [*first, *rest]) == sorted(one.id for one in made)


async def test_an_issuer_who_shares_the_secret_signs_no_tokens_of_ours(here: Here):
    user = await here.user()
    now = int(here.clock.now().timestamp())
    claims = {"iss": "kuznia", "aud": "kuznia", "sub": user.id, "ver": 1, "exp": now + 60}
    forged = jwt.encode(claims, SECRET, "HS256", {"kid": "kuznia"})

    with pytest.raises(CredentialRefused):
        await here.callers.accounts.proven(forged)


async def test_all_processes_sign_with_one_secret(db: Database):
    made = await asyncio.gather(*(signing_secret(db) for _ in range(5)))

    assert len(set(made)) == 1
    assert len(made[0]) == 64


async def test_what_is_signed_for_one_thing_is_signed_for_no_other(db: Database):
    assert await signing_secret(db, "passes") != await signing_secret(db, "seals")


async def test_no_password_is_kept_as_it_is(here: Here):
    await here.user()

    async with here.db.read() as session:
        row = (await session.execute(sa.select(users))).one()

    assert PASSWORD not in str(row)
    assert row.hash.startswith("$argon2id$")


async def test_the_default_hasher_is_a_slow_one():
    passwords = Passwords()

    kept = await passwords.hash(PASSWORD, "ivan")

    assert "m=65536,t=3" in kept
    assert await passwords.matches(PASSWORD, kept)


async def test_a_database_of_its_own_is_enough(db: Database):
    users = Users(db, TurnedClock())

    assert await users.find("usr_nobody") is None
