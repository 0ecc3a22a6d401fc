"""The label of a field that is added: in quotes, or the words behind a verb or a colon."""

import re
from dataclasses import dataclass

from kuznia.domains.flows.edits.words.segment import EditSegment
from kuznia.domains.flows.edits.words.texts import capital
from kuznia.domains.flows.edits.words.vocabulary import word_set
from kuznia.domains.flows.schema import FieldType

TYPES: tuple[tuple[str, FieldType], ...] = (
    ("yesno_type", "yesno"),
    ("file_type", "file"),
    ("long_type", "long"),
    ("number_type", "number"),
    ("date_type", "date"),
    ("short_type", "text"),
)


TYPE_TAGS = tuple(tag for tag, _ in TYPES)


MARKS = (
    "choice_type",
    *TYPE_TAGS,
    "optional",
    "required",
    "at_most",
    "at_least",
    "hint",
    "example",
    "where",
    "filetype",
    "mb",
    "chars",
)


_MAX_LABEL = 9


@dataclass(frozen=True, slots=True)
class NewLabel:
    """The label of the new field, and the tokens that it takes."""

    text: str
    first: int
    last: int


def label_of(seg: EditSegment) -> NewLabel | None:
    """The label: in quotes, or the words behind the verb, the word for a field, or a colon."""
    hints = seg.places("hint", "example", "heading")
    quotes = [
        n
        for n, token in enumerate(seg.tokens)
        if token.kind == "quote" and not {n - 1, n - 2} & hints
    ]
    named = {name.first: name for name in seg.names}
    free = [n for n in quotes if n not in named or not named[n].ids("page")]
    if free:
        return NewLabel(capital(seg.value(free[0])), free[0], free[0] + 1)
    starts = [cue.places[-1] + 1 for cue in seg.of("field") if cue.tag == "field"]
    starts += [cue.places[-1] + 1 for cue in seg.of("add")]
    starts += [name.last for name in seg.names if name.ids("page") and seg.has("page")]
    starts += [n + 1 for n, token in enumerate(seg.tokens) if token.text == ":"]
    for start in sorted(set(starts)):
        if label := _words(seg, start):
            return label
    return None


def _words(seg: EditSegment, start: int) -> NewLabel | None:
    """The words from here up to a sign or a phrase that says how or where the field is asked."""
    stops = {
        cue.places[0]
        for cue in seg.of(*MARKS, "page", "before", "after", "first", "last", "field", "add")
        if cue.tag != "with_new"
    }
    stops |= {name.first for name in seg.names if name.is_whole and not name.ids("field")}
    while start < len(seg.tokens) and seg.tokens[start].text in _ARTICLES:
        start += 1
    end = start
    while (
        end < len(seg.tokens)
        and seg.tokens[end].kind == "word"
        and (
            end not in stops
            or (seg.tokens[end].text in _INSIDE and end > start)
            or (end == start and end in seg.places("file_type", "long_type"))
        )
    ):
        end += 1
    while end > start and seg.tokens[end - 1].text in TAIL:
        end -= 1
    if (
        end == start
        or end - start > _MAX_LABEL
        or all(n in seg.places("filler") for n in range(start, end))
    ):
        return None
    text = seg.raw(start, end)
    if start and start - 1 not in seg.places("field") and seg.tokens[start - 1].text != ":":
        text = _nominative(text)
    return NewLabel(capital(text), start, end)


_ARTICLES = word_set("articles")


# Words of marks that may stand inside a label as well.
_INSIDE = word_set("inside")


TAIL = word_set("tail")


_ACCUSATIVE = re.compile(r"^(\w*)(ію|ю|у)$")


def _nominative(text: str) -> str:
    """A Ukrainian accusative behind a verb, as a label has it: `копію` is `копія`."""
    first, _, rest = text.partition(" ")
    match = _ACCUSATIVE.match(first)
    if match is None or len(first) < 4:
        return text
    ending = {"ію": "ія", "ю": "я", "у": "а"}[match[2]]
    turned = f"{match[1]}{ending}"
    second, _, others = rest.partition(" ")
    if turned.endswith(("на", "ва", "ка", "ська", "ша", "та")) and _ACCUSATIVE.match(second or ""):
        rest = f"{_nominative(second)} {others}".strip()
    return f"{turned} {rest}".strip()
