"""What is configured, what can be reached, and what to set: `kuznia doctor`."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from httpx2 import AsyncClient, HTTPError
from pydantic_core import to_json

from kuznia.platform import migrate
from kuznia.platform.db import Database, address, is_sqlite
from kuznia.platform.errors import Fault
from kuznia.platform.settings import Settings

PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that was looked at: how it is, and what to do about it."""

    what: str
    state: str
    well: bool = True
    advice: str = ""


async def examine(settings: Settings, client: AsyncClient | None) -> list[Symptom]:
    """Look at everything the server stands on; nothing is changed by looking."""
    symptoms = [Symptom("settings", f"valid, {settings.environment}")]
    symptoms += [Symptom("settings", note) for note in settings.notes]
    symptoms.append(await _database(settings))
    symptoms.append(await _model(settings, client))
    return symptoms


async def _database(settings: Settings) -> Symptom:
    where = address(settings.database_url.get_secret_value())
    embedded = is_sqlite(where)
    kind = "SQLite" if embedded else "PostgreSQL"
    # Opening would make the file, and looking must change nothing.
    if embedded and not await asyncio.to_thread(Path(where.database or "").exists):
        return Symptom("database", f"{kind}, not made yet", advice="`kuznia serve` makes it")
    try:
        db = await Database.open(
            settings.database_url.get_secret_value(),
            pool_size=1,
            overflow=0,
            pool_timeout=PATIENCE,
        )
        try:
            await migrate.check(db)
        finally:
            await db.close()
    except Fault as fault:
        return Symptom("database", fault.message, well=False, advice="see DATABASE_URL")
    return Symptom("database", f"{kind}, schema up to date")


async def _model(settings: Settings, client: AsyncClient | None) -> Symptom:
    if client is None:
        return Symptom(
            "model",
            "none; our own planners answer where there are some",
            advice="set OPENAI_BASE_URL and OPENAI_MODEL, and OPENAI_API_KEY if the server asks",
        )
    try:
        async with client:
            answer = await client.get("models", timeout=PATIENCE)
    except HTTPError as error:
        state = f"{settings.openai_model}: not reachable ({type(error).__name__})"
        return Symptom("model", state, well=False, advice="see OPENAI_BASE_URL")
    if answer.status_code in (401, 403):
        said = f"{settings.openai_model}: the server refuses the key"
        return Symptom("model", said, well=False, advice="see OPENAI_API_KEY")
    return Symptom("model", f"{settings.openai_model}: the server answers ({answer.status_code})")


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
