"""The application, started by its commands: as a server, over pipes, or for one command."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from pydantic_core import to_json

from kuznia.app import Made, create_app, open_doors
from kuznia.callers.identify import Callers, local
from kuznia.callers.open_callers import open_callers
from kuznia.domains import load
from kuznia.doors.cli.tools import Tools
from kuznia.doors.context import Doors
from kuznia.models import bare_models, looks
from kuznia.platform.clock import SystemClock
from kuznia.platform.db.database import Database
from kuznia.platform.log import configure, get_log
from kuznia.platform.settings import Settings
from kuznia.platform.settings import load as load_settings
from kuznia.resources import open_database

log = get_log("app")


def serve(made: Made) -> None:
    """Listen until interrupted. Open streams get the grace period, then they are ended."""
    from kuznia.doors.listen.server import listen, server, settle

    settings = made.settings
    # Once it has ended, the server hands the signal on: that must not end us with lines unwritten.
    signal.signal(signal.SIGTERM, lambda _, __: sys.exit(0))
    lines = configure(settings, sys.stderr)
    try:
        for note in settings.notes:
            log.warning("setting", note=note)
        # Looked at first: what is wrong with it would come out of the server as a traceback.
        asyncio.run(_look_at_database(settings))
        with listen(settings) as door:
            app = create_app(made)
            settle()
            running = server(app, settings)
            running.end_process = os._exit
            running.run([door])
    finally:
        lines.stop()


def serve_pipes(settings: Settings) -> None:
    """Speak MCP with the program that started this one, as the owner of this machine."""
    from kuznia.doors.mcp.stdio import speak

    made = Made(settings=settings)
    lines = configure(settings.model_copy(update={"log_level": "WARNING"}), sys.stderr)
    try:
        app = create_app(made, everyone=local(remote=False))
        asyncio.run(speak(app, [*made.domains]))
    finally:
        lines.stop()


async def _look_at_database(settings: Settings) -> None:
    await (await open_database(settings)).close()


@asynccontextmanager
async def open_here(made: Made) -> AsyncGenerator[Doors]:
    """Open everything for one terminal command; only warnings are logged."""
    lines = configure(made.settings.model_copy(update={"log_level": "WARNING"}), sys.stderr)
    try:
        async with open_doors(made) as doors:
            yield doors
    finally:
        lines.stop()


@asynccontextmanager
async def callers_here(settings: Settings) -> AsyncGenerator[tuple[Callers, Database]]:
    """Open the callers and their database for an operator's command."""
    lines = configure(settings.model_copy(update={"log_level": "WARNING"}), sys.stderr)
    try:
        db = await open_database(settings)
        try:
            async with open_callers(settings, db, SystemClock()) as callers:
                yield callers, db
        finally:
            await db.close()
    finally:
        lines.stop()


def openapi(settings: Settings) -> bytes:
    """The OpenAPI document; no resource is opened for it."""
    return to_json(create_app(Made(settings=settings)).openapi(), indent=2)


def tools() -> Tools:
    """What the command line needs from the application."""
    return Tools(
        open_doors=lambda settings: open_here(Made(settings=settings)),
        serve=lambda settings: serve(Made(settings=settings, reread=load_settings)),
        openapi=openapi,
        serve_pipes=serve_pipes,
        bare_models=bare_models,
        open_callers=callers_here,
        codemie=lambda settings: looks(settings, load().values()),
    )
