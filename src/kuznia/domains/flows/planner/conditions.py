"""Conditions in a prompt: what decides, and what is asked or done in each case."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kuznia.domains.flows.planner.words import GAP, GAP_OR_NONE, slug, words
from kuznia.domains.flows.schema import FormField, Guard, Option, Test, Text

START = re.compile(r"(?:^|(?<=[\s,]))(?:якщо|коли|у разі якщо|if|in case)\s+", re.IGNORECASE)
# Between what decides and what follows from it.
THEN = re.compile(
    r":\s+|,\s*(?:то\s+|then\s+)?"
    rf"|{GAP}(?:[—–-]+\s+|(?=(?:ask|запитати|require|then|to)\b)|то\s+)",
    re.IGNORECASE,
)
ELSE = re.compile(
    rf"[,;.]?{GAP_OR_NONE}\b(?:інакше|в іншому разі|otherwise|else)\b\s*+[—–:,-]*+\s*",
    re.IGNORECASE,
)
REFUSE = re.compile(
    r"відмов|відхил|заверш|не допуска|не приймат|\brefus|\breject|\bdecline\b|\bend\b"
    r"|\bstop\b|\bdeny",
    re.IGNORECASE,
)
_YES = re.compile(r"^(?:так|yes)\b", re.IGNORECASE)
_NO = re.compile(r"\b(?:не|немає|not|no|ні)\b", re.IGNORECASE)
_ORG = re.compile(
    r"юридич|компан|організац|юрос|підприємств|\bcompan|\borgani[sz]ation|\bbusiness"
    r"|\blegal entity",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"(?P<more>більше|старш\w{1,8}|від|понад|over|older than|above|at least|from)?"
    rf"{GAP}(?P<n>\d{{1,3}})\b",
    re.IGNORECASE,
)
_ABOUT_AGE = re.compile(r"\bвік|\bрок[иів]+\b|\bage|\byears?\b|\bold\b", re.IGNORECASE)


def _yes(name: str, uk: str, en: str, group: str = "kind") -> FormField:
    return FormField(id=name, label=Text(uk=uk, en=en), type="yesno", group=group)


KIND_OF_APPLICANT = FormField(
    id="applicant_kind",
    label=Text(uk="Хто подає заяву?", en="Who is applying?"),
    type="choice",
    group="kind",
    options=(
        Option(id="person", label=Text(uk="Фізична особа", en="A person")),
        Option(id="organisation", label=Text(uk="Юридична особа", en="An organisation")),
    ),
)
AGE = FormField(
    id="age",
    label=Text(uk="Вік, повних років", en="Age in full years"),
    type="number",
    format="integer",
    low=0,
    high=120,
    group="person",
    personal=True,
)
ANONYMOUS = _yes("anonymous", "Подати анонімно?", "Stay anonymous?")
# What is often decided by, and how it is asked.
_NAMED = (
    (
        re.compile(r"апостил|apostil", re.I),
        _yes("apostille", "Чи потрібен апостиль?", "Is an apostille needed?"),
    ),
    (
        re.compile(r"інвалідн|disab", re.I),
        _yes("has_disability", "Чи є інвалідність?", "Is there a disability?"),
    ),
    (re.compile(r"термінов|urgent", re.I), _yes("urgent", "Виконати терміново?", "Is it urgent?")),
    (re.compile(r"анонім|anonym", re.I), ANONYMOUS),
    (
        re.compile(r"представник|represent", re.I),
        _yes("by_representative", "Чи подає представник?", "Does a representative apply?"),
    ),
    (re.compile(r"онлайн|online", re.I), _yes("online", "Чи зручно онлайн?", "Online?", "slot")),
    (
        re.compile(r"\bдіти\b|\bдітей\b|\bchildren\b", re.I),
        _yes("has_children", "Чи є діти?", "Are there children?"),
    ),
)


@dataclass(frozen=True, slots=True)
class Condition:
    """A field that decides, the guard, and what is asked when it holds and when it does not."""

    decides: FormField
    guard: Guard
    then: tuple[FormField, ...] = ()
    other: tuple[FormField, ...] = ()
    refuses: bool = False


def decided(said: str, known: Iterable[FormField]) -> tuple[FormField, Guard]:
    """The field a condition is about, one already asked where there is one, and its guard."""
    known = tuple(known)
    for field in known:
        for option in field.options:
            if _share(said, f"{option.label.uk} {option.label.en}"):
                return field, Test(fact=field.id, op="eq", value=option.id)
    if _ORG.search(said):
        return KIND_OF_APPLICANT, Test(fact="applicant_kind", op="eq", value="organisation")
    if _ABOUT_AGE.search(said) and (hit := _AGE.search(said)):
        return AGE, Test(fact="age", op="ge" if hit["more"] else "lt", value=int(hit["n"]))
    asked = [field for field in known if field.type == "yesno"]
    field = _yesno(said, asked)
    test = Test(fact=field.id, op="eq", value=True)
    return field, Test(fact=field.id, op="eq", value=False) if _NO.search(said) else test


def _yesno(said: str, asked: list[FormField]) -> FormField:
    if _YES.search(said) and asked:
        return asked[-1]
    for field in asked:
        if _share(said, f"{field.label.uk} {field.label.en}"):
            return field
    for pattern, field in _NAMED:
        if pattern.search(said):
            return field
    label = _NO.sub("", said).strip()[:80]
    return FormField(
        id=slug(label),
        label=Text(uk=f"Чи так: {label}?", en=f"Is it so: {label}?"),
        type="yesno",
        group="kind",
    )


def _share(said: str, label: str) -> bool:
    """Whether a word of the label is said, however it is bent."""
    stems = {word[:5] for word in words(label) if len(word) > 3}
    return any(word[:5] in stems for word in words(said) if len(word) > 3)
