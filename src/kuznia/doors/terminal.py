"""What every command of the terminal shares: the application's tools, and how anything is said.

All that a command prints goes through `say`: no character of a model's, a caller's or a server's
reaches a terminal that could steer it, hide there, or turn round what is read.
"""

import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic_core import to_json

from kuznia.platform.errors import Fault, Invalid
from kuznia.platform.settings import Settings, load
from kuznia.platform.visible import visible

if TYPE_CHECKING:
    from httpx2 import AsyncClient
    from rich.console import RenderableType

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
            say(to_json({"success": False, "error": fault.public()}).decode())
        else:
            say(f"kuznia: {fault.message}", err=True)
        raise typer.Exit(fault.answer.exit) from None


def settings_of(context: typer.Context, over: Mapping[str, str] | None = None) -> Settings:
    """The settings, with the database in this folder where `kuznia --here` asked for it."""
    return load(over=over, in_this_folder=bool(context.find_root().params["in_this_folder"]))


def tools_of(context: typer.Context) -> Tools:
    """What the application handed in."""
    tools = context.obj()
    assert isinstance(tools, Tools)
    return tools


def say(what: "RenderableType", *, err: bool = False) -> None:
    """Print a text, or anything rich can draw, with what could steer a terminal made visible."""
    stream = sys.stderr if err else sys.stdout
    if isinstance(what, str):
        # What a terminal of few letters cannot show is escaped too, and no error.
        encoding = stream.encoding or "utf-8"
        text = visible(what).encode(encoding, "backslashreplace").decode(encoding)
        print(text, file=stream, flush=err)
        return
    from rich.console import Console
    from rich.segment import Segment, Segments

    console = Console(file=stream, highlight=False, markup=False)
    drawn = console.render(what)
    safe = [part if part.control else Segment(visible(part.text), part.style) for part in drawn]
    console.print(Segments(safe), end="")


def send(content: bytes) -> None:
    """Give a file to a program, every byte as it is; to a terminal, only if it is text."""
    if sys.stdout.isatty():
        try:
            say(content.decode())
        except UnicodeDecodeError:
            raise Invalid("This format is no text: say with --out where it goes.") from None
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(content)


def heard(question: str) -> str:
    """The line a person types after a question."""
    return input(visible(question))
