"""Edits: typed operations that change only what they name."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from kuznia.domains.flows.schema import (
    FieldType,
    FileType,
    FlowOption,
    FlowStep,
    FlowValue,
    FormField,
    Guard,
    Id,
    Scalar,
    Text,
)


class ImpossibleEdit(ValueError):
    """An edit that this flow does not allow; the message says why."""


class AddField(FlowValue):
    """Add a field to the page that is named, or else to a page of the same topic."""

    op: Literal["add-field"] = "add-field"
    field: FormField
    step: Id | None = None


class RemoveField(FlowValue):
    op: Literal["remove-field"] = "remove-field"
    field: Id


class MoveField(FlowValue):
    """Move a field to another page, and change nothing else about it."""

    op: Literal["move-field"] = "move-field"
    field: Id
    to: Id


class RequireField(FlowValue):
    """Make a field required, or optional."""

    op: Literal["require-field"] = "require-field"
    field: Id
    required: bool


class Rename(FlowValue):
    """Rename a step, a field or the flow itself."""

    op: Literal["rename"] = "rename"
    # The id of a step or a field; the flow itself when left out.
    what: Id | None = None
    title: Text


class AddStep(FlowValue):
    """Insert a step after another, on the way that goes well."""

    op: Literal["add-step"] = "add-step"
    after: Id
    step: FlowStep


class RemoveStep(FlowValue):
    """Remove a step; the moves to it lead to the step that followed it."""

    op: Literal["remove-step"] = "remove-step"
    step: Id


class MoveStep(FlowValue):
    """Move a step to right after another, or to right before it."""

    op: Literal["move-step"] = "move-step"
    step: Id
    after: Id | None = None
    before: Id | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.after is None) == (self.before is None):
            raise ValueError("name either the step before it or the step after it")
        return self


class AddBranch(FlowValue):
    """Insert a page that is visited only when the guard holds."""

    op: Literal["branch"] = "branch"
    after: Id
    when: Guard
    step: FlowStep


class OrderFields(FlowValue):
    """Put the fields of a page in this order."""

    op: Literal["order-fields"] = "order-fields"
    step: Id
    fields: Annotated[tuple[Id, ...], Field(min_length=1, max_length=40)]


class LimitField(FlowValue):
    """Set the limits that are stated, and leave the field's other limits as they are."""

    op: Literal["limit-field"] = "limit-field"
    field: Id
    low: float | None = None
    high: float | None = None
    # Characters of a text, or files of an upload.
    max_length: Annotated[int, Field(ge=1, le=100_000)] | None = None
    file_types: Annotated[tuple[FileType, ...], Field(max_length=20)] = ()
    max_megabytes: Annotated[int, Field(ge=1, le=10_000)] | None = None


class HintField(FlowValue):
    """Set the hint of a field, or remove it."""

    op: Literal["hint-field"] = "hint-field"
    field: Id
    hint: Text | None


class RetypeField(FlowValue):
    """Change the type of a field without options."""

    op: Literal["retype-field"] = "retype-field"
    field: Id
    type: FieldType


class SetOptions(FlowValue):
    """Replace the list of options of a field."""

    op: Literal["set-options"] = "set-options"
    field: Id
    options: Annotated[tuple[FlowOption, ...], Field(min_length=1, max_length=60)]


class SplitPage(FlowValue):
    """Move some fields of a page to a new page right after it."""

    op: Literal["split-page"] = "split-page"
    step: Id
    fields: Annotated[tuple[Id, ...], Field(min_length=1, max_length=40)]
    title: Text | None = None


class JoinPages(FlowValue):
    """Move the fields of other pages to the first page, and remove those pages."""

    op: Literal["join-pages"] = "join-pages"
    steps: Annotated[tuple[Id, ...], Field(min_length=2, max_length=10)]
    title: Text | None = None


class SetFee(FlowValue):
    """Set the fee; the payment is added or removed with it."""

    op: Literal["set-fee"] = "set-fee"
    kopiykas: Annotated[int, Field(ge=0, le=10**12)]


class FeeCase(FlowValue):
    """The fee of one option; nothing is paid when it is 0."""

    option: Scalar
    kopiykas: Annotated[int, Field(ge=0, le=10**12)]


class SetFees(FlowValue):
    """Set a fee of its own for each option of a field."""

    op: Literal["set-fees"] = "set-fees"
    field: Id
    cases: Annotated[tuple[FeeCase, ...], Field(min_length=2, max_length=12)]


class Exempt(FlowValue):
    """Skip the payment when the guard holds."""

    op: Literal["exempt"] = "exempt"
    when: Guard


class SetDays(FlowValue):
    """Set for how many days a step waits at most, and whether they are working days."""

    op: Literal["set-days"] = "set-days"
    step: Id
    days: Annotated[int, Field(ge=1, le=3650)] | None = None
    working: bool | None = None


class OnlyWhen(FlowValue):
    """Ask a field, or show a page, only when the guard holds."""

    op: Literal["only-when"] = "only-when"
    # The id of a field or of a page.
    what: Id
    when: Guard


class AddApproval(FlowValue):
    """Add the decision of another official after or before a step that waits for one."""

    op: Literal["add-approval"] = "add-approval"
    step: Id
    who: Text
    days: Annotated[int, Field(ge=1, le=3650)] | None = None
    first: bool = False


class AddSignature(FlowValue):
    """Add a signature before the payment or the submission, with a sign-in if there is none."""

    op: Literal["add-signature"] = "add-signature"


class SetText(FlowValue):
    """Set the text of a step."""

    op: Literal["set-text"] = "set-text"
    step: Id
    text: Text


class LimitMove(FlowValue):
    """Set how often a move back may be taken."""

    op: Literal["limit-move"] = "limit-move"
    step: Id
    to: Id
    limit: Annotated[int, Field(ge=1, le=100)] | None = None


Edit: TypeAlias = Annotated[
    AddField
    | RemoveField
    | MoveField
    | OrderFields
    | RequireField
    | LimitField
    | HintField
    | RetypeField
    | SetOptions
    | Rename
    | AddStep
    | RemoveStep
    | MoveStep
    | SplitPage
    | JoinPages
    | AddBranch
    | OnlyWhen
    | SetFee
    | SetFees
    | Exempt
    | SetDays
    | AddApproval
    | AddSignature
    | SetText
    | LimitMove,
    Field(discriminator="op"),
]
