"""A change of a flow: applied, proven and judged, with its pages drawn anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kuznia.domains.flows.checks.study import FlowStudy, study
from kuznia.domains.flows.edits.changes.applying import apply_edits
from kuznia.domains.flows.edits.differences import Difference, differences
from kuznia.domains.flows.edits.operations import Edit
from kuznia.domains.flows.edits.sentences import Instruction, NotUnderstood, read_instructions
from kuznia.domains.flows.schema import Flow, FormField, Text
from kuznia.forge.terms import Finding, Wish


@dataclass(frozen=True, slots=True)
class EditedFlow:
    """A changed flow, its differences from the flow before, and what there is to say about them."""

    study: FlowStudy
    diff: tuple[Difference, ...]
    # What was asked for and is so already.
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def apply_change(flow: Flow, change: str | Sequence[Edit]) -> EditedFlow:
    """Change a flow by a sentence or by operations; ImpossibleEdit when that cannot be done."""
    if not isinstance(change, str):
        return _edited(flow, apply_edits(flow, change))
    steps = read_instructions(flow, change)
    edited = _edited(flow, apply_edits(flow, [edit for step in steps for edit in step.edits]))
    if standing := [finding for finding in edited.study.findings if finding.stands]:
        raise _breaking(flow, steps, standing[0])
    return EditedFlow(edited.study, edited.diff, tuple(_notes(flow, steps)), edited.findings)


def _edited(flow: Flow, after: Flow) -> EditedFlow:
    # Read again as it will be from the shelf: each operation was valid, their sum may not be.
    after = Flow.model_validate_json(after.model_dump_json())
    return EditedFlow(study(after), differences(flow, after), (), tuple(_untranslated(flow, after)))


def _notes(flow: Flow, steps: Sequence[Instruction]) -> Iterator[str]:
    for step in steps:
        if apply_edits(flow, _alone(flow, step)) == flow:
            yield f"Nothing to change, it is so already: {step.quote}"


def _alone(flow: Flow, step: Instruction) -> tuple[Edit, ...]:
    """The edits of one instruction, none where they need what another made first."""
    try:
        apply_edits(flow, step.edits)
    except ValueError:
        return ()
    return step.edits


def _breaking(flow: Flow, steps: Sequence[Instruction], finding: Finding) -> NotUnderstood:
    """The first instruction after which the flow is unsound."""
    after, wrong = flow, steps[-1]
    for step in steps:
        after = apply_edits(after, step.edits)
        broken = [known for known in study(after).findings if known.stands]
        if broken:
            wrong, finding = step, broken[0]
            break
    return NotUnderstood(
        [step for step in steps if step is not wrong],
        [Wish(wrong.quote, wrong.start, wrong.end)],
        f"The change would break the flow: {finding.message}",
        finding,
    )


def _untranslated(before: Flow, after: Flow) -> Iterator[Finding]:
    """New texts that are the same in both languages."""
    known = {(text.uk, text.en) for _, text in _texts(before)}
    for where, text in _texts(after):
        if (
            (text.uk, text.en) not in known
            and text.uk == text.en
            and any(map(str.isalpha, text.uk))
        ):
            yield Finding(
                "one-language",
                "warn",
                where,
                f"This text is the same in both languages: {text.uk}",
                "Give it in the other language too.",
            )


def _texts(flow: Flow) -> Iterator[tuple[str, Text]]:
    yield "name", flow.name
    for step in flow.steps:
        yield step.id, step.title
        yield from ((step.id, text) for text in (step.text, step.who) if text is not None)
        for field in step.fields:
            yield from ((f"{step.id}.{field.id}", text) for text in _texts_of(field))


def _texts_of(field: FormField) -> Iterator[Text]:
    yield field.label
    yield from (text for text in (field.hint, field.error) if text is not None)
    yield from (option.label for option in field.options)
