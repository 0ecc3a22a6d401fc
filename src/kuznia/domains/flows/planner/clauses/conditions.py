"""What conditions are often about, and the field that asks for it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kuznia.domains.flows.reading.prompt_text import GAP, slug, words
from kuznia.domains.flows.schema import Comparison, FlowOption, FormField, Guard, Text

_YES = re.compile(r"^(?:так|yes)\b", re.IGNORECASE)
_NO = re.compile(r"\b(?:не|немає|not|no|ні)\b", re.IGNORECASE)
ORGANISATION = re.compile(
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
        FlowOption(id="person", label=Text(uk="Фізична особа", en="A person")),
        FlowOption(id="organisation", label=Text(uk="Юридична особа", en="An organisation")),
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
# What conditions are often about, and the field that asks for it.
NAMED = (
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
class BranchCondition:
    """A condition: the deciding field, its guard, and the fields asked when it holds."""

    decides: FormField
    guard: Guard
    then: tuple[FormField, ...] = ()


def decided(text: str, known: Iterable[FormField]) -> tuple[FormField, Guard]:
    """The field that a condition is about, a known one if possible, and its guard."""
    known = tuple(known)
    for field in known:
        for option in field.options:
            if _share(text, f"{option.label.uk} {option.label.en}"):
                return field, Comparison(fact=field.id, op="eq", value=option.id)
    if ORGANISATION.search(text):
        return KIND_OF_APPLICANT, Comparison(fact="applicant_kind", op="eq", value="organisation")
    if _ABOUT_AGE.search(text) and (hit := _AGE.search(text)):
        return AGE, Comparison(fact="age", op="ge" if hit["more"] else "lt", value=int(hit["n"]))
    asked = [field for field in known if field.type == "yesno"]
    field = _yesno(text, asked)
    test = Comparison(fact=field.id, op="eq", value=True)
    return field, Comparison(fact=field.id, op="eq", value=False) if _NO.search(text) else test


def _yesno(text: str, asked: list[FormField]) -> FormField:
    if _YES.search(text) and asked:
        return asked[-1]
    for field in asked:
        if _share(text, f"{field.label.uk} {field.label.en}"):
            return field
    for pattern, field in NAMED:
        if pattern.search(text):
            return field
    label = _NO.sub("", text).strip()[:80]
    return FormField(
        id=slug(label),
        label=Text(uk=f"Чи так: {label}?", en=f"Is it so: {label}?"),
        type="yesno",
        group="kind",
    )


def _share(text: str, label: str) -> bool:
    """Whether a text has a word of the label, in any inflection."""
    stems = {word[:5] for word in words(label) if len(word) > 3}
    return any(word[:5] in stems for word in words(text) if len(word) > 3)
