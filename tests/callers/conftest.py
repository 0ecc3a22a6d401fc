"""Callers on a fresh database, with passwords that cost nothing to hash."""

from dataclasses import dataclass

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from tests.callers.makers import AUDIENCE, ISSUER, SECRET
from tests.clocks import TurnedClock

from kuznia.callers.accounts import Accounts, Lifetimes, TokenPair
from kuznia.callers.credentials.keys import ApiKeys
from kuznia.callers.credentials.passwords import Passwords
from kuznia.callers.credentials.signed_links import SignedLinks
from kuznia.callers.credentials.tokens import Issuer
from kuznia.callers.identify import Callers
from kuznia.callers.users import Role, User, Users
from kuznia.platform.db.database import Database

PASSWORD = "correct horse battery staple"
CHEAP = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))


@dataclass(frozen=True)
class Here:
    """Callers, and the clock they live by."""

    callers: Callers
    clock: TurnedClock
    db: Database

    async def user(self, name: str = "ivan", role: Role = "user") -> User:
        return await self.callers.accounts.create(name, PASSWORD, role)

    async def sign_in(
        self, name: str = "ivan", password: str = PASSWORD, address: str = "192.0.2.1"
    ) -> TokenPair:
        return await self.callers.accounts.sign_in(name, password, address)


def callers_on(db: Database, clock: TurnedClock) -> Callers:
    users = Users(db, clock)
    accounts = Accounts(
        db,
        clock,
        users=users,
        secret=SECRET,
        passwords=Passwords(CHEAP),
        lifetimes=Lifetimes(),
    )
    return Callers(
        accounts=accounts,
        users=users,
        keys=ApiKeys(db, clock),
        issuer=Issuer(secret=SECRET, issuer=ISSUER, audience=(AUDIENCE,)),
        links=SignedLinks(SECRET, clock),
        clock=clock,
    )


@pytest.fixture
def here(db: Database) -> Here:
    clock = TurnedClock()
    return Here(callers_on(db, clock), clock, db)
