"""Check 14: texts in both languages, and labels that differ."""

from collections.abc import Iterator

from kuznia.domains.flows.schema import FlowStep, FormField, Text
from kuznia.domains.flows.structure.graph import FlowGraph
from kuznia.forge.terms import Finding


def texts(graph: FlowGraph) -> Iterator[Finding]:
    """Every text is given in both languages, and no two labels on a page are equal."""
    for step in graph.flow.steps:
        for place, text in _texts_of(step):
            if not (text.uk.strip() and text.en.strip()):
                yield _finding(step, f"{place} of step {step.id} is empty in one of the languages")
        for language in ("uk", "en"):
            labels = [field.label.of(language).strip().lower() for field in step.fields]
            if len(set(labels)) < len(labels):
                yield _finding(step, f"two fields of step {step.id} have the same label")
                break
        for field in step.fields:
            if field.type in {"choice", "many"} and not _distinct(field):
                yield _finding(step, f"{field.id} needs two or more options that differ")


def _distinct(field: FormField) -> bool:
    ids = {option.id for option in field.options}
    labels = {option.label.uk.strip().lower() for option in field.options}
    return len(ids) >= 2 and len(ids) == len(labels) == len(field.options)


def _texts_of(step: FlowStep) -> Iterator[tuple[str, Text]]:
    yield "the title", step.title
    if step.text is not None:
        yield "the text", step.text
    for outcome in step.outcomes:
        yield f"the outcome {outcome.id}", outcome.label
    for fact in step.provides:
        yield f"the label of {fact.id}", fact.label
    for field in step.fields:
        yield f"the label of {field.id}", field.label
        yield from ((f"option {option.id} of {field.id}", option.label) for option in field.options)
        if field.hint is not None:
            yield f"the hint of {field.id}", field.hint
        if field.error is not None:
            yield f"the error of {field.id}", field.error


def _finding(step: FlowStep, what: str) -> Finding:
    hint = "Give every text in Ukrainian and in English, and every field a label of its own."
    return Finding("texts", "mend", step.id, f"{what[0].upper()}{what[1:]}.", hint)
