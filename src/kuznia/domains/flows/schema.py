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
Ending = Literal["done", "refused", "cancelled"]
Op = Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "filled"]

# What a person sees a page for; the others happen between two pages.
SEEN: frozenset[Kind] = frozenset(
    {"authenticate", "consent", "form", "review", "sign", "pay", "status", "end"}
)
# These ask somebody else, who may say no or say nothing.
SERVICES: frozenset[Kind] = frozenset({"authenticate", "lookup", "sign", "pay", "submit", "wait"})

# An id is a name in every export, from JSON Schema to a BPMN condition: no dots, no dashes.
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]


class Value(BaseModel):
    """Something a flow is made of: never changed, and nothing in it that we do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Value):
    """The same said in Ukrainian and in English."""

    uk: Annotated[str, Field(max_length=600)]
    en: Annotated[str, Field(max_length=600)]

    def of(self, language: Language) -> str:
        return self.uk if language == "uk" else self.en


class Option(Value):
    """One of several answers, or one of several ways a step can turn out."""

    id: Id
    label: Text


Scalar: TypeAlias = StrictBool | StrictInt | StrictFloat | str


class Test(Value):
    """One fact compared with one value; the fact of a step that turns out is the step's id."""

    __test__ = False  # not a test of pytest's
    fact: Id
    op: Op = "eq"
    value: Scalar | tuple[Scalar, ...] = True


class All(Value):
    all: Annotated[tuple["Guard", ...], Field(min_length=1, max_length=8)]


class Either(Value):
    any: Annotated[tuple["Guard", ...], Field(min_length=1, max_length=8)]


class Not(Value):
    no: "Guard"


Guard: TypeAlias = Test | All | Either | Not


class Fact(Value):
    """Something that is known about the person: asked for, or told by a registry."""

    id: Id
    label: Text
    type: FieldType = "text"
    format: Format | None = None
    options: Annotated[tuple[Option, ...], Field(max_length=60)] = ()
    # Which register told it.
    registry: Annotated[str, Field(max_length=48)] | None = None


class FormField(Fact):
    """A field: what is asked, what is a good answer, and what is said to a bad one."""

    required: bool = True
    hint: Text | None = None
    error: Text | None = None
    low: float | None = None
    high: float | None = None
    # The most characters of a text, or the most files.
    most: int | None = None
    autocomplete: Annotated[str, Field(max_length=32)] | None = None
    # The topic: one topic is one page.
    group: Annotated[str, Field(max_length=48)] = "details"
    # Says something about a living person.
    personal: bool = False
    # A component of the Diia design system; ours is chosen by type when nothing is said.
    component: Annotated[str, Field(max_length=48)] | None = None


class Fee(Value):
    kopiykas: Annotated[int, Field(ge=0, le=10**12)]

    @property
    def hryvnias(self) -> str:
        whole, rest = divmod(self.kopiykas, 100)
        return f"{whole}.{rest:02}" if rest else str(whole)


class Move(Value):
    """A way on. `when` left out means: when nothing else holds.

    `limit` is how often it may be taken; after that the way on is the one without a guard.
    """

    to: Id
    when: Guard | None = None
    limit: Annotated[int, Field(ge=1, le=100)] | None = None


class Step(Value):
    """One thing that happens on the way."""

    id: Id
    kind: Kind
    title: Text
    text: Text | None = None
    fields: Annotated[tuple[FormField, ...], Field(max_length=40)] = ()
    # Facts shown to the person, who can say that they are wrong.
    shows: Annotated[tuple[Id, ...], Field(max_length=60)] = ()
    provides: Annotated[tuple[Fact, ...], Field(max_length=40)] = ()
    outcomes: Annotated[tuple[Option, ...], Field(max_length=12)] = ()
    next: Annotated[tuple[Move, ...], Field(max_length=12)] = ()
    registry: Annotated[str, Field(max_length=48)] | None = None
    # Who is waited for, and for how long at most.
    who: Text | None = None
    days: Annotated[int, Field(ge=1, le=3650)] | None = None
    fee: Fee | None = None
    ending: Ending | None = None

    @property
    def repeats(self) -> int:
        """How often the step may be gone through in a row, because it leads to itself."""
        return 1 + max((move.limit or 0 for move in self.next if move.to == self.id), default=0)

    @property
    def record(self) -> tuple["FormField", ...]:
        """The fields without the one that asks whether there is another of it all."""
        again = {
            move.when.fact
            for move in self.next
            if move.to == self.id and isinstance(move.when, Test)
        }
        return tuple(field for field in self.fields if field.id not in again)


def _facts(step: Step) -> tuple[Fact, ...]:
    return (*step.provides, *step.fields)


class Flow(Draft):
    """A whole service. The first step is where it begins."""

    id: Id
    name: Text
    archetype: Archetype
    language: Language = "uk"
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=80)]
    fee: Fee | None = None
    # Whether something is changed by law when it goes through: then it has to be signed.
    legal_effect: bool = False
    # What was guessed, for a person to agree or disagree with.
    assumptions: Annotated[tuple[Text, ...], Field(max_length=40)] = ()

    @model_validator(mode="after")
    def _one_name_one_thing(self) -> Self:
        """A fact and a step share one set of names, for the exports know only one."""
        steps = [step.id for step in self.steps]
        if len(set(steps)) < len(steps):
            raise ValueError("two steps have the same id")
        if shared := {fact.id for step in self.steps for fact in _facts(step)} & set(steps):
            raise ValueError(f"{min(shared)} is the id of a step and of a field")
        return self

    def having(self, **values: Any) -> "Flow":
        """The flow with other values; built anew, so that nothing found out before stays in it."""
        # Any: whatever the fields of a flow take, and it is checked on the way in.
        return Flow(**{name: getattr(self, name) for name in Flow.model_fields} | values)

    @cached_property
    def by_id(self) -> dict[str, Step]:
        return {step.id: step for step in self.steps}

    @cached_property
    def asks(self) -> dict[str, FormField]:
        """Every field by its id; of two with one id, the first."""
        return {field.id: field for step in reversed(self.steps) for field in reversed(step.fields)}

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """What can be known by the end: asked or told."""
        told = {fact.id: fact for step in self.steps for fact in step.provides}
        return {**told, **self.asks}


class FlowInput(Input):
    """A service, described in a sentence or more, in Ukrainian, English or both."""

    prompt: Annotated[str, Field(min_length=10, max_length=2000)]
    # What the pages are written in; `auto` is the language of the prompt.
    language: Literal["auto", "uk", "en"] = "auto"
