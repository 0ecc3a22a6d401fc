"""The command line of training: answer the questions, and import exercises.

`kuznia --help` loads this file without the domain, so what is heavy is imported by the functions.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer.core import TyperGroup

from kuznia.platform.errors import Invalid
from kuznia.platform.terminal import ask as ask_line
from kuznia.platform.terminal import faults_as_exit, say, settings_of

if TYPE_CHECKING:
    from kuznia.domains.training.questions import Question
    from kuznia.domains.training.schema.profile import Answer, Language
    from kuznia.forge.terms import Decline

    Replies = Mapping[str, Answer | None]

commands = typer.Typer()
training = typer.Typer(name="training", help="Commands for training plans.")
catalogue = typer.Typer(name="catalogue", help="Exercises of your own, beside the built-in ones.")
commands.add_typer(training)
commands.add_typer(catalogue)

BACK = "<"
_BACK = frozenset({BACK, "back", "назад"})
_TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "help": "Answer by number or in words; < goes back; Enter skips an optional question.",
        "yes_no": "yes or no, and any details",
        "several": "several, separated by commas",
        "pass": "Enter to skip",
        "needed": "This question needs an answer.",
        "unread": "This does not answer the question.",
        "first": "This is the first question.",
        "stop": "No plan is made now. This is not medical advice.",
        "written": "Your profile is in {path}.",
        "make": "Make the plan now? yes/no",
    },
    "uk": {
        "help": "Відповідайте номером або словами; < повертає назад; "
        "Enter пропускає необов'язкове питання.",
        "yes_no": "так або ні, і подробиці, якщо є",
        "several": "кілька через кому",
        "pass": "Enter, щоб пропустити",
        "needed": "На це питання потрібна відповідь.",
        "unread": "Це не відповідь на питання.",
        "first": "Це перше питання.",
        "stop": "Зараз план не складаємо. Це не медична порада.",
        "written": "Ваш профіль у файлі {path}.",
        "make": "Скласти план зараз? так/ні",
    },
}


@training.callback()
def _of_training() -> None:
    """Keep the name of the one command: Typer would run it by the name of the group."""


@training.command()
def ask(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The file for the profile.")] = Path("profile.json"),
    language: Annotated[
        Literal["en", "uk"], typer.Option(help="The language of the questions.")
    ] = "en",
) -> None:
    """Answer the questions one by one, and make the plan if you like.

    If an answer shows a warning sign, you get advice and no profile is written.
    """
    with faults_as_exit():
        if _interview(out, language):
            _make_plan(context, out)


def _make_plan(context: typer.Context, profile: Path) -> None:
    """Run `kuznia make training --profile FILE`."""
    root = context.find_root()
    assert isinstance(root.command, TyperGroup)
    make = root.command.get_command(root, "make")
    assert make is not None
    with make.make_context("make", ["training", "--profile", str(profile)], parent=root) as child:
        make.invoke(child)


def _interview(out: Path, language: "Language") -> bool:
    """Ask, write the profile, and return whether to make the plan; a stop sign ends in advice."""
    from kuznia.domains.training.athlete.screening import FINAL
    from kuznia.domains.training.questions.interview import next_question, profile_of

    text = _TEXTS[language]
    say(text["help"])
    replies: dict[str, Answer | None] = {}
    stop: Decline | None = None
    while stop is None and (question := next_question(replies, language)) is not None:
        answer = _answer(question, replies, language)
        if answer != BACK:
            replies[question.id] = answer
        elif replies:
            replies.popitem()
        else:
            say(text["first"])
        stop = _stop(replies, language, FINAL)
    if stop := stop or _stop(replies, language):
        say("\n".join(_advice(stop, text)))
        return False
    profile = profile_of(replies, language).model_dump_json(indent=1, exclude_defaults=True)
    try:
        out.write_text(profile, encoding="utf-8")
    except OSError as error:
        raise Invalid(f"The profile cannot be written to {out}: {error.strerror}.") from None
    say(text["written"].format(path=out))
    return _line(text["make"]).casefold() in {"", "y", "yes", "т", "так"}


def _stop(
    replies: "Replies", language: "Language", codes: frozenset[str] | None = None
) -> "Decline | None":
    """What forbids a plan so far; with `codes`, only one of these."""
    from kuznia.domains.training.athlete.athlete import read_athlete
    from kuznia.domains.training.athlete.screening import decline
    from kuznia.domains.training.questions.interview import profile_of
    from kuznia.domains.training.schema.profile import PlanInput

    if not replies:
        return None
    stop = decline(read_athlete(PlanInput(profile=profile_of(replies, language))))
    return stop if stop and (codes is None or stop.code in codes) else None


def _advice(stop: "Decline", text: Mapping[str, str]) -> Iterator[str]:
    yield f"\n{stop.code}: {stop.message}"
    yield from (f"  ? {question}" for question in stop.questions)
    yield text["stop"]


def _answer(question: "Question", replies: "Replies", language: "Language") -> "Answer | None":
    """A valid answer; None if the question was skipped, BACK to change the answer before."""
    from kuznia.domains.training.questions.interview import is_optional, parse_answer, problem

    text = _TEXTS[language]
    hints = _hints(question, is_optional(question), text)
    say("\n".join(("", question.text, f"  ({question.help_text})", *hints)))
    while True:
        line = _line("")
        if line.casefold() in _BACK:
            return BACK
        if not line:
            if is_optional(question):
                return None
            say(text["needed"])
            continue
        answer = parse_answer(question, line)
        if answer is None:
            say(text["unread"])
        elif message := problem(replies, question, answer, language):
            say(message)
        else:
            return answer


def _hints(question: "Question", optional: bool, text: Mapping[str, str]) -> Iterator[str]:
    for number, option in enumerate(question.options or (), start=1):
        yield f"  {number}. {option.text}"
    hints: list[str] = []
    if question.response_type in {"slider", "rating"}:
        low, high = question.min_value or 0, question.max_value or 0
        hints.append(f"{low:g} – {high:g} {question.unit or ''}".strip())
    elif question.response_type == "conditional_boolean":
        hints.append(text["yes_no"])
    elif question.multiselect:
        hints.append(text["several"])
    elif question.placeholder:
        hints.append(question.placeholder)
    if optional:
        hints.append(text["pass"])
    if hints:
        yield f"  [{'; '.join(hints)}]"


def _line(prompt: str) -> str:
    """One line; the end of the input ends the interview, and nothing is written."""
    try:
        return ask_line(f"{prompt}> ").strip()
    except EOFError:
        say("", err=True)
        raise Invalid("The interview was not finished; nothing was written.") from None


@catalogue.callback()
def _of_catalogue() -> None:
    """Keep the name of the one command: Typer would run it by the name of the group."""


@catalogue.command(name="import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="JSON from free-exercise-db or from wger.")],
) -> None:
    """Import exercises into the file of TRAINING_CATALOGUE, and list what could not be read."""
    from kuznia.domains.training.settings import TrainingSettings

    with faults_as_exit():
        settings = settings_of(context, also=[TrainingSettings])
        say("\n".join(_import(file, settings.of(TrainingSettings).training_catalogue)))


def _import(file: Path, to: Path | None) -> list[str]:
    """Import a file in place of the last one, and report what came of it."""
    from kuznia.domains.training.catalogue.foreign import MAX_BYTES, NotACatalogue, read, report

    if to is None:
        raise Invalid("Set TRAINING_CATALOGUE to the file that will hold the exercises.")
    try:
        with file.open("rb") as opened:
            imported = read(opened.read(MAX_BYTES + 1))
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.") from None
    except NotACatalogue as error:
        raise Invalid(str(error)) from None
    try:
        # Whole or not at all: a server may be reading the old file.
        fresh = to.with_name(f"{to.name}.new")
        fresh.write_text(imported.kept.model_dump_json(indent=1), encoding="utf-8")
        fresh.replace(to)
    except OSError as error:
        raise Invalid(f"{to} cannot be written: {error.strerror}.") from None
    return [*report(imported), f"The exercises are in {to}; restart the server to use them."]
