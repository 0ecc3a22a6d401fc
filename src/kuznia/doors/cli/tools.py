"""What the application hands to its commands."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from kuznia.platform.settings import Settings
from kuznia.platform.terminal import settings_of

if TYPE_CHECKING:
    from kuznia.callers.identify import Callers
    from kuznia.doors.cli.doctor import Looks
    from kuznia.doors.context import Doors
    from kuznia.llm.openai.adapter import OpenAIModel
    from kuznia.platform.db.database import Database


@dataclass(frozen=True, slots=True)
class Tools:
    """What the application hands to its command line; a door may not import the application."""

    open_doors: "Callable[[Settings], AbstractAsyncContextManager[Doors]]"
    serve: Callable[[Settings], None]
    openapi: Callable[[Settings], bytes]
    # MCP over standard input and output, until the input ends.
    serve_pipes: Callable[[Settings], None]
    # Each general model that is asked, with no layer round it.
    bare_models: "Callable[[Settings], AbstractAsyncContextManager[Sequence[OpenAIModel]]]"
    # CodeMie's assistants, each with a way to look at it.
    codemie: "Callable[[Settings], AbstractAsyncContextManager[Looks]]"
    # Who may call, and the database they are in; no model and no domain.
    open_callers: "Callable[[Settings], AbstractAsyncContextManager[tuple[Callers, Database]]]"


def all_settings(context: typer.Context, over: Mapping[str, str] | None = None) -> Settings:
    """The settings with those of every domain, for commands that load the domains anyway."""
    from kuznia.domains import load

    also = [domain.settings for domain in load().values() if domain.settings]
    return settings_of(context, over, also=also)


def tools_of(context: typer.Context) -> Tools:
    """What the application handed in."""
    tools = context.obj()
    assert isinstance(tools, Tools)
    return tools
