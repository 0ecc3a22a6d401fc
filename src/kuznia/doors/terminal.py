"""What every command of the terminal shares: the application's tools, and how a fault is told."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic_core import to_json

from kuznia.platform.errors import Fault
from kuznia.platform.settings import Settings, load

if TYPE_CHECKING:
    from httpx2 import AsyncClient

    from kuznia.callers.identify import Callers
    from kuznia.doors.at import Doors
    from kuznia.doors.doctor import Looks
    from kuznia.platform.db import Database


@dataclass(frozen=True, slots=True)
class Tools:
    """What the application hands to its command line; a door may not import the application."""

    open_doors: "Callable[[Settings], AbstractAsyncContextManager[Doors]]"
    serve: Callable[[Settings], None]
    openapi: Callable[[Settings], bytes]
    # Each model that is asked, with a client of its server.
    clients: "Callable[[Settings], Sequence[tuple[str, AsyncClient]]]"
    # CodeMie's assistants, each with a way to look at it.
    codemie: "Callable[[Settings], AbstractAsyncContextManager[Looks]]"
    # Who may call, and the database they are in; no model and no domain.
    open_callers: "Callable[[Settings], AbstractAsyncContextManager[tuple[Callers, Database]]]"


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


@contextmanager
def told(as_json: bool = False) -> Generator[None]:
    """A fault ends the command with its message and its exit code, and without a trace."""
    try:
        yield
    except Fault as fault:
        if as_json:
            typer.echo(to_json({"success": False, "error": fault.public()}).decode())
        else:
            typer.echo(f"kuznia: {fault.message}", err=True)
        raise typer.Exit(fault.answer.exit) from None


def settings_of(context: typer.Context, over: Mapping[str, str] | None = None) -> Settings:
    """The settings, with the database in this folder where `kuznia --here` asked for it."""
    return load(over=over, in_this_folder=bool(context.find_root().params["in_this_folder"]))


def tools_of(context: typer.Context) -> Tools:
    """What the application handed in."""
    tools = context.obj()
    assert isinstance(tools, Tools)
    return tools
