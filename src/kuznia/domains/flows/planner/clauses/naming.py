"""From the words of a clause to a field: its name, type, limits and options."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kuznia.domains.flows.planner.clauses import marks
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.planner.phrases.labels import USUAL, labelled
from kuznia.domains.flows.reading.prompt_text import slug
from kuznia.domains.flows.reading.quantities import Quantity, numbers_of
from kuznia.domains.flows.reading.words import Word, Words, content, cue, cues
from kuznia.domains.flows.schema import FieldType, FlowOption, FormField, Text
from kuznia.platform.data_files import read_toml

# Words of the clauses, by what they do.
_WORDS = read_toml(__file__, "words.toml")

# These mean another field when another word stands beside them, such as a favourite colour.
_WEAK = frozenset(_WORDS["naming_weak"])
_TYPES: tuple[tuple[re.Pattern[str], FieldType], ...] = (
    (
        re.compile(
            r"\bскан\w*|\bфото(?!апарат)\w*|\bфайл\w*|\bкопі\w+|\bsca?n\b|\bphotos?\b|\bfiles?\b"
            r"|\bcop(?:y|ies)\b"
            r"|\bcertificate of|\bpictures?\b|\bзнімк\w+|\bplan of\b"
            r"|\bдовідк[аиу]\b(?! про себе)|\bвиснов\w+"
            r"|\bproof\b|\binsurance\b|\bletter\b|\bлист\b|\bдоговір\b|\bпротокол\b|\bплан\b"
            r"|\bсхем\w+|\bескіз\w*",
            re.IGNORECASE,
        ),
        "file",
    ),
    (re.compile(r"^(?:чи|whether|if|do|does|is|are|has|have)\b", re.IGNORECASE), "yesno"),
    (
        re.compile(
            r"\bкільк\w+|\bскільки\b|\bnumber of\b|\bcount\b|\bhow (?:many|much|far|big|long)\b"
            r"|\bplosha\b|\bплощ\w+"
            r"|\bширин\w+|\bвисот\w+|\bдовжин\w+|\bглибин\w+|\bдіаметр\w*|\bсум[аиу]\b"
            r"|\bвартіст\w+|\bцін[аиу]\b|\bsize\b"
            r"|\bamount\b|\barea\b|\bwidth\b|\bheight\b|\blength\b|\bdepth\b|\bweight\b"
            r"|\bcapacity\b|\bcost\b|\bвага\b|\bвагу\b"
            r"|\bповерх\w+|\bper month\b",
            re.IGNORECASE,
        ),
        "number",
    ),
    (
        re.compile(
            r"^дат[аиу]\b|^коли\b|\bdates?\b|^when\b|\bday\b.{0,20}\bborn\b|\bдень народж\w+"
            r"|\bчисло народж\w+",
            re.IGNORECASE,
        ),
        "date",
    ),
    (re.compile(r"^час\b|\btime\b(?! limit)", re.IGNORECASE), "time"),
    (
        re.compile(
            r"\bопис\w*|\bопиш\w*|\bdescri\w+|\bтекст\w*|\btext\b|\bрозкаж\w+|\bexplain\w*"
            r"|\bdetails\b|\bwhat happened\b"
            r"|\bщо сталося\b|\bобґрунт\w+",
            re.IGNORECASE,
        ),
        "long",
    ),
)
_DIGITS = re.compile(
    r"\((?:\D{0,12})(\d{1,2})[ -](?:цифр|digit|знак|character)\w*\)", re.IGNORECASE
)
_MAX_OPTIONS = 24
_ENOUGH = 0.6
_LONG_OPTION = 9


@dataclass(frozen=True, slots=True)
class ListSubject:
    """Whose details a list asks for, where they are not the applicant's."""

    text: Text
    name: str
    child: bool = False


@dataclass(frozen=True, slots=True)
class NamedField:
    """A field as a phrase names it."""

    field: FormField
    invented: bool = False
    rough: bool = False


def bare(text: str, words: Words) -> str:
    """A phrase without what leads to it and what is only said of it."""
    gone: set[int] = set()
    for name in ("optional", "if_any", "required", "example", "future", "past"):
        for span in cues(name, words):
            gone |= set(range(span.start, span.end))
    runs: list[list[Word]] = []
    for place, word in enumerate(words):
        if place in gone:
            continue
        if runs and place - 1 not in gone:
            runs[-1].append(word)
        else:
            runs.append([word])
    phrase = " ".join(text[run[0].start : run[-1].end] for run in runs)
    phrase = marks.UP_TO.sub("", marks.RANGE.sub("", re.sub(r"\([^()]{0,300}\)", "", phrase)))
    phrase = marks.LEAD.sub("", " ".join(phrase.split()))
    return phrase.strip(" .,:;-–—'")


def known_fields(words: Words) -> tuple[str, ...]:
    """The fields of the lexicon that are named by nearly all the words; none otherwise."""
    texts = [word.text for word in words]
    covered: set[int] = set()
    names: list[str] = []
    phrase_words = 0
    for start, end, phrase in LEXICON.find(texts):
        covered |= set(range(start, end))
        names += phrase.fields
        phrase_words += end - start
    if not names:
        return ()
    keys = [place for place, word in enumerate(words) if content((word,))]
    rest = [place for place in keys if place not in covered]
    if rest and (set(names) & _WEAK or len(rest) > (len(keys) - len(rest)) * (1 - _ENOUGH)):
        return ()
    return tuple(dict.fromkeys(names))


def inherited(words: Words) -> FormField | None:
    """The field of the lexicon whose name is the head of the phrase: a phone in the daytime."""
    rows = list(LEXICON.find([word.text for word in words]))
    if not rows:
        return None
    ascii_ = all(word.text.isascii() for word in words)
    start, end, phrase = rows[-1] if ascii_ else rows[0]
    at_head = end >= len(words) - 1 if ascii_ else start <= 1
    field = LEXICON.fields[phrase.fields[0]]
    return field if at_head and len(phrase.fields) == 1 else None


def invented(
    phrase: str,
    words: Words,
    taken: Iterable[str],
    *,
    upload: bool,
    subject: ListSubject | None = None,
) -> NamedField:
    """A field that the lexicon does not have: its type is guessed from its words."""
    like = inherited(words)
    type_ = _type_of(phrase, upload=upload)
    if type_ == "text" and like is not None and like.type not in {"choice", "file"}:
        type_ = like.type
    question = type_ == "yesno"
    label = labelled(_as_question(phrase) if question else phrase, type_, question=question)
    text = _of(subject, label.text) if subject else label.text
    values: dict[str, object] = {"group": _group(type_, subject)}
    if like is not None and like.type == type_:
        values |= {"format": like.format, "low": like.low, "high": like.high}
        values |= {"personal": like.personal}
    elif type_ == "number":
        values |= {"format": "money" if _is_money(phrase) else None, "low": 0.0}
    name = free_id(text.en or text.uk, taken)
    field = FormField.model_validate({"id": name, "label": text, "type": type_, **values})
    return NamedField(field, invented=True, rough=label.rough)


# Ids of the steps of a planned flow: a field may never have one of these.
STEP_IDS = frozenset(_WORDS["naming_step_ids"])


# How the ids of other planned steps begin.
_STEP_STARTS = ("end_", "lookup_", "which_", "who_", "ask_", "each_", "more_", "check", "pay_")


def free_id(label: str, taken: Iterable[str]) -> str:
    """An id that no field and no step of a planned flow has."""
    reserved = frozenset(taken) | STEP_IDS | LEXICON.fields.keys()
    name = slug(label)
    return slug(f"its {name}" if name.startswith(_STEP_STARTS) else label, reserved)


def _of(subject: ListSubject | None, text: Text) -> Text:
    if subject is None:
        return text
    uk, en = subject.text.uk.lower(), subject.text.en.lower()
    return Text(
        uk=text.uk if uk in text.uk.lower() else f"{text.uk} ({uk})",
        en=text.en if en in text.en.lower() else f"{text.en} ({en})",
    )


def of_subject(field: FormField, subject: ListSubject, taken: Iterable[str]) -> FormField:
    """A field of the lexicon asked about somebody or something else than the applicant."""
    label = _of(subject, field.label)
    name = free_id(f"{subject.name} {field.id}", taken)
    more = {"id": name, "label": label, "group": subject.name, "autocomplete": None}
    return field.model_copy(update=more)


def _group(type_: FieldType, subject: ListSubject | None) -> str:
    if subject is not None:
        return subject.name
    return "files" if type_ == "file" else "details"


def _is_money(phrase: str) -> bool:
    return bool(re.search(r"сум|варт|цін|дох[оі]д|amount|cost|price|income|£|\$|грн", phrase, re.I))


def _type_of(phrase: str, *, upload: bool) -> FieldType:
    for pattern, type_ in _TYPES:
        if pattern.search(phrase):
            return "file" if upload and type_ != "yesno" else type_
    return "file" if upload else "text"


def _as_question(phrase: str) -> str:
    phrase = re.sub(r"^(?:whether|if)\s+", "", phrase, flags=re.IGNORECASE)
    return phrase.removesuffix("?")


def limited(field: FormField, numbers: Sequence[Quantity], phrase: str) -> FormField:
    """The field with the limits that its clause names."""
    if digits := _DIGITS.search(phrase):
        fixed = field.type == "text" and field.format is None
        return field.model_copy(update={"max_length": int(digits[1])}) if fixed else field
    low = next((row.value for row in numbers if row.bound in {"least", "above"}), None)
    high = next((row.value for row in numbers if row.bound in {"most", "below"}), None)
    plain = [row for row in numbers if row.measure in {"plain", "money"}]
    if not plain or (low is None and high is None):
        return field
    if field.type == "number":
        return field.model_copy(update={"low": low if low is not None else field.low, "high": high})
    if field.type == "file" and high:
        return field.model_copy(update={"max_length": min(int(high), 20)})
    if field.type in {"text", "long"} and high and high > _LONG_OPTION and field.format is None:
        return field.model_copy(update={"max_length": int(high)})
    return field


def options_of(labels: Iterable[str]) -> tuple[tuple[FlowOption, ...], bool]:
    """Options with labels in both languages, and whether some are rough."""
    options: list[FlowOption] = []
    rough = False
    seen: set[str] = set()
    for number, phrase in enumerate(labels):
        label = labelled(phrase, "choice")
        text = label.text
        if label.rough and (text.en == USUAL["choice"].en or text.uk == USUAL["choice"].uk):
            text = Text(
                uk=f"Варіант {number + 1}" if text.uk == USUAL["choice"].uk else text.uk,
                en=f"Option {number + 1}" if text.en == USUAL["choice"].en else text.en,
            )
        text = _distinct(text, options)
        rough |= label.rough
        name = slug(phrase, seen)
        seen.add(name)
        options.append(FlowOption(id=name, label=text))
    return tuple(options[:_MAX_OPTIONS]), rough


def _distinct(text: Text, others: Sequence[FlowOption]) -> Text:
    """Two options that are one word in the other language are told apart by a number."""
    uk = {option.label.uk.lower() for option in others}
    en = {option.label.en.lower() for option in others}
    number = len(others) + 1
    return Text(
        uk=f"{text.uk} ({number})" if text.uk.lower() in uk else text.uk,
        en=f"{text.en} ({number})" if text.en.lower() in en else text.en,
    )


def chosen_from(named: NamedField, labels: Sequence[str]) -> NamedField:
    """The field as a choice of these options; as it is where they are fewer than two."""
    labels = list(dict.fromkeys(label.strip() for label in labels if label.strip()))
    if len(labels) < 2 or named.field.type in {"file", "date", "number"}:
        return named
    options, rough = options_of(labels)
    values = {"type": "choice", "format": None, "options": options, "low": None, "high": None}
    return replace(named, field=named.field.model_copy(update=values), rough=named.rough or rough)


def is_optional(words: Words) -> bool:
    return cue("optional", words) is not None or cue("if_any", words) is not None


def limits_in(text: str, words: Words) -> tuple[Quantity, ...]:
    return numbers_of(text, words)
