"""`kuznia make` says what was not done, asks what is unclear, and goes on with the answers."""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import pytest
from tests.doors.cli.conftest import Kuznia, runs
from tests.makers import a_domain

from kuznia.app import Made
from kuznia.doors.context import Doors
from kuznia.forge.terms import Bench, Wish
from kuznia.forge.wishes.clauses import clauses
from kuznia.launch import open_here, tools
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.settings import Settings

NOTE = ("make", "notes", "A note on iron. Say what colour it has.")


def with_a_question(bench: Bench[Any], wishes: tuple[Wish, ...]) -> Iterable[Wish]:
    """The colour is unclear until somebody has said which."""
    for wish in wishes:
        if "colour" in wish.quote and "(" not in wish.quote:
            yield replace(wish, outcome="unclear", why="Old or new iron?")
        elif "gold" not in wish.quote:
            yield replace(wish, outcome="met", where=("/note/text",))


@pytest.fixture
def wishful(scripted: ScriptedModel) -> Kuznia:
    def open_scripted(settings: Settings) -> AbstractAsyncContextManager[Doors]:
        read = {"wishes": lambda order: clauses(order.prompt), "account": with_a_question}
        domains = {"notes": a_domain(**read)}
        return open_here(Made(settings=settings, model=scripted, domains=domains))

    scripted.always(lambda _: "note: iron is grey")
    return runs(replace(tools(), open_doors=open_scripted))


def test_what_is_open_is_shown_with_its_reason(wishful: Kuznia):
    made = wishful(*NOTE)

    assert made.exit_code == 0
    assert "?  Old or new iron?" in made.stderr
    assert "1 of 2 wishes met" in made.stderr
    assert "partial" in made.stderr


def test_a_question_is_asked_and_its_answer_goes_into_the_order(
    wishful: Kuznia, scripted: ScriptedModel
):
    made = wishful(*NOTE, "--ask", typed="old iron\n")

    assert made.exit_code == 0
    assert "2 of 2 wishes met" in made.stderr
    assert "Say what colour it has (old iron)" in scripted.heard[-1]


def test_an_empty_answer_leaves_it_as_it_is(wishful: Kuznia, scripted: ScriptedModel):
    made = wishful(*NOTE, "--ask", typed="\n")

    assert "1 of 2 wishes met" in made.stderr
    assert len(scripted.heard) == 1


def test_strict_fails_where_anything_is_open(wishful: Kuznia):
    made = wishful(*NOTE, "--strict")

    assert made.exit_code == 6
    assert "1 of 2 wishes of the prompt are open" in made.stderr
    assert made.stdout == ""
