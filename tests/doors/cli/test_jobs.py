"""`kuznia jobs`, as an operator types it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from tests.doors.cli.conftest import Kuznia
from tests.jobs.makers import claimed, opened, put, tables_on

from kuznia.jobs.job import Job
from kuznia.platform.errors import TimedOut


@pytest.fixture
def dead(empty_folder: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A job that was tried as often as it may be, after one that waits."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url.replace("+aiosqlite", ""))

    async def work() -> Job:
        async with opened(sqlite_url) as db:
            tables = tables_on(db)
            job = await put(tables)
            await tables.fail(await claimed(tables), TimedOut("The deadline passed."), "dead")
            await put(tables, "olha")
            return await tables.get(job.id, None)

    with start_blocking_portal() as portal:
        return portal.call(work)


def test_jobs_are_listed_and_one_is_shown_with_its_reason(kuznia: Kuznia, dead: Job) -> None:
    listed, some = kuznia("jobs", "list"), kuznia("jobs", "list", "--state", "dead", "--json")
    shown = kuznia("jobs", "show", dead.id)

    assert [line.split()[1] for line in listed.stdout.splitlines()] == ["queued", "dead"]
    assert [job["id"] for job in json.loads(some.stdout)] == [dead.id]
    assert "owner: ivan" in shown.stdout
    assert "error: The deadline passed." in shown.stdout


def test_a_dead_job_is_requeued_and_a_queued_one_cancelled(kuznia: Kuznia, dead: Job) -> None:
    requeued = kuznia("jobs", "requeue", dead.id, "--json")
    twice = kuznia("jobs", "requeue", dead.id)
    cancelled = kuznia("jobs", "cancel", dead.id)

    assert json.loads(requeued.stdout)["state"] == "queued"
    assert twice.exit_code == 5
    assert "cancelled" in cancelled.stdout


def test_what_there_is_not_is_said(kuznia: Kuznia, dead: Job) -> None:
    state, job = kuznia("jobs", "list", "--state", "lost"), kuznia("jobs", "show", "job_0")

    assert (state.exit_code, job.exit_code) == (2, 4)
    assert "the states are queued, working, done, failed, dead, cancelled" in state.output


def test_all_that_died_in_an_outage_are_requeued(kuznia: Kuznia, dead: Job) -> None:
    assert dead.ended_at
    day = timedelta(days=1)
    later = kuznia("jobs", "requeue", "--since", f"{dead.ended_at + day:%Y-%m-%dT%H:%M}")
    failed = kuznia("jobs", "requeue", "--since", "2026-01-01", "--state", "failed", "--json")
    all_ = kuznia("jobs", "requeue", "--since", f"{dead.ended_at - day:%Y-%m-%d}", "--json")
    listed = kuznia("jobs", "list", "--state", "queued")

    assert later.stdout == "0 requeued, 0 left as they were\n"
    assert json.loads(failed.stdout) == {"requeued": 0, "left": 0}
    assert json.loads(all_.stdout) == {"requeued": 1, "left": 0}
    assert dead.id in listed.stdout


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("job_0", "--since", "2026-01-01"),
        ("--since", "2026-01-01", "--state", "queued"),
        ("--since", "yesterday"),
    ],
)
def test_a_requeue_that_names_too_much_or_too_little_is_refused(
    kuznia: Kuznia, dead: Job, words: tuple[str, ...]
) -> None:
    assert kuznia("jobs", "requeue", *words).exit_code == 2
