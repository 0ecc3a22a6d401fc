"""The admin panel over HTTP: for admins alone, and moved by its own forms alone."""

import re
from typing import Any

import pytest
from tests.doors.browsing import PANEL, PASSWORD, Browser, ivans_key
from tests.doors.conftest import Start

from kuznia.app import Made, create_app
from kuznia.doors.panel import acts, runs, views
from kuznia.platform.settings import Settings

READ = sorted(path for path in PANEL if not path.endswith(("/revoke", "/sign-out")))
# Everything that takes a form, with a good one.
FORMS = {
    "/admin/sign-in": {"name": "olena", "password": PASSWORD},
    "/admin/sign-out": {},
    "/admin/users": {"who": "ivan", "act": "disable"},
    "/admin/keys/0000000000000000/revoke": {},
    "/admin/limits": {"who": "ivan", "requests": "10/minute"},
}


def test_every_form_there_is_is_tried_here() -> None:
    routers = (views.router, runs.router, acts.router)
    posts = {
        getattr(route, "path", "")
        for router in routers
        for route in router.routes
        if "POST" in getattr(route, "methods", ())
    }

    assert {path.replace("0" * 16, "{key_id}") for path in FORMS} == posts


async def test_nobody_sees_any_page_before_they_signed_in(browser: Browser) -> None:
    for path in READ:
        answer = await browser.open(path)

        assert (answer.status_code, answer.headers["location"]) == (303, "/admin/sign-in"), path
        assert answer.text == ""


async def test_nobody_does_anything_before_they_signed_in(browser: Browser) -> None:
    token = await browser.token("/admin/sign-in")
    for path, fields in FORMS.items():
        if path != "/admin/sign-in":
            answer = await browser.kuznia.client.post(
                path, data={"form": token, **fields}, headers={"origin": browser.origin}
            )
            assert answer.headers["location"] == "/admin/sign-in"

    assert not (await browser.kuznia.doors.callers.users.get("ivan")).disabled


async def test_a_user_does_not_get_in(browser: Browser) -> None:
    answer = await browser.sign_in("ivan")

    assert answer.status_code == 403
    assert "This is for administrators." in answer.text
    assert "set-cookie" not in answer.headers


async def test_a_users_token_and_key_open_no_page(browser: Browser) -> None:
    accounts = browser.kuznia.doors.callers.accounts
    token = (await accounts.sign_in("ivan", PASSWORD, "")).access_token
    for credential in (token, await ivans_key(browser)):
        answer = await browser.open("/admin/users", authorization=f"Bearer {credential}")

        assert answer.status_code == 403


async def test_a_users_refresh_token_is_no_session(browser: Browser) -> None:
    accounts = browser.kuznia.doors.callers.accounts
    token = (await accounts.sign_in("ivan", PASSWORD, "")).refresh_token

    answer = await browser.open("/admin/users", cookie=f"kuznia_admin={token}")

    assert answer.status_code == 303


async def test_the_session_of_the_panel_opens_nothing_else(admin: Browser) -> None:
    session = admin.kuznia.client.cookies["kuznia_admin"]
    post = admin.kuznia.client.post

    for path in ("refresh", "revoke"):
        answer = await post(f"/api/v1/auth/{path}", json={"refresh_token": session})
        assert answer.status_code == 401, path
    bearer = await admin.open("/api/v1/auth/me", authorization=f"Bearer {session}")

    assert bearer.status_code == 401
    assert (await admin.open("/admin")).status_code == 200


async def test_an_admins_refresh_token_is_no_session(browser: Browser) -> None:
    accounts = browser.kuznia.doors.callers.accounts
    token = (await accounts.sign_in("olena", PASSWORD, "")).refresh_token
    for cookie in (token, f"kp{token[2:]}"):
        answer = await browser.open("/admin/users", cookie=f"kuznia_admin={cookie}")

        assert answer.status_code == 303


async def test_signing_in_ends_the_session_the_browser_had(admin: Browser) -> None:
    first = admin.kuznia.client.cookies["kuznia_admin"]
    await admin.sign_in()
    second = admin.kuznia.client.cookies["kuznia_admin"]
    assert second != first
    assert (await admin.open("/admin")).status_code == 200

    answer = await admin.open("/admin", cookie=f"kuznia_admin={first}")

    assert answer.status_code == 303


@pytest.mark.parametrize(
    "cookie", ["x", "kr_", "kp_", f"kp_ses_{'0' * 32}_{'0' * 64}", f"kr_ses_{'0' * 32}_{'0' * 64}"]
)
async def test_a_made_up_session_is_none(browser: Browser, cookie: str) -> None:
    answer = await browser.open("/admin", cookie=f"kuznia_admin={cookie}")

    assert answer.status_code == 303


async def test_a_wrong_password_is_told_on_the_page(browser: Browser) -> None:
    answer = await browser.sign_in(password="not that one at all")

    assert answer.status_code == 401
    assert 'role="alert">The name or the password is wrong.' in answer.text


async def test_too_many_tries_are_too_many_here_too(browser: Browser) -> None:
    for _ in range(10):
        await browser.sign_in("nobody", "x")

    answer = await browser.sign_in("nobody", "x")

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


async def test_the_cookie_is_for_the_panel_alone(browser: Browser) -> None:
    answer = await browser.sign_in()

    words = {one.strip().lower() for one in answer.headers["set-cookie"].split(";")[1:]}
    assert words == {"httponly", "path=/admin", "samesite=strict"}
    # The API is not opened by it, wherever it is sent.
    session = answer.headers["set-cookie"].partition(";")[0]
    assert (await browser.open("/api/v1/artefacts", cookie=session)).status_code == 401


async def test_over_https_the_cookie_never_goes_without(browser: Browser) -> None:
    token = await browser.token("/admin/sign-in")
    fields = {"form": token, "name": "olena", "password": PASSWORD}
    # A proxy before us has taken off the TLS.
    headers = {"origin": browser.origin.replace("http:", "https:")}

    answer = await browser.kuznia.client.post("/admin/sign-in", data=fields, headers=headers)

    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("token", "origin"),
    [
        ("", "ours"),
        ("0" * 64, "ours"),
        ("є", "ours"),
        ("good", "http://evil.example"),
        ("good", "null"),
        ("good", ""),
    ],
    ids=["none", "made up", "odd", "foreign", "hidden", "untold"],
)
async def test_a_form_that_is_not_from_our_page_does_nothing(
    admin: Browser, token: str, origin: str
) -> None:
    headers = {"origin": admin.origin if origin == "ours" else origin}
    for path, fields in FORMS.items():
        good = await admin.token("/admin/sign-in" if path == "/admin/sign-in" else "/admin")
        form = {"form": good if token == "good" else token} if token else {"other": "1"}

        answer = await admin.kuznia.client.post(path, data={**form, **fields}, headers=headers)

        assert answer.status_code == 403, path
    assert (await admin.open("/admin")).status_code == 200
    assert not (await admin.kuznia.doors.callers.users.get("ivan")).disabled


async def test_the_token_of_one_session_is_not_that_of_another(admin: Browser) -> None:
    first = await admin.token()
    await admin.sign_in()

    answer = await admin.kuznia.client.post(
        "/admin/users",
        data={"form": first, "who": "ivan", "act": "disable"},
        headers={"origin": admin.origin},
    )

    assert answer.status_code == 403


async def test_what_is_no_form_is_refused(admin: Browser) -> None:
    form = "application/x-www-form-urlencoded"
    for content, kind, status in (
        (b"{}", "application/json", 415),
        (b"form=\xff", form, 400),
        (b"a=1&" * 30, form, 400),
        (b"a" * 20_000, form, 413),
    ):
        headers = {"origin": admin.origin, "content-type": kind}

        answer = await admin.kuznia.client.post("/admin/users", content=content, headers=headers)

        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("how", ["disable", "demote", "password", "sign-out"])
async def test_whoever_may_no_longer_is_out_at_once(admin: Browser, how: str) -> None:
    callers = admin.kuznia.doors.callers
    cookie = f"kuznia_admin={admin.kuznia.client.cookies['kuznia_admin']}"
    if how == "disable":
        await callers.users.disable("olena")
    elif how == "demote":
        await callers.users.set_role("olena", "user")
    elif how == "password":
        await callers.accounts.set_password("olena", "another sentence to keep")
    else:
        answer = await admin.send("/admin/sign-out")
        assert "Max-Age=0" in answer.headers["set-cookie"]

    answer = await admin.open("/admin/users", cookie=cookie)

    assert answer.headers["location"] == "/admin/sign-in"


async def test_with_nothing_configured_the_owner_of_the_machine_is_in(serve: Start) -> None:
    browser = Browser(await serve())
    await browser.kuznia.doors.callers.users.create("ivan", "")

    seen = [(await browser.open(path)).status_code for path in READ if "{" not in path]
    done = await browser.send("/admin/users", who="ivan", act="disable")
    sign_in = await browser.open("/admin/sign-in")

    assert set(seen) == {200}
    assert done.status_code == 303
    assert sign_in.headers["location"] == "/admin"
    assert "Sign out" not in (await browser.open("/admin")).text


async def test_a_foreign_page_does_nothing_where_nobody_signs_in(serve: Start) -> None:
    browser = Browser(await serve())
    fields = {
        "form": await browser.token("/admin/limits?owner=local"),
        "who": "ivan",
        "requests": "off",
    }

    answer = await browser.kuznia.client.post(
        "/admin/limits", data=fields, headers={"origin": "http://evil.example"}
    )

    assert answer.status_code == 403


async def test_every_page_has_the_strict_policy(admin: Browser) -> None:
    for path in ("/admin", "/admin/users", "/admin/runs/run_0", "/admin/sign-in"):
        answer = await admin.open(path)

        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; ")
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<script|style=|\son\w+=", answer.text)


def test_no_route_of_the_panel_is_in_the_apis_document() -> None:
    paths: dict[str, Any] = create_app(Made(settings=Settings())).openapi()["paths"]

    assert not [path for path in paths if path.startswith("/admin")]
