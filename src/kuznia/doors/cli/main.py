"""The command line: serve, make, look after. `--json` gives programs what people get as text."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from pydantic_core import to_json

from kuznia import __version__
from kuznia.domains import find_commands
from kuznia.doors.cli.context import attached
from kuznia.doors.cli.jobs import jobs
from kuznia.doors.cli.limits import budgets, limits
from kuznia.doors.cli.tools import all_settings, tools_of
from kuznia.doors.cli.users import keys, users
from kuznia.platform.errors import Invalid
from kuznia.platform.terminal import AsJson, faults_as_exit, say, settings_of
from kuznia.platform.visible_text import visible

# What is heavy is imported by the command that needs it: `kuznia --help` loads no server.

cli = typer.Typer(
    name="kuznia",
    help="Turns a prompt into a checked artefact: code, a service flow or a training plan.",
    pretty_exceptions_enable=False,
    add_completion=False,
)
cli.add_typer(users)
cli.add_typer(keys)
cli.add_typer(limits)
cli.add_typer(budgets)
cli.add_typer(jobs)
for commands in find_commands():
    cli.add_typer(commands)


@cli.callback(invoke_without_command=True, no_args_is_help=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    in_this_folder: Annotated[
        bool,
        typer.Option(
            "--here",
            help="Keep the database in this folder (data/kuznia.db), not in your home folder.",
        ),
    ] = False,
) -> None:
    del in_this_folder  # Read by `settings_of`, for every command.
    if version:
        say(__version__)
        raise typer.Exit


@cli.command()
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on; overrides HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; overrides PORT.")] = None,
) -> None:
    """Serve the API until interrupted. No API key and no other service is needed."""
    with faults_as_exit():
        options = {"HOST": host, "PORT": port}
        over = {name: str(value) for name, value in options.items() if value is not None}
        tools_of(context).serve(all_settings(context, over))


@cli.command()
def mcp(context: typer.Context) -> None:
    """Give an agent Kuznia's tools over standard input and output (MCP); no server is needed."""
    with faults_as_exit():
        tools_of(context).serve_pipes(all_settings(context))


# Fields of a domain are options nobody here knows: they stay among the words, in their place.
@cli.command(context_settings={"ignore_unknown_options": True})
def make(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(help="What to make: code, flows, records or training.")],
    words: Annotated[
        list[str],
        typer.Argument(metavar="PROMPT [--FIELD VALUE]", help="What you want, in quotes."),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the files; with --export, the file to write."),
    ] = None,
    export: Annotated[
        str | None, typer.Option(help="Write it in this format, such as bpmn.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Overwrite existing files.")] = False,
    strict: Annotated[
        bool, typer.Option(help="Fail if anything the prompt asks for is not met.")
    ] = False,
    asks: Annotated[
        bool | None,
        typer.Option(
            "--ask/--no-ask",
            help="Ask in the terminal what is unclear, and go on with the answers.",
            show_default="ask where there is a terminal",
        ),
    ] = None,
    open_: Annotated[
        bool, typer.Option("--open", help="Open it in a browser, and serve until interrupted.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make one artefact on this machine, and show its progress.

    `--context src/a.py src/b.py` brings files along, for code that is to fit or to change them: a
    change is shown as a diff, and written only with `--out . --force`.

    The input fields of the domain are options too, such as `--language go --include-tests no`. A
    field that is an object is given as JSON or as a file: `--profile profile.json`.
    """
    from kuznia.doors.cli.make import MakeOptions, make_here

    with faults_as_exit(as_json):
        settings = all_settings(context)
        tools = tools_of(context)
        options = MakeOptions(
            as_json, export, out, force, strict, sys.stdin.isatty() if asks is None else asks
        )
        opening = tools.open_doors(settings)
        page = asyncio.run(make_here(opening, domain, fields(words), options))
        if open_:
            from kuznia.doors.cli.browser import open_page

            open_page(page, settings, tools.serve)


@cli.command()
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Check the configuration and connections, and suggest fixes."""
    from kuznia.doors.cli.doctor import examine, report

    with faults_as_exit(as_json):
        settings, tools = all_settings(context), tools_of(context)
        symptoms = asyncio.run(
            examine(settings, tools.bare_models(settings), tools.codemie(settings))
        )
        say(report(symptoms, as_json=as_json))
        raise typer.Exit(0 if all(symptom.well for symptom in symptoms) else 1)


@cli.command()
def migrate(
    context: typer.Context,
    to: Annotated[str, typer.Option(help="A revision; `base` removes every table.")] = "head",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before a downgrade.")] = False,
) -> None:
    """Upgrade the database of DATABASE_URL to the newest schema.

    --to with an older revision downgrades the database and deletes all data of newer tables. Make a
    copy with `kuznia backup` first.
    """
    from kuznia.platform.db import migrate as schema

    with faults_as_exit():
        if to != "head" and not yes:
            warning = f"A downgrade to {to} erases what newer tables hold. Type {to} to go on"
            if typer.prompt(visible(warning)) != to:
                raise typer.Abort
        url = settings_of(context).database_url
        if to == "head":
            schema.upgrade(url)
            to = schema.head()
        else:
            schema.downgrade(url, to)
        say(f"The schema of the database is at {to}.")


@cli.command()
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist yet.")],
    as_json: AsJson = False,
) -> None:
    """Copy the database of DATABASE_URL, even while it is in use, and check the copy."""
    from kuznia.platform.db.backup import back_up

    with faults_as_exit(as_json):
        copied = back_up(settings_of(context).database_url, file)
        if as_json:
            say(to_json(copied).decode())
        else:
            say(f"{file}: {copied.artefacts:,} artefacts, {copied.bytes:,} bytes, checked.")


@cli.command()
def openapi(context: typer.Context) -> None:
    """Print the OpenAPI document of the API."""
    with faults_as_exit():
        say(tools_of(context).openapi(all_settings(context)).decode())


def _paths(first: str, rest: list[str]) -> list[str]:
    """The words up to the next option, taken from the rest."""
    paths = [first] if first else []
    while rest and not rest[0].startswith("--"):
        paths.append(rest.pop(0))
    return paths


def fields(words: Sequence[str]) -> dict[str, str]:
    """Read `"a queue" --include-tests no` as {"prompt": "a queue", "include_tests": "no"}."""
    values: dict[str, str] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=") if word[:1] == "-" else ("--prompt", "=", word)
        if not name.startswith("--") or not (equals or rest):
            raise Invalid(f"`{name}` is not understood; write a field as --name value.")
        name = name[2:].replace("-", "_")
        if name == "context":
            values["files"] = attached(_paths(value if equals else "", rest))
            continue
        if name in values:
            raise Invalid(f"{name} is set twice; put text with spaces in quotes.")
        values[name] = value if equals else rest.pop(0)
    return values
