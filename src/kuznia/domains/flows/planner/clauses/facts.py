"""The facts of a prompt: what is asked, decided, paid and waited for, each with its place."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from kuznia.domains.flows.schema import FormField, Guard, Text

Outcome = Literal["approved", "rejected"]
Setting = Literal[
    "sign", "authenticate", "anonymous", "anonymous_choice", "review", "name", "story", "result"
]


@dataclass(frozen=True, slots=True)
class PromptPlace:
    """Where in the prompt something stands."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FactCase:
    """When something holds: a field, and what it has to be; or what an office decides."""

    decides: FormField | None
    guard: Guard | None
    outcome: Outcome | None = None

    @property
    def name(self) -> str:
        return self.decides.id if self.decides else "decision"


@dataclass(frozen=True, slots=True)
class FieldFact:
    """A field that is asked, and how often a record of it may be filled in."""

    place: PromptPlace
    field: FormField
    cases: tuple[FactCase, ...] = ()
    repeat: int | None = None
    invented: bool = False
    # Whether a part of its label is in one language only.
    rough: bool = False


@dataclass(frozen=True, slots=True)
class CaseFact:
    """A question that has to be asked because something depends on its answer."""

    place: PromptPlace
    case: FactCase
    cases: tuple[FactCase, ...] = ()


@dataclass(frozen=True, slots=True)
class EndFact:
    """The service ends without its result."""

    place: PromptPlace
    text: Text
    cases: tuple[FactCase, ...] = ()


@dataclass(frozen=True, slots=True)
class FeeFact:
    """A fee; nothing is said of its amount where that is None, and 0 is free."""

    place: PromptPlace
    kopiykas: int | None
    cases: tuple[FactCase, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitFact:
    """Somebody checks, approves or decides."""

    place: PromptPlace
    who: Text
    days: int | None = None
    cases: tuple[FactCase, ...] = ()
    rough: bool = False


@dataclass(frozen=True, slots=True)
class NoticeFact:
    """Something that people are told."""

    place: PromptPlace
    text: Text
    cases: tuple[FactCase, ...] = ()


@dataclass(frozen=True, slots=True)
class DropFact:
    """Fields of the lexicon that must not be asked, or that a register knows."""

    place: PromptPlace
    fields: tuple[str, ...]
    cases: tuple[FactCase, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingFact:
    """Something about the service as a whole."""

    place: PromptPlace
    setting: Setting
    cases: tuple[FactCase, ...] = ()


PromptFact: TypeAlias = (
    FieldFact | CaseFact | EndFact | FeeFact | WaitFact | NoticeFact | DropFact | SettingFact
)
