"""A flow on a terminal: its steps as a tree, and the verdict under it."""

from typing import Any

import pytest
from tests.domains.flows.makers import DONE, ask, on, options, or_fail, service, step, text

from kuznia.domains.flows.checks.study import study
from kuznia.domains.flows.schema import Flow
from kuznia.domains.flows.structure.blocks import (
    Block,
    Branch,
    ChoiceBlock,
    LoopBlock,
    ParallelBlock,
    steps_of,
)
from kuznia.domains.flows.terminal import render


def parts_of(*blocks: Block, **more: Any) -> dict[str, Any]:
    """The parts of an artefact, as JSON, for a flow of these blocks."""
    steps = steps_of(blocks)
    flow = Flow(
        **{
            "id": "f",
            "name": text("A flow"),
            "archetype": "survey",
            "language": "en",
            "steps": steps,
        }
        | more
    )
    return {name: draft.model_dump(mode="json") for name, draft in study(flow).parts.items()}


def tree(*blocks: Block, **more: Any) -> list[str]:
    parts = parts_of(*blocks, **more)
    return render({"flow": parts["flow"]}).splitlines()


def test_a_field_stands_under_its_step_with_its_type_and_whether_it_is_needed():
    form = step("about", fields=(ask("email", format="email"), ask("note", required=False)))

    assert tree(form, DONE) == [
        "A flow",
        "├─ form         about",
        "│  ├─ email *  (email)",
        "│  └─ note  (text)",
        "└─ end          done",
    ]


def test_a_way_aside_hangs_on_the_step_that_decides_it():
    lines = tree(service("send", "submit"), or_fail("send"), DONE)

    assert lines[1:4] == [
        "├─ submit       send",
        "│  └─ [otherwise]",
        "│     └─ end          failed",
    ]


def test_what_is_repeated_says_until_when_and_how_often():
    again = LoopBlock((service("ask", "wait", "no", "yes"),), on("ask", "no"), 2)

    assert tree(again, DONE)[1] == "├─ repeated up to 2 times, while [no]"


def test_what_happens_side_by_side_is_numbered():
    fork, join = step("fork", "fork"), step("join", "join")
    sides = ParallelBlock(fork, ((service("a", "lookup"),), (service("b", "lookup"),)), join)

    lines = tree(sides, DONE)

    assert [line[6:] for line in lines if "in parallel" in line] == [
        "in parallel 1",
        "in parallel 2",
    ]


def test_steps_that_jump_about_are_listed():
    parts = parts_of(*(step(name) for name in "abcd"), step("e"), DONE)
    first, second, third, *_ = parts["flow"]["steps"]
    first["next"] = [{"to": "b", "when": {"fact": "x"}}, {"to": "c"}]
    second["next"] = [{"to": "c", "when": {"fact": "y"}}, {"to": "d"}]
    third["next"] = [{"to": "e"}]

    lines = render({"flow": parts["flow"]}).splitlines()

    assert [line[-4:].strip() for line in lines[1:]] == ["a", "b", "c", "d", "e", "done"]


def test_the_verdict_says_what_was_lost_and_what_to_do():
    said = render(parts_of(step("ask_all", fields=(ask("a"),)), DONE))

    assert "not sound" in said
    assert "  ! " in said
    assert "not passed" in said


@pytest.mark.parametrize(
    ("language", "word"), [("uk", "припущення: так"), ("en", "assumption: yes")]
)
def test_what_was_guessed_is_said_in_the_language_of_the_flow(language, word):
    guess = text("").model_copy(update={"uk": "так", "en": "yes"})

    assert tree(step("a"), DONE, language=language, assumptions=(guess,))[-1] == word


def test_options_name_the_way_they_open():
    choose = step("which", fields=(ask("kind", type="choice", options=options("red", "blue")),))
    branches = ChoiceBlock((Branch(on("kind", "red"), (step("more"),)), Branch(None)))

    assert "│  └─ [red]" in tree(choose, branches, step("after"), DONE)
