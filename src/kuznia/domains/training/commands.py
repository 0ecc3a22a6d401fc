"""The command line of training: the questions, feedback, logged sessions, lessons, exercises.

`kuznia --help` loads this file without the domain, so what is heavy is imported by the functions.
"""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer.core import TyperGroup

from kuznia.platform.errors import Invalid
from kuznia.platform.terminal import AsJson, faults_as_exit, json_file, say, settings_of
from kuznia.platform.terminal import ask as ask_line

if TYPE_CHECKING:
    from kuznia.domains.training.edits.respond import FeedbackResult
    from kuznia.domains.training.playbook.log import Playbook
    from kuznia.domains.training.questions import Question
    from kuznia.domains.training.schema.profile import Answer, Language
    from kuznia.forge.terms import Decline
    from kuznia.platform.settings import Settings

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
        "accepted": "done",
        "not_possible": "not possible",
        "asked": "please say it again",
        "revised": "The revised plan is {id}; the one before stays.",
        "same": "The plan stays as it is.",
        "nothing": "Nothing was understood. Name an exercise, a day or minutes: 'no squats'.",
        "learnt": "Learnt: {text}",
        "no_lessons": "Nothing has been learnt yet.",
        "closed": "closed",
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
        "accepted": "зроблено",
        "not_possible": "неможливо",
        "asked": "уточніть, будь ласка",
        "revised": "Змінений план: {id}; попередній залишається.",
        "same": "План залишається без змін.",
        "nothing": "Нічого не зрозуміло. Назвіть вправу, день або хвилини: «без присідань».",
        "learnt": "Засвоєно: {text}",
        "no_lessons": "Поки що нічого не засвоєно.",
        "closed": "закрито",
    },
}


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


_ARTEFACT = typer.Argument(help="The id of the plan's artefact, as `kuznia make --json` shows it.")


@training.command()
def feedback(
    context: typer.Context,
    artefact: Annotated[str, _ARTEFACT],
    text: Annotated[str, typer.Argument(help="What you want changed, in your own words.")],
    as_json: AsJson = False,
) -> None:
    """Say what you want changed in a plan made on this machine.

    Write in English, Ukrainian or both. Each wish is answered: done, not possible and why, or asked
    back. What is asked back has changed nothing. Example: kuznia training feedback ID 'no lunges'
    """
    with faults_as_exit(as_json):
        _give(asyncio.run(_respond(context, artefact, {"text": text})), as_json)


@training.command()
def log(
    context: typer.Context,
    artefact: Annotated[str, _ARTEFACT],
    session: Annotated[Path, typer.Argument(help="JSON: week, day, and entries as in the API.")],
    as_json: AsJson = False,
) -> None:
    """Log a session as it was done: the next loads follow from it.

    The file holds {"week": 1, "day": 1, "entries": [{"exercise": "goblet squat", "load": 16,
    "reps": [10, 10, 9], "rir": 2}]}. A day is logged once.
    """
    with faults_as_exit(as_json):
        _give(asyncio.run(_respond(context, artefact, {"session": json_file(session)})), as_json)


@training.command()
def lessons(
    context: typer.Context,
    language: Annotated[
        Literal["en", "uk"], typer.Option(help="The language of the headings.")
    ] = "en",
    as_json: AsJson = False,
) -> None:
    """List what was learnt about you on this machine, with the id of each lesson."""
    from pydantic_core import to_json

    with faults_as_exit(as_json):
        book = asyncio.run(_playbook(context))
        rows = tuple(book.lessons.values())
        text = _TEXTS[language]
        if as_json:
            say(to_json(rows).decode())
        elif not rows:
            say(text["no_lessons"])
        for lesson in () if as_json else rows:
            closed = "" if lesson.status == "open" else f" ({text['closed']})"
            say(f"{lesson.id}  {lesson.kind}{closed}: {lesson.text}")


def _settings(context: typer.Context) -> "Settings":
    """The settings with those of every domain, which are opened with the server's."""
    from kuznia.domains import load

    also = [domain.settings for domain in load().values() if domain.settings]
    return settings_of(context, also=also)


async def _respond(
    context: typer.Context, artefact: str, fields: Mapping[str, object]
) -> "FeedbackResult":
    from pydantic import ValidationError

    from kuznia.domains.training.edits.respond import respond
    from kuznia.domains.training.edits.shapes import FeedbackIn
    from kuznia.platform.errors import invalid

    try:
        request = FeedbackIn.model_validate(fields)
    except ValidationError as error:
        raise invalid(error.errors(include_url=False)) from None
    async with context.obj().open_doors(_settings(context)) as doors:
        return await respond(doors.forge, doors.owner, artefact, request)


async def _playbook(context: typer.Context) -> "Playbook":
    from kuznia.domains.training.playbook.log import LessonLog

    async with context.obj().open_doors(_settings(context)) as doors:
        return LessonLog.read(await doors.forge.memory.read(doors.owner, "training")).playbook


def _give(result: "FeedbackResult", as_json: bool) -> None:
    """What became of each wish, and the id to go on with."""
    if as_json:
        say(result.artefact.body.decode())
        return
    coached = result.coached
    text = _TEXTS[coached.plan.language]
    if coached.decline is not None:
        say("\n".join(_advice(coached.decline, text)))
        return
    for answer in coached.answers:
        say(f"{answer.quote}: {text[answer.outcome]}. {answer.message}")
    if coached.intent == "unclear" and not coached.answers:
        say(text["nothing"])
    for lesson in result.lessons:
        say(text["learnt"].format(text=lesson.text))
    say(text["revised"].format(id=result.artefact.id) if result.changed else text["same"])


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
