"""What is configured, what can be reached, and what to set: `kuznia doctor`."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from itertools import chain
from pathlib import Path

from pydantic_core import to_json

from kuznia.domains import load
from kuznia.doors.cli.model_symptoms import look_at, profile
from kuznia.forge.terms import Symptom
from kuznia.llm.model import ModelFault
from kuznia.llm.openai.adapter import OpenAIModel
from kuznia.llm.service import Look
from kuznia.platform.clock import SystemClock
from kuznia.platform.db import migrate
from kuznia.platform.db.database import Database
from kuznia.platform.errors import Fault
from kuznia.platform.http.client import open_client
from kuznia.platform.log import configure
from kuznia.platform.settings import Settings

PATIENCE = 5.0
# Models whose adapter can look for itself: what each is called, and how it looks.
Looks = Sequence[tuple[str, Look]]


NO_ADMIN = Symptom(
    "accounts", "no administrator yet", advice="create one with `kuznia users create NAME --admin`"
)
NO_MODEL = Symptom(
    "model",
    "not configured; our own planners make flows and training plans",
    advice="set OPENAI_BASE_URL and OPENAI_MODEL, and OPENAI_API_KEY if the server needs a key",
)


async def examine(
    settings: Settings,
    bare: AbstractAsyncContextManager[Sequence[OpenAIModel]],
    codemie: AbstractAsyncContextManager[Looks],
) -> list[Symptom]:
    """Look at everything the server stands on; nothing is changed by looking."""
    # What is wrong is told once, as a symptom: standard output is for those.
    quiet = {"log_level": "CRITICAL", "debug": False, "log_file": None}
    lines = configure(settings.model_copy(update=quiet), sys.stderr)
    try:
        return await _symptoms(settings, bare, codemie)
    finally:
        lines.stop()


async def _symptoms(
    settings: Settings,
    bare: AbstractAsyncContextManager[Sequence[OpenAIModel]],
    codemie: AbstractAsyncContextManager[Looks],
) -> list[Symptom]:
    symptoms = [Symptom("settings", f"valid, {settings.environment}")]
    symptoms += [
        Symptom("settings", f"{name}={value}")
        for name, value in settings.public().items()
        if name.lower() in settings.changed()
    ]
    symptoms += [Symptom("settings", note) for note in settings.notes]
    symptoms += await _database(settings)
    if settings.redis_url:
        symptoms.append(await _redis(settings, settings.redis_url.get_secret_value()))
    if settings.keys_url:
        symptoms.append(await _provider(settings, settings.keys_url))
    for domain in load().values():
        if domain.examine:
            kept = settings.of(domain.settings) if domain.settings else settings
            symptoms += await domain.examine(kept)
    async with bare as models:
        looked = [await look_at(model, settings) for model in models]
    async with codemie as assistants:
        looked += [[await _assistant(name, look)] for name, look in assistants]
    if not looked:
        return [*symptoms, NO_MODEL]
    return [*symptoms, profile(settings), *chain.from_iterable(looked)]


async def _database(settings: Settings) -> list[Symptom]:
    """The database, and whether there is somebody in it who can sign in."""
    url = settings.database_url
    embedded = url.is_sqlite
    kind = "SQLite" if embedded else "PostgreSQL"
    # Opening would make the file, and looking must change nothing.
    if embedded and not await asyncio.to_thread(Path(url.database).exists):
        made = Symptom("database", f"{kind}, not created yet", advice="`kuznia serve` creates it")
        return [made, NO_ADMIN] if settings.accounts else [made]
    try:
        db = await Database.open(url, pool_size=1, overflow=0, pool_timeout=PATIENCE)
    except Fault as fault:
        return [Symptom("database", fault.message, well=False, advice="check DATABASE_URL")]
    try:
        symptoms = [await _schema(db, kind, embedded)]
        # In tables that are not as they should be nobody is looked for.
        if settings.accounts and not symptoms[0].advice:
            symptoms.append(await _accounts(db))
        return symptoms
    finally:
        await db.close()


async def _accounts(db: Database) -> Symptom:
    from kuznia.callers.users import Users

    has_admin = await Users(db, SystemClock()).has_admin()
    return Symptom("accounts", "there is an administrator") if has_admin else NO_ADMIN


async def _schema(db: Database, kind: str, embedded: bool) -> Symptom:
    revision, ours = await migrate.current(db) or "nothing", migrate.head()
    state = f"{kind}, schema at {revision}, and this version needs {ours}"
    if await migrate.is_behind(db):
        advice = "`kuznia serve` brings it up to date" if embedded else "run `kuznia migrate`"
        return Symptom("database", state, well=embedded, advice=advice)
    try:
        await migrate.check(db)
    except Fault:
        return Symptom("database", state, well=False, advice="a newer version of Kuznia made it")
    newer = f"at {revision}: newer than this version, which can work with it"
    return Symptom("database", f"{kind}, schema {'up to date' if revision == ours else newer}")


async def _redis(settings: Settings, url: str) -> Symptom:
    from kuznia.platform.redis import NoRedis, Redis

    redis = await Redis.open(
        url,
        prefix=settings.redis_prefix,
        connections=1,
        timeout=settings.redis_timeout,
        clock=SystemClock(),
    )
    try:
        await redis.check()
    except NoRedis as gone:
        advice = "check REDIS_URL; docs/redis.md says what works without Redis"
        return Symptom("redis", gone.message, well=False, advice=advice)
    finally:
        await redis.close()
    return Symptom("redis", "answers")


async def _provider(settings: Settings, url: str) -> Symptom:
    """The identity provider, without whose keys nobody's token can be taken."""
    from kuznia.callers.credentials.keysets import UNREAD, published

    name = "JWT_JWKS_URL" if settings.jwt_jwks_url else "SUPABASE_URL"
    try:
        async with open_client(url, outbound=settings.outbound) as client:
            found = len(await published(client, url))
    except UNREAD as error:
        state = f"the keys at {name} cannot be read ({type(error).__name__})"
        return Symptom("identity", state, well=False, advice=f"see {name} and the network")
    if found:
        return Symptom("identity", f"keys at {name}: {found}")
    state = f"no key at {name} that a signature can be checked with"
    if settings.jwt_secret:
        return Symptom("identity", f"{state}; tokens are checked with JWT_SECRET")
    advice = "have tokens signed with RS256 or ES256, or set JWT_SECRET"
    return Symptom("identity", state, well=False, advice=advice)


async def _assistant(name: str, look: Look) -> Symptom:
    try:
        async with asyncio.timeout(PATIENCE):
            await look()
    except TimeoutError:
        state = f"{name}: no answer within {PATIENCE:g} seconds"
        return Symptom("model", state, well=False, advice="check its BASE_URL and the network")
    except ModelFault as fault:
        return Symptom("model", f"{name}: {fault.reason}", well=False, advice=fault.message)
    return Symptom("model", f"{name}: CodeMie accepts the sign-in and has this assistant")


def report(symptoms: Sequence[Symptom], *, as_json: bool) -> str:
    """One line each, what to do under it; or JSON."""
    if as_json:
        return to_json({"well": all(s.well for s in symptoms), "symptoms": symptoms}).decode()
    lines: list[str] = []
    for symptom in symptoms:
        lines.append(f"{'✓' if symptom.well else '✗'} {symptom.what:<10}{symptom.state}")
        if symptom.advice:
            lines.append(f"  {'':<10}→ {symptom.advice}")
    return "\n".join(lines)
