"""What people are told, in the words of the prompt, and the texts of refusals."""

import re

from kuznia.domains.flows.reading.prompt_text import language_of
from kuznia.domains.flows.reading.words import Words
from kuznia.domains.flows.schema import Text

_MAX = 300
# Verbs of the request: what follows them is what people are told.
_TELLING = re.compile(
    r"^.{0,60}?\b(?:(?:should|must|need to) be told(?: that| to)?|tell (?:them|people|him"
    r"|her)(?: that| to)?|say so"
    r"|remind (?:them|people) (?:of|that)|показуємо|показати|показувати|кажемо|каже(?:,? що)?"
    r"|пояснюємо,? що"
    r"|пишемо,? що|повідомляємо,? що|show (?:a page )?(?:telling (?:them|people))?)\s+",
    re.IGNORECASE,
)
_ELSEWHERE = Text(uk="Подробиці подано англійською.", en="The details are given in Ukrainian.")


def notice(text: str, words: Words) -> Text:
    """A clause as a note; in the other language it says where the note is to be read."""
    phrase = " ".join(text[words[0].start : words[-1].end].split())[:_MAX] if words else ""
    told_ = _TELLING.sub("", phrase)
    phrase = told_ if len(told_.split()) > 2 else phrase
    phrase = f"{phrase[:1].upper()}{phrase[1:]}."
    if language_of(phrase) == "uk":
        return Text(uk=phrase, en=_ELSEWHERE.en)
    return Text(uk=_ELSEWHERE.uk, en=phrase)


# Why the service ends: the prompt says it to the maker, not to the person.
REFUSAL = Text(
    uk="За вашими відповідями послугу надати не можна.",
    en="By your answers, the service cannot be provided.",
)
