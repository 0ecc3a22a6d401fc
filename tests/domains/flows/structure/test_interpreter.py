"""The interpreter: one run, and all of them."""

from tests.domains.flows.makers import DONE, FAILED, a_flow, ask, codes, on, service, step, to

from kuznia.domains.flows.structure.graph import FlowGraph
from kuznia.domains.flows.structure.interpreter import MAX_RUNS, execute


def a_retry(limit: int):
    moves = (to("pay", on("pay", "again"), limit), to("done", on("pay", "well")), to("failed"))
    pay = service("pay", "pay", "well", "again", "badly", next=moves)
    return a_flow((pay, DONE, FAILED), archetype="payment")


def test_every_way_through_is_found_once() -> None:
    runs = FlowGraph(a_flow()).runs

    assert sorted((run.path[1], run.end) for run in runs) == [
        ("company", "done"),
        ("company", "failed"),
        ("person", "done"),
        ("person", "failed"),
    ]


def test_a_counted_move_is_taken_so_often_and_no_more() -> None:
    run = execute(a_retry(2), lambda one, _: {one.id: "again"})

    assert run.path == ("pay", "pay", "pay", "failed")
    assert run.end == "failed"


def test_a_loop_is_tried_none_once_and_twice() -> None:
    ends = sorted(
        run.path for run in FlowGraph(a_retry(5)).runs if run.end == "done" and len(run.path) < 5
    )

    assert ends == [("pay", "done"), ("pay", "pay", "done"), ("pay", "pay", "pay", "done")]


def test_a_step_that_repeats_itself_is_also_tried_to_its_limit() -> None:
    ends = {run.path for run in FlowGraph(a_retry(5)).runs if run.end == "failed"}

    assert ("pay",) * 6 + ("failed",) in ends


def test_an_answer_given_anew_is_the_one_that_counts() -> None:
    said = {1: "again", 2: "well"}

    run = execute(a_retry(5), lambda one, visit: {one.id: said[visit]})

    assert run.path == ("pay", "pay", "done")


def apart(*inside, meet="meet"):
    return (
        step("split", "fork", next=(to("left"), to("right"))),
        *inside,
        step(meet, "join", next=(to("done"),)),
        DONE,
    )


def test_a_join_waits_for_every_strand() -> None:
    left = step("left", fields=(ask("a"),), next=(to("meet"),))
    right = step("right", fields=(ask("b"),), next=(to("meet"),))

    run = execute(a_flow(apart(left, right)), lambda *_: {})

    assert run.path == ("split", "left", "right", "meet", "done")


def test_forks_inside_forks_are_joined_from_the_inside() -> None:
    inner = (
        step("left", "fork", next=(to("x"), to("y"))),
        step("x", fields=(ask("a"),), next=(to("near"),)),
        step("y", fields=(ask("b"),), next=(to("near"),)),
        step("near", "join", next=(to("meet"),)),
    )
    right = step("right", fields=(ask("c"),), next=(to("meet"),))

    run = execute(a_flow(apart(*inner, right)), lambda *_: {})

    assert run.path == ("split", "left", "x", "y", "near", "right", "meet", "done")


def test_a_strand_that_nobody_meets_is_stuck() -> None:
    left = step("left", fields=(ask("a"),), next=(to("meet"),))
    right = step("right", fields=(ask("b"),), next=(to("other"),))
    other = step("other", "join", next=(to("done"),))

    run = execute(a_flow((*apart(left, right), other)), lambda *_: {})

    assert run.stuck == "join"


def test_a_join_without_a_fork_is_stuck() -> None:
    run = execute(a_flow((step("meet", "join", next=(to("done"),)), DONE)), lambda *_: {})

    assert (run.stuck, run.stopped_at) == ("join", "meet")


def test_what_both_strands_learn_is_known_after_the_join() -> None:
    left = step("left", fields=(ask("a", type="yesno"),), next=(to("meet"),))
    right = step("right", fields=(ask("b", type="yesno"),), next=(to("meet"),))
    moves = (to("done", on("a")), to("done"))
    meet = step("meet", "join", next=moves)
    steps = (step("split", "fork", next=(to("left"), to("right"))), left, right, meet, DONE)

    assert "used-before-collected" not in codes(a_flow(steps))


def test_too_many_ways_to_walk_are_refused_not_walked() -> None:
    many = 13
    steps = [
        step(
            f"s{n}",
            fields=(ask(f"f{n}", type="yesno"),),
            next=(to(f"a{n}", on(f"f{n}")), to(f"b{n}")),
        )
        for n in range(many)
    ]
    sides = [
        step(
            f"{side}{n}",
            fields=(ask(f"{side}f{n}"),),
            next=(to(f"s{n + 1}" if n < many - 1 else "done"),),
        )
        for n in range(many)
        for side in "ab"
    ]
    flow = a_flow((*steps, *sides, DONE), archetype="survey")

    assert len(FlowGraph(flow).runs) == MAX_RUNS + 1
    assert "execution" in codes(flow)
