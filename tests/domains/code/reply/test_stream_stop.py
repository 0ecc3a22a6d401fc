"""A reply that has said all its code is not heard to its end."""

from collections.abc import Generator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json
from tests.clocks import TurnedClock
from tests.domains.code.corpus import REPLIES, read
from tests.domains.code.makers import a_bench, an_order, work_on
from tests.makers import a_forge
from tests.servers.loop import EVENTS, served, told
from tests.servers.model import ModelServer, event, listening, stream

from kuznia.app import Made
from kuznia.domains.code import DOMAIN
from kuznia.domains.code.languages.find import get
from kuznia.domains.code.reply.extract import extract
from kuznia.domains.code.reply.stream_stop import MIN_TALK, finished_part
from kuznia.forge.run import run
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.process.workers import POOL
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl

CODE = (
    'def slug(text: str) -> str:\n    """Joined by dashes."""\n    return "-".join(text.split())\n'
)
BLOCK = f"**slugs.py**\n```python\n{CODE}```\n"
OPEN = f"```python\n{CODE}\n"
TALK = "".join(
    f"This function takes a title and joins its words with dashes between them, as in case {n}.\n"
    for n in range(40)
)


@pytest.fixture(scope="module", autouse=True)
def closed() -> Generator[None]:
    yield
    POOL.close()


async def make(scripted: ScriptedModel):
    """The artefact as JSON, made while somebody watches the drafts."""
    clock = TurnedClock()
    order = replace(an_order(include_tests=False, include_docs=False), drafts=True)
    return from_json(
        (await run(a_forge(scripted, clock, domain=DOMAIN), work_on(order, clock))).body
    )


@pytest.mark.parametrize("code", [BLOCK, OPEN], ids=["talk after its block", "talk inside it"])
async def test_talk_after_the_code_is_not_paid_for(code):
    scripted = ScriptedModel(code + TALK)

    artefact = await make(scripted)

    assert artefact["status"] == "complete"
    assert artefact["parts"]["code"]["files"][0]["content"] == CODE
    part, spent = artefact["evidence"]["parts"][0], artefact["evidence"]
    assert (part["cut"], part["tries"], part["model"]) == (True, 1, "scripted")
    assert spent["output_tokens"] < len(code + TALK) / 4 / 3
    assert spent["attempts"][0]["outcome"] == "cancelled"


async def test_a_reply_that_ends_by_itself_was_not_cut():
    artefact = await make(ScriptedModel(BLOCK))

    assert artefact["evidence"]["parts"][0]["cut"] is False


async def test_code_that_would_not_pass_is_heard_to_its_end():
    wrong = BLOCK.replace("def slug", "import nothing_of_the_kind\n\n\ndef slug")

    artefact = await make(ScriptedModel(wrong + TALK + "\nRequires: nothing_of_the_kind\n"))

    assert artefact["status"] == "complete"
    assert artefact["evidence"]["parts"][0]["cut"] is False


async def test_the_server_sees_that_nobody_listens_any_more(sqlite_url):
    said = [event({"content": piece}) for piece in (BLOCK, *TALK.splitlines(keepends=True))]
    order = {
        "prompt": "Words of a title joined by dashes",
        "language": "python",
        "include_tests": False,
        "include_docs": False,
    }
    async with listening(ModelServer()) as upstream:
        upstream.will(stream(*said, hang=True))
        given = {"openai_base_url": upstream.url, "openai_model": "m", "port": 0}
        settings = Settings(database_url=DatabaseUrl.read(sqlite_url), **given)
        async with served(Made(settings=settings)) as kuznia:
            code = kuznia.client.stream("POST", "/api/v1/code", json=order, headers=EVENTS)
            async with code as answer:
                seen = await told(answer)

        call = await upstream.left()

    assert call.answered is None
    assert seen[-1].data["artefact"]["evidence"]["parts"][0]["cut"] is True


@pytest.mark.parametrize(
    "text",
    [
        BLOCK + TALK[: MIN_TALK - 2],
        BLOCK + "Now for the rest of it:\n" + TALK,
        BLOCK + "It goes with words.py as well.\n" + TALK,
        BLOCK + TALK + "Requires nothing more.\n",
        BLOCK + TALK + BLOCK,
        "<think>\n" + BLOCK + TALK,
        "Words\n" * 5 + BLOCK + TALK,
        BLOCK.replace("python", "text") + TALK,
        TALK,
        "```\n" * 401,
        OPEN + "x = (\n" + TALK,
        OPEN + 'x = """\n' + TALK,
        OPEN + "def more():\n    this is not python at all\n" + TALK,
        OPEN + "def more():\n" + TALK,
        OPEN + "x = 1\n" * 3_000 + TALK,
        "```python\n" + TALK,
        OPEN + TALK[:60] + "\n" + TALK[:70] + "\n",
    ],
)
def test_where_more_may_come_it_is_waited_for(text):
    assert finished_part(text, a_bench()) is None


@pytest.mark.parametrize("language", ["c", "haskell"])
def test_a_parser_that_may_be_wrong_is_not_believed(language):
    reply = f"```{language}\nint f(void) {{ return 1; }}\n```\n{TALK}"

    assert finished_part(reply, a_bench(language=language)) is None


def test_an_open_block_of_another_language_may_go_on():
    assert finished_part("```go\npackage a\n\n" + TALK, a_bench(language="go")) is None


@pytest.mark.parametrize("path", REPLIES, ids=lambda path: path.stem)
def test_whatever_is_cut_holds_the_same_files_as_the_whole(path):
    case = read(path)
    bench = a_bench(language=case.language)
    kept = [
        cut
        for end in range(200, len(case.reply), 200)
        if case.part == "code" and (cut := finished_part(case.reply[:end], bench))
    ]

    for cut in kept[:1]:
        whole = extract(case.reply, get(case.language), "code")
        assert extract(cut, get(case.language), "code").files == whole.files


@given(st.text(max_size=300), st.integers(0, 900))
def test_any_reply_is_cut_or_waited_for(noise, place):
    text = OPEN + TALK
    kept = finished_part(text[:place] + noise + text[place:], a_bench())

    assert kept is None or kept.startswith("`") or "```python" in kept
