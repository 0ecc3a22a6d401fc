"""What a service is called: its name in the prompt, in both languages."""

import re

from kuznia.domains.flows.planner.clauses.clause_kinds import names_service
from kuznia.domains.flows.planner.phrases.labels import labelled, nominative
from kuznia.domains.flows.planner.reading import PromptReading
from kuznia.domains.flows.planner.titles import KINDS
from kuznia.domains.flows.reading.prompt_text import cleaned
from kuznia.domains.flows.reading.sentences import sentences_of
from kuznia.domains.flows.reading.words import read_words
from kuznia.domains.flows.schema import Text

_TITLE = re.compile(
    r"^(?:створи(?:ти|ть)?|зроб(?:и|іть|ити)|створіть|потрібн[аоеі]?|потрібен|треба|нада|хочу"
    r"|я хочу|хочемо|сервіс|нам|мені"
    r"|послуг[ау]|форм[ау]|онлайн|зробить|намалювати|описати|просили|просимо|прошу|подати"
    r"|завдання|коротка річ|макет|показати"
    r"|create|make|build|i need|we need|need|please|a|an|the|service|for|to|get|будь ласка"
    r"|can you|could you|mock up|put together"
    r"|i'd like|we want|we'd like|want|here's|design|task|draft|set up|our|online|form"
    r"|[:,\s–—-])+\b",
    re.IGNORECASE,
)
# What follows these words is in the genitive, unlike a title: "форма реєстрації".
_OF = re.compile(r"\b(сервіс|послуг|форм)[ау]?\s+$", re.IGNORECASE)
_WHOLE = {"сервіс": "Сервіс", "послуг": "Послуга", "форм": "Форма"}
_NOMINATIVE = (
    (re.compile(r"ння$"), "ння"),
    (re.compile(r"ії$"), "ія"),
    (re.compile(r"([кгтнд])и$"), r"\1а"),
    (re.compile(r"чі$"), "ча"),
    (re.compile(r"ису$"), "ис"),
)
# Where the name of a service ends and what it asks begins.
_ASKS = re.compile(
    r"[:;.,!?\n(]|\s[–—-]\s|\s(?:with|where|that ask|which|who|so|because|please|із? полями"
    r"|з вибором|by|без|without|for me|one is|is a"
    r"|має|бо|щоб|якщо|if|online|is|are)\b"
)
_QUOTED = re.compile(r"[«“\"]([^»”\"]{4,70})[»”\"]")
_MAX_TITLE = 70
_MAX_PLACE = 260


def name_of(reading: PromptReading) -> tuple[Text, Text | None]:
    """The name of the service, and what was assumed of it."""
    kind = reading.kind
    usual = KINDS[kind.archetype] if kind else KINDS["survey"]
    name = _quoted(reading.prompt) or _spoken(reading)
    if len(name) < 4:
        return usual, None
    label = labelled(name, question=False)
    english = name.isascii()
    own = label.text.en if english else label.text.uk
    if not english and name == nominative(name):
        own = name[:1].upper() + name[1:]
    if english:
        text = Text(uk=label.text.uk if not label.rough else usual.uk, en=own)
    else:
        text = Text(uk=own, en=label.text.en if not label.rough else usual.en)
    if not label.rough:
        return text, None
    return text, Text(
        uk="Назву послуги другою мовою взято за її видом.",
        en="In the other language the service is named by its kind.",
    )


def _quoted(prompt: str) -> str:
    found = _QUOTED.search(prompt[:_MAX_PLACE])
    return " ".join(found[1].split()) if found else ""


def _spoken(reading: PromptReading) -> str:
    """The words round the kind of the service, in the sentence that names it."""
    place = reading.kind.start if reading.kind else 0
    rows = [one for one in sentences_of(cleaned(reading.prompt)) if one.text]
    named = next((one for one in rows if one.start <= place < one.start + len(one.text)), None)
    for sentence in (*((named,) if named and named.number < 3 else ()), *rows[:1]):
        if name := _of_sentence(sentence.text):
            return name
    return ""


def _of_sentence(text: str) -> str:
    name = _ASKS.split(f"{text.strip()}.", maxsplit=1)[0]
    begun = _TITLE.match(name)
    rest = name[begun.end() :] if begun else name
    if begun and not rest.strip():
        parts = [part.strip() for part in re.split(r"[:.,\n]", text) if part.strip()]
        named = len(parts) > 1 and len(parts[1].split()) < 8 and names_service(read_words(parts[1]))
        rest = parts[1] if named else ""
        again = _TITLE.match(rest)
        rest = rest[again.end() :] if again else rest
        begun = again or begun
    of = _OF.search(f"{begun[0]} ") if begun else None
    name = " ".join((_titled(of[1].lower(), rest) if of else rest).split())
    name = name[:_MAX_TITLE].strip(" -–—'")
    return name if len(name) >= 4 else ""


def _titled(of: str, rest: str) -> str:
    """A genitive turned into the nominative, or kept with the word it depends on."""
    first, _, others = rest.strip().partition(" ")
    for ending, plain in _NOMINATIVE:
        if ending.search(first):
            return f"{ending.sub(plain, first)} {others}"
    return f"{_WHOLE[of]} {rest.strip()}" if first else ""
