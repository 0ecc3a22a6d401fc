"""Instructions that something is asked only in a case."""

from kuznia.domains.flows.edits.operations import AddField, Edit, ImpossibleEdit, OnlyWhen
from kuznia.domains.flows.edits.words.names import FlowName
from kuznia.domains.flows.edits.words.segment import (
    EditReading,
    EditSegment,
    forms,
    home_of,
    places_of,
)
from kuznia.domains.flows.edits.words.texts import both, capital
from kuznia.domains.flows.planner.clauses.marks import invented
from kuznia.domains.flows.reading.prompt_text import slug
from kuznia.domains.flows.schema import Comparison, Flow, Op

_TAGS = (
    "if",
    "only",
    "chosen",
    "show",
    "hide",
    "field",
    "page",
    "add",
    "more",
    "less",
    "at_least",
    "pronoun",
    "yes",
    "option",
    "not",
    "change",
    "unless",
    "for",
    "remove",
    "move",
    "yes",
    "where",
)
_FOREIGN = (
    "fee",
    "pay",
    "uah",
    "days",
    "mb",
    "chars",
    "hint",
    "optional",
    "free",
    "approve",
    "condition",
)


def only_when(seg: EditSegment) -> EditReading | None:
    """A field or page that is asked only when another was answered in a way."""
    if not seg.has("if", "only", "hide", "unless") or seg.has(*_FOREIGN) or seg.quotes:
        return None
    if not seg.explained(_TAGS, *places_of(seg.numbers)):
        return None
    decides = _deciding(seg)
    if decides is None:
        return None
    guard, used = decides
    targets = [name for name in seg.names if name not in used and not _conditions(seg, name, used)]
    what = _target(seg, targets, guard.fact)
    if what is None:
        return None
    if _hides(seg):
        guard = guard.model_copy(update={"op": _OPPOSITE[guard.op]})
    return EditReading(_edits(seg.flow, what, guard), (what,))


_OPPOSITE: dict[Op, Op] = {"eq": "ne", "ne": "eq", "gt": "le", "le": "gt", "lt": "ge", "ge": "lt"}


def _conditions(seg: EditSegment, name: FlowName, used: tuple[FlowName, ...]) -> bool:
    """Whether a name stands between `if` and what decides: it belongs to the condition."""
    starts = [cue.places[-1] for cue in seg.of("if", "unless")]
    decides = used[0].first
    return any(start < name.first < decides for start in starts)


def _hides(seg: EditSegment) -> bool:
    hides = seg.has("hide") or (seg.has("not") and not seg.has("only"))
    return hides != seg.has("unless")


def _deciding(seg: EditSegment) -> tuple[Comparison, tuple[FlowName, ...]] | None:
    """What decides: an option that is named, a number that is compared, or a yes."""
    options = [name for name in seg.names if len(name.ids("option")) == 1 and not name.ids("field")]
    if len(options) == 1 and not seg.numbers_left():
        field, _, option = options[0].ids("option")[0].partition(".")
        own = tuple(
            name for name in seg.names if name is options[0] or _beside(name, options[0], field)
        )
        return Comparison(fact=field, op="eq", value=option), own
    numbers = [name for name in seg.names if _type(seg, name) == "number"]
    if len(numbers) == 1 and len(seg.numbers) == 1 and not options:
        op: Op | None = (
            "gt"
            if seg.has("more")
            else "lt"
            if seg.has("less")
            else "ge"
            if seg.has("at_least")
            else None
        )
        field = numbers[0].ids("field")[0]
        return (
            (Comparison(fact=field, op=op, value=round(seg.numbers[0].value)), (numbers[0],))
            if op
            else None
        )
    asked = [name for name in seg.names if _type(seg, name) == "yesno"]
    if len(asked) == 1 and seg.has("yes") and not options and not seg.numbers_left():
        return Comparison(fact=asked[0].ids("field")[0], op="eq", value=True), (asked[0],)
    return None


def _type(seg: EditSegment, name: FlowName) -> str:
    fields = name.ids("field")
    return seg.flow.asks[fields[0]].type if len(fields) == 1 else ""


def _beside(name: FlowName, option: FlowName, field: str) -> bool:
    """Whether a name is of the field that the option belongs to, and is no target itself."""
    if name is option:
        return False
    # `for electric cars`: the word behind an option says what it is an option of.
    follows = name.first == option.last and not name.is_whole
    return name.ids("field") == (field,) or follows


def _target(seg: EditSegment, names: list[FlowName], decides: str) -> str | None:
    if len(names) > 1:
        names = [name for name in names if name.is_whole]
    if len(names) != 1:
        return None
    fields, pages = names[0].ids("field"), names[0].ids("page")
    if seg.has("page") and len(pages) == 1:
        return pages[0]
    if seg.has("page") and len(fields) == 1 and fields[0] != decides:
        home = home_of(seg.flow, fields[0])
        return home.id if len(home.fields) == 1 else None
    if len(fields) == 1 and fields[0] != decides:
        return fields[0]
    return pages[0] if len(pages) == 1 and not fields else None


def _edits(flow: Flow, what: str, guard: Comparison) -> tuple[Edit, ...]:
    order = [page.id for page in forms(flow)]
    page = what if what in flow.by_id else home_of(flow, what).id
    asked = home_of(flow, guard.fact).id
    fields = [field.id for field in flow.by_id[page].fields]
    if order.index(asked) > order.index(page) or (what == page and asked == page):
        raise ImpossibleEdit(f"{what} is asked before {guard.fact}, which is to decide about it.")
    if asked == page and len(fields) == 1:
        raise ImpossibleEdit(f"{what} cannot decide about itself.")
    return (OnlyWhen(what=what, when=guard),)


def asked_when(seg: EditSegment) -> EditReading | None:
    """A new field that is asked only in a case: `if the fuel is diesel, ask for the "Filter"`."""
    if (
        not seg.has("if", "only", "for")
        or len(seg.quotes) != 1
        or seg.has(*_FOREIGN, "unless", "hide")
    ):
        return None
    if not seg.explained(
        (*_TAGS, "add", "file_type", "number_type", "date_type"),
        *seg.quotes,
        *places_of(seg.numbers),
    ):
        return None
    decides = _deciding(seg)
    if decides is None or seg.has("not"):
        return None
    if any(n not in decides[1] and not _conditions(seg, n, decides[1]) for n in seg.names):
        return None
    label = capital(seg.value(seg.quotes[0]))
    name = slug(label, {*seg.flow.by_id, *seg.flow.facts})
    field = invented(name, label).model_copy(update={"label": both(label)})
    page = home_of(seg.flow, decides[0].fact)
    return EditReading(
        (AddField(field=field, step=page.id), OnlyWhen(what=name, when=decides[0])), (name,)
    )


def unconditional(seg: EditSegment) -> EditReading | None:
    """A condition removed from what has none: it is so already."""
    if not seg.has("condition") or not seg.has("remove") or seg.quotes or len(seg.fields) != 1:
        return None
    if not seg.explained((*_TAGS, "condition", "remove")) or _is_conditional(
        seg.flow, seg.fields[0]
    ):
        return None
    return EditReading((), seg.fields)


def _is_conditional(flow: Flow, name: str) -> bool:
    page = home_of(flow, name).id
    return any(
        move.to == page and move.when is not None for step in flow.steps for move in step.next
    )


CASE_RULES = (asked_when, only_when, unconditional)
