"""The words everything else is said in. Standard library and pydantic only.

An Order is made into an Artefact part by part. A Part is asked of a model or computed; what comes
back is a Draft, checks return Findings about it, and only a draft with nothing left to object to is
accepted. A Domain is data and pure functions that say all this for one kind of artefact.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, NewType, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue

RunId = NewType("RunId", str)
ArtefactId = NewType("ArtefactId", str)

Severity = Literal["block", "mend", "open", "warn"]
Status = Literal["complete", "partial", "degraded", "declined", "failed"]
EventKind = Literal[
    "run.started",
    "part.started",
    "part.draft",
    "part.checked",
    "part.mended",
    "part.accepted",
    "part.reset",
    "part.unmet",
    "wish.met",
    "wish.open",
    "run.finished",
    "run.failed",
]
# Why the making of a part ended. `stalled`: the same findings came again, as they would the next
# time; `blamed`: the model says another part is wrong; `needs`: a part it stands on is missing.
Ended = Literal["accepted", "tries", "stalled", "blamed", "budget", "model", "deadline", "needs"]
MadeBy = Literal["model", "planner", "computed", "nobody"]
# After one of these nothing more comes.
LAST: frozenset[EventKind] = frozenset({"run.finished", "run.failed"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. The owner of all that is made comes from here and from nowhere else.

    Someone who comes once with a token and once with a key is one caller: only the id is compared.
    """

    id: str
    admin: bool = field(default=False, compare=False)
    # What the credential they came with allows; a key may allow less than its owner may do.
    scopes: frozenset[str] = field(default=frozenset({"domains", "read"}), compare=False)
    # The public half of the API key they came with, if it was one: spending is shown by it.
    key: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Budget:
    """The most one order may use, retries and repairs included; cost in billionths of a dollar."""

    attempts: int
    tokens: int
    cost: int | None = None


class Input(BaseModel):
    """What a caller may say to a domain. Unknown fields are refused: a typo must not pass."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    prompt: str


class Attachment(BaseModel):
    """A file that comes with an order: its content is data, and stays character for character."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    content: str


class Draft(BaseModel):
    """A part's reply once parsed. Not to be trusted before its checks have passed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a caller wants made. `deadline` is absolute, on the clock's monotonic scale."""

    domain: str
    input: Input
    caller: Caller
    deadline: float
    budget: Budget
    # Whether someone wants to watch unchecked text as it is written.
    drafts: bool = False
    # The artefact whose questions this order answers.
    after: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says of a draft.

    `block` and `mend` stand in the way. A model is asked again about what is `open`, once, where a
    hint says what it could do; a draft that keeps it is accepted, and the artefact is partial.
    `warn` is only told.
    """

    code: str
    severity: Severity
    where: str
    message: str
    # To the model, in the imperative, in one line.
    hint: str = ""
    # An accepted part that may be wrong in place of this one. Where this one is given up over it,
    # that part is made again (run.py).
    blames: str = ""

    @property
    def stands(self) -> bool:
        return self.severity in ("block", "mend")

    @property
    def is_asked(self) -> bool:
        """Whether a model is asked again because of it."""
        return self.severity != "warn"


# What became of a wish: `met` says where, `not_possible` why not, `unclear` what has to be asked
# first; `not_understood` is what nobody answers for. `not_asked` is no wish: something of substance
# that is in the artefact, and in no clause of the prompt; it has no quote.
Outcome = Literal["met", "not_possible", "unclear", "not_understood", "not_asked"]


@dataclass(frozen=True, slots=True)
class Wish:
    """A requirement: one thing the prompt asks for, in its own words, and what became of it."""

    quote: str
    start: int
    end: int
    outcome: Outcome = "not_understood"
    # JSON pointers into the artefact's parts.
    where: tuple[str, ...] = ()
    # The reason, or the question to answer.
    why: str = ""


@dataclass(frozen=True, slots=True)
class Decline:
    """The honest answer is not to make it: a red flag, or questions that must be answered first."""

    code: str
    message: str
    questions: tuple[str, ...] = ()


# A model is told the worst first and not drowned: more findings than this are one hint's echoes.
MAX_HINTS = 12


class Unreadable(Exception):
    """A reply no draft can be read from; `findings` tell the model what was expected.

    A reader that knows the places gives a finding for each; without any there is one for the reply.
    """

    def __init__(
        self, code: str, message: str, hint: str, *, findings: tuple[Finding, ...] = ()
    ) -> None:
        super().__init__(message)
        self.findings = findings or (Finding(code, "block", "reply", message, hint),)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a part says to a model."""

    system: str
    user: str
    schema: Mapping[str, JsonValue] | None = None
    max_tokens: int = 4096


I = TypeVar("I", bound=Input)  # noqa: E741 - the input of a domain, as R is its reading
R = TypeVar("R")
D = TypeVar("D", bound=Draft)
# Any: each part's study has a type of its own, known to the checks and parts that use it.
Studies = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bench(Generic[R]):
    """What a part is made from: the order as its domain read it, and the parts accepted so far.

    `studies` holds what was computed from each accepted draft, and from the one being checked.
    """

    order: Order
    reading: R
    accepted: Mapping[str, Draft] = field(default_factory=dict[str, Draft])
    studies: Studies = field(default_factory=dict[str, Any])
    # What the prompt asks for; and what the model says became of it, which is looked up.
    wishes: tuple[Wish, ...] = ()
    claims: tuple[Wish, ...] = ()
    # The draft of this part that the model was asked to correct, for replies that only change it.
    before: Draft | None = None


@dataclass(frozen=True, slots=True)
class Studied(Generic[D]):
    """A draft with what its domain computed from it, once for every check and later part."""

    draft: D
    # Any: see Studies.
    study: Any


# What a step that yields a draft may return.
Yield = D | Studied[D] | Awaitable[D | Studied[D]]


@dataclass(frozen=True, slots=True)
class Check(Generic[D, R]):
    """One thing that can be wrong with a draft. It never raises and never fixes.

    `version` goes into the evidence and the shelf's key: raise it when the verdicts can change.
    """

    name: str
    run: Callable[[D, Bench[R]], Iterable[Finding] | Awaitable[Iterable[Finding]]]
    version: int = 1
    # Whether there is something to check, and a way to; where not, the evidence says so.
    applies: Callable[[D, Bench[R]], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[D, R]):
    """One piece of an artefact: asked of a model, computed, or asked with `make` in reserve."""

    name: str
    needs: tuple[str, ...] = ()
    required: bool = True
    # Both or neither: how the model is asked, and how its reply is read (or Unreadable raised).
    prompt: Callable[[Bench[R]], Prompt | Awaitable[Prompt]] | None = None
    parse: Callable[[str, Bench[R]], Yield[D]] | None = None
    # Of a reply that is still being written: as much of it as is all there will be, if one can
    # be sure. What passes every check ends the call: nobody pays for what comes after.
    enough: Callable[[str, Bench[R]], Awaitable[str | None]] | None = None
    # What a model is shown beside the findings when it is asked again, such as the part they blame.
    beside: Callable[[tuple[Finding, ...], Bench[R]], str] | None = None
    # What our own code can put right costs no token.
    mend: Callable[[D, tuple[Finding, ...], Bench[R]], Yield[D]] | None = None
    # What a draft stands on beside the order, by id: lessons, passages. It goes into the evidence.
    sources: Callable[[D], tuple[str, ...]] | None = None
    make: Callable[[Bench[R]], Yield[D]] | None = None
    checks: tuple[Check[D, R], ...] = ()
    tries: int = 3
    # Whether a model that makes it is asked what became of each wish.
    answers: bool = False
    # Asked only of a model that was set up for this very part; without one it is computed.
    specialist: bool = False

    def __post_init__(self) -> None:
        if (self.prompt is None) != (self.parse is None):
            raise TypeError(f"part {self.name}: prompt and parse come together")
        if self.make is None and (self.prompt is None or self.specialist):
            raise TypeError(f"part {self.name}: neither a model nor our own code can make it")


# Parts with drafts of different types stand in one tuple; Any is the price of that.
AnyPart = Part[Any, Any]


@dataclass(frozen=True, slots=True)
class Copy:
    """An artefact to be taken away: its parts as JSON, and what the taker wants of the form."""

    artefact: str
    created_at: datetime
    parts: Mapping[str, JsonValue]
    options: Mapping[str, str] = field(default_factory=dict[str, str])


class CannotExport(Exception):
    """This artefact, or these options, do not go into this format; the message says why."""


@dataclass(frozen=True, slots=True)
class Export:
    """A format an artefact can be taken away in."""

    media_type: str
    # What its file's name ends with, without the dot.
    ending: str
    write: Callable[[Copy], bytes]
    # What a taker may ask of the form, by name.
    options: frozenset[str] = frozenset()


class CannotOpen(Exception):
    """A domain cannot be opened with these settings; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that `kuznia doctor` looked at: how it is, and what to do about it."""

    what: str
    state: str
    well: bool = True
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """How what a domain makes is shown and taken away; none of it decides what is made."""

    exports: Mapping[str, Export] = field(default_factory=dict[str, Export])
    # A page under the artefact's address, to be looked at in a browser.
    page: str | None = None
    # An artefact's parts, as JSON, turned into text or what rich prints; files show themselves.
    terminal: Callable[[Mapping[str, Any]], object] | None = None
    # Inputs that show what can be ordered; the API reference prints them.
    examples: tuple[Mapping[str, JsonValue], ...] = ()


@dataclass(frozen=True, slots=True)
class Assistant:
    """An assistant of CodeMie that makes one part of a domain, where an operator names it."""

    part: str
    # The setting that names it.
    setting: str
    # Whether a general model may make the part in its place.
    replaceable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain(Generic[I, R]):
    """How one kind of artefact is ordered, read and checked."""

    name: str
    # The package it comes from, where its `routes` and `commands` are found.
    package: str = ""
    # Where its door is, under /api/v1/.
    path: str
    # What it makes, in one line, for help texts and the API reference.
    summary: str
    input: type[I]
    # An order's input as this domain understands it, read once for all that follows.
    read: Callable[[I], R | Awaitable[R]]
    # Changes whenever equal orders may get a different artefact; see `version_of`.
    version: str
    parts: Callable[[R], tuple[Part[Any, R], ...]]
    screen: Callable[[R], Decline | None] = lambda _: None
    # What the prompt asks for, clause by clause, and what became of it in the accepted parts. A
    # domain without the first answers for no wishes.
    wishes: Callable[[R], tuple[Wish, ...]] | None = None
    account: (
        Callable[[Bench[R], tuple[Wish, ...]], Iterable[Wish] | Awaitable[Iterable[Wish]]] | None
    ) = None
    # Parts that an assistant of their own may make.
    assistants: tuple[Assistant, ...] = ()
    # What can be had all the same where no model is configured, in one sentence.
    without_model: str = ""
    # Puts what was learnt about the caller, oldest first, in its place in their order; what an
    # order says there by itself is not listened to. A domain without it learns nothing.
    recall: Callable[[I, tuple[str, ...]], I] | None = None
    # Findings of the sanitiser that this domain refuses instead of noting.
    refuses: frozenset[str] = frozenset()
    shown: Presentation = field(default_factory=Presentation)
    # The domain's own settings: a class of pydantic-settings, whose names begin as the domain's.
    settings: type[Any] | None = None
    # What has a life of its own (a pool, a sandbox) opens with the server: it is given the domain's
    # settings and yields the domain to use until the end.
    # `life` is that thing, for the domain's own routes; nobody else knows what it is.
    life: object = None
    opened: "Callable[[Any], AbstractAsyncContextManager[AnyDomain]] | None" = None
    # What `kuznia doctor` looks at for this domain with these settings.
    examine: "Callable[[Any], Awaitable[Iterable[Symptom]]] | None" = None


# What holds domains of every kind; Any is the price of that.
AnyDomain = Domain[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckEvidence:
    """A check of a draft that was kept. `passed` is null where nothing was checked."""

    name: str
    version: int
    passed: bool | None
