"""Instructions about places: a field or page moved, a page split, pages joined."""

from dataclasses import dataclass, replace

from kuznia.domains.flows.edits.operations import (
    Edit,
    ImpossibleEdit,
    MoveField,
    MoveStep,
    OrderFields,
    RemoveStep,
)
from kuznia.domains.flows.edits.words.names import FlowName
from kuznia.domains.flows.edits.words.segment import EditReading, EditSegment, forms, home_of
from kuznia.domains.flows.schema import Flow, FlowStep

MOVE_TAGS = (
    "move",
    "page",
    "field",
    "before",
    "after",
    "where",
    "first",
    "last",
    "with_new",
    "change",
    "pronoun",
    "at_most",
    "apart",
    "keep",
    "request",
)
_FOREIGN = (
    "optional",
    "required",
    "hint",
    "example",
    "if",
    "only",
    "remove",
    "rename_to",
    "chars",
    "mb",
    "uah",
    "days",
    "not",
    "instead",
)


@dataclass(frozen=True, slots=True)
class TargetPlace:
    """Where something is to stand: on a page, before or after a field or page, or at an end."""

    page: str | None = None
    before: str | None = None
    after: str | None = None
    first: bool = False
    last: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.page or self.before or self.after or self.first or self.last)


def place_in(seg: EditSegment, names: tuple[FlowName, ...], start: int = 0) -> TargetPlace | None:
    """The place that these names state, each by the words before it; None when one is unclear."""
    page = before = after = None
    for name in names:
        cue = _relation(seg, start, name.first)
        start = name.last
        fields, pages = name.ids("field"), name.ids("page")
        if cue in {"before", "after"}:
            if len(fields) + len(pages) != 1 and len(fields) != 1:
                return None
            anchor = (fields or pages)[0]
            before, after = (anchor, after) if cue == "before" else (before, anchor)
        elif len(pages) == 1:
            page = pages[0]
        elif len(fields) == 1 and cue == "where":
            page = home_of(seg.flow, fields[0]).id
        else:
            return None
    own = {place for name in names for place in range(name.first, name.last)}
    ends = {tag: any(not set(cue.places) & own for cue in seg.of(tag)) for tag in ("first", "last")}
    return TargetPlace(page, before, after, ends["first"], ends["last"])


def _relation(seg: EditSegment, start: int, end: int) -> str:
    """The last word between two names that relates them."""
    cues = [
        cue
        for cue in seg.of("before", "after", "where")
        if start <= cue.places[0] and cue.places[-1] < end
    ]
    near = [cue for cue in cues if cue.tag != "where"] or cues
    return near[-1].tag if near else ""


def moved(seg: EditSegment) -> EditReading | None:
    if not _may_move(seg):
        return None
    subject, others = _subject(seg)
    place = place_in(seg, others, subject.last if subject else 0)
    if place is None or place.is_empty:
        return None
    place = _on_page(seg, place, subject is None)
    before = tuple(name for name in seg.before if name in seg.flow.asks)[:1]
    fields = subject.ids("field") if subject else before
    pages = subject.ids("page") if subject else ()
    if len(fields) == 1 and not (len(pages) == 1 and _is_page(seg, place)):
        if subject and not subject.is_whole and not place.page and _leaves(seg, fields[0], place):
            raise ImpossibleEdit(f"Name the page that {fields[0]} is to move to.")
        pair = _pages_instead(seg.flow, fields[0], place)
        return EditReading(pair or field_edits(seg.flow, fields[0], place), fields)
    if len(pages) == 1:
        return EditReading(_page_edits(seg.flow, pages[0], place), pages)
    return None


def _on_page(seg: EditSegment, place: TargetPlace, is_it: bool) -> TargetPlace:
    """`On the first page` names a page, and so does `under Details` for what is put there."""
    pages = forms(seg.flow)
    anchor = place.before or place.after
    if is_it and anchor in seg.flow.by_id:
        return replace(place, page=anchor, before=None, after=None)
    for tag, page in (("first", pages[0]), ("last", pages[-1])):
        ends = {cue.places[-1] for cue in seg.of(tag) if _is_ordinal(seg, cue.places[-1])}
        if place.page is None and any(end + 1 in seg.places("page") for end in ends):
            return replace(place, page=page.id, first=False, last=False)
    return place


def _is_ordinal(seg: EditSegment, place: int) -> bool:
    """Whether the word is `first` or `last`; "at the start of the page" names no page."""
    return seg.tokens[place].text.startswith(("first", "last", "перш", "останн"))


def _may_move(seg: EditSegment) -> bool:
    """Whether it names something and a place for it, and says nothing else."""
    says = seg.has("move", "first", "last", "before", "after", "where", "change", "field", "page")
    other = seg.quotes or seg.options or seg.numbers_left() or seg.has(*_FOREIGN) or _swaps(seg)
    adds = any(token.text in _ADDS_EN or token.text.startswith(_ADDS) for token in seg.tokens)
    return bool(seg.names) and says and not other and not adds and seg.stated(MOVE_TAGS)


# A verb that asks for another field where one is named that is there already.
_ADDS = ("дода", "допи", "встав", "створ")
_ADDS_EN = frozenset({"add", "adding", "insert", "include", "create"})


def _pages_instead(flow: Flow, name: str, place: TargetPlace) -> tuple[Edit, ...]:
    """The page moves where it asks nothing else and the field is to stand beside another page's."""
    home, anchor = home_of(flow, name), place.before or place.after
    if place.page or anchor is None or len(home.fields) > 1:
        return ()
    other = flow.by_id[anchor] if anchor in flow.by_id else home_of(flow, anchor)
    if other is home or other.kind != "form":
        return ()
    return (
        MoveStep(step=home.id, before=other.id)
        if place.before
        else MoveStep(step=home.id, after=other.id),
    )


def _leaves(seg: EditSegment, name: str, place: TargetPlace) -> bool:
    """Whether the field would leave its page."""
    anchor = place.before or place.after
    home = home_of(seg.flow, name)
    return anchor is not None and all(field.id != anchor for field in home.fields)


def _subject(seg: EditSegment) -> tuple[FlowName | None, tuple[FlowName, ...]]:
    """What is moved: the first name, or "it" where all names have a word of place before them."""
    first = seg.names[0]
    refers = seg.places("pronoun") if seg.fields else seg.places("pronoun", "field")
    if seg.before and refers and min(refers) < first.first:
        return None, seg.names
    # `On the page "About you"`, behind what was just added.
    alone = len(seg.names) == 1 and not seg.has("move", "before", "after", "first", "last")
    if seg.before and seg.pages and not seg.fields and alone:
        return None, seg.names
    return first, seg.names[1:]


def _is_page(seg: EditSegment, place: TargetPlace) -> bool:
    """Whether a name of both a field and a page means the page."""
    anchors = {place.before, place.after} - {None}
    return (seg.has("page") and not place.page) or any(
        anchor in seg.flow.by_id for anchor in anchors
    )


def field_edits(flow: Flow, name: str, place: TargetPlace) -> tuple[Edit, ...]:
    """The edits that put a field at a place; a page that would ask nothing is removed."""
    home = home_of(flow, name)
    anchor = place.before or place.after
    target = home
    if place.page:
        target = flow.by_id[place.page]
    elif anchor in flow.asks:
        target = home_of(flow, anchor)
    if anchor is not None and all(field.id != anchor for field in target.fields):
        raise ImpossibleEdit(f"The field {anchor} is not on the page {target.id}.")
    edits: list[Edit] = []
    rest = [field.id for field in target.fields if field.id != name]
    if target.id != home.id:
        edits.append(MoveField(field=name, to=target.id))
        if len(home.fields) == 1:
            edits.append(RemoveStep(step=home.id))
    if anchor is not None or place.first or (place.last and target.id == home.id):
        edits.append(OrderFields(step=target.id, fields=ordered(rest, name, place)))
    return tuple(edits)


def ordered(rest: list[str], name: str, place: TargetPlace) -> tuple[str, ...]:
    """The fields of a page with one put in its place."""
    where = len(rest)
    if place.before in rest:
        where = rest.index(place.before or "")
    elif place.after in rest:
        where = rest.index(place.after or "") + 1
    elif place.first:
        where = 0
    return (*rest[:where], name, *rest[where:])


def _page_edits(flow: Flow, name: str, place: TargetPlace) -> tuple[Edit, ...]:
    pages = [page.id for page in forms(flow) if page.id != name]
    if place.page or not pages:
        return ()
    if place.before or place.after:
        anchor = place.before or place.after or ""
        anchor = anchor if anchor in flow.by_id else home_of(flow, anchor).id
        return (
            MoveStep(step=name, before=anchor)
            if place.before
            else MoveStep(step=name, after=anchor),
        )
    return (
        MoveStep(step=name, before=pages[0])
        if place.first
        else MoveStep(step=name, after=pages[-1]),
    )


def ordered_pair(seg: EditSegment) -> EditReading | None:
    """`First the phone, then the e-mail`."""
    if (
        len(seg.names) != 2
        or not seg.has("first")
        or not seg.has("after", "second")
        or seg.has(*_FOREIGN)
        or seg.quotes
    ):
        return None
    if seg.has("before") or not seg.explained((*MOVE_TAGS, "second")) or seg.numbers_left():
        return None
    first, second = seg.names
    follows = any(first.last <= cue.places[0] < second.first for cue in seg.of("after"))
    if not follows and not any(cue.places[0] >= second.last for cue in seg.of("second")):
        return None
    return _swapped(seg, first, second)


def swapped(seg: EditSegment) -> EditReading | None:
    """`Swap the phone and the e-mail`."""
    if len(seg.names) != 2 or not _swaps(seg) or seg.has(*_FOREIGN):
        return None
    if not seg.explained(("move", "field", "page", "change")):
        return None
    first, second = seg.names
    one, two = first.ids("field"), second.ids("field")
    if len(one) == len(two) == 1 and home_of(seg.flow, one[0]) is home_of(seg.flow, two[0]):
        page = home_of(seg.flow, one[0])
        other = {one[0]: two[0], two[0]: one[0]}
        order = tuple(other.get(field.id, field.id) for field in page.fields)
        return EditReading((OrderFields(step=page.id, fields=order),), (one[0], two[0]))
    left, right = _page_of(seg.flow, first), _page_of(seg.flow, second)
    pages = [page.id for page in forms(seg.flow)]
    if left is None or right is None or abs(pages.index(left.id) - pages.index(right.id)) != 1:
        return None
    earlier, later = sorted((left, right), key=seg.flow.steps.index)
    return EditReading((MoveStep(step=later.id, before=earlier.id),), (left.id, right.id))


def _swaps(seg: EditSegment) -> bool:
    return any(token.text in {"swap", "місцями", "exchange", "обміняйте"} for token in seg.tokens)


def _swapped(seg: EditSegment, first: FlowName, second: FlowName) -> EditReading | None:
    """The first right before the second, where it does not stand before it already."""
    flow = seg.flow
    one, two = first.ids("field"), second.ids("field")
    if len(one) == len(two) == 1 and home_of(flow, one[0]) is home_of(flow, two[0]):
        page = home_of(flow, one[0])
        order = [field.id for field in page.fields]
        if order.index(one[0]) < order.index(two[0]):
            return EditReading((), (one[0], two[0]))
        return EditReading(field_edits(flow, one[0], TargetPlace(before=two[0])), (one[0], two[0]))
    left, right = _page_of(flow, first), _page_of(flow, second)
    if left is None or right is None or left is right:
        return None
    if flow.steps.index(left) < flow.steps.index(right):
        return EditReading((), (left.id, right.id))
    return EditReading((MoveStep(step=left.id, before=right.id),), (left.id, right.id))


def _page_of(flow: Flow, name: FlowName) -> FlowStep | None:
    """The page that a name means: itself, or the page that asks nothing but this field."""
    pages, fields = name.ids("page"), name.ids("field")
    if len(pages) == 1:
        return flow.by_id[pages[0]]
    home = home_of(flow, fields[0]) if len(fields) == 1 else None
    return home if home is not None and len(home.fields) == 1 else None


MOVE_RULES = (ordered_pair, swapped, moved)
