"""What an admin does in the panel, and what they are told when it cannot be done."""

from tests.callers.spenders import a_call, eventually
from tests.doors.browsing import Browser, id_of, ivans_key

from kuznia.forge.terms import Budget, Caller
from kuznia.jobs.job import NewJob


async def test_a_revoked_key_opens_nothing_any_more(admin: Browser) -> None:
    key = await ivans_key(admin)
    headers = {"x-api-key": key}
    before = await admin.kuznia.client.get("/api/v1/artefacts", headers=headers)

    answer = await admin.send(f"/admin/keys/{key.split('_')[1]}/revoke")

    shown = await admin.open(answer.headers["location"])
    after = await admin.kuznia.client.get("/api/v1/artefacts", headers=headers)
    assert (before.status_code, after.status_code) == (200, 401)
    assert "<td>revoked</td>" in shown.text


async def test_a_key_there_is_not_cannot_be_revoked(admin: Browser) -> None:
    answer = await admin.send("/admin/keys/0000000000000000/revoke")

    assert answer.status_code == 404
    assert "There is no such key." in answer.text


async def test_people_are_changed(admin: Browser) -> None:
    for act, role, disabled in (
        ("disable", "user", True),
        ("enable", "user", False),
        ("admin", "admin", False),
        ("user", "user", False),
    ):
        answer = await admin.send("/admin/users", who="ivan", act=act)

        ivan = await admin.kuznia.doors.callers.users.get("ivan")
        assert answer.headers["location"] == f"/admin/users?who={ivan.id}"
        assert (ivan.role, ivan.disabled) == (role, disabled)


async def test_nobody_shuts_the_door_on_themselves(admin: Browser) -> None:
    for act in ("disable", "user"):
        answer = await admin.send("/admin/users", who="Olena", act=act)

        assert answer.status_code == 409
        assert (await admin.open("/admin")).status_code == 200


async def test_what_cannot_be_done_is_told(admin: Browser) -> None:
    for who, act, status in (
        ("ivan", "erase", 400),
        ("ivan", "", 400),
        ("", "disable", 404),
        ("ivan\0", "disable", 404),
        ("nobody", "disable", 404),
    ):
        answer = await admin.send("/admin/users", who=who, act=act)

        assert answer.status_code == status


async def test_limits_are_decided_for_one_caller(admin: Browser) -> None:
    ivan = await id_of(admin, "ivan")

    answer = await admin.send(
        "/admin/limits", who=ivan, generation="3/hour", tokens_day="5000", cost_month="off"
    )

    allowed = await admin.kuznia.doors.metering.caller_limits.decided(ivan)
    shown = await admin.open(answer.headers["location"])
    listed = await admin.open("/admin/limits")
    assert allowed == {"generation": "3/hour", "tokens_day": 5000, "cost_month": -1}
    assert "3 in 3600 s" in shown.text
    assert shown.text.count("for this caller</td>") == 3
    assert f"owner={ivan}" in listed.text


async def test_a_limit_that_is_none_is_told(admin: Browser) -> None:
    answer = await admin.send("/admin/limits", who="ivan", tokens_day="many")

    assert answer.status_code == 400
    assert "expected a whole number" in answer.text


async def test_a_name_that_nobody_has_is_told_with_the_nearest(admin: Browser) -> None:
    for path in ("limits?owner", "keys?owner", "artefacts?owner", "users?who"):
        answer = await admin.open(f"/admin/{path}=ivna")
        ukrainian = await admin.open(f"/admin/{path}=ivna", **{"accept-language": "uk"})

        assert "There is no user with this name or id. Did you mean ivan?" in answer.text, path
        assert "Можливо, ivan?" in ukrainian.text, path
    decided = await admin.send("/admin/limits", who="jwt:nobody", tokens_day="5")
    assert decided.status_code == 404


async def test_what_was_spent_is_shown_by_day_key_and_model(admin: Browser) -> None:
    owner = await id_of(admin, "ivan")
    key, _ = await admin.kuznia.doors.callers.keys.create(owner, "nightly", ("domains",))
    budgets = admin.kuznia.doors.metering.budgets
    for who in (Caller(owner), Caller(owner, key=key.id)):
        grant = await budgets.reserve(who, Budget(attempts=1, tokens=9_000))
        grant.book(a_call(4_000, 70_000_000, "small-model"))
        await grant.written()
        grant.release()

    shown = (await admin.open("/admin/limits?owner=ivan")).text

    assert shown.count("<td>small-model</td><td>1</td><td>3,000 + 1,000</td><td>$0.0700</td>") == 2
    assert f"nightly ({key.id})" in shown
    assert "without a key" in shown


async def test_with_nothing_said_nothing_is_decided(admin: Browser) -> None:
    answer = await admin.send("/admin/limits", who="ivan", tokens_day="")

    assert answer.status_code == 303
    assert await admin.kuznia.doors.metering.caller_limits.decided(await id_of(admin, "ivan")) == {}


async def test_what_is_not_there_is_told_on_a_page(admin: Browser) -> None:
    for path, status in (
        ("/admin/runs/run_0", 404),
        ("/admin/artefacts/art_0", 404),
        ("/admin/users?who=nobody", 404),
        ("/admin/artefacts?owner=nobody", 404),
        ("/admin/runs/run_0?after=x", 400),
        (f"/admin/keys?owner={'x' * 400}", 400),
    ):
        answer = await admin.open(path)

        assert answer.status_code == status, path
        assert "<h1>Something went wrong</h1>" in answer.text


async def test_what_others_wrote_is_text_on_our_page(admin: Browser) -> None:
    owner = await id_of(admin, "ivan")
    await admin.kuznia.doors.callers.keys.create(owner, '<script>"&', ("read",))

    answer = await admin.open('/admin/keys?owner=jwt:"><script>')
    listed = await admin.open("/admin/keys")

    assert "<script>" not in answer.text + listed.text
    assert "&lt;script&gt;" in listed.text


async def test_a_dead_job_says_why_and_is_tried_again_or_cancelled(admin: Browser) -> None:
    jobs, shown = admin.kuznia.doors.jobs, admin.kuznia.doors.job_tables
    payload = '{"input": {"prompt": "kanarka"}}'
    new = NewJob(owner="ivan", domain="poems", key="", request_id="", payload=payload)
    (job,) = await jobs.put([new])

    async def failed() -> bool:
        return (await shown.get(job.id, None)).state == "failed"

    await eventually(failed)
    page = await admin.open(f"/admin/jobs/{job.id}")
    listed = await admin.open("/admin/jobs?state=failed")
    again = await admin.send(f"/admin/jobs/{job.id}/requeue")
    await eventually(failed)
    cancelled = await admin.send(f"/admin/jobs/{job.id}/cancel")

    assert "This server no longer makes poems." in page.text
    assert job.id in listed.text
    assert "kanarka" not in page.text + listed.text
    assert [answer.headers["location"] for answer in (again, cancelled)] == [
        f"/admin/jobs/{job.id}"
    ] * 2
    assert (await admin.send(f"/admin/jobs/{job.id}/erase")).status_code == 400
    assert (await admin.send("/admin/jobs/job_0/cancel")).status_code == 404


async def test_a_webhook_shows_its_host_alone_and_its_messages_are_sent_again(
    admin: Browser,
) -> None:
    hooks = admin.kuznia.doors.webhooks
    url = "https://kuznia.invalid/kanarka?token=kanarka"
    hook, _ = await hooks.endpoints.create("ivan", url, ("job.done",))
    sent = await hooks.outbox.test(hook.id, "ivan")
    page = f"/admin/webhooks/{hook.id}"

    again = await admin.send(f"{page}/deliveries/{sent.id}/redeliver")
    off = await admin.send(f"{page}/disable")
    shown = await admin.open(page)
    listed = await admin.open("/admin/webhooks")
    refused = await admin.send(f"{page}/deliveries/{sent.id}/redeliver")
    on = await admin.send(f"{page}/enable")

    assert [answer.headers["location"] for answer in (again, off, on)] == [page] * 3
    assert "kuznia.invalid" in listed.text
    assert sent.id in shown.text
    assert "kanarka" not in shown.text + listed.text
    assert "<dd>disabled</dd>" in shown.text
    assert "enable it first" in refused.text
    assert (await admin.send(f"{page}/erase")).status_code == 400
    assert (await admin.open("/admin/webhooks/whk_0")).status_code == 404
