"""The API reference in headless Chromium: every address can be tried, with a credential."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tests.domains.flows.outside.tools import ask, chromium
from tests.servers.thread import serving

from kuznia.app import Made
from kuznia.launch import callers_here
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl

# What needs no model, with the example that stands in its form.
TRIED = {
    "artefacts_page": "200",
    "make_training": "200",
    "make_flows": "200",
    "analyse_code": "200",
    "code_skeletons": "200",
    "training_questions": "200",
    "verify": "200",
}


async def a_key(settings: Settings) -> str:
    async with callers_here(settings) as (callers, _):
        person = await callers.accounts.create("olena@example.org", "a sentence to keep")
        return (await callers.keys.create(person.id, "a try", ("domains", "read")))[1]


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    database: Path = tmp_path_factory.mktemp("reference") / "kuznia.db"
    settings = Settings(
        database_url=DatabaseUrl.read(f"sqlite+aiosqlite:///{database}"), accounts=True, port=0
    )
    key = asyncio.run(a_key(settings))
    with serving(Made(settings=settings)) as address:
        question = {"executable": chromium(), "address": address, "key": key}
        return ask("reference", question | {"operations": list(TRIED)})


def test_the_example_in_each_form_is_taken(tried: dict[str, Any]) -> None:
    assert tried["tries"] == TRIED


def test_no_example_is_a_guess(tried: dict[str, Any]) -> None:
    bodies = [json.loads(body) for body in tried["bodies"]]

    assert len(bodies) == len([body for body in bodies if body])
    assert {"files": [None]} not in bodies


def test_a_credential_is_asked_for_sent_where_it_is_needed_and_kept_nowhere(
    tried: dict[str, Any],
) -> None:
    assert (tried["without"], tried["open"]) == ("401", "200")
    assert tried["kept"] == [0, 0]
    # The browser tells of the one answer that was an error.
    assert [line for line in tried["said"] if "401" not in line] == []


def test_a_parameter_with_choices_offers_them(tried: dict[str, Any]) -> None:
    assert {"complete", "degraded", "declined"} <= set(tried["choices"])


def test_what_a_field_takes_is_told_in_sentences(tried: dict[str, Any]) -> None:
    cells = tried["cells"]

    assert len(cells) > 500
    assert [cell for cell in cells if "`" in cell or "default null" in cell] == []
    assert [cell for cell in cells if cell.startswith(("at least", "at most"))] == []
    assert any("At most" in cell for cell in cells)
