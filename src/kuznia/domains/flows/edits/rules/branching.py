"""Instructions that ask a new field only in a case that the planner knows."""

from kuznia.domains.flows.edits.operations import AddBranch, AddField, Edit, ImpossibleEdit
from kuznia.domains.flows.edits.rules.adding import added
from kuznia.domains.flows.edits.words.segment import EditReading, EditSegment, forms, home_of
from kuznia.domains.flows.planner import standard_steps as standard
from kuznia.domains.flows.planner.clauses.conditions import decided
from kuznia.domains.flows.planner.titles import TOPICS
from kuznia.domains.flows.schema import Flow, FormField, Guard


def branched(seg: EditSegment) -> EditReading | None:
    """`If a company applies, ask for the code`: a page for a case that the planner knows."""
    start = next((cue.places[-1] + 1 for cue in seg.of("if")), 0)
    split = next((n for n, token in enumerate(seg.tokens) if n > start and token.text in _THEN), 0)
    if (
        not start
        or not split
        or split - start > _MAX_CONDITION
        or seg.has("unless", "hide", "only")
    ):
        return None
    if any(
        n not in seg.places("if", "filler") for n in range(start) if seg.tokens[n].kind != "sign"
    ):
        return None
    decides, guard = decided(seg.raw(start, split), ())
    if decides.label.en.startswith(_GUESSED):
        return None
    field = _asked(seg.part(split + 1, len(seg.tokens)))
    return (
        None
        if field is None
        else EditReading(_branch(seg.flow, decides, guard, field), (field.id,))
    )


# How the planner words a question for a condition that it does not know.
_GUESSED = "Is it so"


_THEN = frozenset({"—", "–", "-", ",", ":", "then", "то"})


_MAX_CONDITION = 5


def _asked(seg: EditSegment) -> FormField | None:
    """The one field that a part of a sentence adds."""
    reading = added(seg)
    edits = reading.edits if reading else ()
    return edits[0].field if len(edits) == 1 and isinstance(edits[0], AddField) else None


def _branch(flow: Flow, decides: FormField, guard: Guard, field: FormField) -> tuple[Edit, ...]:
    """What decides is asked on a page, and the new page follows it."""
    edits: list[Edit] = []
    if decides.id in flow.asks:
        page = home_of(flow, decides.id)
    else:
        page = next((step for step in forms(flow) if len(step.next) == 1), None)
        if page is None:
            raise ImpossibleEdit("The flow has no page to put the field on.")
        edits.append(AddField(field=decides, step=page.id))
    name = f"ask_{decides.id}_yes"
    topic = TOPICS.get(field.group, TOPICS["details"])
    grouped = field.model_copy(update={"group": name})
    step = standard.step(name, "form", topic, fields=(grouped,))
    return (*edits, AddBranch(after=page.id, when=guard, step=step))


ADDING_RULES = (branched, added)
