"""The guard that stops a model that goes round in circles, and all that it must let pass."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.clocks import TurnedClock
from tests.llm.makers import FakeAccount, Played, an_ask, drained, reply_of

from kuznia.llm.layers.build import Care, Source, layered
from kuznia.llm.layers.repetition import STEP, Guarded, Repetition
from kuznia.llm.model import Delta, ModelFault, Price
from kuznia.llm.scripted import ScriptedModel

ROOT = Path(__file__).parents[2]
OURS = ("src", "tests", "docs", "bench", "migrations", "requirements")
LINE = "    self.assertEqual(result, expected_result)\n"
LOOP = "Then the person waits for the seller to confirm the sale.\n"
PAGE = "".join(f"def rule_{name}(value):\n    return value is not None\n\n" for name in "abcdefgh")
START = "Here is the code you asked for.\n\n"


def characters_before_stop(text: str, chunk: int = 7) -> int | None:
    """How much of a text is let through; None for all of it."""
    guard = Repetition()
    for start in range(0, len(text), chunk):
        if guard.heard(text[start : start + chunk]):
            return start + chunk
    return None


@pytest.mark.parametrize(
    ("loop", "most"),
    [
        (LOOP, 2_000),
        (LINE, 2_500),
        ("I have to think about this again. ", 2_000),
        ("і ще раз те саме речення про довідку. ", 2_000),
        (PAGE, 6 * len(PAGE) + len(START) + STEP),
        ("0, ", 13_000),
        ("<td>x</td>\n", 13_000),
        ("\n", 13_000),
    ],
    ids=["sentence", "statement", "phrase", "Ukrainian", "many lines", "zeros", "cells", "blank"],
)
def test_a_loop_is_stopped_early(loop: str, most: int):
    stopped = characters_before_stop(START + loop * (40_000 // len(loop)))

    assert stopped is not None
    assert stopped <= most


@pytest.mark.parametrize("chunk", [1, 3, 24, 1_000, 50_000])
def test_it_does_not_matter_how_the_text_is_cut_into_pieces(chunk: int):
    assert characters_before_stop(START + LOOP * 900, chunk) is not None


def drawings() -> Iterator[str]:
    """What is right although it repeats itself."""
    yield "=" * 5_000 + "\n"
    yield "\n".join(["." * 64] * 64)
    yield "\n".join("#" + " " * 78 + "#" for _ in range(50))
    yield "[" + ", ".join(["0"] * 1_000) + "]"
    yield "[" + ",\n".join(["[" + ", ".join(["null"] * 19) + "]"] * 19) + "]"
    yield "[" + ", ".join(['"empty"'] * 361) + "]"
    yield "\n".join(['    <div class="cell"></div>'] * 256)
    yield "\n".join(['<input type="text" maxlength="1">'] * 81)
    yield "\n".join([f"| {number} | yes | yes | no |" for number in range(500)])
    yield "\n".join([f"    assert add({n}, {n}) == {n + n}" for n in range(500)])
    yield "\n".join(["    nop"] * 200)
    yield ",".join(['{"x": 0, "y": 0, "alive": false}'] * 300)
    yield "INSERT INTO t VALUES (NULL, NULL, NULL);\n" * 25
    yield "data:image/png;base64," + "A" * 8_000


@pytest.mark.parametrize("text", list(drawings()), ids=range(14))
def test_tables_lists_and_drawings_are_let_pass(text: str):
    assert characters_before_stop(text) is None


def test_nothing_in_our_own_files_is_taken_for_a_loop():
    """Code, tables, prompts, pages, JSON, recorded replies: all of them right."""
    stopped = [
        path.relative_to(ROOT).as_posix()
        for folder in OURS
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and not {"node_modules", "__pycache__", "out"} & set(path.parts)
        and characters_before_stop(path.read_text("utf-8", errors="replace"), STEP) is not None
    ]

    assert stopped == []


def test_text_made_by_chance_is_let_pass():
    words = ["iron", "is", "hot", "and", "the", "smith", "waits"]
    chance = random.Random(7)

    assert characters_before_stop(" ".join(chance.choices(words, k=20_000))) is None


async def test_a_loop_is_a_reason_of_its_own_and_booked_with_what_was_written():
    account, clock = FakeAccount(), TurnedClock()
    model = ScriptedModel(START + LOOP * 900)
    stack = layered(Source(model, Price(1000, 1000)), care=Care(), clock=clock).model

    with pytest.raises(ModelFault) as caught:
        await reply_of(stack, an_ask(clock, account=account, max_tokens=16_000))

    assert (caught.value.reason, account.outcomes) == ("repetition", ["repetition"])
    assert 280 < account.attempts[0].usage.output_tokens < 600
    assert account.attempts[0].cost > 0
    assert len(model.heard) == 1


async def test_thoughts_that_go_round_in_circles_are_stopped_too():
    inner = Played(pieces=tuple(Delta(thought=LOOP) for _ in range(900)))

    with pytest.raises(ModelFault) as caught:
        await drained(Guarded(inner).stream(an_ask(TurnedClock())))

    assert (caught.value.reason, inner.closed) == ("repetition", 1)


async def test_a_good_reply_passes_piece_by_piece():
    text, reply = await drained(
        Guarded(ScriptedModel(PAGE)).stream(an_ask(TurnedClock(), max_tokens=999))
    )

    assert reply is not None
    assert text == reply.text == PAGE
