"""Conditions: which question decides, and which of its answers is meant."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kuznia.domains.flows.planner.clauses.conditions import (
    AGE,
    KIND_OF_APPLICANT,
    NAMED,
    ORGANISATION,
)
from kuznia.domains.flows.planner.clauses.facts import FactCase, Outcome
from kuznia.domains.flows.planner.clauses.naming import free_id
from kuznia.domains.flows.planner.phrases.labels import nominative
from kuznia.domains.flows.planner.phrases.questions import about, asked, is_sensible
from kuznia.domains.flows.reading.quantities import Quantity, numbers_of
from kuznia.domains.flows.reading.words import (
    KeyIndex,
    Words,
    all_keys,
    content,
    denies,
    is_generic,
    read_words,
)
from kuznia.domains.flows.schema import Comparison, FormField, Guard, Not, Text

_APPROVED = re.compile(
    r"\bgranted\b|\bapproved\b|\bagreed?\b|\baccepted\b|\bpass(?:es|ed)?\b|^compliant\b"
    r"|\bissued\b|\bsuccessful\b"
    r"|\bпогоджено\b|\bсхвал\w+|\bдозвол(?:ено|ила|или)\b|\bпозитивн\w+|\bвільне\b"
    r"|\bвідповідає вимогам\b|\bпройшов\b",
    re.IGNORECASE,
)
_REJECTED = re.compile(
    r"\brefused\b|\brejected\b|\bturned down\b|\bnot compliant\b|\bfail(?:s|ed)?\b|\bexclusion\b"
    r"|\bunhappy\b|\bdenied\b"
    r"|\bunsuccessful\b|\bвідмов\w+|\bвідхил\w+|\bневідповідн\w+|\bзайнят\w+|\bне погодж\w+"
    r"|\bне пройшов\b|\bнегативн\w+",
    re.IGNORECASE,
)
_ABOUT_AGE = re.compile(
    r"\bвік\w{0,2}\b|\bрок[иів]+\b|\bроків\b|\bage[sd]?\b|\byears?\b|\bold(?:er)?\b|\byounger\b"
    r"|\bстарш\w+|\bмолодш\w+|\bменьш\w+",
    re.IGNORECASE,
)
_CHILD = re.compile(r"\bдит\w+|\bдіт\w+|\bchild\w*", re.IGNORECASE)
_ASIDE = re.compile(r"\([^()]{0,80}\)")
_ENOUGH = 0.5
CHILD_AGE = AGE.model_copy(
    update={
        "id": "child_age",
        "label": Text(uk="Вік дитини, повних років", en="Child's age in full years"),
        "group": "child",
    }
)


@dataclass(frozen=True, slots=True)
class Asking:
    """A condition as words of a text, with the questions that are already there."""

    text: str
    words: Words
    known: tuple[FormField, ...]

    @property
    def spoken(self) -> str:
        return self.text[self.words[0].start : self.words[-1].end] if self.words else ""

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(content(self.words)) or all_keys(self.words)


def outcome_of(asking: Asking) -> FactCase | None:
    """What an office decides: `if granted`, `if it is refused`."""
    if len(asking.words) > 6:
        return None
    name: Outcome | None = None
    if _REJECTED.search(asking.spoken):
        name = "rejected"
    elif _APPROVED.search(asking.spoken):
        name = "rejected" if denies(asking.words) else "approved"
    return FactCase(None, None, name) if name else None


def number_case(asking: Asking) -> FactCase | None:
    """The case that a limit or an age names."""
    return _of_number(asking) or _of_age(asking)


def option_case(asking: Asking) -> FactCase | None:
    """The case that an option of a question names."""
    return _of_option(asking)


def known_case(asking: Asking) -> FactCase | None:
    """The case that an option, a limit, or a yes or no that is already asked names."""
    return _of_option(asking) or _of_number(asking) or _of_yesno(asking)


def case_of(asking: Asking) -> FactCase | None:
    """The case that a condition names; a question of its own where nothing else decides it."""
    if not asking.words:
        return None
    return (
        outcome_of(asking)
        or known_case(asking)
        or _of_applicant(asking)
        or _of_age(asking)
        or _of_named(asking)
        or _of_question(asking)
    )


def case_about(asking: Asking) -> FactCase | None:
    """The case that the subject of a clause names: `students pay nothing`."""
    if not asking.words:
        return None
    if case := known_case(asking) or _of_applicant(asking) or _of_age(asking) or _of_named(asking):
        return case
    english = all(word.text.isascii() for word in asking.words)
    phrase = asking.spoken if english else nominative(asking.spoken)
    label, _ = about(phrase, english=english)
    if not is_sensible(label, english=english):
        return None
    return _yes(label, asking.known, holds=True)


def _of_option(asking: Asking) -> FactCase | None:
    best: tuple[float, FormField, list[str]] | None = None
    index = KeyIndex(asking.keys)
    raw = {word.text for word in asking.words}
    for field in asking.known:
        if not field.options:
            continue
        common = _common_keys(field)
        hits = [
            (share, option.id)
            for option in field.options
            if (share := _option_share(option.label, common, index, raw)) >= _ENOUGH
        ]
        if not hits or len(hits) == len(field.options):
            continue
        own = all_keys(read_words(f"{field.label.uk} {field.label.en}".lower()))
        own |= all_keys(
            read_words(" ".join(f"{one.label.uk} {one.label.en}" for one in field.options).lower())
        )
        if 2 * len(KeyIndex(own).covered(asking.keys)) <= len(asking.keys):
            # Most of what is said is about something else.
            continue
        top = max(share for share, _ in hits)
        names = [name for share, name in hits if share >= top - 0.01]
        if best is None or top > best[0]:
            best = (top, field, names)
    if best is None:
        return None
    _, field, names = best
    guard = _among(field, names)
    labels = [option.label for option in field.options if option.id in names]
    turned = any(denies(read_words(text.lower())) for row in labels for text in (row.uk, row.en))
    if denies(asking.words) != turned:
        rest = [option.id for option in field.options if option.id not in names]
        guard = _among(field, rest)
    return FactCase(field, guard)


def _common_keys(field: FormField) -> frozenset[str]:
    """The words that every option has: they tell none from another."""
    rows = [
        all_keys(read_words(f"{option.label.uk} {option.label.en}")) for option in field.options
    ]
    return rows[0].intersection(*rows[1:]) if rows else frozenset[str]()


def _option_share(label: Text, common: frozenset[str], index: KeyIndex, raw: set[str]) -> float:
    shares: list[float] = []
    for text in (label.uk.lower(), label.en.lower()):
        words = read_words(text)
        keys = all_keys(words) - common
        if keys and not all(map(is_generic, keys)):
            shares.append(len(index.covered(keys)) / len(keys))
        elif (words and len(words[-1].text) == 1 and words[-1].text in raw) or (
            keys and words and any(word.text in raw for word in words if set(word.keys) & keys)
        ):
            shares.append(1.0)
    return max(shares, default=0.0)


def _among(field: FormField, names: Sequence[str]) -> Guard:
    if field.type == "many":
        return Comparison(fact=field.id, op="in", value=tuple(names))
    if len(names) == 1:
        return Comparison(fact=field.id, op="eq", value=names[0])
    return Comparison(fact=field.id, op="in", value=tuple(names))


def _of_number(asking: Asking) -> FactCase | None:
    numbers = [row for row in numbers_of(asking.text, asking.words) if row.bound != "exact"]
    if not numbers:
        return None
    index = KeyIndex(asking.keys)
    best: tuple[float, FormField] | None = None
    for field in asking.known:
        if field.type != "number":
            continue
        keys = all_keys(read_words(f"{field.label.uk} {field.label.en}".lower()))
        share = len(index.covered(keys)) / len(keys) if keys else 0.0
        if share and (best is None or share > best[0]):
            best = (share, field)
    return FactCase(best[1], _compared(best[1], numbers[0])) if best else None


_OPS = {"most": "le", "below": "lt", "least": "ge", "above": "gt", "exact": "eq"}


def _compared(field: FormField, number: Quantity) -> Guard:
    value = int(number.value) if number.value == int(number.value) else number.value
    op = _OPS[number.bound]
    return Comparison.model_validate({"fact": field.id, "op": op, "value": value})


def _of_age(asking: Asking) -> FactCase | None:
    spoken = asking.spoken
    if not _ABOUT_AGE.search(spoken):
        return None
    numbers = [row for row in numbers_of(asking.text, asking.words) if row.measure != "money"]
    if not numbers or any(
        row.measure == "days" and max(row.days) < 365 and row.value > 120 for row in numbers
    ):
        return None
    number = next((row for row in numbers if row.bound != "exact"), numbers[0])
    if "місяц" in spoken or "month" in spoken:
        return None
    field = CHILD_AGE if _CHILD.search(spoken) else AGE
    younger = re.search(r"молодш|менш|меньш|\bдо\b|under|younger|less|below", spoken, re.IGNORECASE)
    op = _OPS[number.bound] if number.bound != "exact" else ("lt" if younger else "ge")
    guard = Comparison.model_validate({"fact": field.id, "op": op, "value": int(number.value)})
    return FactCase(next((f for f in asking.known if f.id == field.id), field), guard)


def _of_yesno(asking: Asking) -> FactCase | None:
    sought = asking.keys
    best: tuple[float, FormField] | None = None
    for field in asking.known:
        if field.type != "yesno":
            continue
        own = max(
            (
                len(KeyIndex(sought).covered(keys)) / len(keys)
                for text in (field.label.uk, field.label.en)
                if (keys := frozenset(content(read_words(_ASIDE.sub("", text.lower())))))
            ),
            default=0.0,
        )
        if own >= _ENOUGH and (best is None or own > best[0]):
            best = (own, field)
    if best is None:
        return None
    field = best[1]
    label_denies = denies(read_words(field.label.uk.lower())) or denies(
        read_words(field.label.en.lower())
    )
    return FactCase(
        field, Comparison(fact=field.id, op="eq", value=denies(asking.words) == label_denies)
    )


def _of_applicant(asking: Asking) -> FactCase | None:
    """A company applies, where nothing else tells companies from persons."""
    if not ORGANISATION.search(asking.spoken) or len(asking.words) > 6:
        return None
    name = "person" if denies(asking.words) else "organisation"
    return FactCase(KIND_OF_APPLICANT, Comparison(fact="applicant_kind", op="eq", value=name))


def _of_named(asking: Asking) -> FactCase | None:
    for pattern, field in NAMED:
        if pattern.search(asking.spoken) and len(content(asking.words)) <= 2:
            return FactCase(
                field, Comparison(fact=field.id, op="eq", value=not denies(asking.words))
            )
    return None


def _of_question(asking: Asking) -> FactCase | None:
    if not content(asking.words):
        return None
    label, holds, _ = asked(asking.text, asking.words)
    if not is_sensible(label, english=asking.spoken.isascii()):
        return None
    return _yes(label, asking.known, holds=holds)


def _yes(label: Text, known: Iterable[FormField], *, holds: bool) -> FactCase:
    taken = {field.id for field in known}
    same = next((field for field in known if field.label == label), None)
    field = same or FormField(
        id=free_id(label.en, taken),
        label=label,
        type="yesno",
        group="kind",
    )
    return FactCase(field, Comparison(fact=field.id, op="eq", value=holds))


def flipped(case: FactCase) -> FactCase:
    """Every other case."""
    if case.outcome:
        return FactCase(None, None, "rejected" if case.outcome == "approved" else "approved")
    guard = case.guard
    if isinstance(guard, Comparison) and isinstance(guard.value, bool):
        return FactCase(case.decides, guard.model_copy(update={"value": not guard.value}))
    return FactCase(case.decides, Not(no=guard)) if guard else case
