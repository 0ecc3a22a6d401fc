"""The callers, opened from the settings."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from kuznia.callers.accounts import Accounts, Lifetimes, signing_secret
from kuznia.callers.credentials.keys import ApiKeys
from kuznia.callers.credentials.passwords import Passwords
from kuznia.callers.credentials.signed_links import SignedLinks
from kuznia.callers.credentials.tokens import Issuer
from kuznia.callers.identify import Callers
from kuznia.callers.users import Users
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database
from kuznia.platform.http.client import open_client
from kuznia.platform.settings import Settings


@asynccontextmanager
async def open_callers(settings: Settings, db: Database, clock: Clock) -> AsyncGenerator[Callers]:
    """Open our own accounts and keys, and those of an identity provider."""
    secret = settings.jwt_secret.get_secret_value() if settings.jwt_secret else None
    users = Users(db, clock)
    accounts = Accounts(
        db,
        clock,
        users=users,
        secret=secret or await signing_secret(db),
        passwords=Passwords(),
        lifetimes=Lifetimes(
            access=settings.access_token_ttl,
            refresh=settings.refresh_token_ttl,
            sign_in=settings.sign_in_ttl,
        ),
    )
    async with AsyncExitStack() as opened:
        keys = None
        if url := settings.keys_url:
            from kuznia.callers.credentials.keysets import KeySet

            client = await opened.enter_async_context(open_client(url, outbound=settings.outbound))
            keys = KeySet(client, url, clock)
            opened.push_async_callback(keys.close)
        issuer = Issuer(
            secret=secret,
            keys=keys,
            issuer=settings.token_issuer,
            audience=settings.token_audience,
        )
        yield Callers(
            accounts=accounts,
            users=users,
            keys=ApiKeys(db, clock),
            issuer=issuer,
            links=SignedLinks(await signing_secret(db, "passes"), clock),
            clock=clock,
        )
