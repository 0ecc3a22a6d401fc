"""A browser's part in the admin panel, without a browser."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx2
import pytest
from tests.callers.conftest import CHEAP
from tests.servers.loop import Kuznia

if TYPE_CHECKING:
    from tests.doors.conftest import Start

PASSWORD = "a sentence is easy to keep"
# What anybody may see of the panel.
ENTRANCE = {"/admin/sign-in", "/admin/panel.css", "/admin/panel.svg"}
# Pages for admins alone: test_panel.py walks them.
PANEL = {
    "/admin",
    "/admin/users",
    "/admin/keys",
    "/admin/keys/{key_id}/revoke",
    "/admin/limits",
    "/admin/runs",
    "/admin/runs/{run_id}",
    "/admin/jobs",
    "/admin/jobs/{job_id}",
    "/admin/jobs/{job_id}/{act}",
    "/admin/webhooks",
    "/admin/webhooks/{webhook_id}",
    "/admin/webhooks/{webhook_id}/{act}",
    "/admin/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
    "/admin/artefacts",
    "/admin/artefacts/{artefact_id}",
    "/admin/feedback",
    "/admin/settings",
    "/admin/sign-out",
}
TOKEN = re.compile(r'name="form" value="([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class Browser:
    """Keeps cookies, sends the origin, and fills in the token of the page it is on."""

    kuznia: Kuznia

    @property
    def origin(self) -> str:
        return str(self.kuznia.client.base_url).rstrip("/")

    async def open(self, path: str, **headers: str) -> httpx2.Response:
        return await self.kuznia.client.get(path, headers=headers)

    async def token(self, path: str = "/admin/users") -> str:
        found = TOKEN.search((await self.open(path)).text)
        assert found is not None
        return found[1]

    async def send(self, path: str, /, **fields: str) -> httpx2.Response:
        on = "/admin/sign-in" if path == "/admin/sign-in" else "/admin/limits?owner=local"
        form = {"form": await self.token(on), **fields}
        return await self.kuznia.client.post(path, data=form, headers={"origin": self.origin})

    async def sign_in(self, name: str = "olena", password: str = PASSWORD) -> httpx2.Response:
        return await self.send("/admin/sign-in", name=name, password=password)


@pytest.fixture
async def browser(serve: "Start") -> Browser:
    """On a server where olena is an admin and ivan is not; nobody has signed in yet."""
    kuznia = await serve(accounts=True)
    people, hashed = kuznia.doors.callers.users, CHEAP.hash(PASSWORD)
    await people.create("olena", hashed, "admin")
    await people.create("ivan", hashed)
    return Browser(kuznia)


@pytest.fixture
async def admin(browser: Browser) -> Browser:
    """Signed in as olena."""
    assert (await browser.sign_in()).status_code == 303
    return browser


async def id_of(browser: Browser, name: str) -> str:
    return (await browser.kuznia.doors.callers.users.get(name)).id


async def ivans_key(browser: Browser) -> str:
    owner = await id_of(browser, "ivan")
    keys = browser.kuznia.doors.callers.keys
    return (await keys.create(owner, "nightly", ("domains", "read")))[1]
