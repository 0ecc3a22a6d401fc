"""What a clause asks people for, made fields: its lists, its options, its questions."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kuznia.domains.flows.planner.clauses import marks
from kuznia.domains.flows.planner.clauses.lists import (
    MAX_OPTION,
    ends_with_or,
    joined,
    listed_options,
    name_of_options,
    parts_of,
    spoken_text,
    what,
)
from kuznia.domains.flows.planner.clauses.naming import (
    ListSubject,
    NamedField,
    bare,
    chosen_from,
    invented,
    is_optional,
    known_fields,
    limited,
    limits_in,
    of_subject,
)
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.planner.phrases.questions import asked
from kuznia.domains.flows.reading.alternatives import alternatives
from kuznia.domains.flows.reading.statements import Piece, Statement
from kuznia.domains.flows.reading.words import Words, content, cue
from kuznia.domains.flows.schema import FormField
from kuznia.platform.data_files import read_toml

# Words of the clauses, by what they do.
_WORDS = read_toml(__file__, "words.toml")

_ASKS_WHETHER = frozenset({"whether", "if", "чи"})
_WHETHER = frozenset(_WORDS["asking_whether"])
_MAX_WORDS = 12
# A head with one of these names a choice: its options follow the colon.
_SORT_OF = re.compile(
    r"\b(?:вид|тип|формат|спосіб|категорі[яю]|мет[ау]|причин[ау]|списку|перелік|клас"
    r"|kind|type|format|method|category|reason|purpose|list|class|one of)\b",
    re.IGNORECASE,
)
NONE_OF_THESE = frozenset({"none_of_these", "nichoho_z_tsoho"})
_YES_OR_NO = re.compile(r"\byes\s*(?:or|/|,)\s*no\b|\bтак\s*(?:чи|або|/|,)\s*ні\b", re.IGNORECASE)
_CHILDREN = {
    "first_name": "child_name",
    "last_name": "child_name",
    "middle_name": "child_name",
    "birth_date": "child_birth_date",
}
_SEVERAL = re.compile(
    r"\b(?:several|multiple|more than one|any of|all that apply|кілька|декілька"
    r"|скільки завгодно)\b",
    re.I,
)
_MANY = re.compile(r"(?:до|up to|no more than|не більше)\s+(\w+)", re.IGNORECASE)
_COUNTS = {
    "двох": 2,
    "трьох": 3,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "п'яти": 5,
    "чотирьох": 4,
}


@dataclass(frozen=True, slots=True)
class AskedField:
    """A field that a clause asks for, with its words."""

    field: FormField
    words: Words = ()
    invented: bool = False
    rough: bool = False
    repeat: int | None = None
    # Where in the text what was read ends, if something follows.
    rest: int = 0


@dataclass(frozen=True)
class FieldAsking:
    """What is known while a clause is read: fields so far, and whose details are asked."""

    known: tuple[FormField, ...]
    subject: ListSubject | None = None

    @property
    def taken(self) -> frozenset[str]:
        return frozenset(field.id for field in self.known)

    def fields(self, part: Statement) -> list[AskedField]:
        """The fields that the pieces of a statement ask for."""
        rows: list[AskedField] = []
        asking = self
        upload = False
        pieces = list(joined(part.text, part.pieces))
        for piece in pieces:
            upload = _uploads(piece.words) or (upload and not cue("ask", piece.words))
            if rows and not content(piece.words) and (piece.words or piece.asides):
                rows[-1] = _said_of(part.text, rows[-1], piece)
                continue
            for row in asking.piece(part.text, piece, upload=upload):
                rows.append(row)
                asking = replace(asking, known=(*asking.known, row.field))
        return rows

    def piece(self, text: str, piece: Piece, *, upload: bool) -> Iterator[AskedField]:
        """The fields of one piece: named, as a choice, or as yes or no."""
        words = what(piece.words)
        spoken = text[words[0].start : words[-1].end] if words else ""
        if said := _YES_OR_NO.search(f"{spoken} {spoken_text(text, piece.asides)}"):
            yield from self.yes_or_no(text, words, spoken.split(said[0])[0], piece)
            return
        if not words or not (content(words) or known_fields(words)):
            return
        if made := self.whether(text, words):
            yield made
            return
        every = (*piece.words, *piece.asides)
        optional = is_optional(every) and not cue("required", piece.asides)
        parts = list(alternatives(text, words, commas=False))
        if len(parts) > 1 and words[0].text not in _WHETHER and all(map(known_fields, parts)):
            rows = [row for part in parts for row in self.named(text, part, upload=upload)]
            yield from (
                replace(
                    row, field=row.field.model_copy(update={"required": False}), words=piece.words
                )
                for row in rows
            )
            return
        for row in self.named(text, words, upload=upload):
            made = _with_options(text, row, words, piece, parts)
            field = limited(
                made.field, limits_in(text, every), text[words[0].start : words[-1].end + 30]
            )
            if optional:
                field = field.model_copy(update={"required": False})
            spoken_words = tuple(sorted(every, key=lambda word: word.start))
            yield replace(made, field=field, words=spoken_words, repeat=_repeat(text, piece, field))

    def whether(self, text: str, words: Words) -> AskedField | None:
        """`Ask if the ground is consecrated`: a question that is answered with yes or no."""
        lead = text[: words[0].start].rstrip().lower()
        if words[0].text in _ASKS_WHETHER and len(words) > 1:
            own = words[1:]
        elif lead.endswith((" if", " whether", " чи")):
            own = words
        else:
            return None
        if cue("or", own) is not None or not content(own):
            return None
        label, _, rough = asked(text, own)
        made = invented(bare(text, own), own, self.taken, upload=False, subject=self.subject)
        values = {"label": label, "type": "yesno", "format": None, "low": None, "high": None}
        field = made.field.model_copy(update={**values, "group": made.field.group})
        return AskedField(field, words, invented=True, rough=rough)

    def yes_or_no(self, text: str, words: Words, phrase: str, piece: Piece) -> Iterator[AskedField]:
        """`Zoning approval, yes or no`."""
        words = tuple(word for word in words if word.start < words[0].start + len(phrase))
        if words:
            made = invented(
                bare(text, words), words, self.taken, upload=False, subject=self.subject
            )
            values = {"type": "yesno", "format": None, "low": None, "group": "kind"}
            yield AskedField(
                made.field.model_copy(update=values), piece.words, invented=True, rough=made.rough
            )

    def named(self, text: str, words: Words, *, upload: bool) -> Iterator[AskedField]:
        """The fields that a phrase names: those of the lexicon, or one of its own."""
        names = known_fields(words) if words[0].text not in _WHETHER else ()
        if names and (not upload or all(LEXICON.fields[n].type == "file" for n in names)):
            yield from self.lexical(text, words, names)
            return
        phrase = bare(text, words)
        if not phrase or len(phrase.split()) > _MAX_WORDS:
            return
        made = invented(phrase, words, self.taken, upload=upload, subject=self.subject)
        yield AskedField(made.field, words, made.invented, made.rough)

    def lexical(self, text: str, words: Words, names: Sequence[str]) -> Iterator[AskedField]:
        for name in names:
            field = LEXICON.fields[name]
            if self.subject and self.subject.child and name in _CHILDREN:
                field = LEXICON.fields[_CHILDREN[name]]
            elif self.subject and (
                field.personal or field.group in {"matter", "place", "details", "vehicle", "pet"}
            ):
                field = of_subject(field, self.subject, self.taken)
            elif name in self.taken and _says_more(words):
                made = invented(bare(text, words), words, self.taken, upload=False)
                field = made.field
            yield AskedField(field, words)

    def question(self, text: str, words: Words) -> AskedField | None:
        """A question to the person, as yes or no or as a choice."""
        parts = [bare(text, part) for part in alternatives(text, words, commas=True)]
        commas = [
            part.strip() for part in re.split(r",|\bor\b|\bабо\b|\bчи\b", text) if part.strip()
        ]
        if len(parts) > 1 or (len(commas) > 2 and all(len(part.split()) < 4 for part in commas)):
            labels = parts if len(parts) > 1 else commas
            made = invented(
                name_of_options(labels), words, self.taken, upload=False, subject=self.subject
            )
            many = len(parts) < 2
            labels = (
                [*labels, "нічого з цього" if not text.isascii() else "none of these"]
                if many
                else labels
            )
            row = chosen_from(NamedField(made.field.model_copy(update={"type": "text"})), labels)
            return AskedField(row.field, words, invented=True, rough=row.rough)
        phrase = bare(text, words)
        if not content(words) or len(words) > _MAX_WORDS + 4:
            return None
        label, _, rough = asked(text, words)
        made = invented(phrase, words, self.taken, upload=False, subject=self.subject)
        values = {"label": label, "type": "yesno", "format": None, "low": None, "high": None}
        return AskedField(made.field.model_copy(update=values), words, invented=True, rough=rough)

    def choice(
        self, head: str, head_words: Words, body: str, body_words: Words, *, dash: bool
    ) -> AskedField | None:
        """`Type: feature, TV or student`: a field and its options behind the sign."""
        end = next((n for n, char in enumerate(body) if char == ";"), len(body))
        listed = tuple(
            word
            for word in body_words
            if word.end <= end and body.count("(", 0, word.start) <= body.count(")", 0, word.start)
        )
        if not listed:
            return None
        labels = listed_options(body[:end], listed)
        parts = parts_of(body[:end], listed)
        whether = any(part[0].text in _WHETHER for part in parts)
        sorts = bool(_SORT_OF.search(head)) and len(parts) > 2
        ors = not whether and (sorts or ends_with_or(body[:end], listed))
        fields = sum(bool(known_fields(w)) for w in parts_of(body[:end], listed))
        short = all(len(label.split()) <= MAX_OPTION for label in labels)
        if not ors or not short or len(labels) < 2 or fields * 2 > len(labels):
            return None
        if dash and not (cue("or", listed) and len(head_words) <= 4):
            return None
        name = what(head_words)
        if not name or len(name) > 7:
            return None
        rows = list(self.named(head, name, upload=False))
        if not rows:
            return None
        row = rows[-1]
        made = chosen_from(NamedField(row.field, row.invented, row.rough), labels)
        return AskedField(
            made.field,
            head_words,
            made.invented,
            made.rough,
            rest=end + 1 if end < len(body) else 0,
        )

    def of_prices(
        self, text: str, names: Sequence[Words], head: str = "", name: Words = ()
    ) -> AskedField | None:
        """A choice of what has a price of its own."""
        labels = [bare(text, words) for words in names if words and content(words)]
        labels = [label for label in labels if 0 < len(label.split()) <= MAX_OPTION]
        if len(labels) < 2:
            return None
        title = bare(head, name) if name else name_of_options(labels)
        made = invented(title, names[0], self.taken, upload=False, subject=self.subject)
        row = chosen_from(NamedField(made.field.model_copy(update={"type": "text"})), labels)
        return AskedField(row.field, (), invented=True, rough=row.rough)


def _says_more(words: Words) -> bool:
    """Whether a field that was asked before is asked of somebody else: the owner's phone."""
    own = next((phrase for *_, phrase in LEXICON.find([word.text for word in words])), None)
    return own is not None and len(own.words) < len(content(words))


def _uploads(words: Words) -> bool:
    verbs = re.compile(
        r"^(?:upload|attach|завантаж|прикріп|долуч|додає|додати|додають|вантаж|кріп|прикла|докла"
        r"|кида|прилож)"
    )
    return any(verbs.match(word.text) for word in words)


def _said_of(text: str, row: AskedField, piece: Piece) -> AskedField:
    every = (*piece.words, *piece.asides)
    field = limited(row.field, limits_in(text, every), "")
    if is_optional(every):
        field = field.model_copy(update={"required": False})
    return replace(row, field=field)


def _repeat(text: str, piece: Piece, field: FormField) -> int | None:
    """How many records a phrase speaks of: `up to three kindergartens`."""
    spoken = " ".join(word.text for word in (*piece.words, *piece.asides))
    if field.type in {"number", "file", "choice", "yesno"}:
        return None
    if _SEVERAL.search(spoken):
        return 5
    up_to = marks.UP_TO.search(
        text[piece.words[0].start : piece.words[-1].end] if piece.words else ""
    )
    if up_to and 1 < int(up_to.group(1)) <= 50 and field.max_length is None:
        return int(up_to.group(1))
    many = _MANY.search(spoken)
    return _COUNTS.get(many.group(1)) if many else None


def _with_options(
    text: str, row: AskedField, words: Words, piece: Piece, parts: Sequence[Words]
) -> AskedField:
    named = NamedField(row.field, row.invented, row.rough)
    inside = [bare(text, part) for part in alternatives(text, piece.asides, commas=True)]
    fields = [part for part in alternatives(text, piece.asides, commas=True) if known_fields(part)]
    if 2 * len(fields) > len(inside):
        inside = []
    if len(inside) > 1 and not any(marks.OPTIONAL.search(label) for label in inside):
        named = chosen_from(named, inside)
    elif len(parts) > 1 and row.field.type not in {"file", "date"}:
        labels = [bare(text, part) for part in parts]
        if words[0].text in {"whether", "чи", "if"}:
            labels[0] = re.sub(r"^(?:\S+\s+){0,3}?(?:is|it's|are|a|an)\s+", "", labels[0])
            named = replace(named, field=named.field.model_copy(update={"type": "text"}))
        named = chosen_from(named, labels)
    return replace(row, field=named.field, rough=named.rough)
