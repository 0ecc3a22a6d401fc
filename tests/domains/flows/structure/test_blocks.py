"""Blocks and steps are the same thing, written two ways."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domains.flows.makers import (
    DONE,
    FAILED,
    a_flow,
    a_tree,
    ask,
    on,
    or_fail,
    service,
    step,
    to,
)

from kuznia.domains.flows.structure.blocks import (
    Branch,
    ChoiceBlock,
    LoopBlock,
    ParallelBlock,
    Unstructured,
    blocks,
    steps_of,
)


def form(name: str, again: bool = False):
    return step(name, fields=(ask(f"{name}_more", type="yesno"),) if again else ())


def test_blocks_become_steps_and_blocks_again() -> None:
    tree = a_tree()

    assert blocks(steps_of(tree)) == tree


def test_a_loop_is_a_counted_move_back() -> None:
    tree = (LoopBlock((form("child", again=True),), on("child_more"), 4), DONE)

    steps = steps_of(tree)

    assert steps[0].next == (to("child", on("child_more"), 3), to("done"))
    assert steps[0].repeats == 4
    assert blocks(steps) == tree


def test_a_loop_may_be_longer_than_one_step() -> None:
    tree = (
        LoopBlock((form("a"), form("b"), form("c", again=True)), on("c_more"), 2),
        form("d"),
        DONE,
    )

    assert blocks(steps_of(tree)) == tree


def test_strands_side_by_side_are_read_back() -> None:
    tree = (
        ParallelBlock(step("f", "fork"), ((form("a"),), (form("b"), form("c"))), step("j", "join")),
        DONE,
    )

    assert blocks(steps_of(tree)) == tree


def test_a_choice_in_a_choice_is_read_back() -> None:
    inner = (
        form("b", again=True),
        ChoiceBlock((Branch(on("b_more"), (form("c"),)), Branch(None, (form("d"),)))),
        form("e"),
    )
    tree = (
        form("a", again=True),
        ChoiceBlock((Branch(on("a_more"), inner), Branch(None))),
        service("s", "submit"),
        or_fail("s"),
        DONE,
    )

    assert blocks(steps_of(tree)) == tree


def test_a_branch_may_end_by_itself() -> None:
    tree = (
        form("a", again=True),
        ChoiceBlock((Branch(on("a_more"), (form("sorry"), FAILED)), Branch(None))),
        form("b"),
        DONE,
    )

    assert steps_of(blocks(steps_of(tree))) == steps_of(tree)


def test_a_choice_right_after_a_choice_has_nothing_to_choose_by() -> None:
    choice = ChoiceBlock((Branch(on("a_more")), Branch(None, (FAILED,))))

    with pytest.raises(Unstructured):
        steps_of((form("a", again=True), choice, choice, DONE))


@pytest.mark.parametrize(
    "steps",
    [
        (step("a", next=(to("nowhere"),)), DONE),
        (step("a"), DONE),
        (step("a", "fork", next=(to("b"), to("done"))), step("b", next=(to("done"),)), DONE),
        (step("a", next=(to("b"),)), step("b", next=(to("a"),)), DONE),
    ],
    ids=["dangling", "dead-end", "unjoined", "uncounted"],
)
def test_steps_that_are_no_blocks_are_refused(steps) -> None:
    with pytest.raises(Unstructured):
        blocks(a_flow(steps).steps)


@st.composite
def trees(draw, depth: int = 2, name: str = "s"):
    made = []
    for place in range(draw(st.integers(1, 3))):
        here = f"{name}{place}"
        kind = draw(st.sampled_from(["step", "choice", "loop", "both"])) if depth else "step"
        if kind == "loop":
            inside = draw(trees(depth - 1, f"{here}i"))
            last = form(f"{here}_t", again=True)
            made.append(LoopBlock((*inside, last), on(f"{here}_t_more"), 3))
            continue
        made.append(form(here, again=True))
        if kind == "step":
            continue
        left = draw(trees(depth - 1, f"{here}l"))
        right = draw(trees(depth - 1, f"{here}r")) if kind == "both" else ()
        choice = ChoiceBlock((Branch(on(f"{here}_more"), left), Branch(None, right)))
        made += [choice, form(f"{here}_after")]
    return tuple(made)


@settings(max_examples=30, deadline=None)
@given(trees())
def test_any_blocks_survive_the_way_there_and_back(tree) -> None:
    steps = steps_of((*tree, DONE))

    assert steps_of(blocks(steps)) == steps
