"""Instructions that add a field: its label, type, options, limits, hint and place."""

from kuznia.domains.flows.edits.operations import AddField, Edit, OrderFields
from kuznia.domains.flows.edits.rules.labels import MARKS, TYPE_TAGS, NewLabel, label_of
from kuznia.domains.flows.edits.rules.listed import hint_of, options_of
from kuznia.domains.flows.edits.rules.new_field import new_field
from kuznia.domains.flows.edits.rules.places import TargetPlace, ordered, place_in
from kuznia.domains.flows.edits.words.names import FlowName
from kuznia.domains.flows.edits.words.segment import (
    EditReading,
    EditSegment,
    forms,
    home_of,
    places_of,
)
from kuznia.domains.flows.edits.words.texts import both, capital
from kuznia.domains.flows.edits.words.vocabulary import word_set
from kuznia.domains.flows.reading.prompt_text import words
from kuznia.domains.flows.schema import FormField

_TAGS = (
    *MARKS,
    "add",
    "field",
    "page",
    "size",
    "before",
    "after",
    "first",
    "last",
    "move",
    "pronoun",
    "with_new",
    "change",
    "rename",
    "option",
    "request",
    "keep",
    "second",
    "final",
    "more_of",
    "service",
)


_FOREIGN = (
    "remove",
    "if",
    "only",
    "uah",
    "fee",
    "pay",
    "approve",
    "consent",
    "split",
    "join",
    "instead",
    "hide",
    "not",
    "free",
)


# Words that name nothing a person could be asked for.
_VAGUE = word_set("vague")


def added(seg: EditSegment) -> EditReading | None:
    label = label_of(seg) if seg.has("add") or _describes(seg) else None
    if label is None or (seg.has("final") and not seg.has("field")):
        return None
    options, listed = options_of(seg, label)
    hint, hinted = hint_of(seg, label)
    used = {*range(label.first, label.last), *listed, *hinted}
    if _is_foreign(seg, label, used):
        return None
    names = tuple(name for name in seg.names if not used & set(range(name.first, name.last)))
    place = place_in(seg, names, label.last if names and names[0].first > label.last else 0)
    free = [number for number in seg.numbers if number.first not in used]
    if place is None or not seg.explained(_TAGS, *used, *places_of(free)):
        return None
    if _is_about_known(seg, label) or set(words(label.text)) & _VAGUE:
        return None
    known = _known(seg, label, names)
    if known is not None:
        return EditReading((), (known,))
    field = new_field(seg, label, options, used)
    if field is None:
        return None
    if hint:
        field = field.model_copy(update={"hint": both(capital(hint))})
    return EditReading(_edits(seg, field, place), (field.id,))


def _is_foreign(seg: EditSegment, label: NewLabel, used: set[int]) -> bool:
    """Whether it says something that no field has, beside the label or in one without quotes."""
    tags = [tag for tag in _FOREIGN if tag != "only" or not seg.has("filetype")]
    if any(not set(cue.places) <= used for cue in seg.of(*tags)):
        return True
    if seg.tokens[label.first].kind == "quote":
        return False
    inside = set(range(label.first, label.last))
    official = any(set(cue.places) <= inside for cue in seg.of("sign", *_OFFICIAL))
    return official or any(
        name.ids("option") and name.first in inside and not name.ids("field") for name in seg.names
    )


_OFFICIAL = ("consent", "approve", "fee", "pay", "free")


def _describes(seg: EditSegment) -> bool:
    """Whether a field is described that is not there: its word, its name in quotes, its type."""
    return (
        seg.has("field")
        and bool(seg.quotes)
        and not any(name.ids("field") and name.last <= seg.quotes[0] for name in seg.names)
        and seg.has(
            "choice_type",
            "number_type",
            "optional",
            "required",
            "file_type",
            "chars",
            "long_type",
            "yesno_type",
        )
    )


def _is_about_known(seg: EditSegment, label: NewLabel) -> bool:
    """Whether words without quotes say more about a field that is there: `ask the phone twice`."""
    if seg.tokens[label.first].kind == "quote" or seg.has("field", *TYPE_TAGS, "choice_type", "mb"):
        return False
    inside = [name for name in seg.names if label.first <= name.first and name.last <= label.last]
    size = label.last - label.first
    return any(
        name.is_whole and name.ids("field") and name.last - name.first < size for name in inside
    )


def _known(seg: EditSegment, label: NewLabel, names: tuple[FlowName, ...]) -> str | None:
    """The field that is there already under this very label."""
    for name in seg.names:
        if (
            name not in names
            and (name.is_whole or seg.tokens[label.first].kind == "word")
            and name.first <= label.first
            and name.last >= label.last
            and len(name.ids("field")) == 1
        ):
            return name.ids("field")[0]
    return None


def _edits(seg: EditSegment, field: FormField, place: TargetPlace) -> tuple[Edit, ...]:
    page = place.page or _anchor_page(seg, place) or _last_page(seg, place) or _usual(seg, field)
    edits: list[Edit] = [AddField(field=field, step=page)]
    if (place.before or place.after or place.first) and page is not None:
        rest = [known.id for known in seg.flow.by_id[page].fields]
        edits.append(OrderFields(step=page, fields=ordered(rest, field.id, place)))
    return tuple(edits)


def _anchor_page(seg: EditSegment, place: TargetPlace) -> str | None:
    anchor = place.before or place.after
    if anchor is None:
        return None
    return home_of(seg.flow, anchor).id if anchor in seg.flow.asks else None


def _last_page(seg: EditSegment, place: TargetPlace) -> str | None:
    pages = forms(seg.flow)
    if not seg.has("page") or not pages:
        return None
    return pages[-1].id if place.last else pages[0].id if place.first else None


def _usual(seg: EditSegment, field: FormField) -> str | None:
    """The planned page of a field's topic, if the flow has it."""
    group = "files" if field.type == "file" else field.group
    names = [f"ask_{group}", "ask_details"]
    pages = {page.id for page in forms(seg.flow) if page.repeats == 1}
    return next((name for name in names if name in pages), None)
