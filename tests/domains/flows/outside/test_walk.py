"""A preview as it is served, under its own policy, walked through in a browser from end to end."""

import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.callers.makers import SECRET, bearer
from tests.domains.flows.outside.tools import ask, chromium
from tests.servers.thread import serving

from kuznia.app import Made
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl

PROMPT = "Реєстрація користувача: ім'я, прізвище, email, телефон"


@pytest.fixture(scope="module", params=[None, SECRET], ids=["open to all", "by a link"])
def walk(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Any:
    """What the browser came upon: a page handed in with a gap, the other language, the end."""
    database: Path = tmp_path_factory.mktemp("walk") / "kuznia.db"
    url = DatabaseUrl.read(f"sqlite+aiosqlite:///{database}")
    settings = Settings(database_url=url, jwt_secret=request.param)
    with (
        serving(Made(settings=settings)) as address,
        httpx2.Client(base_url=address, headers=bearer("ivan")) as ivan,
    ):
        made = ivan.post("/api/v1/flows", json={"prompt": PROMPT}).json()["data"]
        given = ivan.post(f"{made['links']['self']}/preview-link").json()["data"]
        return ask("walk", {"executable": chromium(), "address": address + given["link"]})


def test_what_is_wrong_takes_the_focus_and_leads_to_its_field(walk) -> None:
    assert walk["wrong"]["title"].startswith("Помилка: ")
    assert walk["wrong"]["focus"] == "summary"
    assert walk["wrong"]["led"] == "first_name"


def test_the_policy_lets_the_style_in_and_nothing_is_refused(walk) -> None:
    assert walk["wrong"]["framed"] == "solid"
    assert walk["refused"] == []


def test_the_other_language_keeps_what_was_typed(walk) -> None:
    assert walk["english"] == {"language": "en", "typed": "Шевченко"}


def test_what_was_answered_is_reviewed_and_handed_in(walk) -> None:
    assert walk["reviewed"] == ["Надія", "Шевченко", "nadiia@example.com", "+380 50 123 45 67"]
    assert re.fullmatch(r"[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}", walk["reference"])
