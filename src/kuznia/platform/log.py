"""Logs: one pipe for our lines and the libraries', and nothing private gets through it.

A line is made in the caller, with the request's id, and written by a thread of its own: a slow disk
or a stopped terminal must not hold up the event loop.
"""

import atexit
import logging
import os
import stat
import sys
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from logging.handlers import RotatingFileHandler
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, TextIO, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger

from kuznia.platform.redaction import MASK, is_private, plain, story, striker
from kuznia.platform.settings import Settings, SettingsWrong

# Set at the door of every request and run; it stands on every line until it is reset.
request_id: ContextVar[str] = ContextVar("request_id", default="")

# Over this, lines are counted instead of kept: a log must not fill the memory.
MAX_WAITING_LINES = 10_000
FILE_BYTES = 10_000_000
FILES = 5
# What these tell below a warning we tell ourselves, without addresses, values and SQL in it.
QUIET = ("aiosqlite", "alembic", "asyncio", "httpcore2", "httpx2", "sqlalchemy", "uvicorn.access")

# Any: structlog's renderers take any logger and never look at it.
Render = Callable[[Any, str, EventDict], str | bytes]
_stamp = structlog.processors.TimeStamper("iso")


def get_log(name: str) -> FilteringBoundLogger:
    """A logger of events: `get_log("shelf").info("artefact_kept", order=order.id)`."""
    return structlog.get_logger(logger_name=name)


def configure(settings: Settings, stream: TextIO) -> "LogPipe":
    """Send every line of this process to the stream and to LOG_FILE; once, at start."""
    people = stream.isatty() and settings.environment == "development"
    json = structlog.processors.JSONRenderer(ensure_ascii=False)
    console = structlog.dev.ConsoleRenderer(colors=stream.isatty())
    form = {"auto": console if people else json, "json": json, "console": console}
    sinks: list[tuple[Render, logging.Handler]] = [
        (form[settings.log_format], logging.StreamHandler(stream))
    ]
    if settings.log_file:
        sinks.append((json, _file(settings.log_file)))
    level = logging.getLevelNamesMapping()["DEBUG" if settings.debug else settings.log_level]
    log = LogPipe(sinks, settings.secrets())
    structlog.configure(
        processors=[log.line],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: log,
    )
    log.hear(level)
    return log


def _file(path: Path) -> logging.Handler:
    try:
        _create(path, 0o600)
        handler = RotatingFileHandler(
            path, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8"
        )
    except OSError as error:
        raise SettingsWrong({"LOG_FILE": f"cannot be written ({type(error).__name__})"}) from None
    handler.rotator = _rotate
    return handler


def _create(path: Path, mode: int) -> None:
    """A new file is its owner's alone; one that is there keeps the mode its operator gave it."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, mode))


def _rotate(source: str, destination: str) -> None:
    Path(source).rename(destination)
    _create(Path(source), stat.S_IMODE(Path(destination).stat().st_mode))


class LogPipe:
    """The pipe: lines go in without waiting, a thread writes them out; `stop` empties it."""

    def __init__(self, sinks: list[tuple[Render, logging.Handler]], secrets: Iterable[str]) -> None:
        self._sinks = sinks
        self._strike = striker(secrets)
        self._lines: SimpleQueue[EventDict | None] = SimpleQueue()
        self._lost = 0
        self._libraries = _Libraries(self)
        self._writer = Thread(target=self._write, name="log", daemon=True)
        self._writer.start()
        # Also when the start fails half-way: why it failed is in the last lines.
        atexit.register(self.stop)

    def hear(self, level: int) -> None:
        """Take the lines of the libraries too; none of them below INFO, they quote values there."""
        root = logging.getLogger()
        root.setLevel(max(level, logging.INFO))
        self._libraries.setLevel(max(level, logging.INFO))
        root.addHandler(self._libraries)
        for name in QUIET:
            logging.getLogger(name).setLevel(logging.WARNING)

    def line(self, _: object, level: str, fields: EventDict) -> tuple[tuple[EventDict], EventDict]:
        """Make one line of what was said; structlog's only processor."""
        line = _stamp(None, level, {})
        line["level"] = level
        line["logger"] = fields.pop("logger_name", "")
        line["event"] = self._strike(str(fields.pop("event", "")))
        if request := request_id.get():
            line["request_id"] = request
        error = _error(fields.pop("exc_info", None))
        for name, value in fields.items():
            line.setdefault(name, MASK if is_private(name) else plain(value, self._strike))
        if error is not None:
            line["exception"] = "\n".join(map(self._strike, story(error)))
        return (line,), {}

    def put(self, line: EventDict) -> None:
        """Hand a line to the writer; it never waits."""
        if not self._writer.is_alive():
            self._emit(line, self._sinks[:1])
        elif self._lines.qsize() < MAX_WAITING_LINES:
            self._lines.put(line)
        else:
            self._lost += 1

    debug = info = warning = error = critical = put

    def stop(self) -> None:
        """Write what waits, and close the file. What is said later goes straight to the stream."""
        atexit.unregister(self.stop)
        logging.getLogger().removeHandler(self._libraries)
        self._lines.put(None)
        self._writer.join(timeout=5)
        for _, handler in self._sinks:
            handler.close()

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            self._emit(line, self._sinks)
            if self._lines.empty():
                self._own_up()
        self._own_up()

    def _own_up(self) -> None:
        if self._lost:
            lost, self._lost = self._lost, 0
            (line,), _ = self.line(None, "warning", {"event": "log_lines_lost", "lines": lost})
            self._emit(line, self._sinks)

    def _emit(self, line: EventDict, sinks: list[tuple[Render, logging.Handler]]) -> None:
        for render, handler in sinks:
            # A copy, because the renderer for people takes the line apart.
            text = render(None, "", dict(line))
            handler.handle(logging.makeLogRecord({"msg": text}))


class _Libraries(logging.Handler):
    """The way in for what libraries say with the standard library's logging."""

    def __init__(self, log: LogPipe) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        # What follows on further lines may be a repr of anything, a user's words included.
        event = record.getMessage().partition("\n")[0]
        fields: EventDict = {
            "event": event,
            "logger_name": record.name,
            "exc_info": record.exc_info,
        }
        (line,), _ = self._log.line(None, record.levelname.lower(), fields)
        self._log.put(line)


def _error(exc_info: object) -> BaseException | None:
    if exc_info is True:
        return sys.exc_info()[1]
    if isinstance(exc_info, tuple):
        return cast("tuple[object, BaseException | None, object]", exc_info)[1]
    return exc_info if isinstance(exc_info, BaseException) else None
