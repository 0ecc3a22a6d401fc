"""The code domain's commands: measure source files, and write skeletons for them.

The file is loaded without the domain, so what is heavy is imported inside functions.
"""

import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kuznia.platform.errors import Invalid, NotFound, TimedOut, invalid
from kuznia.platform.terminal import AsJson, faults_as_exit, say, settings_of

if TYPE_CHECKING:
    from kuznia.domains.code.analysis import Profile, Thresholds
    from kuznia.domains.code.analysis.repository.inspect import Inspection, Orders
    from kuznia.domains.code.analysis.repository.processes import Measuring
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


# kuznia: ignore[length, parameters] each parameter is an option of the command line
@commands.command()
def analyze(
    paths: Paths,
    profile: Annotated[
        Literal["default", "radon", "eslint", "lizard"],
        typer.Option(help="The tool whose counting rules are used."),
    ] = "default",
    exclude: Annotated[
        list[str] | None,
        typer.Option(help="Leave out what matches this pattern of .gitignore; may be repeated."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(help="Only files changed since this commit, and only what is new in them."),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Accept the findings that this file lists.")
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option(help="Write the findings to this file, and accept them.")
    ] = None,
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
    jobs: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes; as a rule one for each core.")
    ] = None,
    cache: Annotated[bool, typer.Option(help="Keep results for the next run.")] = True,
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
        if since and (max_duplicated is not None or min_grade or write_baseline):
            raise Invalid(
                "--since looks at a part of the files: leave out --max-duplicated, --min-grade "
                "and --write-baseline."
            )
        files, orders = _ordered(paths, exclude or [], limits, since, baseline)
        orders = replace(orders, measuring=_measuring(profile, jobs, cache=cache))
        inspection = _inspected(files, orders, as_json=as_json)
        if write_baseline:
            inspection = _kept(inspection, write_baseline)
        if sarif is not None:
            _write_sarif(inspection, sarif)
        if not _report(inspection, as_json=as_json, quiet=sarif == "-"):
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
    from kuznia.domains.code.analysis.repository.baseline import BaselineWrong
    from kuznia.domains.code.analysis.repository.changes import GitFailed
    from kuznia.domains.code.analysis.uploads import NotSource

    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"There is no {error}.") from None
    except (NotSource, GitFailed, BaselineWrong) as error:
        raise Invalid(f"{error}.") from None


def _thresholds(**limits: object) -> "Thresholds":
    from pydantic import ValidationError

    from kuznia.domains.code.analysis import Thresholds

    try:
        return Thresholds.model_validate(limits)
    except ValidationError as error:
        raise invalid(error) from None


def _ordered(
    paths: list[Path],
    exclude: list[str],
    limits: "Thresholds",
    since: str | None,
    baseline: Path | None,
) -> "tuple[list[Path], Orders]":
    """The files that will be looked at, and what is known of them before."""
    from kuznia.domains.code.analysis.repository.baseline import known_fingerprints
    from kuznia.domains.code.analysis.repository.changes import changes_since
    from kuznia.domains.code.analysis.repository.inspect import Orders, changed_only
    from kuznia.domains.code.analysis.repository.processes import Measuring
    from kuznia.domains.code.analysis.repository.walk import repository_of, sources_under

    root = repository_of(Path.cwd())
    if since and not root:
        raise Invalid("--since needs a git repository, and this folder is in none.")
    known = known_fingerprints(baseline) if baseline else frozenset[str]()
    changes = changes_since(since, root) if since and root else None
    files = list(sources_under(paths, exclude=exclude))
    if not files:
        raise Invalid("No source file of a known language was found.")
    if changes:
        files = changed_only(files, changes)
    named = frozenset(path for path in paths if not path.is_dir())
    return files, Orders(limits, Measuring(), root or Path.cwd(), named, changes, known)


def _measuring(profile: "Profile", jobs: int | None, *, cache: bool) -> "Measuring":
    from kuznia.domains.code.analysis.repository.cache import RecordCache
    from kuznia.domains.code.analysis.repository.processes import (
        Measuring,
        jobs_of_this_machine,
    )
    from kuznia.platform.settings import cache_folder

    folder = cache_folder() if cache else None
    kept = RecordCache(folder / "analysis") if folder else None
    return Measuring(profile, jobs or jobs_of_this_machine(), kept)


def _inspected(files: list[Path], orders: "Orders", *, as_json: bool) -> "Inspection":
    """Measure the files; as JSON, each is printed at once, so that none is kept in memory."""
    from pydantic_core import to_json
    from rich.console import Console
    from rich.progress import Progress

    from kuznia.domains.code.analysis.repository.inspect import inspect
    from kuznia.domains.code.analysis.result import FileAnalysis

    separators = chain(("",), repeat(","))

    def put(file: FileAnalysis) -> None:
        say(next(separators) + to_json(file).decode())

    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Analysing", total=len(files))
        advance = partial(bar.advance, task)
        if not as_json:
            return inspect(files, orders, progress=advance)
        say('{"files":[')
        return inspect(files, orders, progress=advance, take=put)


def _kept(inspection: "Inspection", path: Path) -> "Inspection":
    """Write a baseline, by which everything that was found in a file is accepted."""
    from kuznia.domains.code.analysis.repository.baseline import baseline_of
    from kuznia.domains.code.analysis.repository.inspect import accepted

    baseline = baseline_of(inspection.findings)
    _write(path, baseline.model_dump_json(indent=1) + "\n")
    return accepted(inspection, frozenset(entry.fingerprint for entry in baseline.findings))


def _report(inspection: "Inspection", *, as_json: bool, quiet: bool) -> bool:
    """Print the analysis and every finding; return whether there is none to act on."""
    from pydantic_core import to_json

    from kuznia.domains.code import terminal

    unaccepted = inspection.unaccepted()
    if as_json:
        rest = {
            **dict(inspection.summary),
            "findings": [terminal.row(finding) for finding in inspection.findings],
            "skipped": [{"path": path, "reason": why} for path, why in inspection.skipped],
        }
        say("]," + to_json(rest).decode().removeprefix("{"))
    elif not quiet:
        for part in terminal.shown(inspection):
            say(part)
    for finding in unaccepted:
        say(terminal.line(finding.breach), err=True)
    return not unaccepted


def _write_sarif(inspection: "Inspection", path: str) -> None:
    from pydantic_core import to_json

    from kuznia.domains.code.analysis.report.sarif import sarif

    text = to_json(sarif(inspection.findings), indent=2).decode()
    if path == "-":
        say(text)
    else:
        _write(Path(path), text + "\n")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
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
    from kuznia.domains.code.analysis.encodings import decoded
    from kuznia.domains.code.analysis.repository.walk import sources_under
    from kuznia.domains.code.languages.find import find_by_path
    from kuznia.domains.code.parsing.proof import SECONDS
    from kuznia.domains.code.skeletons import can_be_sketched, sketch
    from kuznia.platform.process.workers import Stopped, within

    for path in sources_under(paths, maximum=MAX_SKETCHED):
        language = find_by_path(path.name)
        if language is None or not can_be_sketched(language):
            continue
        # Where the folder is all that tells an absolute path from a relative one, it goes.
        name = path.as_posix().lstrip("/")
        source = decoded(path.read_bytes(), language.name).text.encode(errors="replace")
        sketched = sketch(
            source, language, within(SECONDS), path=name, prose_language=prose_language
        )
        if isinstance(sketched, Stopped):
            raise TimedOut(f"{path} was not read within {SECONDS:g} s.")
        if sketched.flaws:
            flaw = sketched.flaws[0]
            raise Invalid(f"{path}:{flaw.line}:{flaw.column} does not parse: {flaw.message}")
        yield sketched
