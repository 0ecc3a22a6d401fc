"""So many may come in; each is told how many are left."""

import pytest
from tests.callers.makers import SECRET, bearer
from tests.doors.conftest import Lines, Start
from tests.servers.loop import NOTES
from tests.servers.model import ModelServer, reply

from kuznia.platform.errors import Invalid

LEFT = '"generation";r='


async def test_on_ones_own_machine_nobody_is_counted(
    enter: Start, modelserver: ModelServer
) -> None:
    modelserver.will(reply("note: good"))
    kuznia = await enter()

    answers = [await kuznia.make() for _ in range(15)]

    assert {one.status_code for one in answers} == {200}
    assert "ratelimit" not in answers[0].headers


async def test_the_order_too_many_is_told_when_the_next_is_welcome(
    enter: Start, modelserver: ModelServer, log: Lines
) -> None:
    modelserver.will(reply("note: good"))
    kuznia = await enter(rate_limit_generation="2/minute")

    good, _, refused = [await kuznia.make() for _ in range(3)]
    counted = await kuznia.metrics()

    assert good.headers["ratelimit-policy"] == '"generation";q=2;w=60'
    assert good.headers["ratelimit"].startswith(f"{LEFT}1;t=6")
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "RATE_LIMITED"
    assert refused.json()["error"]["details"] == {"limit": 2, "seconds": 60, "kind": "generation"}
    assert 55 <= int(refused.headers["retry-after"]) <= 62
    assert refused.headers["ratelimit"].startswith(f"{LEFT}0;t=")
    assert 'kuznia_refused_total{limit="generation"} 1.0' in counted
    (line,) = [one for one in log() if one["event"] == "rate_limited"]
    assert (line["level"], line["kind"], line["subject"]) == ("warning", "generation", "@127.0.0.1")


async def test_reading_is_counted_apart_from_orders(enter: Start) -> None:
    kuznia = await enter(rate_limit_requests="1/minute")

    first = await kuznia.client.get("/api/v1/artefacts")
    second = await kuznia.client.get("/api/v1/artefacts")
    order = await kuznia.client.post(NOTES, json={})

    assert (first.status_code, second.status_code, order.status_code) == (200, 429, 400)


async def test_whoever_watches_over_us_is_never_sent_away(enter: Start) -> None:
    kuznia = await enter(rate_limit_requests="1/minute")

    answers = [await kuznia.client.get(path) for path in ("/health", "/ready", "/metrics") * 2]

    assert {one.status_code for one in answers} == {200}


async def test_a_batch_is_as_many_orders_as_are_in_it(
    enter: Start, modelserver: ModelServer
) -> None:
    modelserver.will(reply("note: good"))
    kuznia = await enter(rate_limit_generation="5/minute")
    orders = [{"prompt": f"a note on {metal}"} for metal in ("iron", "lead", "gold")]

    first = await kuznia.client.post(f"{NOTES}/batch", json={"orders": orders})
    second = await kuznia.client.post(f"{NOTES}/batch", json={"orders": orders})

    assert first.headers["ratelimit"].startswith(f"{LEFT}2;")
    assert second.status_code == 429


async def test_a_route_may_have_a_rate_of_its_own(enter: Start) -> None:
    kuznia = await enter(
        rate_limit_requests="1/minute",
        rate_limit_routes="/api/v1/artefacts/{id}=2/minute,GET /api/v1/artefacts=off",
    )

    listed = [(await kuznia.client.get("/api/v1/artefacts")).status_code for _ in range(3)]
    found = [(await kuznia.client.get(f"/api/v1/artefacts/{n}")).status_code for n in range(3)]

    assert listed == [200, 200, 200]
    assert found == [404, 404, 429]


@pytest.mark.parametrize(
    ("proxies", "told", "same"),
    [
        # Whoever connects may say what they like: it is not believed.
        ("10.0.0.1", ("1.1.1.1", "2.2.2.2"), True),
        ("127.0.0.0/8", ("1.1.1.1", "2.2.2.2"), False),
        # Only what the nearest proxy wrote counts; what stands before it anyone can send.
        ("127.0.0.1", ("9.9.9.9, 1.1.1.1", "8.8.8.8, 1.1.1.1"), True),
        ("127.0.0.1,10.0.0.0/8", ("1.1.1.1, 10.1.1.1", "2.2.2.2, 10.1.1.1"), False),
        # One household, and another one.
        ("127.0.0.1", ("2001:db8::1", "2001:db8::2"), True),
        ("127.0.0.1", ("2001:db8::1", "2001:db8:0:1::1"), False),
        ("127.0.0.1", ("no:address", "no:address"), True),
        ("127.0.0.1", ("none", "nobody"), False),
    ],
)
async def test_an_address_is_what_a_proxy_of_ours_says(
    enter: Start, proxies: str, told: tuple[str, str], same: bool
) -> None:
    kuznia = await enter(allow_remote=True, rate_limit_requests="1/minute", trusted_proxies=proxies)

    first, second = [
        await kuznia.client.get("/api/v1/artefacts", headers={"x-forwarded-for": one})
        for one in told
    ]

    assert first.status_code == 200
    assert second.status_code == (429 if same else 200)


async def test_a_shelf_hit_costs_a_turn_but_nothing_of_the_budget(
    enter: Start, modelserver: ModelServer
) -> None:
    modelserver.will(reply("note: good", usage=(600, 400)))
    kuznia = await enter(
        rate_limit_generation="5/minute", budget_tokens_day=1_500, openai_max_tokens=300
    )

    answers = [await kuznia.make() for _ in range(3)]
    other = await kuznia.make("a note on lead")

    assert [one.status_code for one in answers] == [200, 200, 200]
    assert other.status_code == 429
    assert other.json()["error"]["code"] == "QUOTA_EXCEEDED"
    assert other.headers["ratelimit"].startswith(f"{LEFT}1;")


BAD = {"authorization": "Bearer x.y.z"}


@pytest.mark.parametrize("headers", [{}, BAD, {"x-api-key": "kz_none"}], ids=str)
@pytest.mark.parametrize("path", ["/api/v1/artefacts", "/nowhere", "/admin/users", "/?pass=x"])
async def test_an_address_that_guesses_is_sent_away_for_a_while(
    enter: Start, headers: dict[str, str], path: str
) -> None:
    kuznia = await enter(jwt_secret=SECRET, rate_limit_unauthorized="2/minute")
    path = path.replace("/?", "/api/v1/artefacts?")

    first, second, third = [
        await kuznia.client.get(path, headers=headers, follow_redirects=False) for _ in range(3)
    ]

    assert {first.status_code, second.status_code} <= {401, 303}
    assert (third.status_code, third.json()["error"]["code"]) == (429, "RATE_LIMITED")
    assert 1 <= int(third.headers["retry-after"]) <= 62


async def test_who_guesses_locks_nobody_out_who_shares_the_address(enter: Start) -> None:
    kuznia = await enter(jwt_secret=SECRET, rate_limit_unauthorized="1/minute")

    guesses = [(await kuznia.client.get("/api/v1/keys", headers=BAD)).status_code for _ in "123"]
    good = await kuznia.client.get("/api/v1/keys", headers=bearer("ivan"))
    public = await kuznia.client.get("/health", headers=BAD)

    assert guesses == [401, 429, 429]
    assert (good.status_code, public.status_code) == (200, 200)


async def test_whose_guesses_they_are_is_what_a_proxy_of_ours_says(enter: Start) -> None:
    kuznia = await enter(
        jwt_secret=SECRET, rate_limit_unauthorized="1/minute", trusted_proxies="127.0.0.1"
    )

    answers = [
        await kuznia.client.get("/api/v1/keys", headers={**BAD, "x-forwarded-for": one})
        for one in ("198.51.100.1", "198.51.100.1", "198.51.100.2")
    ]

    assert [one.status_code for one in answers] == [401, 429, 401]


@pytest.mark.parametrize("route", ["/api/v1/artefact/{id}=1/minute", "PUT /api/v1/artefacts=off"])
async def test_a_rate_that_would_limit_nothing_is_refused(enter: Start, route: str) -> None:
    with pytest.raises(Invalid, match=r"no route .*/api/v1/artefacts"):
        await enter(rate_limit_routes=route)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_head_counts_as_the_get_it_asks_about(enter: Start, method: str) -> None:
    kuznia = await enter(rate_limit_routes="GET /api/v1/artefacts=1/minute")

    await kuznia.client.get("/api/v1/artefacts")
    answer = await kuznia.client.request(method, "/api/v1/artefacts")

    assert answer.status_code == 429
