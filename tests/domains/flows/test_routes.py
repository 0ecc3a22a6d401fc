"""A flow walked and changed through the real application."""

import html
import re
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
from tests.servers.loop import Kuznia, inside

from kuznia.app import Made
from kuznia.domains.flows.schema import Flow
from kuznia.domains.flows.screens.style import POLICY
from kuznia.domains.flows.structure.formats import EXAMPLES
from kuznia.forge.revise import UNDONE
from kuznia.platform.db.tables import artefacts
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl

PROMPT = "Реєстрація користувача: ім'я, прізвище, email, телефон"


@pytest.fixture
async def kuznia(sqlite_url: str) -> AsyncGenerator[Kuznia]:
    async with inside(Made(settings=Settings(database_url=DatabaseUrl.read(sqlite_url)))) as kuznia:
        yield kuznia


async def made(kuznia: Kuznia) -> dict[str, Any]:
    answer = await kuznia.client.post("/api/v1/flows", json={"prompt": PROMPT})
    return answer.json()["data"]


def preview_url(artefact: dict[str, Any]) -> str:
    return f"/api/v1/artefacts/{artefact['id']}/preview/"


def state(page: httpx2.Response) -> str:
    found = re.search(r'name="-state" value="([^"]*)"', page.text)
    return html.unescape(found.group(1)) if found else ""


def filled(artefact: dict[str, Any]) -> dict[str, str]:
    """An answer to everything the flow asks."""
    flow = Flow.model_validate(artefact["parts"]["flow"])
    asked = {name: EXAMPLES[one.format] if one.format else "Дія" for name, one in flow.asks.items()}
    return asked | {step.id: "yes" for step in flow.steps if step.kind == "consent"}


async def walked(kuznia: Kuznia, artefact: dict[str, Any]) -> list[httpx2.Response]:
    pages = [await kuznia.client.get(preview_url(artefact))]
    while state(pages[-1]) and 'method="post"' in pages[-1].text and len(pages) < 20:
        sent = filled(artefact) | {"-state": state(pages[-1])}
        pages.append(await kuznia.client.post(preview_url(artefact), data=sent))
        if re.search(r"[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}", pages[-1].text):
            break
    return pages


async def edit(kuznia: Kuznia, artefact: dict[str, Any], **change: Any) -> httpx2.Response:
    return await kuznia.client.post(f"/api/v1/flows/{artefact['id']}/edits", json=change)


@pytest.mark.smoke
async def test_the_whole_way_ends_with_a_number_to_quote(kuznia):
    pages = await walked(kuznia, await made(kuznia))

    assert {page.status_code for page in pages} == {200}
    assert re.search(r"[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}", pages[-1].text)


async def test_pages_come_under_their_policy_and_are_not_stored(kuznia):
    page = await kuznia.client.get(preview_url(await made(kuznia)))

    assert page.headers.get_list("content-security-policy") == [POLICY]
    assert page.headers["cache-control"] == "no-store"


async def test_a_wrong_answer_is_told(kuznia):
    artefact = await made(kuznia)
    pages = await walked(kuznia, artefact)

    wrong = [
        await kuznia.client.post(preview_url(artefact), data={"-state": state(page)})
        for page in pages[:-1]
    ]

    assert 422 in {page.status_code for page in wrong}


async def test_pages_speak_the_language_asked_for(kuznia):
    page = await kuznia.client.get(preview_url(await made(kuznia)), params={"language": "en"})

    assert '<html lang="en"' in page.text


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"-state": "forged"}},
        {"data": {"-state": "A" * 70_000}},
        {"data": {"-change": "nowhere"}},
        {"data": {str(number): "" for number in range(600)}},
        {"files": {"-state": ("a.txt", b"\x00\xff")}},
        {"content": b"%ff=%00&\xff", "headers": {"content-type": "text/plain"}},
        {"content": b"--", "headers": {"content-type": "multipart/form-data"}},
        {
            "content": b"%ff=%00&\xff",
            "headers": {"content-type": "application/x-www-form-urlencoded"},
        },
    ],
)
async def test_hostile_forms_are_answered(kuznia, sent):
    answer = await kuznia.client.post(preview_url(await made(kuznia)), **sent)

    assert answer.status_code < 500


@pytest.mark.smoke
@pytest.mark.parametrize("sentence", ["прибери телефон", "remove the phone"])
async def test_a_sentence_changes_what_it_names(kuznia, sentence):
    artefact = await made(kuznia)

    answer = await edit(kuznia, artefact, sentence=sentence)

    data = answer.json()["data"]
    assert data["id"] != artefact["id"]
    assert [(one["kind"], one["what"].rpartition(".")[2]) for one in data["diff"]] == [
        ("removed", "phone")
    ]


async def test_a_changed_flow_answers_for_the_prompt_it_was_ordered_with(kuznia):
    artefact = await made(kuznia)

    data = (await edit(kuznia, artefact, sentence="remove the phone")).json()["data"]

    assert (artefact["status"], data["status"]) == ("complete", "partial")
    undone = [wish for wish in data["wishes"] if wish["outcome"] != "met"]
    assert [(wish["quote"], wish["why"]) for wish in undone] == [("телефон", UNDONE)]
    page, before = [await kuznia.client.get(preview_url(one)) for one in (data, artefact)]
    assert "<li>телефон</li>" in page.text
    assert "<details>" not in before.text


async def test_half_a_sentence_changes_nothing_and_is_quoted(kuznia):
    sentence = "make the phone optional and polish the genres"

    answer = await edit(kuznia, await made(kuznia), sentence=sentence)

    assert answer.status_code == 400
    details = answer.json()["error"]["details"]
    assert details["not_understood"] == [{"quote": "polish the genres", "start": 28, "end": 45}]
    assert [part["quote"] for part in details["understood"]] == ["make the phone optional"]


async def test_what_is_so_already_leaves_the_artefact_as_it_was(kuznia):
    artefact = await made(kuznia)

    data = (await edit(kuznia, artefact, sentence="don't remove the phone")).json()["data"]

    assert (data["id"], data["diff"], len(data["notes"])) == (artefact["id"], [], 1)


async def test_operations_change_a_flow_and_the_original_stays(kuznia):
    artefact = await made(kuznia)

    await edit(kuznia, artefact, operations=[{"op": "remove-field", "field": "phone"}])

    original = (await kuznia.client.get(f"/api/v1/artefacts/{artefact['id']}")).json()["data"]
    assert original["parts"] == artefact["parts"]


async def test_an_edit_that_makes_a_flow_unsound_is_refused(kuznia):
    answer = await edit(kuznia, await made(kuznia), sentence="прибери згоду")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["findings"][0]["code"] == "legal-steps"


@pytest.mark.parametrize("change", [{}, {"sentence": "привіт"}, {"operations": [{"op": "x"}]}])
async def test_an_edit_that_cannot_be_done_says_why(kuznia, change):
    answer = await edit(kuznia, await made(kuznia), **change)

    assert answer.status_code == 400


@pytest.mark.parametrize("change", [{"owner": "another"}, {"domain": "code"}])
async def test_what_is_not_the_callers_flow_is_not_there(kuznia, change):
    artefact = await made(kuznia)
    async with kuznia.doors.db.write() as session:
        await session.execute(artefacts.update().values(**change))

    page = await kuznia.client.get(preview_url(artefact))
    answer = await edit(kuznia, artefact, sentence="прибери телефон")

    assert (page.status_code, answer.status_code) == (404, 404)
