"""Instructions that limit a field: characters, a range, types and size of files."""

from kuznia.domains.flows.edits.operations import LimitField, RetypeField
from kuznia.domains.flows.edits.words.segment import EditReading, EditSegment, StatedNumber

_SHORTEST_PAIR = 2


_LIMIT_TAGS = (
    "at_most",
    "at_least",
    "change",
    "field",
    "pronoun",
    "with_new",
    "short_type",
    "long_type",
    "number_type",
    "request",
)


def length_limited(seg: EditSegment) -> EditReading | None:
    fields = seg.subjects()
    if not seg.has("chars") or len(fields) != 1 or len(seg.numbers) != 1:
        return None
    if not seg.stated((*_LIMIT_TAGS, "chars", "size"), *_of(seg.numbers)) or (
        seg.has("at_least") and not seg.has("at_most")
    ):
        return None
    if seg.numbers[0].value < 1:
        return None
    edit = LimitField(field=fields[0], max_length=round(seg.numbers[0].value))
    return EditReading((edit,), fields)


# Words that bound a number only together with another.
_WEAK = frozenset({"and", "to", "in", "за", "по", "i", "cut"})


def range_limited(seg: EditSegment) -> EditReading | None:
    """`Between 1 and 3`, `at most 4`: for a field that is a number."""
    fields = tuple(name for name in seg.subjects() if seg.flow.asks[name].type == "number")
    if (
        len(fields) != 1
        or not seg.numbers
        or seg.options
        or seg.has("chars", "uah", "days", "mb", "if", "fee")
    ):
        return None
    values = [number.value for number in seg.numbers]
    if not seg.stated(
        (*_LIMIT_TAGS, "more", "less", "each", "for", "field"), *_of(seg.numbers)
    ) or seg.has("not"):
        return None
    name = fields[0]
    if len(values) == _SHORTEST_PAIR:
        return EditReading((LimitField(field=name, low=min(values), high=max(values)),), fields)
    if len(values) != 1 or seg.has("more", "less"):
        return None
    strong = _nearest(seg, seg.numbers[0])
    if strong == "at_least":
        return EditReading((LimitField(field=name, low=values[0]),), fields)
    return (
        EditReading((LimitField(field=name, high=values[0]),), fields)
        if strong == "at_most"
        else None
    )


def _nearest(seg: EditSegment, number: StatedNumber) -> str:
    """Which bound the number is: by the phrase that stands nearest before it, or else after it."""
    weak = {n for n, token in enumerate(seg.tokens) if token.text in _WEAK}
    cues = [cue for cue in seg.of("at_most", "at_least") if not set(cue.places) <= weak]
    before = [cue for cue in cues if cue.places[-1] < number.first]
    after = [cue for cue in cues if cue.places[0] >= number.last]
    if before:
        return max(before, key=lambda cue: (cue.places[-1], len(cue.places))).tag
    return after[0].tag if after else ""


def _of(numbers: tuple[StatedNumber, ...]) -> tuple[int, ...]:
    return tuple(place for number in numbers for place in range(number.first, number.last))


def file_limited(seg: EditSegment) -> EditReading | None:
    """The types and the size of an upload."""
    fields = tuple(
        name for name in seg.subjects() or _uploads(seg) if seg.flow.asks[name].type == "file"
    )
    if len(fields) != 1 or not seg.has("mb", "filetype") or seg.has("not", "if"):
        return None
    types = tuple(dict.fromkeys(seg.tokens[cue.places[0]].text for cue in seg.of("filetype")))
    sizes = [number.value for number in seg.numbers]
    if len(sizes) != int(seg.has("mb")) or any(size < 1 for size in sizes):
        return None
    if not seg.stated(
        (*_LIMIT_TAGS, "mb", "filetype", "size", "only", "add", "file_type", "option"),
        *_of(seg.numbers),
    ):
        return None
    edit = LimitField(
        field=fields[0], file_types=types, max_megabytes=round(sizes[0]) if sizes else None
    )
    return EditReading((edit,), fields)


def _uploads(seg: EditSegment) -> tuple[str, ...]:
    """The only upload of the flow, where files are spoken of and no field is named."""
    if seg.before:
        return tuple(name for name in seg.before if name in seg.flow.asks and seg.has("size"))
    uploads = tuple(name for name, field in seg.flow.asks.items() if field.type == "file")
    return uploads if len(uploads) == 1 and seg.has("size") else ()


def retyped(seg: EditSegment) -> EditReading | None:
    if not seg.has("long_type") or len(seg.fields) != 1 or seg.numbers_left() or seg.quotes:
        return None
    if not seg.explained(
        ("long_type", "short_type", "change", "field", "with_new", "pronoun", "size")
    ) or seg.has("add"):
        return None
    return EditReading((RetypeField(field=seg.fields[0], type="long"),), seg.fields)


LIMIT_RULES = (length_limited, range_limited, file_limited, retyped)
