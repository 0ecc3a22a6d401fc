"""Values for tests, each valid unless the test says otherwise, and a small domain of its own.

A note is good unless it says "bad" (once for every finding) or "messy" (which our code can mend).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pydantic import Field

from kuznia.forge.shelf.shelf import Shelf
from kuznia.forge.terms import (
    AnyDomain,
    AnyPart,
    Bench,
    Budget,
    Caller,
    Check,
    Decline,
    Domain,
    Draft,
    Finding,
    Input,
    Order,
    Part,
    Prompt,
    Unreadable,
)
from kuznia.forge.work import Forge
from kuznia.llm.layers.build import Care, Source, layered
from kuznia.llm.model import Model, Price
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database

ROOMY = Budget(attempts=50, tokens=1_000_000)
CARE = Care()
PRICE = Price(input=1_000_000_000, output=2_000_000_000)


class NoteInput(Input):
    """What a note is ordered with."""

    prompt: str = Field(min_length=3, max_length=2000)
    summary: bool = False
    index: bool = False
    tags: tuple[str, ...] = ()


class Note(Draft):
    text: str


def no_bad_words(note: Note, _: Bench[Any]) -> Iterator[Finding]:
    for place, word in enumerate(note.text.split()):
        if word == "bad":
            yield Finding("bad-word", "block", f"word {place}", "It is bad.", "Say it well.")


def no_messy_words(note: Note, _: Bench[Any]) -> Iterator[Finding]:
    for place, word in enumerate(note.text.split()):
        if word == "messy":
            yield Finding("messy-word", "mend", f"word {place}", "It is messy.", "Tidy it.")


async def short_enough(note: Note, _: Bench[Any]) -> list[Finding]:
    return [Finding("long", "warn", "text", "It is long.")] if len(note.text) > 200 else []


CHECKS = (
    Check("no-bad-words", no_bad_words),
    Check("no-messy-words", no_messy_words, version=2),
    Check("short-enough", short_enough),
)


def read_note(text: str, _: Bench[Any]) -> Note:
    if not text.startswith("note:"):
        raise Unreadable("no-note", "There is no note in it.", "Begin with note:")
    return Note(text=text.removeprefix("note:").strip())


def tidy(note: Note, _: tuple[Finding, ...], __: Bench[Any]) -> Note:
    return Note(text=note.text.replace("messy", "tidy"))


def ask_for(name: str):
    def prompt(bench: Bench[Any]) -> Prompt:
        return Prompt(f"You write the {name}.", bench.reading.prompt, max_tokens=200)

    return prompt


def a_part(name: str = "note", **changes) -> AnyPart:
    made = Part(name=name, prompt=ask_for(name), parse=read_note, mend=tidy, checks=CHECKS)
    return replace(made, **changes)


def count_words(bench: Bench[Any]) -> Note:
    note = bench.accepted["note"]
    assert isinstance(note, Note)
    return Note(text=str(len(note.text.split())))


def note_parts(wanted: NoteInput) -> tuple[AnyPart, ...]:
    parts = [a_part()]
    if wanted.summary:
        parts.append(a_part("summary", needs=("note",), required=False))
    if wanted.index:
        parts.append(Part(name="index", needs=("note",), required=False, make=count_words))
    return tuple(parts)


def no_cursing(order: NoteInput) -> Decline | None:
    if "curse" in order.prompt:
        return Decline("CURSE", "Notes do not curse.", ("What do you mean?",))
    return None


def a_domain(*parts: AnyPart, **changes) -> AnyDomain:
    """The domain of notes, or one with just these parts."""
    domain = Domain(
        name="notes",
        path="notes",
        summary="Makes a note.",
        input=NoteInput,
        read=lambda order: order,
        version="1",
        parts=(lambda _: parts) if parts else note_parts,
        screen=no_cursing,
    )
    return replace(domain, **changes)


def an_order(prompt: str = "a note on iron", *, caller: str = "ivan", **changes) -> Order:
    fields: dict[str, Any] = {
        name: changes.pop(name) for name in list(changes) if name in NoteInput.model_fields
    }
    order = Order(
        domain="notes",
        input=NoteInput(prompt=prompt, **fields),
        caller=Caller(caller),
        deadline=1_060.0,
        budget=ROOMY,
    )
    return replace(order, **changes)


def a_forge(
    model: Model | None,
    clock: Clock,
    *,
    domain: Domain | None = None,
    db: Database | None = None,
    ttl: float = 300.0,
    care: Care = CARE,
) -> Forge:
    """A forge whose model is paid for and retried as in the product."""
    domain = domain or a_domain()
    stack = layered(Source(model, PRICE), care=care, clock=clock).model if model else None
    shelf = Shelf(db, clock, ttl=ttl, size=100)
    return Forge({domain.name: domain}, stack, shelf, clock)
