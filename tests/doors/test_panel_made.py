"""What the panel shows of what is made: whose, how and why, and never what is in it."""

import ast
import asyncio
import inspect
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doors.conftest import Start
from tests.makers import a_domain
from tests.servers.loop import Kuznia, held, listed
from tests.servers.model import ModelServer, reply, status

import kuznia as package
from kuznia.doors.panel import acts, jobs, page, runs, views, webhooks
from kuznia.doors.panel.page import ROWS
from kuznia.doors.panel.words import FAULTS, UKRAINIAN, fault_in, language_of
from kuznia.forge.terms import Caller
from kuznia.jobs.job import STATES
from kuznia.jobs.webhooks.outbox import DELIVERY_STATES
from kuznia.platform.errors import NotFound

CANARY = "kanarka"
SOURCES = Path(package.__file__).parent


async def shown(kuznia: Kuznia, path: str, language: str = "en") -> str:
    answer = await kuznia.client.get(path, headers={"accept-language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_run_and_its_artefact_are_shown_without_what_is_in_them(
    enter: Start, modelserver: ModelServer
) -> None:
    kuznia = await enter()
    modelserver.will(reply(f"note: bad {CANARY}"), reply(f"note: {CANARY}"))
    made = await kuznia.make(f"a note on {CANARY}")
    assert CANARY in made.text
    (artefact,), run = await listed(kuznia, 1), made.headers["x-run-id"]

    pages = {
        path: await shown(kuznia, f"/admin/{path}")
        for path in ("runs", f"runs/{run}", "artefacts", f"artefacts/{artefact['id']}")
    }

    assert run in pages["runs"]
    assert "bad-word" in pages[f"runs/{run}"]
    assert artefact["id"] in pages["artefacts"]
    assert "no-bad-words@1 ✓" in pages[f"artefacts/{artefact['id']}"]
    assert not [path for path, text in pages.items() if CANARY in text]


async def test_a_run_under_way_is_seen(enter: Start, modelserver: ModelServer) -> None:
    kuznia, go = await enter(), asyncio.Event()
    modelserver.will(held(go, reply("note: fine")))
    asking = asyncio.create_task(kuznia.make())
    await modelserver.arrived()

    listed, state = await shown(kuznia, "/admin/runs"), await shown(kuznia, "/admin")
    run = kuznia.doors.runs.newest()[0].id
    alone = await shown(kuznia, f"/admin/runs/{run}")
    go.set()
    await asking

    assert "<td>in progress</td>" in listed
    assert "<dt>Runs in progress</dt><dd>1</dd>" in state
    assert "<dd>in progress</dd>" in alone


async def test_a_run_that_failed_says_with_what(enter: Start, modelserver: ModelServer) -> None:
    kuznia = await enter()
    modelserver.will(status(500, CANARY))
    run = (await kuznia.make()).headers.get("x-run-id") or kuznia.doors.runs.newest()[0].id

    text = await shown(kuznia, f"/admin/runs/{run}")

    assert "<dd>MODEL_UNAVAILABLE</dd>" in text
    assert CANARY not in text


async def test_long_lists_come_page_by_page(enter: Start, modelserver: ModelServer) -> None:
    kuznia = await enter()
    modelserver.will(*(reply("note: fine") for _ in range(ROWS + 2)))
    await asyncio.gather(*(kuznia.make(f"note {number}") for number in range(ROWS + 2)))
    people = kuznia.doors.callers.users
    for number in range(ROWS + 2):
        await people.create(f"person {number:02}", "")
        await kuznia.doors.callers.keys.create(f"jwt:{number}", "k", ("read",))
        caller_limits = kuznia.doors.metering.caller_limits
        await caller_limits.decide(f"jwt:{number}", {"requests": "off"})
        memory = kuznia.doors.forge.memory
        now = kuznia.doors.forge.clock.now()
        await memory.learn(Caller(f"jwt:{number:02}"), "notes", lambda _: ('{"do":"learn"}',), now)

    for name in ("users", "keys", "limits", "runs", "artefacts", "feedback"):
        first = await shown(kuznia, f"/admin/{name}")
        further = first.partition('"pages"')[2].split('href="')[2].partition('"')[0]
        second = await shown(kuznia, further.replace("&amp;", "&"))

        assert first.count('<th scope="row">') == ROWS, name
        # Whoever had the notes made has spent something, so they are among the limits too.
        assert second.count('<th scope="row">') == (3 if name == "limits" else 2), name
        assert 'rel="next"' not in second


async def test_a_long_run_comes_page_by_page(enter: Start) -> None:
    kuznia = await enter(a_domain())
    run = kuznia.doors.runs
    await kuznia.make()
    (one,) = run.newest()
    for _ in range(2 * ROWS):
        one.events.append("part.draft", {"part": "note", "text": CANARY})
        one.events.append("part.started", {"part": "note"})

    first = await shown(kuznia, f"/admin/runs/{one.id}")
    further = first.partition('"pages"')[2].split('href="')[2].partition('"')[0]
    second = await shown(kuznia, further)

    assert first.count('<th scope="row">') == second.count('<th scope="row">') == ROWS
    assert CANARY not in first + second


async def test_secrets_are_masked_and_what_is_hashed_is_not_shown(enter: Start) -> None:
    kuznia = await enter(openai_api_key=f"{CANARY}-0000")
    callers = kuznia.doors.callers
    await callers.users.create("olena", f"{CANARY}-hash")
    key = (await callers.keys.create("olena", "nightly", ("read",)))[1]

    text = await shown(kuznia, "/admin/settings")
    others = await shown(kuznia, "/admin/users") + await shown(kuznia, "/admin/keys")

    assert "<code>OPENAI_API_KEY</code></th><td><code>***</code>" in text
    assert CANARY not in text + others
    assert key.rpartition("_")[2] not in others


async def test_the_page_speaks_ukrainian_to_whoever_asks_for_it(enter: Start) -> None:
    kuznia = await enter()

    text = await shown(kuznia, "/admin/users", "uk-UA,uk;q=0.9,en;q=0.8")

    assert '<html lang="uk">' in text
    assert "<h1>Користувачі</h1>" in text
    assert "Ключі API" in text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("uk", "uk"),
        ("de, uk;q=0.5", "uk"),
        ("en, uk;q=0.9", "en"),
        ("en;q=0.3, uk;q=0.9", "uk"),
        ("uk;q=0", "en"),
        ("ukulele", "en"),
        ("uk;q=x", "en"),
    ],
)
def test_the_language_is_the_one_liked_best(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


@given(st.text())
def test_any_wish_is_answered_in_one_of_ours(accepted: str) -> None:
    assert language_of(accepted) in {"en", "uk"}


def test_every_word_that_is_said_has_its_translation() -> None:
    said = {
        node.args[0].value
        for module in (views, acts, runs, jobs, webhooks, page)
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] == "say"
        and isinstance(node.args[0], ast.Constant)
    }

    assert len(said) > 20
    assert said <= UKRAINIAN.keys()
    assert {
        *page.PAGES.values(),
        *views.LIMITS.values(),
        *STATES,
        *DELIVERY_STATES,
    } <= UKRAINIAN.keys()


def test_every_fault_with_an_id_has_its_translation() -> None:
    ids = {
        node.value.value
        for file in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.keyword)
        and node.arg == "message_id"
        and isinstance(node.value, ast.Constant)
    }

    assert ids == FAULTS.keys()


def test_a_fault_offers_the_nearest_names_in_each_language() -> None:
    fault = NotFound(
        "There is no such user. Did you mean ivan?",
        details={"nearest": ["ivan"]},
        message_id="no-such-user",
    )

    assert fault_in("en", fault) == fault.message
    assert fault_in("uk", fault) == f"{FAULTS['no-such-user']} Можливо, ivan?"
    assert fault_in("uk", NotFound("Nobody has words for this.")) == "Nobody has words for this."


async def test_a_ukrainian_page_has_no_english_head_or_button(
    enter: Start, modelserver: ModelServer
) -> None:
    kuznia = await enter()
    modelserver.will(reply("note: fine"))
    await kuznia.doors.callers.users.create("olena", "")
    await kuznia.doors.callers.keys.create("olena", "k", ("read",))
    made = await kuznia.make()
    run = made.headers["x-run-id"]
    (one,) = await listed(kuznia, 1)
    job = await kuznia.make("another note", headers={"prefer": "respond-async"})
    url = {"url": "https://kuznia.invalid/"}
    hook = (await kuznia.client.post("/api/v1/webhooks", json=url)).json()["data"]["id"]
    await kuznia.client.post(f"/api/v1/webhooks/{hook}/test")

    for path in (
        "",
        "/users",
        "/keys",
        "/limits",
        "/limits?owner=local",
        "/runs",
        f"/runs/{run}",
        "/jobs",
        f"/jobs/{job.json()['data']['id']}",
        "/webhooks",
        f"/webhooks/{hook}",
        "/artefacts",
        f"/artefacts/{one['id']}",
        "/feedback",
        "/settings",
    ):
        text = await shown(kuznia, f"/admin{path}", "uk")
        for piece in re.findall(
            r"<(?:th scope=\"col\"|dt|button[^>]*|h1|h2|caption)>([^<]+)<", text
        ):
            assert piece in {"Redis", "local"} or not re.search("[a-z]{3}", piece), (
                f"{path}: {piece}"
            )
