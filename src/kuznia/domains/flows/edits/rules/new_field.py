"""A field that is added: as the planner would ask it, with the type and limits that are stated."""

from kuznia.domains.flows.edits.rules.labels import TYPES, NewLabel
from kuznia.domains.flows.edits.words.segment import EditSegment, StatedNumber
from kuznia.domains.flows.edits.words.texts import both
from kuznia.domains.flows.planner.clauses.marks import invented
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.reading.prompt_text import slug, words
from kuznia.domains.flows.schema import FlowOption, FormField


def new_field(
    seg: EditSegment, label: NewLabel, options: tuple[FlowOption, ...], used: set[int]
) -> FormField | None:
    """The field as the planner would ask it, with the type and limits that are stated."""
    taken = {*seg.flow.by_id, *seg.flow.facts}
    field = _planned(label.text, taken)
    stated = next((kind for tag, kind in TYPES if _has_apart(seg, tag, used)), None)
    if options and {option.label.uk.lower() for option in options} <= _YES_NO:
        stated, options = "yesno", ()
    if _has_apart(seg, "choice_type", used) and not options and stated != "yesno":
        return None
    values: dict[str, object] = {"required": not seg.has("optional")}
    if options:
        values |= {"type": "choice", "options": options, "format": None, "low": None, "high": None}
    elif stated is not None and stated != field.type and not (stated == "text" and field.format):
        values |= {"type": stated, "format": None, "options": (), "low": None, "high": None}
    field = field.model_copy(update=values)
    return _limited(seg, field, used)


_YES_NO = frozenset({"так", "ні", "yes", "no"})


def _has_apart(seg: EditSegment, tag: str, used: set[int]) -> bool:
    return any(not set(cue.places) <= used for cue in seg.of(tag))


def _planned(label: str, taken: set[str]) -> FormField:
    known = [*LEXICON.find(words(label))]
    if (
        len(known) == 1
        and known[0][1] - known[0][0] == len(words(label))
        and len(known[0][2].fields) == 1
    ):
        field = LEXICON.fields[known[0][2].fields[0]]
        if field.id not in taken:
            return field.model_copy(update={"label": _labelled(label, field)})
    return invented(slug(label, taken), label).model_copy(update={"label": both(label)})


def _labelled(label: str, field: FormField) -> object:
    """The planner's own label where it is the same; else the words as they were written."""
    same = label.casefold() in {field.label.uk.casefold(), field.label.en.casefold()}
    return field.label if same else both(label)


def _limited(seg: EditSegment, field: FormField, used: set[int]) -> FormField | None:
    numbers = [
        number
        for number in seg.numbers
        if number.first not in used
        and seg.tokens[number.first].text not in {"one", "один", "одне", "одну", "одна"}
    ]
    values = [number.value for number in numbers]
    types = tuple(
        seg.tokens[cue.places[0]].text for cue in seg.of("filetype") if cue.places[0] not in used
    )
    if types or _has_apart(seg, "mb", used):
        field = field.model_copy(update={"type": "file", "format": None, "options": ()})
        if len(values) != int(seg.has("mb")):
            return None
        return field.model_copy(
            update={"file_types": types, "max_megabytes": round(values[0]) if values else None}
        )
    if not values:
        return field
    if seg.has("chars") and len(values) == 1:
        kind = "long" if values[0] > 100 or field.type == "long" else "text"
        return field.model_copy(
            update={"type": kind, "format": None, "max_length": round(values[0])}
        )
    if (
        field.type not in {"number", "text"}
        or len(values) > 2
        or not (seg.has("at_most", "at_least") or _is_span(seg, numbers))
    ):
        return None
    low, high = (min(values), max(values)) if len(values) == 2 else (field.low, values[0])
    return field.model_copy(
        update={"type": "number", "format": "integer", "low": low, "high": high}
    )


def _is_span(seg: EditSegment, numbers: list[StatedNumber]) -> bool:
    """Whether two numbers are the ends of a span: `1–11`."""
    return (
        len(numbers) == 2
        and seg.tokens[numbers[0].last].text in {"-", "–", "—"}
        and numbers[0].last + 1 == numbers[1].first
    )
