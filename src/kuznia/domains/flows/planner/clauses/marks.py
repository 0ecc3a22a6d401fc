"""The words round a field that tell whether, how often and how it is asked."""

import re

from kuznia.domains.flows.reading.prompt_text import GAP_OR_NONE, slug
from kuznia.domains.flows.schema import FlowOption, FormField, Text


def _mark(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


OPTIONAL = _mark(
    r"\boptional\w*|необов'язк\w*|не обов'язк\w*|за бажанням|опційн\w*|за потреби|якщо бажає"
)
# A condition that only makes a field optional: if there is any.
IF_ANY = _mark(
    r"^(?:(?:відом\w+|наявн\w+|known|any|available|applicable|there is one|possible)\b|є\s*(?:,|$))"
)
# What comes after these words, or before them, is excluded.
NOT_AFTER = _mark(
    r"\b(?:без|крім|окрім|не питати|не запитувати|не треба|without|except|no need for"
    r"|not ask(?: for)?"
    r"|do not ask(?: for)?|don't ask(?: for)?)\b"
)
NOT_BEFORE = _mark(
    r"\b(?:не питати|не запитувати|не потріб\w+|не треба|not needed|not required)\s*$"
)
EACH = _mark(r"\bкожн\w+|\beach\b|\bevery\b")
RANGE = _mark(r"(?:від|from|between)\s+(\d{1,6})\s+(?:до|to|and)\s+(\d{1,6})(?!\s*(?:дн|day|діб))")
UP_TO = _mark(
    r"(?:\bдо|\bup to|\bat most|\bmax(?:imum)?|не більше(?: ніж)?)\s+(\d{1,3})\b"
    r"(?!\s*(?:дн|рок|робоч|day|year|діб|грн|uah|місяц|month|годин|hour|\d))"
)
# Where the list of fields begins, after the name of the service.
BEGIN = _mark(
    r"\bполями?\b|\bполя\b|\bfields?\b|\bwith\b|\bincluding\b|\bпотрібн\w+|\bвказу\w+"
    r"|\bask(?:s|ing)?(?: for)?\b|\bby\b|\bз вибором\b|\bза (?=номер|код|особов)"
    r"|\b(?:з|із|зі)\s+(?!реєстр|місц|водін|єдр\b|якіст|поля)|(?=\bбез\b|\bwithout\b)"
)
# Not a field, even in a list of fields.
NOISE = _mark(
    r"підпис|\bsign|\bpay\b|оплат|сплат|збір\b|збору\b|\bfees?\b|грн|\buah\b|вартіст|гривен"
    r"|\bdays?\b|дн[іь]"
    r"|submit|confirm|підтвердж|погодж|\baccepts?\b|\bdeclines?\b|надісл|\bsend\b|decision"
    r"|рішенн|розгляд"
    r"|\bwithin\b|протягом|анонім|anonym|обов'язк|\brequired\b|авториз|\bauth|bankid"
    r"|\bдія\b|ді[юя]\b"
    r"|квитанц|\breceipt\b|послуг|\bpage\b|сторінк|\bonly\b|тільки|відмов|reject|\bdrop\b|\bthen\b"
    r"|\bпотім\b|перевір|\bcheck\b|видати|створи|\bcreate\b|сервіс|\bstep|крок|\bform\b|форма$"
)
# Words before a field that are not part of its name.
LEAD = _mark(
    r"^(?:\s|the\b|a\b|an\b|their\b|your\b|his\b|her\b|its\b|and\b|or\b|та\b|і\b|й\b|also\b"
    r"|also ask\b"
    r"|вибір\b|обрати\b|вказати\b|запитати\b|ввести\b|вказує\b|взяти\b|ask for\b|ask\b"
    r"|enters?\b|choose\b"
    r"|select\b|insert\b|delete\b|provide\b|потрібні\b|потрібен\b|потрібна\b|for\b|which\b"
    r"|про\b|[-–—+*•])+"
)
QUESTION = _mark(r"^(?:чи\s|do you\b|does\b|is there\b|are you\b|have you\b|is it\b|are there\b)")
OR = _mark(rf"{GAP_OR_NONE}(?:,|/|;|\bабо\b|\bor\b|\bчи\b)\s*")
CHILD = _mark(r"\bдит\w+|\bдітей\b|\bchild(?:ren)?\b|\bkids?\b")
_TYPED = (
    (_mark(r"кільк|скільки|\bnumber of\b|\bcount\b|how many|\bper month\b|\bamount\b"), "number"),
    (_mark(r"^дата\b|\bdate\b"), "date"),
    (_mark(r"скан|фото|файл|\bscan|\bphoto|\bfiles?\b|\bupload"), "file"),
    (_mark(r"опис|\bdescri|текст|\btext\b|розкажіть|\bexplain"), "long"),
)


def invented(name: str, label: str) -> FormField:
    """A field that the lexicon does not have: its type is guessed from its name."""
    title = label[:1].upper() + label[1:]
    kind = "yesno" if QUESTION.search(label) else "text"
    for pattern, type_ in _TYPED:
        if kind == "text" and pattern.search(label):
            kind = type_
    more = {"format": "integer", "low": 0.0} if kind == "number" else {}
    label_ = Text(uk=title, en=title)
    return FormField.model_validate({"id": name, "label": label_, "type": kind, **more})


def options_in(text: str, limit: int = 24) -> tuple[FlowOption, ...]:
    """The options listed in a text, such as `a, b or c`."""
    labels = [part.strip(" .—–-") for part in OR.split(text)]
    labels = [label for label in dict.fromkeys(labels) if label and len(label) <= 80][:limit]
    names: list[str] = []
    for label in labels:
        names.append(slug(label, set(names)))
    return tuple(
        FlowOption(
            id=name, label=Text(uk=label[:1].upper() + label[1:], en=label[:1].upper() + label[1:])
        )
        for name, label in zip(names, labels, strict=True)
    )


def bounded(field: FormField, low: int | None, high: int) -> FormField | None:
    """The field with these bounds, if its type can have bounds."""
    if field.type == "number":
        return field.model_copy(
            update={"low": float(low if low is not None else 0), "high": float(high)}
        )
    if field.type == "file":
        return field.model_copy(update={"max_length": min(high, 20)})
    return None
