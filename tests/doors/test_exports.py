"""Artefacts taken away as files."""

from collections.abc import AsyncGenerator

import httpx2
import pytest
from tests.makers import a_domain
from tests.servers.loop import inside

from kuznia.app import Made
from kuznia.forge.terms import CannotExport, Copy, Export, Presentation
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl


def as_text(copy: Copy) -> bytes:
    note = copy.parts["note"]
    if not isinstance(note, dict) or "loud" in copy.options:
        raise CannotExport("A note is never loud.")
    return str(note["text"]).encode()


@pytest.fixture
async def client(sqlite_url: str) -> AsyncGenerator[httpx2.AsyncClient]:
    model = ScriptedModel()
    model.always("note: hot iron")
    form = Export("text/plain", "txt", as_text, frozenset({"loud"}))
    domain = a_domain(shown=Presentation(exports={"text": form}))
    settings = Settings(database_url=DatabaseUrl.read(sqlite_url))
    async with inside(Made(settings=settings, domains={"notes": domain}, model=model)) as kuznia:
        yield kuznia.client


async def made(client: httpx2.AsyncClient) -> str:
    answer = await client.post("/api/v1/notes", json={"prompt": "a note on iron"})
    return answer.json()["data"]["links"]["self"]


async def test_an_artefact_is_taken_away_as_a_file(client):
    where = await made(client)

    answer = await client.get(f"{where}/exports/text")

    assert answer.content == b"hot iron"
    assert answer.headers["content-disposition"].endswith('-text.txt"')


async def test_the_formats_of_an_artefact_are_listed_with_their_links(client):
    where = await made(client)
    links = (await client.get(where)).json()["data"]["links"]

    answer = await client.get(links["exports"])

    assert answer.json()["data"] == [
        {"name": "text", "media_type": "text/plain", "link": f"{where}/exports/text"}
    ]


async def test_a_format_nobody_knows_is_answered_with_those_there_are(client):
    where = await made(client)

    answer = await client.get(f"{where}/exports/stone")

    assert answer.status_code == 404
    assert "the formats are: text" in answer.json()["error"]["message"]


async def test_what_does_not_go_into_a_format_says_why(client):
    where = await made(client)

    answer = await client.get(f"{where}/exports/text?loud=yes")

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "A note is never loud."


async def test_an_artefact_that_is_not_there_has_no_export(client):
    answer = await client.get("/api/v1/artefacts/art_0/exports/text")

    assert answer.status_code == 404


async def test_an_option_no_format_has_is_refused(client):
    answer = await client.get(f"{await made(client)}/exports/text?lout=yes")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["fields"][0]["where"] == "query.lout"
