"""The admin panel in headless Chromium, under its own policy: sign in, revoke a key, see a run."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.domains.flows.outside.tools import ask, chromium, faults
from tests.servers.thread import serving

from kuznia.app import Made
from kuznia.launch import callers_here
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl

NAME, PASSWORD = "olena@example.org", "a sentence is easy to keep"


async def make_accounts(settings: Settings) -> str:
    """An admin, and somebody with a key; the key."""
    async with callers_here(settings) as (callers, _):
        await callers.accounts.create(NAME, PASSWORD, "admin")
        ivan = await callers.accounts.create("ivan@example.org", PASSWORD)
        scopes = ("domains", "read")
        return (await callers.keys.create(ivan.id, "nightly build", scopes))[1]


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the browser came upon, and how the key's owner fared before and after."""
    database: Path = tmp_path_factory.mktemp("panel") / "kuznia.db"
    settings = Settings(
        database_url=DatabaseUrl.read(f"sqlite+aiosqlite:///{database}"), accounts=True, port=0
    )
    key = asyncio.run(make_accounts(settings))
    order, headers = {"prompt": "Register a small business"}, {"x-api-key": key}
    with serving(Made(settings=settings)) as address:
        made = httpx2.post(f"{address}/api/v1/flows", json=order, headers=headers)
        question = {
            "executable": chromium(),
            "address": address,
            "name": NAME,
            "password": PASSWORD,
            "key": key.split("_")[1],
            "run": made.headers["x-run-id"],
        }
        told = ask("panel", question)
        later = httpx2.get(f"{address}/api/v1/artefacts", headers=headers)
    return {**told, "ivan": (made.status_code, later.status_code)}


def test_no_page_is_refused_anything_by_the_policy(looked: dict[str, Any]) -> None:
    assert looked["said"] == []
    assert looked["styled"] == "solid"


def test_whoever_is_not_signed_in_is_sent_to_sign_in(looked: dict[str, Any]) -> None:
    assert looked["sentTo"] == looked["out"] == "/admin/sign-in"
    assert looked["signedIn"] == "/admin"


def test_the_session_is_out_of_the_reach_of_scripts_and_sites(looked: dict[str, Any]) -> None:
    (cookie,) = looked["cookies"]

    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/admin")
    assert looked["seen"] == ""


def test_a_key_revoked_there_opens_nothing_any_more(looked: dict[str, Any]) -> None:
    assert (looked["before"], looked["after"]) == ("active", "revoked")
    assert looked["ivan"] == (200, 401)


def test_a_run_is_seen_step_by_step(looked: dict[str, Any]) -> None:
    assert looked["events"][0] == "run.started"
    assert looked["events"][-1] == "run.finished"
    assert looked["made"] == "Artefact"


def test_axe_finds_nothing_on_any_page(looked: dict[str, Any]) -> None:
    assert len(looked["faults"]) == 12
    assert faults(looked["faults"]) == {}
