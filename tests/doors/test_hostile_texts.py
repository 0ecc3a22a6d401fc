"""The longest text every door takes, made to be slow to read, costs about as much as any other."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import httpx2
import pytest
from tests.clocks import least_work_of
from tests.doors.browsing import Browser
from tests.servers.loop import inside

from kuznia.app import Made
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl

Door = Callable[["Server", str], Awaitable[httpx2.Response]]

# Of the processor, not of the clock: a busy machine changes nothing. The slowest takes a tenth.
SECONDS = 2
PLAN = {
    "prompt": "Get stronger and run at home",
    "profile": {"age": 34, "days": 4, "minutes": 45, "kind": "both", "equipment": ["dumbbells"]},
}
FLOW = {"prompt": "Реєстрація користувача: ім'я, прізвище, email, телефон"}
# Repeated as often as there is room.
WORDS = (
    *(" ", "\n", "<", "< ", "(", ")", '"', '" ', "' or ", "1", "1 грн ", "111 ", "а", "а ", "a-"),
    *(", ", ". ", ": ", " — ", "; then ", "e\u0301", "א", "\ufdfa", "<a ", "<a onclick", "union "),
    *("rename ", "move ", "якщо ", "if ", "до 5 ", "name, ", "ім'я (так, ні), ", "ask for "),
    *("не обов'язково ", "номер картки ", "запис", "одноразов", "swap ", "заміни на ", "hate "),
    *("no pain ", "dizzy ", "біль у ", "monday ", "bench press, "),
)
BEGINNINGS = ("", "en", "rename", "якщо ", "no ", "swap ", "поля: ")


class Server:
    """The whole application with a flow and a plan in it."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client
        self.flow = self.plan = ""

    async def make(self) -> None:
        flow = await self.client.post("/api/v1/flows", json=FLOW)
        plan = await self.client.post("/api/v1/training/plans", json=PLAN)
        self.flow, self.plan = flow.json()["data"]["id"], plan.json()["data"]["id"]


async def new_flow(server: Server, text: str) -> httpx2.Response:
    return await server.client.post("/api/v1/flows", json={"prompt": text})


async def flow_edit(server: Server, text: str) -> httpx2.Response:
    path = f"/api/v1/flows/{server.flow}/edits"
    return await server.client.post(path, json={"sentence": text})


async def new_plan(server: Server, text: str) -> httpx2.Response:
    answers = {f"q{number}": text for number in range(30)}
    return await server.client.post("/api/v1/training/plans", json=PLAN | {"answers": answers})


async def plan_feedback(server: Server, text: str) -> httpx2.Response:
    path = f"/api/v1/artefacts/{server.plan}/feedback"
    return await server.client.post(path, json={"text": text})


async def code_prompt(server: Server, text: str) -> httpx2.Response:
    order = {"prompt": text, "language": "python"}
    return await server.client.post("/api/v1/code", json=order)


# With how long a text it takes.
DOORS: dict[Door, int] = {
    new_flow: 2000,
    flow_edit: 2000,
    new_plan: 2000,
    plan_feedback: 2000,
    code_prompt: 2000,
}


@pytest.fixture
async def server(sqlite_url: str) -> AsyncGenerator[Server]:
    settings = Settings(database_url=DatabaseUrl.read(sqlite_url))
    async with inside(Made(settings=settings)) as kuznia:
        server = Server(kuznia.client)
        await server.make()
        yield server


async def cost(server: Server, door: Door, text: str) -> float:
    async def ask() -> None:
        answer = await door(server, text)
        # There is no model here to ask for code.
        assert answer.status_code in {200, 303, 400, 404, 422, 503}, answer.text

    return await least_work_of(SECONDS, ask)


@pytest.mark.parametrize(
    ("door", "text"),
    [
        pytest.param(flow_edit, "rename" + 1000 * " " + "x", id="edit"),
        pytest.param(new_plan, "<" + 1997 * " " + "x", id="answers"),
    ],
)
async def test_blanks_do_not_hold_up_the_server(server: Server, door: Door, text: str) -> None:
    assert await cost(server, door, text) < SECONDS


@pytest.mark.no_cover
@pytest.mark.parametrize("door", DOORS)
async def test_no_text_that_is_taken_holds_up_the_server(server: Server, door: Door) -> None:
    texts = [(word * DOORS[door])[: DOORS[door]] for word in WORDS]
    texts += [(text + 2000 * " ")[: DOORS[door] - 1] + ";" for text in BEGINNINGS]

    costs = {text[:20]: await cost(server, door, text) for text in texts}

    assert not {text: taken for text, taken in costs.items() if taken >= SECONDS}


async def test_languages_do_not_hold_up_who_has_not_signed_in(browser: Browser) -> None:
    wishes = "en" + 62_000 * " " + ";"

    async def ask() -> None:
        answer = await browser.open("/admin/sign-in", **{"accept-language": wishes})
        assert answer.status_code == 200

    assert await least_work_of(SECONDS, ask) < SECONDS
