"""What a service flow is: steps with their fields and texts, and the moves between them."""

from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    model_validator,
)

from kuznia.forge.terms import Draft, Input

Language = Literal["uk", "en"]
Archetype = Literal[
    "certificate",
    "registration",
    "benefit",
    "payment",
    "appointment",
    "report",
    "permit",
    "survey",
    "deal",
]
Kind = Literal[
    "authenticate",
    "consent",
    "form",
    "lookup",
    "decision",
    "review",
    "sign",
    "pay",
    "submit",
    "wait",
    "status",
    "fork",
    "join",
    "end",
]
FieldType = Literal["text", "long", "number", "date", "time", "yesno", "choice", "many", "file"]
Format = Literal[
    "name",
    "email",
    "phone",
    "rnokpp",
    "edrpou",
    "iban",
    "unzr",
    "passport",
    "id_card",
    "foreign_passport",
    "postal_code",
    "kved",
    "plate",
    "vin",
    "cadastral",
    "integer",
    "money",
    "past",
    "future",
]
# A file type, by the ending of a file's name.
FileType = Annotated[str, Field(pattern=r"^[a-z0-9]{1,8}$")]
Ending = Literal["done", "refused", "cancelled"]
Op = Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "filled"]

# Kinds of step that have a page; the others happen between two pages.
PAGE_KINDS: frozenset[Kind] = frozenset(
    {"authenticate", "consent", "form", "review", "sign", "pay", "status", "end"}
)
# Kinds without a page even in a preview.
SILENT_KINDS: frozenset[Kind] = frozenset({"decision", "fork", "join"})
# Kinds that ask an outside service, which may refuse or not answer.
SERVICE_KINDS: frozenset[Kind] = frozenset(
    {"authenticate", "lookup", "sign", "pay", "submit", "wait"}
)

# An id is a name in every export, from JSON Schema to a BPMN condition: no dots, no dashes.
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]


class FlowValue(BaseModel):
    """An immutable value of a flow; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(FlowValue):
    """A text in Ukrainian and in English."""

    uk: Annotated[str, Field(max_length=600)]
    en: Annotated[str, Field(max_length=600)]

    def of(self, language: Language) -> str:
        return self.uk if language == "uk" else self.en


class FlowOption(FlowValue):
    """One option of a field, or one outcome of a step."""

    id: Id
    label: Text


Scalar: TypeAlias = StrictBool | StrictInt | StrictFloat | str


class Comparison(FlowValue):
    """A fact compared with a value; the outcome of a step is a fact under the step's id."""

    fact: Id
    op: Op = "eq"
    value: Scalar | tuple[Scalar, ...] = True


class All(FlowValue):
    all: Annotated[tuple["Guard", ...], Field(min_length=1, max_length=8)]


class Either(FlowValue):
    any: Annotated[tuple["Guard", ...], Field(min_length=1, max_length=8)]


class Not(FlowValue):
    no: "Guard"


Guard: TypeAlias = Comparison | All | Either | Not


class Fact(FlowValue):
    """Something known about the person: asked for, or provided by a registry."""

    id: Id
    label: Text
    type: FieldType = "text"
    format: Format | None = None
    options: Annotated[tuple[FlowOption, ...], Field(max_length=60)] = ()
    # The registry that provides it.
    registry: Annotated[str, Field(max_length=48)] | None = None


class FormField(Fact):
    """A field of a form: its label, its valid answers, and its error message."""

    required: bool = True
    hint: Text | None = None
    error: Text | None = None
    low: float | None = None
    high: float | None = None
    # Characters of a text at most, or files of an upload.
    max_length: int | None = None
    # The accepted types of an upload, and the size of each file at most; any without them.
    file_types: Annotated[tuple[FileType, ...], Field(max_length=20)] = ()
    max_megabytes: Annotated[int, Field(ge=1, le=10_000)] | None = None
    autocomplete: Annotated[str, Field(max_length=32)] | None = None
    # The topic: each topic has a page.
    group: Annotated[str, Field(max_length=48)] = "details"
    # Whether the answer is personal data.
    personal: bool = False
    # A component of the Diia design system; without one, the type decides.
    component: Annotated[str, Field(max_length=48)] | None = None


class Fee(FlowValue):
    kopiykas: Annotated[int, Field(ge=0, le=10**12)]

    @property
    def hryvnias(self) -> str:
        whole, rest = divmod(self.kopiykas, 100)
        return f"{whole}.{rest:02}" if rest else str(whole)


class Move(FlowValue):
    """A move to another step; without `when` it is taken when no other move holds.

    `limit` is how often it may be taken; after that the move without a guard is taken.
    """

    to: Id
    when: Guard | None = None
    limit: Annotated[int, Field(ge=1, le=100)] | None = None


class FlowStep(FlowValue):
    """One step of a flow, with a page or without."""

    id: Id
    kind: Kind
    title: Text
    text: Text | None = None
    fields: Annotated[tuple[FormField, ...], Field(max_length=40)] = ()
    # Facts shown to the person, who can report an error in them.
    shows: Annotated[tuple[Id, ...], Field(max_length=60)] = ()
    provides: Annotated[tuple[Fact, ...], Field(max_length=40)] = ()
    outcomes: Annotated[tuple[FlowOption, ...], Field(max_length=12)] = ()
    next: Annotated[tuple[Move, ...], Field(max_length=12)] = ()
    registry: Annotated[str, Field(max_length=48)] | None = None
    # Who is waited for, and for how many days at most.
    who: Text | None = None
    days: Annotated[int, Field(ge=1, le=3650)] | None = None
    # Whether the days are working days.
    working_days: bool = False
    fee: Fee | None = None
    ending: Ending | None = None

    @property
    def repeats(self) -> int:
        """How often the step may be repeated in a row, because it leads to itself."""
        return 1 + max((move.limit or 0 for move in self.next if move.to == self.id), default=0)

    @property
    def record(self) -> tuple["FormField", ...]:
        """The fields of one record: all but the one that asks for another record."""
        again = {
            move.when.fact
            for move in self.next
            if move.to == self.id and isinstance(move.when, Comparison)
        }
        return tuple(field for field in self.fields if field.id not in again)


def _facts(step: FlowStep) -> tuple[Fact, ...]:
    return (*step.provides, *step.fields)


class Flow(Draft):
    """A whole service; it begins at the first step."""

    id: Id
    name: Text
    archetype: Archetype
    language: Language = "uk"
    steps: Annotated[tuple[FlowStep, ...], Field(min_length=1, max_length=80)]
    fee: Fee | None = None
    # Whether the service has a legal effect: then it has to be signed.
    legal_effect: bool = False
    # What was guessed, for a person to confirm or correct.
    assumptions: Annotated[tuple[Text, ...], Field(max_length=40)] = ()

    @model_validator(mode="after")
    def _one_name_one_thing(self) -> Self:
        """Facts and steps share one set of ids, because the exports have only one."""
        steps = [step.id for step in self.steps]
        if len(set(steps)) < len(steps):
            raise ValueError("two steps have the same id")
        if shared := {fact.id for step in self.steps for fact in _facts(step)} & set(steps):
            raise ValueError(f"{min(shared)} is the id of a step and of a field")
        return self

    def having(self, **values: Any) -> "Flow":
        """The flow with other values, built anew so that no cached property is kept."""
        # Any: whatever the fields of a flow take, and it is checked on the way in.
        return Flow(**{name: getattr(self, name) for name in Flow.model_fields} | values)

    @cached_property
    def by_id(self) -> dict[str, FlowStep]:
        return {step.id: step for step in self.steps}

    @cached_property
    def asks(self) -> dict[str, FormField]:
        """Every field by its id; of two fields with one id, the first."""
        return {field.id: field for step in reversed(self.steps) for field in reversed(step.fields)}

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Every fact by its id: asked for, or provided by a registry."""
        provided = {fact.id: fact for step in self.steps for fact in step.provides}
        return {**provided, **self.asks}


class FlowInput(Input):
    """A service, described in a sentence or more, in Ukrainian, English or both."""

    prompt: Annotated[str, Field(min_length=10, max_length=2000)]
    # What the pages are written in; `auto` is the language of the prompt.
    language: Literal["auto", "uk", "en"] = "auto"
