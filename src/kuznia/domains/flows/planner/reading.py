"""A prompt read: what kind of service it asks for, and what the service is to ask."""

import re
from dataclasses import dataclass, replace

from kuznia.domains.flows.planner import cues, marks
from kuznia.domains.flows.planner.conditions import ELSE, REFUSE, START, THEN, Condition, decided
from kuznia.domains.flows.planner.cues import Kind, applied_for, kind_of
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.planner.words import (
    GAP,
    GAP_OR_NONE,
    clean,
    language_of,
    placed,
    slug,
)
from kuznia.domains.flows.schema import FormField, Language

# Where the service is named; a private letter, for no prompt has one after cleaning.
_HERE = "\ue000"
_ASIDE = 0xE001
_MOST_ASIDES = 60
_PARENS = re.compile(r"\(([^()]{0,300})\)")
_SENTENCES = re.compile(r"[;!?\n]+|\.(?=\s|$)")
_COMMAS = re.compile(rf"{GAP_OR_NONE},\s*|{GAP}(?:--|—|–|\+)\s+")
_ANDS = re.compile(rf"{GAP}(?:та|і|й|and|&|плюс)\s+", re.IGNORECASE)
# What is sure to be followed by a list of fields, each of them one even when no table has it.
_LISTS = re.compile(r"поля|полями|fields?|with|including", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•–—]|\d{1,2}[.)])\s+")
# A head that names a choice by its nature: what follows its colon are its options.
_SORT_OF = re.compile(r"\b(?:вид|тип|форма|формат|спосіб|kind|type|format|method)\b", re.IGNORECASE)
# These say little by themselves: with another word before them they mean something of their own.
_WEAK = frozenset({"car_colour", "car_make", "car_model", "title", "date", "project", "service"})
_MOST_FIELDS = 40
_MOST_CONDITIONS = 6
# So many fields say what a service is about, even where it has no name.
_ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Mention:
    """A field the prompt names, and how it is to be asked."""

    field: FormField
    # How many of them there may be; None when there is one.
    repeat: int | None = None
    invented: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a prompt says."""

    text: str
    language: Language
    kind: Kind | None
    mentions: tuple[Mention, ...]
    dropped: frozenset[str]
    conditions: tuple[Condition, ...]
    fee: int | None
    urgent_fee: int | None
    days: int | None

    def says(self, cue: re.Pattern[str]) -> bool:
        return cue.search(self.text) is not None


def read(prompt: str) -> Reading:
    """The prompt, read."""
    text = clean(prompt)
    kind = kind_of(text)
    reader = _Reader(text, kind)
    reader.read()
    if kind is None and len(reader.mentions) >= _ENOUGH:
        kind = applied_for(text)
    fee, urgent = cues.fees(text)
    return Reading(
        text=text,
        language=language_of(text),
        kind=kind,
        mentions=tuple(reader.mentions.values())[:_MOST_FIELDS],
        dropped=frozenset(reader.dropped) - set(reader.mentions),
        conditions=tuple(reader.conditions)[:_MOST_CONDITIONS],
        fee=fee,
        urgent_fee=urgent,
        days=cues.days(text),
    )


class _Reader:
    """Goes through a prompt once."""

    def __init__(self, text: str, kind: Kind | None) -> None:
        self.mentions: dict[str, Mention] = {}
        self.dropped: set[str] = set()
        self.conditions: list[Condition] = []
        self.asides: list[str] = []
        # The names of the last segment, for an "optional" that comes after a comma.
        self.last: list[str] = []
        # A number said before what there are so many of.
        self.count: int | None = None
        self.about_child = False
        self.listing = False
        marked = text if kind is None else f"{text[: kind.start]}{_HERE}{text[kind.start :]}"
        self.text = _PARENS.sub(self.aside, marked)

    def aside(self, found: re.Match[str]) -> str:
        """What stands in brackets is kept apart: its commas are its own."""
        if len(self.asides) >= _MOST_ASIDES or _HERE in found.group(1):
            return f" {found.group(1)} "
        self.asides.append(found.group(1))
        return f" {chr(_ASIDE + len(self.asides) - 1)} "

    def read(self) -> None:
        for sentence in _SENTENCES.split(self.text):
            plain = _BULLET.sub("", sentence)
            if plain.strip():
                self.sentence(plain)

    def sentence(self, said: str) -> None:
        start = START.search(said)
        if start is None:
            self.plain(said)
            return
        before, rest = said[: start.start()], said[start.end() :]
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
        """If this: then that, otherwise another thing."""
        then = THEN.search(rest)
        said, after = (rest[: then.start()], rest[then.end() :]) if then else (rest, "")
        if then is None and re.match(r"(?:так|yes)\b", rest, re.IGNORECASE):
            said, _, after = rest.partition(" ")
        if cues.fees(after or rest) != (None, None):
            return
        consequence, *others = ELSE.split(after, maxsplit=1)
        known = [mention.field for mention in self.mentions.values()]
        decides, guard = decided(said, known)
        apart = _Reader("", None)
        apart.asides = self.asides
        refuses = REFUSE.search(consequence) is not None
        inside = () if refuses else apart.fields(consequence)
        outside = apart.fields(others[0]) if others else ()
        if inside or outside or refuses:
            gone = {field.id for field in (*inside, *outside)}
            self.conditions.append(Condition(decides, guard, inside, outside, refuses))
            self.mentions = {n: m for n, m in self.mentions.items() if n not in gone}

    def fields(self, said: str) -> tuple[FormField, ...]:
        """The fields of a clause alone."""
        self.mentions = {}
        self.listing = True
        self.plain(said)
        return tuple(mention.field for mention in self.mentions.values())

    def plain(self, said: str) -> None:
        """A sentence without a condition: a head, and after its colon a list."""
        head, colon, tail = said.partition(":")
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
        if _HERE in head or len(items) < 2 or not head.strip():
            return False
        named = [phrase for *_, phrase in LEXICON.find(_words(tail))]
        return not named and (bool(_SORT_OF.search(head)) or bool(self.found(head)))

    def choice(self, head: str, tail: str) -> None:
        options = marks.options_in(tail)
        names = self.take(head, listing=True)
        for name in names[-1:]:
            self.choose(name, tail if len(options) > 1 else "")

    def segments(self, said: str, listing: bool) -> None:
        for segment in _COMMAS.split(said):
            if _HERE in segment:
                listing, rest = self.object(segment, listing)
                self.segment(rest, listing)
            elif segment.strip():
                self.segment(segment, listing)

    def segment(self, said: str, listing: bool) -> None:
        """What stands between two commas."""
        self.child_context(said)
        told = marks.NOT_BEFORE.search(said) or cues.FROM_REGISTRY.search(said)
        if told:
            self.drop(said[: told.start()])
            return
        not_after = marks.NOT_AFTER.search(said)
        if not_after:
            self.drop(said[not_after.end() :])
            said = said[: not_after.start()]
        names = self.take(said, listing)
        if marks.OPTIONAL.search(said):
            self.optional(names or self.last)
        self.last = names or self.last

    def object(self, said: str, listing: bool) -> tuple[bool, str]:
        """Where the service is named, what it is about is not a field of it."""
        begin = marks.BEGIN.search(said, said.index(_HERE))
        self.child_context(said)
        if begin is None:
            return False, ""
        return listing or bool(_LISTS.match(begin.group())), said[begin.end() :]

    def child_context(self, said: str) -> None:
        self.about_child = self.about_child or (
            bool(marks.CHILD.search(said))
            and bool(marks.UP_TO.search(said) or marks.EACH.search(said))
        )

    def drop(self, said: str) -> None:
        for _, _, phrase in LEXICON.find(_words(said)):
            self.dropped.update(phrase.fields)
            for name in phrase.fields:
                self.mentions.pop(name, None)

    def found(self, said: str) -> list[tuple[str, ...]]:
        """Fields that stand in the tables."""
        return [phrase.fields for _, _, phrase in LEXICON.find(_words(said))]

    def means_more(self, part: str, hits: list[tuple[str, ...]]) -> bool:
        """Whether a word that says little stands with another: a favourite colour."""
        weak = len(hits) == 1 and hits[0][0] in _WEAK
        return weak and len(_words(_bare(part))) > 1

    def take(self, said: str, listing: bool) -> list[str]:
        """The fields of a segment, taken in; their ids."""
        names: list[str] = []
        for part in _ANDS.split(said) if listing else [said]:
            hits = self.found(part)
            question = marks.QUESTION.search(marks.LEAD.sub("", part.strip()) or "")
            if hits and not question and not (listing and self.means_more(part, hits)):
                for fields in hits:
                    names += [self.mention(name) for name in fields]
            elif listing and self.worth_inventing(part, said):
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
        """Numbers beside a field: its bounds, or how many of it there may be."""
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
        """What stood in brackets after a field: that it is optional, or its options."""
        for letter in part:
            place = ord(letter) - _ASIDE
            if 0 <= place < len(self.asides) and names:
                if marks.OPTIONAL.search(self.asides[place]):
                    self.optional(names[-1:])
                else:
                    self.choose(names[-1], self.asides[place])

    def choose(self, name: str, listed: str) -> None:
        """The field becomes a choice of what is listed."""
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


def _words(said: str) -> list[str]:
    return [word for word, _, _ in placed(said)]


def _bare(said: str) -> str:
    """A segment without what does not belong to the name of the field."""
    said = marks.OPTIONAL.sub("", said.replace(_HERE, ""))
    said = marks.UP_TO.sub("", marks.RANGE.sub("", said))
    said = "".join(letter for letter in said if not 0 <= ord(letter) - _ASIDE < _MOST_ASIDES)
    return marks.LEAD.sub("", " ".join(said.split())).strip(" .,:-–—'")
