"""The command line: serve, make, look after. `--json` gives programs what people get as text."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic_core import to_json

from kuznia import __version__
from kuznia.domains import find_commands
from kuznia.doors.cli.limits import budgets, limits
from kuznia.doors.cli.tools import all_settings, tools_of
from kuznia.doors.cli.users import keys, users
from kuznia.platform.errors import Invalid
from kuznia.platform.terminal import AsJson, faults_as_exit, say, settings_of
from kuznia.platform.visible import visible

# What is heavy is imported by the command that needs it: `kuznia --help` loads no server.

cli = typer.Typer(
    name="kuznia",
    help="Turns a prompt into an artefact that has been checked.",
    pretty_exceptions_enable=False,
    add_completion=False,
)
cli.add_typer(users)
cli.add_typer(keys)
cli.add_typer(limits)
cli.add_typer(budgets)
for commands in find_commands():
    cli.add_typer(commands)


@cli.callback(invoke_without_command=True, no_args_is_help=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    in_this_folder: Annotated[
        bool,
        typer.Option(
            "--here",
            help="Keep the database in this folder, as data/kuznia.db, not in the user's own.",
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
    host: Annotated[str | None, typer.Option(help="Instead of HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of PORT.")] = None,
) -> None:
    """Serve the API until interrupted; needs no key and no service."""
    with faults_as_exit():
        given = {"HOST": host, "PORT": port}
        over = {name: str(value) for name, value in given.items() if value is not None}
        tools_of(context).serve(all_settings(context, over))


# Fields of a domain are options nobody here knows: they stay among the words, in their place.
@cli.command(context_settings={"ignore_unknown_options": True})
def make(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(help="What kind of artefact, such as code or plan.")],
    words: Annotated[
        list[str],
        typer.Argument(metavar="PROMPT [--FIELD VALUE]", help="What you want made, in quotes."),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A folder for the files, or the file of an export."),
    ] = None,
    export: Annotated[
        str | None, typer.Option(help="Give it in one of its formats, such as bpmn.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Write over files that are there.")] = False,
    open_: Annotated[
        bool, typer.Option("--open", help="Look at it in a browser; serves until interrupted.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make one artefact here and now, and watch it being made.

    Fields of the domain's input are options too, such as `--language go --include-tests no`, or
    `--profile profile.json` where a field has fields of its own.
    """
    from kuznia.doors.cli.make import Given, make_here

    with faults_as_exit(as_json):
        wanted, settings = fields(words), all_settings(context)
        tools = tools_of(context)
        given = Given(as_json, export, out, force)
        page = asyncio.run(make_here(tools.open_doors(settings), domain, wanted, given))
        if open_:
            from kuznia.doors.cli.browser import open_page

            open_page(page, settings, tools.serve)


@cli.command()
def analyze(
    paths: Annotated[list[Path], typer.Argument(help="Files, and folders with all below them.")],
    profile: Annotated[
        Literal["default", "radon", "eslint", "lizard"], typer.Option(help="Whose counting rules.")
    ] = "default",
    sarif: Annotated[str | None, typer.Option(help="Write SARIF to this file, or -.")] = None,
    max_cyclomatic: Annotated[int | None, typer.Option(help="Of a function.")] = None,
    max_cognitive: Annotated[int | None, typer.Option(help="Of a function.")] = None,
    max_nesting: Annotated[int | None, typer.Option(help="Of a function.")] = None,
    max_length: Annotated[int | None, typer.Option(help="Of a function, in lines.")] = None,
    max_parameters: Annotated[int | None, typer.Option(help="Of a function.")] = None,
    min_maintainability: Annotated[float | None, typer.Option(help="Of a file, to 100.")] = None,
    max_duplicated: Annotated[float | None, typer.Option(help="Share of all code, to 1.")] = None,
    min_grade: Annotated[str | None, typer.Option(help="Of all files, A to F.")] = None,
    allow_errors: Annotated[bool, typer.Option(help="Files may fail to parse.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure source code; exit with 1 where a limit you set does not hold."""
    from kuznia.doors.cli.analysing import Wanted, analyse_here, limits

    with faults_as_exit(as_json):
        thresholds = limits(
            errors=not allow_errors,
            cyclomatic=max_cyclomatic,
            cognitive=max_cognitive,
            nesting=max_nesting,
            length=max_length,
            parameters=max_parameters,
            maintainability=min_maintainability,
            duplicated_share=max_duplicated,
            grade=min_grade,
        )
        if as_json and sarif == "-":
            raise Invalid("Standard output takes --json or --sarif -, not both.")
        if not analyse_here(paths, profile, thresholds, Wanted(as_json, sarif)):
            raise typer.Exit(1)


training = typer.Typer(name="training", help="What training plans need beside the making.")
cli.add_typer(training)


@training.command()
def ask(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Where the profile goes.")] = Path("profile.json"),
    language: Annotated[Literal["en", "uk"], typer.Option(help="To be asked in.")] = "en",
) -> None:
    """Walk through the questions, and make the plan if you like.

    A stop sign ends with advice instead of a profile.
    """
    from kuznia.doors.cli.asking import ask_here
    from kuznia.doors.cli.make import Given, make_here

    with faults_as_exit():
        if ask_here(out, language):
            opening = tools_of(context).open_doors(settings_of(context))
            wanted = {"profile": str(out)}
            asyncio.run(make_here(opening, "training", wanted, Given()))


catalogue = typer.Typer(name="catalogue", help="Exercises of your own beside ours.")
cli.add_typer(catalogue)


@catalogue.callback()
def of_exercises() -> None:
    """With one command alone, its name would not be asked for."""


@catalogue.command(name="import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="JSON of free-exercise-db or of wger.")],
) -> None:
    """Read a file of exercises into TRAINING_CATALOGUE, and say what could not be read."""
    from kuznia.doors.cli.importing import import_here

    with faults_as_exit():
        say("\n".join(import_here(file, settings_of(context).training_catalogue)))


@cli.command()
def skeleton(
    paths: Annotated[list[Path], typer.Argument(help="Files, and folders with all below them.")],
    out: Annotated[Path | None, typer.Option(help="Write the files into this folder.")] = None,
    force: Annotated[bool, typer.Option(help="Write over files that are there.")] = False,
    tests: Annotated[bool, typer.Option(help="Property tests, for Python.")] = True,
    docs: Annotated[bool, typer.Option(help="A page, and comments to fill in.")] = True,
    tongue: Annotated[Literal["en", "uk"], typer.Option(help="For people to read.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Write documentation and property tests to be filled in; needs no model, runs nothing."""
    from kuznia.doors.cli.sketching import Wish, sketch_here

    with faults_as_exit(as_json):
        sketch_here(paths, Wish(tests, docs, tongue, out, force, as_json))


@cli.command()
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Say what is configured, what is reachable, and what to set."""
    from kuznia.doors.cli.doctor import examine, report

    with faults_as_exit(as_json):
        settings, tools = all_settings(context), tools_of(context)
        symptoms = asyncio.run(examine(settings, tools.clients(settings), tools.codemie(settings)))
        say(report(symptoms, as_json=as_json))
        raise typer.Exit(0 if all(symptom.well for symptom in symptoms) else 1)


@cli.command()
def migrate(
    context: typer.Context,
    to: Annotated[str, typer.Option(help="A revision, or base to undo all.")] = "head",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before going back.")] = False,
) -> None:
    """Bring the database of DATABASE_URL to the newest schema.

    The way back erases what the newer tables hold, base all there is: see `kuznia backup` first.
    """
    from kuznia.platform.db import migrate as schema

    with faults_as_exit():
        if to != "head" and not yes:
            asked = f"Going back to {to} erases what newer tables hold. Type {to} to go on"
            if typer.prompt(visible(asked)) != to:
                raise typer.Abort
        url = settings_of(context).database_url
        if to == "head":
            schema.upgrade(url)
            to = schema.head()
        else:
            schema.downgrade(url, to)
        say(f"The database is at {to}.")


@cli.command()
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A new file; none is written over.")],
    as_json: AsJson = False,
) -> None:
    """Copy the database of DATABASE_URL while it is in use, and check the copy."""
    from kuznia.platform.db.backup import back_up

    with faults_as_exit(as_json):
        copied = back_up(settings_of(context).database_url, file)
        if as_json:
            say(to_json(copied).decode())
        else:
            say(f"{file}: {copied.artefacts:,} artefacts, {copied.bytes:,} bytes, checked.")


@cli.command()
def openapi(context: typer.Context) -> None:
    """Print the API as OpenAPI."""
    with faults_as_exit():
        say(tools_of(context).openapi(all_settings(context)).decode())


def fields(words: Sequence[str]) -> dict[str, str]:
    """`"a queue" --include-tests no` as {"prompt": "a queue", "include_tests": "no"}."""
    found: dict[str, str] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=") if word[:1] == "-" else ("--prompt", "=", word)
        if not name.startswith("--") or not (equals or rest):
            raise Invalid(f"`{name}` is not understood; fields are given as --name value.")
        name = name[2:].replace("-", "_")
        if name in found:
            raise Invalid(f"The {name} is given twice; put what belongs together in quotes.")
        found[name] = value if equals else rest.pop(0)
    return found
