"""What a caller had made: newest first, page by page, and never another's."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from sqlalchemy import event
from tests.doors.conftest import Start
from tests.makers import a_domain
from tests.servers.loop import Kuznia
from tests.servers.model import ModelServer, reply

from kuznia.forge.terms import Caller
from kuznia.platform.db.tables import artefacts
from kuznia.platform.envelope import Envelope
from kuznia.web.shapes import ArtefactPage

HISTORY = "/api/v1/artefacts"


@pytest.fixture
async def stocked(enter: Start, modelserver: ModelServer, database_url: str) -> Kuznia:
    """A server whose caller has made six notes, of which the third was not accepted."""
    good = reply("note: fine")
    modelserver.will(good, good, reply("note: bad"), reply("note: bad"), good)
    kuznia = await enter(database=database_url)
    for number in range(1, 7):
        await kuznia.make(f"note {number}")
    return kuznia


async def page(kuznia: Kuznia, **asked: Any) -> dict[str, Any]:
    answer = await kuznia.client.get(HISTORY, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def give_away(kuznia: Kuznia, artefact: str) -> None:
    """Let an artefact be another caller's."""
    theirs = sa.update(artefacts).where(artefacts.c.id == artefact).values(owner="olena")
    async with kuznia.doors.db.write() as session:
        await session.execute(theirs)


@contextmanager
def statements() -> Generator[list[str]]:
    """Every statement sent to a database while this lasts."""
    sent: list[str] = []

    def hear(*said: Any) -> None:
        sent.append(said[2])

    event.listen(sa.Engine, "before_cursor_execute", hear)
    yield sent
    event.remove(sa.Engine, "before_cursor_execute", hear)


def refused(answer: httpx2.Response) -> str:
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    return error["details"]["fields"][0]["where"]


async def test_a_page_reads_no_bodies(stocked: Kuznia):
    with statements() as sent:
        await page(stocked)

    lists = [one for one in sent if "artefacts.id" in one]
    assert len(lists) == 1
    assert "body" not in lists[0]


async def test_the_newest_come_first(stocked: Kuznia):
    answer = await stocked.client.get(HISTORY)

    items = Envelope[ArtefactPage].model_validate_json(answer.content).data.items
    made = [item.created_at for item in items]
    assert len(items) == 6
    assert made == sorted(made, reverse=True)


async def test_pages_together_are_the_whole(stocked: Kuznia):
    whole = [item["id"] for item in (await page(stocked))["items"]]

    first = await page(stocked, limit=4)
    second = await page(stocked, limit=4, before=first["next"])

    assert [item["id"] for item in first["items"] + second["items"]] == whole
    assert second["next"] is None


async def test_a_page_that_is_just_full_is_the_last(stocked: Kuznia):
    assert (await page(stocked, limit=6))["next"] is None


async def test_what_is_made_meanwhile_moves_no_page(stocked: Kuznia):
    first = await page(stocked, limit=3)
    await stocked.make("a new note")

    second = await page(stocked, limit=3, before=first["next"])

    numbers = [item["id"] for item in first["items"] + second["items"]]
    assert len(set(numbers)) == 6


async def test_only_one_status_is_shown(stocked: Kuznia):
    failed = await page(stocked, status="failed")

    assert [item["status"] for item in failed["items"]] == ["failed"]


async def test_only_one_domain_is_shown(stocked: Kuznia):
    assert len((await page(stocked, domain="notes"))["items"]) == 6


async def test_a_domain_that_is_misspelt_is_no_empty_history(stocked: Kuznia):
    answer = await stocked.client.get(HISTORY, params={"domain": "note"})

    assert refused(answer) == "query.domain"
    assert "the domains are notes" in answer.json()["error"]["message"]


async def test_a_filter_that_is_misspelt_is_not_passed_over(stocked: Kuznia):
    answer = await stocked.client.get(HISTORY, params={"domian": "notes", "limit": 1})

    assert refused(answer) == "query.domian"
    assert "the parameters are before, domain, limit, status" in answer.json()["error"]["message"]


async def test_filters_and_pages_go_together(stocked: Kuznia):
    first = await page(stocked, status="complete", domain="notes", limit=3)
    second = await page(stocked, status="complete", domain="notes", before=first["next"])

    assert [len(first["items"]), len(second["items"])] == [3, 2]


@pytest.mark.parametrize("limit", [1, 100])
async def test_a_limit_within_its_bounds_is_kept(stocked: Kuznia, limit: int):
    assert len((await page(stocked, limit=limit))["items"]) == min(limit, 6)


@pytest.mark.parametrize("limit", ["0", "-1", "101", "9" * 30, "9" * 5000, "1.5", "ten", "", "1e1"])
async def test_a_limit_out_of_its_bounds_is_refused(kuznia: Kuznia, limit: str):
    assert refused(await kuznia.client.get(HISTORY, params={"limit": limit})) == "query.limit"


@pytest.mark.parametrize("status", ["", "Complete", "done", "complete,failed"])
async def test_a_status_there_is_not_is_refused(kuznia: Kuznia, status: str):
    assert refused(await kuznia.client.get(HISTORY, params={"status": status})) == "query.status"


@pytest.mark.parametrize("name", ["domain", "before"])
@pytest.mark.parametrize("text", ["", "%25", "%27%20OR%201%3D1", "x" * 65])
async def test_what_can_be_no_name_is_refused(kuznia: Kuznia, name: str, text: str):
    assert refused(await kuznia.client.get(f"{HISTORY}?{name}={text}")) == f"query.{name}"


@pytest.mark.parametrize("path", ["none", "art_" + "0" * 32, "x" * 64])
async def test_what_never_was_is_absent(kuznia: Kuznia, path: str):
    answer = await kuznia.client.get(f"{HISTORY}/{path}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("path", ["%27%20OR%201%3D1", "x" * 65])
async def test_what_can_be_no_id_is_refused(kuznia: Kuznia, path: str):
    assert refused(await kuznia.client.get(f"{HISTORY}/{path}")) == "path.artefact_id"


async def test_anothers_artefact_is_not_in_the_history(stocked: Kuznia):
    given = (await page(stocked))["items"][0]["id"]

    await give_away(stocked, given)

    assert given not in [item["id"] for item in (await page(stocked))["items"]]


async def test_anothers_artefact_is_as_absent_as_none(stocked: Kuznia):
    given = (await page(stocked))["items"][0]["id"]
    await give_away(stocked, given)

    answer = await stocked.client.get(f"{HISTORY}/{given}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


async def test_anothers_artefact_is_not_found_for_an_equal_order(
    kuznia: Kuznia, modelserver: ModelServer
):
    modelserver.will(reply("note: fine"))
    given = kuznia.doors.forge.domains["notes"].input(prompt="a note on iron")
    theirs = kuznia.doors.runs.start(await kuznia.doors.order("notes", given, Caller("olena")))
    await asyncio.wait((theirs.outcome,))

    ours = await kuznia.make("a note on iron")

    assert ours.json()["data"]["id"] != theirs.result().id
    assert len(modelserver.calls) == 2


async def test_a_text_no_table_takes_as_it_is_comes_back_whole(
    enter: Start, modelserver: ModelServer, database_url: str
):
    text = 'nul \0, quote ", back\\slash, half 👍, line\nend'
    modelserver.will(reply(f"note: {text}"))
    kuznia = await enter(a_domain(), database=database_url)
    artefact = (await kuznia.make()).json()["data"]

    kept = (await kuznia.client.get(artefact["links"]["self"])).json()["data"]

    assert kept["parts"]["note"]["text"] == text
