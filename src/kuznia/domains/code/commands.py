"""The code domain's commands: measure source files, and write skeletons for them.

The file is loaded without the domain, so what is heavy is imported inside functions.
"""

import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kuznia.platform.errors import Invalid, NotFound, TimedOut, invalid
from kuznia.platform.terminal import AsJson, faults_as_exit, say, settings_of

if TYPE_CHECKING:
    from kuznia.domains.code.analysis import Analysis, Thresholds
    from kuznia.domains.code.sandbox.packages.folder import PackageFolder
    from kuznia.domains.code.skeletons import ProseLanguage, Sketch

commands = typer.Typer()
sandbox = typer.Typer(
    name="sandbox", no_args_is_help=True, help="Packages that tests may import in the sandbox."
)
commands.add_typer(sandbox)

MAX_SKETCHED = 200
Paths = Annotated[
    list[Path], typer.Argument(help="Files and folders; folders are searched recursively.")
]


@commands.command()
def analyze(
    paths: Paths,
    profile: Annotated[
        Literal["default", "radon", "eslint", "lizard"],
        typer.Option(help="The tool whose counting rules are used."),
    ] = "default",
    sarif: Annotated[
        str | None, typer.Option(help="Write SARIF to this file, or to standard output: -.")
    ] = None,
    max_cyclomatic: Annotated[
        int | None, typer.Option(help="Maximum cyclomatic complexity of a function.")
    ] = None,
    max_cognitive: Annotated[
        int | None, typer.Option(help="Maximum cognitive complexity of a function.")
    ] = None,
    max_nesting: Annotated[
        int | None, typer.Option(help="Maximum depth of nesting in a function.")
    ] = None,
    max_length: Annotated[int | None, typer.Option(help="Maximum lines of a function.")] = None,
    max_parameters: Annotated[
        int | None, typer.Option(help="Maximum parameters of a function.")
    ] = None,
    min_maintainability: Annotated[
        float | None, typer.Option(help="Minimum maintainability of a file, 0 to 100.")
    ] = None,
    max_duplicated: Annotated[
        float | None, typer.Option(help="Maximum share of duplicated lines, 0 to 1.")
    ] = None,
    min_grade: Annotated[
        str | None, typer.Option(help="Minimum grade of all files together, A to F.")
    ] = None,
    allow_errors: Annotated[bool, typer.Option(help="Allow files that do not parse.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure source code; exit with 1 if a limit you set does not hold."""
    with faults_as_exit(as_json), _faults():
        limits = _thresholds(
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
        analysis = _analysed(paths, profile)
        if sarif is not None:
            _write_sarif(analysis, limits, sarif)
        if not _report(analysis, limits, as_json=as_json, quiet=sarif == "-"):
            raise typer.Exit(1)


@commands.command()
def skeleton(
    paths: Paths,
    out: Annotated[Path | None, typer.Option(help="Write the files into this folder.")] = None,
    force: Annotated[bool, typer.Option(help="Overwrite existing files.")] = False,
    tests: Annotated[bool, typer.Option(help="Write property tests, for Python.")] = True,
    docs: Annotated[bool, typer.Option(help="Write a page, and comments to fill in.")] = True,
    prose_language: Annotated[
        Literal["en", "uk"], typer.Option(help="The language of the page and the comments.")
    ] = "en",
    as_json: AsJson = False,
) -> None:
    """Write documentation and property tests to be filled in; needs no model, runs nothing."""
    from pydantic_core import to_json

    from kuznia.domains.code.skeletons import put_together
    from kuznia.platform.folder import write

    with faults_as_exit(as_json), _faults():
        sketches = list(_sketches(paths, prose_language))
        if not sketches:
            raise Invalid("No source file was found whose names can be documented.")
        skeletons = put_together(sketches, prose_language, tests=tests, docs=docs)
        parts = (skeletons.documentation, skeletons.tests)
        files = [(file.path, file.content) for part in parts if part for file in part.files]
        if as_json:
            say(to_json(skeletons).decode())
        elif out is not None:
            write(files, out, force=force)
        else:
            say("\n".join(f"\n── {path} ──\n{content}" for path, content in files))
        for left in skeletons.left_out:
            say(f"{left.path}:{left.line}: {left.name}: {left.reason}", err=True)


@contextmanager
def _faults() -> Generator[None]:
    """Turn an error of reading files into a fault with an exit code."""
    from kuznia.domains.code.analysis.uploads import NotSource

    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"There is no {error}.") from None
    except NotSource as error:
        raise Invalid(f"{error}.") from None


def _thresholds(**limits: object) -> "Thresholds":
    from pydantic import ValidationError

    from kuznia.domains.code.analysis import Thresholds

    try:
        return Thresholds.model_validate(limits)
    except ValidationError as error:
        raise invalid(error) from None


def _analysed(
    paths: list[Path], profile: Literal["default", "radon", "eslint", "lizard"]
) -> "Analysis":
    from rich.console import Console
    from rich.progress import Progress

    from kuznia.domains.code.analysis import analyse
    from kuznia.domains.code.analysis.sources import Sources, sources_under

    files = list(sources_under(paths))
    if not files:
        raise Invalid("No source file of a known language was found.")
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Analysing", total=len(files))

        def advance(index: int) -> None:
            bar.update(task, completed=index + 1)

        return analyse(Sources(files, advance), profile=profile)


def _report(analysis: "Analysis", limits: "Thresholds", *, as_json: bool, quiet: bool) -> bool:
    """Print the analysis and every breached limit; return whether all limits hold."""
    from pydantic_core import to_json

    from kuznia.domains.code import terminal
    from kuznia.domains.code.analysis import breaches

    if as_json:
        say(to_json(analysis).decode())
    elif not quiet:
        for part in terminal.shown(analysis):
            say(part)
    breached = breaches(analysis, limits)
    for breach in breached:
        say(terminal.line(breach), err=True)
    return not breached


def _write_sarif(analysis: "Analysis", limits: "Thresholds", path: str) -> None:
    from pydantic_core import to_json

    from kuznia.domains.code.analysis import sarif

    text = to_json(sarif(analysis, limits), indent=2).decode()
    if path == "-":
        say(text)
        return
    try:
        Path(path).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Invalid(f"{path} cannot be written: {error.strerror}.") from None


@sandbox.command()
def add(
    context: typer.Context,
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="Packages, or files of wheels.")
    ],
) -> None:
    """Fetch packages of Python with all they need, print their hashes, and unpack them."""
    with _packages(context) as folder:
        for wheel in folder.add(names):
            say(f"{wheel.title}  sha256:{wheel.sha256}")
        say("Restart the server to use them.", err=True)


@sandbox.command(name="list")
def list_(context: typer.Context) -> None:
    """List the packages, the wheels fetched for each, and their hashes."""
    with _packages(context) as folder:
        for wheel in folder.wheels():
            say(f"{wheel.root}: {wheel.title}  sha256:{wheel.sha256}")


@sandbox.command()
def remove(
    context: typer.Context,
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="Packages that were added.")
    ],
) -> None:
    """Remove packages, and what no other package needs."""
    with _packages(context) as folder:
        for name in folder.remove(names):
            say(f"{name} was not there.", err=True)
        say("Restart the server to do without them.", err=True)


@contextmanager
def _packages(context: typer.Context) -> "Generator[PackageFolder]":
    """The folder of CODE_PACKAGES; what goes wrong in it ends the command."""
    from kuznia.domains.code.sandbox.packages.folder import CannotAdd, PackageFolder
    from kuznia.domains.code.settings import CodeSettings

    with faults_as_exit():
        path = settings_of(context, also=[CodeSettings]).of(CodeSettings).code_packages
        if path is None:
            raise Invalid("Set CODE_PACKAGES to a folder of yours that will hold the packages.")
        try:
            yield PackageFolder(path)
        except CannotAdd as error:
            raise Invalid(str(error)) from None
        except OSError as error:
            raise Invalid(f"{path} cannot be used: {error.strerror}.") from None


def _sketches(paths: list[Path], prose_language: "ProseLanguage") -> Iterator["Sketch"]:
    from kuznia.domains.code.analysis.sources import sources_under
    from kuznia.domains.code.languages.find import find_by_path
    from kuznia.domains.code.parsing.proof import SECONDS
    from kuznia.domains.code.skeletons import can_be_sketched, sketch
    from kuznia.platform.process.workers import Stopped, within

    for path in sources_under(paths, MAX_SKETCHED):
        language = find_by_path(path.name)
        if language is None or not can_be_sketched(language):
            continue
        # Where the folder is all that tells an absolute path from a relative one, it goes.
        name = path.as_posix().lstrip("/")
        sketched = sketch(
            path.read_bytes(), language, within(SECONDS), path=name, prose_language=prose_language
        )
        if isinstance(sketched, Stopped):
            raise TimedOut(f"{path} was not read within {SECONDS:g} s.")
        if sketched.flaws:
            flaw = sketched.flaws[0]
            raise Invalid(f"{path}:{flaw.line}:{flaw.column} does not parse: {flaw.message}")
        yield sketched
