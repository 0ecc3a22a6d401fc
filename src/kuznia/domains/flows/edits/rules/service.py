"""Instructions about steps that have no fields: signature, consent, review, the last page."""

from kuznia.domains.flows.edits.operations import AddSignature, ImpossibleEdit, RemoveStep, SetText
from kuznia.domains.flows.edits.words.segment import EditReading, EditSegment
from kuznia.domains.flows.edits.words.texts import both
from kuznia.domains.flows.schema import FlowStep, Text


def signature(seg: EditSegment) -> EditReading | None:
    """A signature added or removed; "sign off" is an approval."""
    if (
        not seg.has("sign")
        or any(name.is_whole for name in seg.names)
        or seg.quotes
        or seg.has("approve", "consent", "second", "if")
        or seg.has("rename")
    ):
        return None
    if not _names_signing(seg):
        return None
    steps = [step for step in seg.flow.steps if step.kind == "sign"]
    tags = (
        "sign",
        "remove",
        "not",
        "add",
        "change",
        "step",
        "page",
        "pronoun",
        "before",
        "with_new",
        "service",
        "required",
        "hide",
        "where",
        "request",
        "at_most",
        "tell",
        "last",
        "final",
        "second",
    )
    if not seg.explained(tags) or seg.numbers_left():
        return None
    if seg.has("remove", "not", "hide"):
        return EditReading(
            tuple(RemoveStep(step=step.id) for step in steps), tuple(step.id for step in steps)
        )
    return EditReading((AddSignature(),) if not steps else (), ())


def _names_signing(seg: EditSegment) -> bool:
    return any(token.text.startswith(("sign", "підпис", "кеп")) for token in seg.tokens)


def step_removed(seg: EditSegment) -> EditReading | None:
    """`Remove it` for the step before, and steps that have a word of their own."""
    if not seg.has("remove") or seg.names or seg.quotes:
        return None
    if not seg.explained(("remove", "step", "page", "pronoun", "field", "change")) or not seg.has(
        "pronoun"
    ):
        return None
    steps = [name for name in seg.before if name in seg.flow.by_id]
    gone = [name for name in seg.before if name not in seg.flow.by_id and name not in seg.flow.asks]
    if gone and not steps:
        return EditReading((), seg.before)
    return (
        EditReading(tuple(RemoveStep(step=name) for name in steps), tuple(steps)) if steps else None
    )


_NAMED_STEPS = {
    "review": ("review", "перевірк", "перевірт"),
    "status": ("status", "стан", "статус"),
}


def named_step_removed(seg: EditSegment) -> EditReading | None:
    if not seg.has("remove") or seg.fields or seg.quotes:
        return None
    for kind, words in _NAMED_STEPS.items():
        hits = [n for n, token in enumerate(seg.tokens) if token.text.startswith(words)]
        if hits and seg.explained(("remove", "step", "page"), *hits):
            steps = [step for step in seg.flow.steps if step.kind == kind]
            return EditReading(tuple(RemoveStep(step=step.id) for step in steps))
    return None


def consent(seg: EditSegment) -> EditReading | None:
    if not seg.has("consent") or seg.fields or seg.quotes or seg.numbers_left():
        return None
    tags = (
        "consent",
        "remove",
        "add",
        "not",
        "page",
        "step",
        "field",
        "before",
        "after",
        "sign",
        "change",
        "pronoun",
        "with_new",
        "keep",
        "required",
        "move",
        "hide",
        "optional",
        "request",
        "forget",
    )
    if not seg.explained(tags):
        return None
    steps = [step for step in seg.flow.steps if step.kind == "consent"]
    if seg.has("forget"):
        return EditReading(()) if steps else None
    if seg.has("remove", "hide", "optional"):
        return EditReading(tuple(RemoveStep(step=step.id) for step in steps))
    return EditReading(()) if steps else None


# Words that ask for another heading of the last page.
_NAMING = ("renam", "назв", "перейм", "titl", "heading", "заголов", "call")


def final_text(seg: EditSegment) -> EditReading | None:
    """A sentence on the last page: added to what stands there, or in its place."""
    if not seg.has("final") or seg.has("field") or seg.names:
        return None
    text = next((n for n, token in enumerate(seg.tokens) if token.text == ":"), len(seg.tokens))
    if any(token.text.startswith(_NAMING) for token in seg.tokens[:text] if token.kind == "word"):
        return None
    ends = [step for step in seg.flow.steps if step.ending == "done"]
    if len(ends) != 1:
        return None
    if seg.quotes:
        texts, used = [seg.value(place) for place in seg.quotes], seg.quotes
    else:
        start = next((n + 1 for n, token in enumerate(seg.tokens) if token.text == ":"), 0)
        texts, used = (
            [seg.raw(start, len(seg.tokens))] if start else [],
            tuple(range(start, len(seg.tokens))),
        )
    tags = (
        "final",
        "tell",
        "add",
        "change",
        "instead",
        "with_new",
        "page",
        "rename",
        "last",
        "show",
        "pronoun",
        "field",
        "at_most",
        "hint",
        "request",
        "after",
        "sign",
    )
    if not texts or not texts[0] or not seg.explained(tags, *used):
        return None
    return EditReading((SetText(step=ends[0].id, text=_text(ends[0], texts)),), (ends[0].id,))


def _text(end: FlowStep, texts: list[str]) -> Text:
    old, new = end.text or Text(uk="", en=""), texts[-1]
    if not new.endswith((".", "!", "?")):
        new = f"{new}."
    if len(texts) == 1:
        return Text(uk=f"{old.uk} {new}".strip(), en=f"{old.en} {new}".strip())
    if texts[0] not in {old.uk, old.en} or len(texts) > 2:
        raise ImpossibleEdit(f"The last page does not say: {texts[0]}")
    return both(new)


SERVICE_RULES = (final_text, signature, consent, step_removed, named_step_removed)
