"""One pipe for all lines: ordered, private, bounded, and never in the way of a request."""

import asyncio
import json
import logging
import stat
from collections.abc import Callable, Generator
from io import StringIO
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kuznia.platform.errors import NotFound
from kuznia.platform.log import (
    FILE_BYTES,
    MAX_WAITING_LINES,
    LogPipe,
    configure,
    get_log,
    request_id,
)
from kuznia.platform.settings import SettingsWrong, load

CANARY = "sk-canary-0123456789"
KEY = {"OPENAI_API_KEY": CANARY, "OPENAI_MODEL": "m"}


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


class Stopped(StringIO):
    """A terminal somebody has stopped: a write waits until it goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = Event()

    def write(self, text: str, /) -> int:
        self.goes_on.wait(10)
        return super().write(text)


Configured = Callable[..., LogPipe]


@pytest.fixture
def configured() -> Generator[Configured]:
    started: list[LogPipe] = []
    level = logging.getLogger().level

    def start(stream: StringIO, **environ: str) -> LogPipe:
        started.append(configure(load(KEY | environ, None), stream))
        return started[-1]

    yield start
    for log in started:
        log.stop()
    structlog.reset_defaults()
    logging.getLogger().setLevel(level)


@pytest.fixture
def stream() -> StringIO:
    return StringIO()


def look_for(what: str) -> None:
    raise NotFound(f"There is no {what}.")


def lines(stream: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().split("\n")[:-1]]


def test_a_line_is_an_event_with_its_fields(configured: Configured, stream: StringIO):
    log = configured(stream)
    get_log("shelf").info("artefact_kept", order="o1", attempts=2)
    log.stop()

    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "shelf",
        "event": "artefact_kept",
        "order": "o1",
        "attempts": 2,
    }


async def test_the_request_s_id_is_on_every_line_of_its_own_task(
    configured: Configured, stream: StringIO
):
    log = configured(stream)

    async def request(name: str) -> None:
        request_id.set(name)
        await asyncio.sleep(0)
        get_log("gate").info(name)
        logging.getLogger("uvicorn.error").info(name)

    await asyncio.gather(*(asyncio.create_task(request(f"req_{i}")) for i in range(5)))
    log.stop()

    assert len(lines(stream)) == 10
    assert all(line["request_id"] == line["event"] for line in lines(stream))


def test_nothing_said_can_change_who_said_it(configured: Configured, stream: StringIO):
    log = configured(stream)
    request_id.set("req_1")
    get_log("gate").info("odd", level="critical", timestamp="never", request_id="mine")
    request_id.set("")
    log.stop()

    (line,) = lines(stream)
    assert (line["level"], line["request_id"]) == ("info", "req_1")
    assert line["timestamp"] != "never"


def test_no_secret_of_the_settings_reaches_the_log(configured: Configured, stream: StringIO):
    log = configured(stream)
    said = get_log("llm")
    said.info(f"asked with {CANARY}", url=f"https://h/?key={CANARY}", deep={"a": [CANARY]})
    try:
        look_for(CANARY)
    except NotFound:
        said.exception("broke")
    logging.getLogger("some.library").warning("key %s", CANARY)
    log.stop()

    assert len(lines(stream)) == 3
    assert CANARY not in stream.getvalue()


def test_what_people_write_is_masked_by_its_name(configured: Configured, stream: StringIO):
    log = configured(stream)
    get_log("gate").info("order", prompt="mine", headers={"Authorization": "mine"}, tokens=7)
    log.stop()

    (line,) = lines(stream)
    assert line["prompt"] == "***"
    assert line["headers"] == {"Authorization": "***"}
    assert line["tokens"] == 7


def test_an_exception_is_told_with_its_place(configured: Configured, stream: StringIO):
    log = configured(stream)
    try:
        int("what somebody wrote")
    except ValueError as error:
        get_log("a").exception("by_exception")
        get_log("a").error("by_value", exc_info=error)
        logging.getLogger("library").exception("by a library")
    get_log("a").error("without", exc_info=True)
    log.stop()

    *told, without = lines(stream)
    assert all(
        line["exception"].startswith("ValueError\n  ") and "test_log.py:" in line["exception"]
        for line in told
    )
    assert "exception" not in without
    assert "what somebody wrote" not in stream.getvalue()


def test_lines_of_libraries_come_through_the_same_pipe(configured: Configured, stream: StringIO):
    log = configured(stream)
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    log.stop()

    (line,) = lines(stream)
    assert (line["logger"], line["level"]) == ("uvicorn.error", "info")
    assert line["event"] == "Started server process [7]"


def test_of_a_library_s_message_only_the_first_line_is_told(
    configured: Configured, stream: StringIO
):
    log = configured(stream)
    logging.getLogger("library").error("Task failed\nfuture: <Task exception=ValueError('mine')>")
    log.stop()

    assert [line["event"] for line in lines(stream)] == ["Task failed"]


def test_what_libraries_say_in_passing_is_not_heard(configured: Configured, stream: StringIO):
    log = configured(stream, LOG_LEVEL="DEBUG")
    logging.getLogger("library").debug("values: %s", "mine")
    for name in ("sqlalchemy.engine", "httpx2", "uvicorn.access", "alembic.runtime", "aiosqlite"):
        logging.getLogger(name).info("GET /mine")
    log.stop()

    assert lines(stream) == []


@pytest.mark.parametrize(
    ("environ", "heard"),
    [
        ({}, ["info", "warning"]),
        ({"LOG_LEVEL": "warning"}, ["warning"]),
        ({"LOG_LEVEL": "debug"}, ["debug", "info", "warning"]),
        ({"LOG_LEVEL": "error", "DEBUG": "true"}, ["debug", "info", "warning"]),
    ],
)
def test_the_level_comes_from_the_settings(
    configured: Configured, stream: StringIO, environ: dict[str, str], heard: list[str]
):
    log = configured(stream, **environ)
    said = get_log("a")
    said.debug("a")
    said.info("a")
    said.warning("a")
    log.stop()

    assert [line["level"] for line in lines(stream)] == heard


@pytest.mark.parametrize(
    ("environ", "stream", "is_json"),
    [
        ({}, StringIO(), True),
        ({}, Terminal(), False),
        ({"ENVIRONMENT": "production", "ACCOUNTS": "true"}, Terminal(), True),
        ({"LOG_FORMAT": "json"}, Terminal(), True),
        ({"LOG_FORMAT": "console"}, StringIO(), False),
    ],
)
def test_programs_get_json_and_people_get_text(
    configured: Configured, environ: dict[str, str], stream: StringIO, is_json: bool
):
    log = configured(stream, **environ)
    get_log("a").info("event", number=1)
    log.stop()

    assert stream.getvalue().startswith("{") is is_json
    # Colours only where they can be seen.
    assert ("\x1b[" in stream.getvalue()) is (not is_json and stream.isatty())


def test_people_see_an_exception_under_its_line(configured: Configured):
    stream = Terminal()
    log = configured(stream)
    try:
        look_for("run")
    except NotFound:
        get_log("a").exception("broke")
    log.stop()

    assert "\nNotFound: There is no run.\n  " in stream.getvalue()


def test_the_file_gets_json_whatever_the_terminal_gets(configured: Configured, tmp_path: Path):
    log = configured(Terminal(), LOG_FILE=str(tmp_path / "kuznia.log"))
    get_log("a").info("подія", number=1)
    log.stop()

    line = json.loads((tmp_path / "kuznia.log").read_text(encoding="utf-8"))
    assert (line["event"], line["number"]) == ("подія", 1)


def test_a_file_an_operator_opened_to_others_stays_open(configured: Configured, tmp_path: Path):
    path = tmp_path / "kuznia.log"
    path.touch()
    path.chmod(0o640)

    configured(StringIO(), LOG_FILE=str(path)).stop()

    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_full_file_is_put_aside(configured: Configured, tmp_path: Path):
    log = configured(StringIO(), LOG_FILE=str(tmp_path / "kuznia.log"))
    for _ in range(120):
        get_log("a").info("long", values=["x" * 2000] * 50)
    log.stop()

    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert set(sizes) == {"kuznia.log", "kuznia.log.1"}
    assert all(0 < size <= FILE_BYTES for size in sizes.values())
    # Both are their owner's alone.
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_file_that_cannot_be_written_is_a_wrong_setting(configured: Configured, tmp_path: Path):
    with pytest.raises(SettingsWrong, match=r"LOG_FILE: cannot be written \(FileNotFoundError\)"):
        configured(StringIO(), LOG_FILE=str(tmp_path / "no" / "kuznia.log"))


def test_a_stopped_terminal_holds_nobody_up(configured: Configured):
    stream = Stopped()
    log = configured(stream)
    began = perf_counter()
    for number in range(100):
        get_log("a").info("event", number=number)
    took = perf_counter() - began
    stream.goes_on.set()
    log.stop()

    assert took < 5
    assert [line["number"] for line in lines(stream)] == list(range(100))


def test_lines_that_find_no_place_are_counted_not_kept(configured: Configured):
    stream = Stopped()
    log = configured(stream)
    for _ in range(MAX_WAITING_LINES + 100):
        get_log("a").info("event")
    stream.goes_on.set()
    log.stop()

    *kept, last = lines(stream)
    assert (last["event"], last["level"]) == ("log_lines_lost", "warning")
    assert len(kept) + last["lines"] == MAX_WAITING_LINES + 100


def test_a_line_after_the_end_is_still_written(configured: Configured, stream: StringIO):
    log = configured(stream)
    log.stop()
    get_log("a").info("late")

    assert [line["event"] for line in lines(stream)] == ["late"]


def test_stopping_twice_is_stopping(configured: Configured, stream: StringIO):
    log = configured(stream)
    get_log("a").info("once")
    log.stop()
    log.stop()

    assert len(lines(stream)) == 1


def test_a_logger_made_before_the_start_is_heard_after_it(configured: Configured, stream: StringIO):
    early = get_log("early")
    log = configured(stream)
    early.info("event")
    log.stop()

    assert [line["logger"] for line in lines(stream)] == ["early"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(), st.dictionaries(st.text(min_size=1), st.text(), max_size=3))
def test_any_text_is_one_line(configured: Configured, event: str, fields: dict[str, str]):
    stream = StringIO()
    log = configured(stream)
    get_log("a").info("event", fields=fields, told=event)
    log.stop()

    (line,) = lines(stream)
    assert line["event"] == "event"
