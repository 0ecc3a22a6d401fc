"""The fields that a page of the whole service must hold, topic by topic."""

from kuznia.domains.flows.schema import PAGE_KINDS, Flow, FlowValue, FormField
from kuznia.domains.flows.screens.controls import hint_of
from kuznia.domains.flows.screens.pages import AGREED
from kuznia.domains.flows.screens.texts import WORDS


class ExpectedField(FlowValue):
    """A field as a model has to write it."""

    id: str
    kind: str
    label: str
    input: str | None = None
    hint: str = ""
    optional: bool = False
    values: tuple[tuple[str, str], ...] = ()


def expected_fields(flow: Flow) -> dict[str, list[ExpectedField]]:
    """The fields of a whole service by topic; a field of two branches is listed once."""
    known: set[str] = set()
    topics: dict[str, list[ExpectedField]] = {}
    for step in flow.steps:
        if step.kind not in PAGE_KINDS:
            continue
        found = [_field(field, flow) for field in step.fields]
        if step.kind == "consent":
            agree = WORDS["agree"].of(flow.language)
            found.append(
                ExpectedField(id=step.id, kind="agree", label=agree, values=((AGREED, agree),))
            )
        fresh = [field for field in found if field.id not in known]
        known.update(field.id for field in fresh)
        if fresh:
            topics.setdefault(step.title.of(flow.language), []).extend(fresh)
    return topics


def _field(field: FormField, flow: Flow) -> ExpectedField:
    language = flow.language
    values = tuple((option.id, option.label.of(language)) for option in field.options)
    if field.type == "yesno":
        values = tuple((word, WORDS[word].of(language)) for word in ("yes", "no"))
    kind = field.type
    line = {"email": "email", "phone": "tel"}.get(field.format or "", "text")
    return ExpectedField(
        id=field.id,
        kind=kind,
        label=field.label.of(language),
        input=line if kind in {"text", "number"} else None,
        hint=hint_of(field, language),
        optional=not field.required,
        values=values,
    )
