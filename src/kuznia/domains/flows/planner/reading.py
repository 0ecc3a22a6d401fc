"""A prompt as the planner reads it: the kind of service, its fields and conditions."""

import re
from dataclasses import dataclass, replace

from kuznia.domains.flows.planner import cues, marks
from kuznia.domains.flows.planner.conditions import (
    ELSE,
    REFUSE,
    START,
    THEN,
    BranchCondition,
    decided,
)
from kuznia.domains.flows.planner.cues import ServiceKind, applied_for, kind_of
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.planner.prompt_text import (
    GAP,
    GAP_OR_NONE,
    clean,
    language_of,
    placed,
    slug,
)
from kuznia.domains.flows.schema import FormField, Language

# Marks where the service is named: a private character, which no cleaned prompt has.
_SERVICE_MARK = "\ue000"
_ASIDE = 0xE001
_MAX_ASIDES = 60
_PARENS = re.compile(r"\(([^()]{0,300})\)")
_SENTENCES = re.compile(r"[;!?\n]+|\.(?=\s|$)")
_COMMAS = re.compile(rf"{GAP_OR_NONE},\s*|{GAP}(?:--|—|–|\+)\s+")
_ANDS = re.compile(rf"{GAP}(?:та|і|й|and|&|плюс)\s+", re.IGNORECASE)
# These are followed by a list of fields, even of fields that the lexicon does not have.
_LISTS = re.compile(r"поля|полями|fields?|with|including", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•–—]|\d{1,2}[.)])\s+")
# A head with one of these names a choice: its options follow the colon.
_SORT_OF = re.compile(r"\b(?:вид|тип|форма|формат|спосіб|kind|type|format|method)\b", re.IGNORECASE)
# These mean another field when a word stands before them, such as a favourite colour.
_WEAK = frozenset({"car_colour", "car_make", "car_model", "title", "date", "project", "service"})
_MAX_FIELDS = 40
_MAX_CONDITIONS = 6
# Fields that make an application, even where no word names its kind.
_ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Mention:
    """A field that the prompt names, and how it is asked."""

    field: FormField
    # How many records of it there may be; None for a single answer.
    repeat: int | None = None
    invented: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptReading:
    """Everything the planner reads in a prompt."""

    text: str
    language: Language
    kind: ServiceKind | None
    mentions: tuple[Mention, ...]
    dropped: frozenset[str]
    conditions: tuple[BranchCondition, ...]
    fee: int | None
    urgent_fee: int | None
    days: int | None

    def says(self, cue: re.Pattern[str]) -> bool:
        return cue.search(self.text) is not None


def read(prompt: str) -> PromptReading:
    """Read a prompt."""
    text = clean(prompt)
    kind = kind_of(text)
    reader = _PromptReader(text, kind)
    reader.read()
    if kind is None and len(reader.mentions) >= _ENOUGH:
        kind = applied_for(text)
    fee, urgent = cues.fees(text)
    return PromptReading(
        text=text,
        language=language_of(text),
        kind=kind,
        mentions=tuple(reader.mentions.values())[:_MAX_FIELDS],
        dropped=frozenset(reader.dropped) - set(reader.mentions),
        conditions=tuple(reader.conditions)[:_MAX_CONDITIONS],
        fee=fee,
        urgent_fee=urgent,
        days=cues.days(text),
    )


class _PromptReader:
    """A reader of one prompt."""

    def __init__(self, text: str, kind: ServiceKind | None) -> None:
        self.mentions: dict[str, Mention] = {}
        self.dropped: set[str] = set()
        self.conditions: list[BranchCondition] = []
        self.asides: list[str] = []
        # The fields of the last segment, for an "optional" after a comma.
        self.last: list[str] = []
        # A count that stands before what it counts.
        self.count: int | None = None
        self.about_child = False
        self.listing = False
        marked = (
            text if kind is None else f"{text[: kind.start]}{_SERVICE_MARK}{text[kind.start :]}"
        )
        self.text = _PARENS.sub(self.aside, marked)

    def aside(self, match: re.Match[str]) -> str:
        """Keep the text in brackets apart, because its commas separate nothing outside."""
        if len(self.asides) >= _MAX_ASIDES or _SERVICE_MARK in match.group(1):
            return f" {match.group(1)} "
        self.asides.append(match.group(1))
        return f" {chr(_ASIDE + len(self.asides) - 1)} "

    def read(self) -> None:
        for sentence in _SENTENCES.split(self.text):
            plain = _BULLET.sub("", sentence)
            if plain.strip():
                self.sentence(plain)

    def sentence(self, text: str) -> None:
        start = START.search(text)
        if start is None:
            self.plain(text)
            return
        before, rest = text[: start.start()], text[start.end() :]
        if before.strip(" ,"):
            self.plain(before)
        if marks.IF_ANY.search(rest):
            self.optional(self.last)
            _, _, more = rest.partition(",")
            if more.strip():
                self.plain(more)
            return
        self.condition(rest)

    def condition(self, rest: str) -> None:
        """Read a condition: if this, then that, otherwise another thing."""
        then = THEN.search(rest)
        text, after = (rest[: then.start()], rest[then.end() :]) if then else (rest, "")
        if then is None and re.match(r"(?:так|yes)\b", rest, re.IGNORECASE):
            text, _, after = rest.partition(" ")
        if cues.fees(after or rest) != (None, None):
            return
        consequence, *others = ELSE.split(after, maxsplit=1)
        known = [mention.field for mention in self.mentions.values()]
        decides, guard = decided(text, known)
        apart = _PromptReader("", None)
        apart.asides = self.asides
        refuses = REFUSE.search(consequence) is not None
        inside = () if refuses else apart.fields(consequence)
        outside = apart.fields(others[0]) if others else ()
        if inside or outside or refuses:
            gone = {field.id for field in (*inside, *outside)}
            self.conditions.append(BranchCondition(decides, guard, inside, outside, refuses))
            self.mentions = {n: m for n, m in self.mentions.items() if n not in gone}

    def fields(self, text: str) -> tuple[FormField, ...]:
        """The fields of a single clause."""
        self.mentions = {}
        self.listing = True
        self.plain(text)
        return tuple(mention.field for mention in self.mentions.values())

    def plain(self, text: str) -> None:
        """Read a sentence without a condition: a head, and a list after its colon."""
        head, colon, tail = text.partition(":")
        listing = self.listing or bool(re.search(r"\bпол(?:я|ями)\b|\bfields?\b", head, re.I))
        if not colon:
            self.segments(head, listing)
            return
        before = _COMMAS.split(head)
        if self.is_choice(before[-1], tail):
            self.segments(", ".join(before[:-1]), listing)
            self.choice(before[-1], tail)
            return
        self.segments(head, listing=False)
        self.listing = self.listing or not tail.strip()
        self.segments(tail, listing=True)
        self.about_child = False

    def is_choice(self, head: str, tail: str) -> bool:
        items = [item for item in marks.OR.split(tail) if item.strip()]
        if _SERVICE_MARK in head or len(items) < 2 or not head.strip():
            return False
        named = [phrase for *_, phrase in LEXICON.find(_words(tail))]
        return not named and (bool(_SORT_OF.search(head)) or bool(self.fields_in(head)))

    def choice(self, head: str, tail: str) -> None:
        options = marks.options_in(tail)
        names = self.take(head, listing=True)
        for name in names[-1:]:
            self.choose(name, tail if len(options) > 1 else "")

    def segments(self, text: str, listing: bool) -> None:
        for segment in _COMMAS.split(text):
            if _SERVICE_MARK in segment:
                listing, rest = self.object(segment, listing)
                self.segment(rest, listing)
            elif segment.strip():
                self.segment(segment, listing)

    def segment(self, text: str, listing: bool) -> None:
        """Read the text between two commas."""
        self.child_context(text)
        excluded = marks.NOT_BEFORE.search(text) or cues.FROM_REGISTRY.search(text)
        if excluded:
            self.drop(text[: excluded.start()])
            return
        not_after = marks.NOT_AFTER.search(text)
        if not_after:
            self.drop(text[not_after.end() :])
            text = text[: not_after.start()]
        names = self.take(text, listing)
        if marks.OPTIONAL.search(text):
            self.optional(names or self.last)
        self.last = names or self.last

    def object(self, text: str, listing: bool) -> tuple[bool, str]:
        """Skip the name of the service: what it is about is not a field."""
        begin = marks.BEGIN.search(text, text.index(_SERVICE_MARK))
        self.child_context(text)
        if begin is None:
            return False, ""
        return listing or bool(_LISTS.match(begin.group())), text[begin.end() :]

    def child_context(self, text: str) -> None:
        self.about_child = self.about_child or (
            bool(marks.CHILD.search(text))
            and bool(marks.UP_TO.search(text) or marks.EACH.search(text))
        )

    def drop(self, text: str) -> None:
        for _, _, phrase in LEXICON.find(_words(text)):
            self.dropped.update(phrase.fields)
            for name in phrase.fields:
                self.mentions.pop(name, None)

    def fields_in(self, text: str) -> list[tuple[str, ...]]:
        """The fields that the lexicon finds in a text, phrase by phrase."""
        return [phrase.fields for _, _, phrase in LEXICON.find(_words(text))]

    def means_more(self, part: str, hits: list[tuple[str, ...]]) -> bool:
        """Whether a weak word has another beside it, such as a favourite colour."""
        weak = len(hits) == 1 and hits[0][0] in _WEAK
        return weak and len(_words(_bare(part))) > 1

    def take(self, text: str, listing: bool) -> list[str]:
        """Take in the fields of a segment; return their ids."""
        names: list[str] = []
        for part in _ANDS.split(text) if listing else [text]:
            hits = self.fields_in(part)
            question = marks.QUESTION.search(marks.LEAD.sub("", part.strip()) or "")
            if hits and not question and not (listing and self.means_more(part, hits)):
                for fields in hits:
                    names += [self.mention(name) for name in fields]
            elif listing and self.worth_inventing(part, text):
                names.append(self.invent(part))
            self.bound(part, names)
            self.bracketed(part, names)
        return names

    def worth_inventing(self, part: str, whole: str) -> bool:
        if marks.QUESTION.search(part.strip()):
            return len(part.split()) <= 12
        bare = _bare(part)
        few = 0 < len(_words(bare)) <= 7
        return few and not marks.NOISE.search(bare) and not marks.NOISE.search(_bare(whole))

    def mention(self, name: str) -> str:
        if self.about_child:
            name = {"first_name": "child_name", "last_name": "child_name"}.get(name, name)
            name = {"birth_date": "child_birth_date"}.get(name, name)
        if name not in self.mentions:
            repeat = self.count if self.about_child else None
            self.mentions[name] = Mention(LEXICON.fields[name], repeat)
        return name

    def invent(self, part: str) -> str:
        label = _bare(part)[:120]
        name = slug(label, set(self.mentions) | set(LEXICON.fields))
        self.mentions[name] = Mention(marks.invented(name, label), invented=True)
        return name

    def bound(self, part: str, names: list[str]) -> None:
        """Read numbers beside a field: its bounds, or how many records it may have."""
        span = marks.RANGE.search(part)
        up_to = marks.UP_TO.search(part)
        each = marks.EACH.search(part)
        if span or up_to:
            low = int(span.group(1)) if span else None
            high = int(span.group(2)) if span else int(up_to.group(1)) if up_to else 0
            self.count = high
            if names:
                self.set_bounds(names[-1], low, high)
        elif each and names:
            mention = self.mentions[names[-1]]
            self.mentions[mention.field.id] = replace(mention, repeat=self.count or 10)

    def set_bounds(self, name: str, low: int | None, high: int) -> None:
        mention = self.mentions[name]
        if mention.invented and mention.field.type == "text" and low is not None:
            number = {"type": "number", "format": "integer"}
            mention = replace(mention, field=mention.field.model_copy(update=number))
        field = marks.bounded(mention.field, low, high)
        if field is not None:
            self.mentions[name] = replace(mention, field=field)
        elif high > 1:
            self.mentions[name] = replace(mention, repeat=min(high, 50))

    def bracketed(self, part: str, names: list[str]) -> None:
        """Read the text in brackets after a field: that it is optional, or its options."""
        for letter in part:
            place = ord(letter) - _ASIDE
            if 0 <= place < len(self.asides) and names:
                if marks.OPTIONAL.search(self.asides[place]):
                    self.optional(names[-1:])
                else:
                    self.choose(names[-1], self.asides[place])

    def choose(self, name: str, listed: str) -> None:
        """Make the field a choice of the listed options."""
        options = marks.options_in(listed)
        mention = self.mentions[name]
        if len(options) > 1 and mention.field.type not in {"file", "date"}:
            choice = {
                "type": "choice",
                "format": None,
                "options": options,
                "low": None,
                "high": None,
            }
            self.mentions[name] = replace(mention, field=mention.field.model_copy(update=choice))

    def optional(self, names: list[str]) -> None:
        for name in names:
            if name in self.mentions:
                mention = self.mentions[name]
                field = mention.field.model_copy(update={"required": False})
                self.mentions[name] = replace(mention, field=field)


def _words(text: str) -> list[str]:
    return [word for word, _, _ in placed(text)]


def _bare(text: str) -> str:
    """The name of a field: its segment without bounds, marks and leading words."""
    text = marks.OPTIONAL.sub("", text.replace(_SERVICE_MARK, ""))
    text = marks.UP_TO.sub("", marks.RANGE.sub("", text))
    text = "".join(letter for letter in text if not 0 <= ord(letter) - _ASIDE < _MAX_ASIDES)
    return marks.LEAD.sub("", " ".join(text.split())).strip(" .,:-–—'")
