"""How a model is asked again: what it is shown, how often, and what is left when nothing helps."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace

import pytest
from tests.clocks import TurnedClock
from tests.forge.test_run import Told, make
from tests.makers import Note, a_domain, a_forge, a_part, an_order, read_note

from kuznia.forge.terms import Bench, Check, Draft, Finding, Prompt, Unreadable
from kuznia.llm.model import Ask, Delta, ModelFault, Reason, Reply, Usage
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.errors import TimedOut
from kuznia.platform.settings import Settings


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


def cut(text: str) -> Reply:
    return Reply(text=text, model="m", usage=Usage(50, 200), truncated=True)


# Replies that end at their limit


@pytest.mark.parametrize("text", ["note: bad messy", "no"], ids=["readable", "unreadable"])
async def test_of_a_cut_reply_only_that_is_reported(clock: TurnedClock, text: str):
    told = Told()
    scripted = ScriptedModel(cut(text), "note: short")

    artefact = await make(a_forge(scripted, clock), an_order(), told)

    (checked, _) = [event.data["findings"] for event in told if event.kind == "part.checked"]
    assert [finding.code for finding in checked] == ["cut-off"]
    assert "after 200 tokens" in scripted.heard[1]
    assert "Begin with note:" not in scripted.heard[1]
    assert artefact["parts"]["note"]["text"] == "short"
    assert evidence_tokens(artefact) == (2, 200)


async def test_a_cut_reply_is_not_sent_back_at_full_length(clock: TurnedClock):
    scripted = ScriptedModel(cut("note: " + "iron " * 2_000), "note: short")

    await make(a_forge(scripted, clock), an_order())

    assert len(scripted.heard[1]) < 2_000


async def test_a_second_cut_at_the_same_place_ends_it(clock: TurnedClock):
    scripted = ScriptedModel(cut("note: iron"), cut("note: steel"), "note: never asked for")

    artefact = await make(a_forge(scripted, clock), an_order())

    assert artefact["evidence"]["parts"][0]["ended"] == "stalled"
    assert [finding["code"] for finding in artefact["unmet"][0]["findings"]] == ["cut-off"]
    assert len(scripted.heard) == 2


async def test_the_prompt_s_own_length_holds_unless_the_operator_asks_for_less(clock: TurnedClock):
    assert await asked_for(clock, None) == 12_000
    assert await asked_for(clock, 2_000) == 2_000
    assert await asked_for(clock, 50_000) == 12_000
    assert Settings().openai_max_tokens is None


async def asked_for(clock: TurnedClock, most: int | None) -> int:
    """The limit a prompt of 12,000 tokens is sent with."""
    asks: list[Ask] = []

    def hear(ask: Ask) -> str:
        asks.append(ask)
        return "note: fine"

    forge = a_forge(ScriptedModel(hear), clock, domain=a_domain(a_part(prompt=long)))
    await make(replace(forge, max_tokens=most), an_order())
    return asks[0].max_tokens


def evidence_tokens(artefact) -> tuple[int, int]:
    """Calls made, and the tokens of the first reply."""
    attempts = artefact["evidence"]["attempts"]
    return len(attempts), attempts[0]["output_tokens"]


# What is wrong with a reply, and when asking again is of no more use


def three_things(text: str, _: Bench) -> Note:
    """A reader with several objections at once: one for each word it does not know."""
    strange = [word for word in text.split() if word.startswith("x")]
    if strange:
        findings = (Finding("x", "block", f"word.{w}", "Unknown.", "Drop it.") for w in strange)
        raise Unreadable("x", "Unknown words.", "Drop them.", findings=tuple(findings))
    return read_note(text, _)


async def test_all_that_is_wrong_with_an_unreadable_reply_is_told_at_once(clock: TurnedClock):
    scripted = ScriptedModel("x1 x2 x3", "note: fine")
    domain = a_domain(a_part(parse=three_things))

    artefact = await make(a_forge(scripted, clock, domain=domain), an_order())

    assert artefact["status"] == "complete"
    assert [f"word.x{n}: Unknown. Drop it." in scripted.heard[1] for n in (1, 2, 3)] == [True] * 3


async def test_no_more_than_twelve_findings_are_told(clock: TurnedClock):
    scripted = ScriptedModel(" ".join(f"x{n}" for n in range(20)), "note: fine")

    await make(a_forge(scripted, clock, domain=a_domain(a_part(parse=three_things))), an_order())

    assert scripted.heard[1].count("Unknown.") == 12


async def test_two_errors_of_which_each_try_mends_one_use_all_tries(clock: TurnedClock):
    scripted = ScriptedModel("note: bad iron", "note: iron bad", "note: iron")

    artefact = await make(a_forge(scripted, clock), an_order())

    assert artefact["status"] == "complete"
    assert evidence_tokens(artefact)[0] == 3


async def test_more_findings_than_before_are_no_standstill(clock: TurnedClock):
    scripted = ScriptedModel("note: bad", "note: bad bad bad", "note: fine")

    artefact = await make(a_forge(scripted, clock), an_order())

    assert artefact["status"] == "complete"


async def test_the_same_reply_twice_ends_it_at_once(clock: TurnedClock):
    scripted = ScriptedModel("note: bad iron", "note: bad iron", "note: never asked for")

    artefact = await make(a_forge(scripted, clock), an_order())

    assert artefact["evidence"]["parts"][0]["ended"] == "stalled"
    assert evidence_tokens(artefact)[0] == 2


async def test_the_best_draft_is_kept_and_mended_and_not_the_last(clock: TurnedClock):
    scripted = ScriptedModel("note: good good bad", "note: bad bad", "note: good good good")

    artefact = await make(a_forge(scripted, clock), an_order())

    assert "assistant: note: good good bad" in scripted.heard[2]
    assert "word 2: It is bad." in scripted.heard[2]
    assert artefact["parts"]["note"]["text"] == "good good good"


async def test_when_no_draft_is_accepted_the_best_one_s_findings_are_left(clock: TurnedClock):
    scripted = ScriptedModel("note: good bad", "sorry", "note: bad bad")

    artefact = await make(a_forge(scripted, clock), an_order())

    assert [finding["where"] for finding in artefact["unmet"][0]["findings"]] == ["word 1"]


async def test_a_reply_that_could_be_read_in_part_is_better_than_none(clock: TurnedClock):
    scripted = ScriptedModel("x1 x2", "sorry", "x3")
    domain = a_domain(a_part(parse=three_things))

    await make(a_forge(scripted, clock, domain=domain), an_order())

    assert "assistant: x1 x2" in scripted.heard[2]


async def test_a_repair_quotes_the_place_and_the_second_changes_the_question(clock: TurnedClock):
    asks: list[Ask] = []

    def bad(word: str) -> Callable[[Ask], str]:
        def answer(ask: Ask) -> str:
            asks.append(ask)
            return f"note: {word} bad"

        return answer

    def placed(note: Note, _: Bench) -> list[Finding]:
        return [Finding("bad", "block", f"{note.text.split()[0]}.txt:2", "It is bad.")]

    part = a_part(
        parse=read_file,
        checks=(Check("placed", placed),),
        mend=None,
    )
    model = ScriptedModel(bad("a"), bad("b"), bad("c"))

    await make(a_forge(model, clock, domain=a_domain(part)), an_order())

    first, second = asks[1].messages[-1].content, asks[2].messages[-1].content
    assert "a.txt:2 `the second line`: It is bad." in first
    assert "Do not send" in second
    assert "Do not send" not in first
    assert [ask.warmth for ask in asks] == [0, 0, 0.4]


class NoteFile(Draft):
    path: str
    content: str = "the first line\n  the second line\n"


class FileNote(Note):
    files: tuple[NoteFile, ...]


def read_file(text: str, _: Bench) -> FileNote:
    words = text.removeprefix("note: ")
    return FileNote(text=words, files=(NoteFile(path=f"{words.split()[0]}.txt"),))


# Calls that gave no text although the model was there

LOOP = "note: " + "Then the person waits for the seller to confirm the sale. " * 90


async def test_a_model_in_a_loop_is_stopped_booked_and_asked_otherwise(clock: TurnedClock):
    asks: list[Ask] = []

    def loop(ask: Ask) -> str:
        asks.append(ask)
        return LOOP

    def answer(ask: Ask) -> str:
        asks.append(ask)
        return "note: fine"

    domain = a_domain(a_part(prompt=long))

    artefact = await make(a_forge(ScriptedModel(loop, answer), clock, domain=domain), an_order())

    attempts = artefact["evidence"]["attempts"]
    assert artefact["status"] == "complete"
    assert [attempt["outcome"] for attempt in attempts] == ["repetition", "ok"]
    assert 280 < attempts[0]["output_tokens"] < 600
    assert "without repeating" in asks[1].messages[-1].content
    assert [message.role for message in asks[1].messages] == ["system", "user"]
    assert asks[1].warmth > asks[0].warmth


@pytest.mark.parametrize(
    ("reason", "hint"), [("thought", "without thinking aloud"), ("tool_call", "Call no tool")]
)
async def test_a_model_that_did_something_else_is_asked_to_answer(
    clock: TurnedClock, reason: Reason, hint: str
):
    fault = ModelFault(reason, "It did not answer.", usage=Usage(10, 200))
    model = ScriptedModel(fault, "note: fine")

    artefact = await make(a_forge(model, clock), an_order())

    assert [one["outcome"] for one in artefact["evidence"]["attempts"]] == [reason, "ok"]
    assert artefact["evidence"]["attempts"][0]["output_tokens"] == 200
    assert hint in model.heard[1]


async def test_a_model_that_declines_is_not_asked_again(clock: TurnedClock):
    model = ScriptedModel(ModelFault("refused", "It declined."), "note: never asked for")

    with pytest.raises(ModelFault):
        await make(a_forge(model, clock), an_order())

    assert len(model.heard) == 1


async def test_a_model_that_stays_in_its_loop_is_not_asked_a_third_time(clock: TurnedClock):
    model = ScriptedModel(LOOP, LOOP, "note: never asked for")
    domain = a_domain(a_part(prompt=long))

    with pytest.raises(ModelFault) as caught:
        await make(a_forge(model, clock, domain=domain), an_order())

    assert caught.value.reason == "repetition"
    assert len(model.heard) == 2


async def test_a_draft_is_better_than_no_answer(clock: TurnedClock):
    model = ScriptedModel("note: good bad", LOOP, "note: good good")
    domain = a_domain(a_part(prompt=long))

    artefact = await make(a_forge(model, clock, domain=domain), an_order())

    assert artefact["parts"]["note"]["text"] == "good good"
    assert "assistant: note: good bad" in model.heard[2]


async def test_no_answer_is_named_once_beside_the_best_draft_s_findings(clock: TurnedClock):
    model = ScriptedModel("note: good bad", LOOP, LOOP)
    domain = a_domain(a_part(prompt=long))

    artefact = await make(a_forge(model, clock, domain=domain), an_order())

    codes = [finding["code"] for finding in artefact["unmet"][0]["findings"]]
    assert codes == ["bad-word", "model-repetition"]


def long(_: Bench) -> Prompt:
    return Prompt("You write.", "a note", max_tokens=12_000)


# When a model takes its time


async def test_our_planner_answers_once_the_operator_s_wait_is_over(clock: TurnedClock):
    class Slow(ScriptedModel):
        async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
            self.limit = ask.deadline - clock.monotonic()
            raise TimedOut("The deadline passed before the model had answered.")
            yield Delta()

    slow = Slow()
    planned = a_domain(a_part(make=lambda _: Note(text="planned")))
    forge = replace(a_forge(slow, clock, domain=planned), wait=20.0)

    artefact = await make(forge, an_order(deadline=clock.monotonic() + 120))

    assert artefact["parts"]["note"]["text"] == "planned"
    assert slow.limit == 20
    assert "within 20 seconds" in artefact["findings"][0]["message"]


async def test_where_there_is_no_planner_nobody_is_hurried(clock: TurnedClock):
    asks: list[Ask] = []

    def answer(ask: Ask) -> str:
        asks.append(ask)
        return "note: fine"

    forge = replace(a_forge(ScriptedModel(answer), clock), wait=20.0)

    await make(forge, an_order(deadline=clock.monotonic() + 120))

    assert asks[0].deadline > clock.monotonic() + 119


async def test_a_late_order_whose_model_had_answered_says_what_was_wrong(clock: TurnedClock):
    def late(_: Ask) -> str:
        raise TimedOut("The deadline passed before the model had answered.")

    with pytest.raises(TimedOut) as caught:
        await make(a_forge(ScriptedModel("note: bad", late), clock), an_order())

    assert "before the model had answered" not in caught.value.message
    assert caught.value.message == (
        "The model answered, but nothing it sent was accepted before the deadline passed: "
        "word 0: It is bad."
    )
