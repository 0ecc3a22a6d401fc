"""What it costs to know who asks: each kind of credential, on its first and its next requests.

`python -m bench callers`; a request of somebody known must cost less than 0.1 ms of one core.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from kuznia.callers.accounts import Accounts, Lifetimes
from kuznia.callers.credentials.keys import ApiKeys
from kuznia.callers.credentials.keysets import PublicKey
from kuznia.callers.credentials.passwords import Passwords
from kuznia.callers.credentials.signed_links import SignedLinks
from kuznia.callers.credentials.tokens import Issuer
from kuznia.callers.identify import Callers
from kuznia.callers.users import Users
from kuznia.doors.context import DoorState
from kuznia.doors.http.access import ORDER
from kuznia.doors.http.who import Who
from kuznia.platform.clock import SystemClock
from kuznia.platform.db import migrate
from kuznia.platform.db.database import Database
from kuznia.web.state import KEY
from kuznia.web.target import Target

SECRET = "a secret that is long enough for everyone"
REQUESTS, PEOPLE = 20_000, 200
MOST_MS = 0.1


class Published:
    """Keys that were fetched before."""

    def __init__(self, **keys: PublicKey) -> None:
        self._keys = keys

    async def find(self, kid: str | None, algorithm: str) -> PublicKey | None:
        return self._keys.get(algorithm) if kid else None


@dataclass(frozen=True, slots=True)
class Doors:
    """As much of the doors as is looked at."""

    callers: Callers


@asynccontextmanager
async def opened(keys: Published) -> AsyncIterator[tuple[Callers, Users]]:
    """Those who may call, on a fresh SQLite file."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/kuznia.db"
        await asyncio.to_thread(migrate.upgrade, url)
        db = await Database.open(url, pool_size=5, overflow=0, pool_timeout=5)
        people = Users(db, clock)
        accounts = Accounts(
            db,
            clock,
            people=people,
            secret=SECRET,
            passwords=Passwords(),
            lifetimes=Lifetimes(),
        )
        issuer = Issuer(secret=SECRET, keys=keys)
        yield (
            Callers(
                accounts=accounts,
                people=people,
                keys=ApiKeys(db, clock),
                issuer=issuer,
                passes=SignedLinks(SECRET, clock),
                clock=clock,
            ),
            people,
        )
        await db.close()


async def asked(callers: Callers, credentials: list[str], count: int) -> float:
    """Milliseconds of processor time for one request, of all of them one after the other."""

    async def app(*_: Any) -> None:
        pass

    who = Who(app, everyone=None, refusals=None, proxies=())
    target = Target(path="/api/v1/code", method="POST", rule=ORDER, app=app)
    # As httptools hands them over: a real request has some more headers before this one.
    others = [(b"host", b"x"), (b"accept", b"*/*"), (b"user-agent", b"bench")]
    scopes = [
        {
            "type": "http",
            "method": "POST",
            "path": "/api/v1/code",
            "headers": [*others, (b"authorization", f"Bearer {one}".encode())],
        }
        for one in credentials
    ]
    doors = Doors(callers)
    began = time.process_time()
    for number in range(count):
        scope = scopes[number % len(scopes)]
        scope[KEY] = DoorState(
            request_id="", target=target, forge=cast("Any", None), doors=cast("Any", doors)
        )
        await who(scope, cast("Any", app), cast("Any", app))
    return 1000 * (time.process_time() - began) / count


async def credentials(callers: Callers, people: Users, keys: dict[str, Any]) -> dict[str, list]:
    """For each kind, those of some two hundred people."""
    now = int(time.time())
    made: dict[str, list[str]] = {"key": [], **{name: [] for name in keys}}
    for number in range(PEOPLE):
        person = await people.create(f"person {number}", "no password")
        made["key"].append((await callers.keys.create(person.id, "k", ["domains"]))[1])
        claims = {"sub": f"person {number}", "iat": now, "exp": now + 3600}
        for name, key in keys.items():
            made[name].append(jwt.encode(claims, key, name, {"kid": "k"}))
    return made


async def main() -> bool:
    keys = {
        "HS256": SECRET,
        "RS256": rsa.generate_private_key(65537, 2048),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
    }
    published = Published(RS256=keys["RS256"].public_key(), ES256=keys["ES256"].public_key())
    good = True
    print(f"{'':6}{'first':>12}{'then':>12}   ms of one core for one request")
    async with opened(published) as (callers, people):
        for name, those in (await credentials(callers, people, keys)).items():
            first = await asked(callers, those, len(those))
            then = statistics.median([await asked(callers, those, REQUESTS // 5) for _ in range(5)])
            good &= then < MOST_MS
            print(f"{name:6}{first:12.3f}{then:12.4f}   {'' if then < MOST_MS else 'TOO MUCH'}")
    return good


if __name__ == "__main__":
    sys.exit(not asyncio.run(main()))
