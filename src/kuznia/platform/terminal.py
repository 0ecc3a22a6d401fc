"""What every command shares: how it prints, asks, and ends with a fault.

All that a command prints goes through `say`: no character of a model's, a caller's or a server's
reaches a terminal that could steer it, hide there, or turn round what is read.
"""

import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic_core import from_json, to_json
from pydantic_settings import BaseSettings

from kuznia.platform.errors import Fault, Invalid, TooLarge
from kuznia.platform.settings import Settings, load
from kuznia.platform.visible_text import visible

if TYPE_CHECKING:
    from rich.console import RenderableType


MAX_FILE_BYTES = 1_000_000
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


@contextmanager
def faults_as_exit(as_json: bool = False) -> Generator[None]:
    """A fault ends the command with its message and its exit code, and without a trace."""
    try:
        yield
    except Fault as fault:
        if as_json:
            say(to_json({"success": False, "error": fault.public()}).decode())
        else:
            say(f"kuznia: {fault.message}", err=True)
        raise typer.Exit(fault.answer.exit) from None


def settings_of(
    context: typer.Context,
    over: Mapping[str, str] | None = None,
    *,
    also: Sequence[type[BaseSettings]] = (),
) -> Settings:
    """The settings, with the database in this folder where `kuznia --here` asked for it."""
    in_this_folder = bool(context.find_root().params["in_this_folder"])
    return load(over=over, in_this_folder=in_this_folder, also=also)


def json_file(path: Path) -> object:
    """What a file of JSON holds; raise the Fault that says why it cannot be used."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise TooLarge(f"{path} is longer than {MAX_FILE_BYTES} bytes.")
        return from_json(data)
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise Invalid(f"{path} is not JSON.") from None


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
            raise Invalid("This format is not text: name a file with --out.") from None
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(content)


def ask(question: str) -> str:
    """The line a person types after a question."""
    return input(visible(question))
