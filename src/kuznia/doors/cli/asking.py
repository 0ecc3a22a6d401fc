"""`kuznia training ask`: the questions that matter, one by one on the terminal, to a profile."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from kuznia.domains.training.athlete.athlete import read_athlete
from kuznia.domains.training.athlete.screening import FINAL, decline
from kuznia.domains.training.questions import Question
from kuznia.domains.training.questions.interview import coming, may_be_passed, typed, whole, wrong
from kuznia.domains.training.schema.profile import Answer, Language, PlanInput
from kuznia.forge.terms import Decline
from kuznia.platform.errors import Invalid
from kuznia.platform.terminal import ask, say

BACK = "<"
_BACK = frozenset({BACK, "back", "назад"})
_TEXTS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "help": "Answer by number or in words; < goes back; Enter passes over what may stay open.",
        "yes_no": "yes or no, and what we should know",
        "several": "several with commas",
        "pass": "Enter to pass over",
        "needed": "This one is needed.",
        "unread": "That is no answer to this question.",
        "first": "This is the first question.",
        "stop": "No plan is made now. This is not medical advice.",
        "written": "Your profile is in {path}.",
        "make": "Make the plan now? yes/no",
    },
    "uk": {
        "help": "Відповідайте номером або словами; < вертає назад; Enter пропускає необов'язкове.",
        "yes_no": "так або ні, і що нам варто знати",
        "several": "кілька через кому",
        "pass": "Enter, щоб пропустити",
        "needed": "Тут потрібна відповідь.",
        "unread": "Це не відповідь на це питання.",
        "first": "Це перше питання.",
        "stop": "Зараз план не складаємо. Це не медична порада.",
        "written": "Ваш профіль у {path}.",
        "make": "Скласти план зараз? так/ні",
    },
}


def ask_here(out: Path, language: Language) -> bool:
    """Ask, write the profile, tell whether to make the plan now; a stop sign ends in advice."""
    text = _TEXTS[language]
    say(text["help"])
    said: dict[str, Answer | None] = {}
    stop: Decline | None = None
    while stop is None and (question := coming(said, language)) is not None:
        answer = _answered(question, said, language)
        if answer != BACK:
            said[question.id] = answer
        elif said:
            said.popitem()
        else:
            say(text["first"])
        stop = _stop(said, language, FINAL)
    if stop := stop or _stop(said, language):
        say("\n".join(_advice(stop, text)))
        return False
    try:
        profile = whole(said, language).model_dump_json(indent=1, exclude_defaults=True)
        out.write_text(profile, encoding="utf-8")
    except OSError as error:
        raise Invalid(f"The profile cannot be written to {out}: {error.strerror}.") from None
    say(text["written"].format(path=out))
    return _line(text["make"]).casefold() in {"", "y", "yes", "т", "так"}


def _stop(
    said: Mapping[str, Answer | None], language: Language, codes: frozenset[str] | None = None
) -> Decline | None:
    """What speaks against a plan so far, if it is one of these."""
    if not said:
        return None
    found = decline(read_athlete(PlanInput(profile=whole(said, language))))
    return found if found and (codes is None or found.code in codes) else None


def _advice(stop: Decline, text: Mapping[str, str]) -> Iterator[str]:
    yield f"\n{stop.code}: {stop.message}"
    yield from (f"  ? {one}" for one in stop.questions)
    yield text["stop"]


def _answered(
    question: Question, said: Mapping[str, Answer | None], language: Language
) -> Answer | None:
    """A good answer; None where it was passed over, BACK where the one before is to be changed."""
    text = _TEXTS[language]
    say("\n".join(("", question.text, f"  ({question.help_text})", *_choices(question, text))))
    while True:
        line = _line("")
        if line.casefold() in _BACK:
            return BACK
        if not line:
            if may_be_passed(question):
                return None
            say(text["needed"])
            continue
        answer = typed(question, line)
        if answer is None:
            say(text["unread"])
        elif complaint := wrong(said, question, answer, language):
            say(complaint)
        else:
            return answer


def _choices(question: Question, text: Mapping[str, str]) -> Iterator[str]:
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
    if may_be_passed(question):
        hints.append(text["pass"])
    if hints:
        yield f"  [{'; '.join(hints)}]"


def _line(prompt: str) -> str:
    """One line; the end of the input is the end of the interview, with nothing written."""
    try:
        return ask(f"{prompt}> ").strip()
    except EOFError:
        say("", err=True)
        raise Invalid("The questions were left before their end; nothing was written.") from None
