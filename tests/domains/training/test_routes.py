"""Training through the real application: orders, exports, questions and foreign plans."""

import csv
import io
import zipfile
from asyncio import gather
from collections.abc import AsyncGenerator
from copy import deepcopy

import httpx2
import pytest
from tests.servers.loop import inside

from kuznia.app import Made
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl

PLANS = "/api/v1/training/plans"
VERIFY = "/api/v1/verify"
QUESTIONS = "/api/v1/training/questions"
ORDER = {
    "prompt": "Get stronger and cycle at home",
    "profile": {
        "age": 34,
        "days": 4,
        "minutes": 45,
        "kind": "both",
        "equipment": ["dumbbells"],
        "endurance": {"sport": "cycling", "weekly_minutes": 120},
    },
}


@pytest.fixture
async def client(sqlite_url: str) -> AsyncGenerator[httpx2.AsyncClient]:
    async with inside(Made(settings=Settings(database_url=DatabaseUrl.read(sqlite_url)))) as kuznia:
        yield kuznia.client


async def made(client):
    return (await client.post(PLANS, json=ORDER)).json()["data"]


async def taken(client, name, **options):
    artefact = await made(client)
    return await client.get(f"/api/v1/artefacts/{artefact['id']}/exports/{name}", params=options)


@pytest.mark.smoke
async def test_an_order_gives_four_weeks_with_reasons_and_a_certificate(client):
    artefact = await made(client)

    plan, certificate = artefact["parts"]["plan"], artefact["parts"]["certificate"]
    assert (artefact["status"], artefact["made_by"]) == ("complete", "planner")
    assert len(plan["weeks"]) == 4
    assert plan["reason"]["cites"]
    assert certificate["passed"]


async def test_two_who_order_the_same_at_once_get_one_plan(client):
    one, other = await gather(*(client.post(PLANS, json=ORDER) for _ in range(2)))

    assert one.json()["data"]["id"] == other.json()["data"]["id"]


async def test_equipment_nobody_knows_is_no_plan_without_it(client):
    profile = ORDER["profile"] | {"equipment": ["bands", "dumbels"]}

    answer = await client.post(PLANS, json=ORDER | {"profile": profile})

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    assert error["details"]["fields"][0]["where"] == "profile.equipment.1"
    assert "The nearest: dumbbells" in error["message"]


async def test_a_red_flag_is_declined_and_no_plan_is_given(client):
    order = {**ORDER, "prompt": "I have chest pain when I climb stairs"}

    data = (await client.post(PLANS, json=order)).json()["data"]

    assert data["status"] == "declined"
    assert data["decline"]["code"]
    assert "plan" not in data["parts"]


async def test_a_calendar_has_an_event_on_the_asked_day_and_hour(client):
    answer = await taken(client, "ics", date="2026-01-05", time="07:30", zone="Europe/Kyiv")

    lines = answer.text.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert all(":" in line or line.startswith(" ") for line in lines[:-1])
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 16
    assert "DTSTART:20260105T053000Z" in lines


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"date": "soon"},
        {"date": "0001-01-01"},
        {"date": "9999-12-31"},
        {"date": "2026-01-05", "time": "07:30"},
        {"date": "2026-01-05", "zone": "Europe/Kyiv"},
        {"date": "2026-01-05", "time": "late", "zone": "Europe/Kyiv"},
        {"date": "2026-01-05", "time": "07:30+02:00", "zone": "Europe/Kyiv"},
        {"date": "2026-01-05", "time": "07:30", "zone": "Nowhere"},
        {"date": "2026-01-05", "time": "07:30", "zone": "../../etc/passwd"},
        {"date": "2026-01-05", "time": "07:30", "zone": "Europe"},
        {"date": "2026-01-05", "time": "07:30", "zone": "x" * 3000},
    ],
)
async def test_a_calendar_with_wrong_options_says_so(client, options):
    answer = await taken(client, "ics", **options)

    assert answer.status_code == 400


@pytest.mark.parametrize("name", ["fit", "zwo"])
async def test_workouts_come_as_a_zip_that_opens(client, name):
    answer = await taken(client, name)

    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None


@pytest.mark.parametrize("name", ["fit", "zwo", "intervals"])
async def test_a_plan_without_workouts_is_no_empty_file(client, name):
    profile = {"age": 34, "days": 3, "minutes": 45, "equipment": ["dumbbells"]}
    order = {"prompt": "Get stronger at home", "profile": profile}
    links = (await client.post(PLANS, json=order)).json()["data"]["links"]

    answer = await client.get(f"{links['exports']}/{name}")

    assert answer.status_code == 400
    assert "no endurance session" in answer.json()["error"]["message"]


async def test_no_cell_of_the_table_is_a_formula(client):
    answer = await taken(client, "csv")

    rows = list(csv.reader(io.StringIO(answer.text)))
    assert len(rows) > 16
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("json", "application/json"),
        ("html", "text/html"),
        ("text", "text/plain"),
        ("intervals", "text/plain"),
    ],
)
async def test_a_format_comes_under_its_media_type(client, name, media):
    answer = await taken(client, name)

    assert answer.headers["content-type"].startswith(media)
    assert answer.content


@pytest.mark.parametrize(
    ("profile", "asked"),
    [({"age": 70}, True), ({"age": 30}, False)],
)
async def test_questions_depend_on_the_person(client, profile, asked):
    answer = await client.post(QUESTIONS, json={"profile": profile})

    data = answer.json()["data"]
    everyone = (await client.post(QUESTIONS, json={"profile": {"age": 30}})).json()["data"]
    known = {one["id"] for one in everyone["questions"]}
    assert all(one["help_text"] for one in data["questions"])
    assert bool({one["id"] for one in data["questions"]} - known) is asked


async def test_a_plan_just_made_passes(client):
    plan = (await made(client))["parts"]["plan"]

    answer = await client.post(VERIFY, json={"order": ORDER, "plan": plan})

    assert answer.json()["data"]["certificate"]["passed"]


async def test_a_broken_plan_names_the_rule(client):
    plan = deepcopy((await made(client))["parts"]["plan"])
    plan["notices"] = []

    data = (await client.post(VERIFY, json={"order": ORDER, "plan": plan})).json()["data"]

    failed = {one["rule"] for one in data["certificate"]["checks"] if not one["passed"]}
    assert failed
    assert failed <= {one["code"] for one in data["findings"]}


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: plan.update(weeks=[]),
        lambda plan: plan.update(weeks=plan["weeks"] * 5),
        lambda plan: plan["weeks"][0].update(number=10**30),
        lambda plan: plan["weeks"][0].update(days=plan["weeks"][0]["days"] * 20),
        lambda plan: plan["weeks"][0].update(days="x"),
    ],
    ids=["no weeks", "too many weeks", "huge number", "too many days", "no list"],
)
async def test_a_plan_of_no_size_is_refused_with_the_place(client, change):
    plan = (await made(client))["parts"]["plan"]
    change(plan)

    answer = await client.post(VERIFY, json={"order": ORDER, "plan": plan})

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["fields"][0]["where"].startswith("plan.weeks")


@pytest.mark.parametrize(
    "change",
    [
        lambda week: week.update(days=[]),
        lambda week: week.update(number=-1),
        lambda week: week.update(days=week["days"] * 2),
        lambda week: [day.update(day=99, minutes=-5) for day in week["days"]],
        lambda week: [
            dose.update(id="=x", sets=0, reps=0)
            for day in week["days"]
            for dose in day["exercises"]
        ],
        lambda week: [
            dose.update(load=0.0, rir=-9) for day in week["days"] for dose in day["exercises"]
        ],
        lambda week: [day.update(sessions=[], exercises=[]) for day in week["days"]],
    ],
    ids=["no days", "week", "days twice", "day", "dose", "load", "nothing to do"],
)
async def test_a_plan_of_nonsense_fails_and_does_not_break_us(client, change):
    plan = (await made(client))["parts"]["plan"]
    change(plan["weeks"][0])

    answer = await client.post(VERIFY, json={"order": ORDER, "plan": plan})

    assert answer.status_code == 200
    assert not answer.json()["data"]["certificate"]["passed"]


@pytest.mark.parametrize("path", [VERIFY, QUESTIONS])
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"profile":{"age":"x"}}', b"\xff", b"[" * 9999]
)
async def test_a_wrong_body_is_refused(client, path, body):
    answer = await client.post(path, content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["fields"]


async def test_answers_that_do_not_fit_are_refused_with_the_place(client):
    plan = (await made(client))["parts"]["plan"]
    order = {**ORDER, "answers": {"no-such-question": 1}}

    answer = await client.post(VERIFY, json={"order": order, "plan": plan})

    where = answer.json()["error"]["details"]["fields"][0]["where"]
    assert where.startswith("order.answers")
