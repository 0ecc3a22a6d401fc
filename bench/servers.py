"""The servers under measurement: how each is started, the same way for all."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.procs import OUT, Running, clean_environment, free_port, module, running, scratch

ANSWER = OUT / "answer.json"


@contextmanager
def upstream(core: int, *, delay: float = 0.0, gap: float = 0.0) -> Iterator[Running]:
    """The fake model, on the core of the load."""
    port = free_port()
    command = module("bench.upstream", "--port", port, "--delay", delay, "--gap", gap)
    environment = clean_environment()
    with running(
        "upstream", command, port, ready="/seen", core=core, environment=environment
    ) as server:
        yield server


@contextmanager
def bare(model: int, core: int) -> Iterator[Running]:
    """The bare application; its hit route gives the answer Kuznia gave in this run."""
    port = free_port()
    command = module("bench.bare", "--port", port, "--upstream", model, "--answer", ANSWER)
    environment = clean_environment()
    with running("bare", command, port, ready="/ready", core=core, environment=environment) as up:
        yield up


def settings(model: int | None, port: int, database: Path, **more: str) -> dict[str, str]:
    """What Kuznia is told: the fake model, an empty database, nothing of this machine's own."""
    if model is not None:
        more["OPENAI_BASE_URL"] = f"http://127.0.0.1:{model}/v1"
        more["OPENAI_API_KEY"], more["OPENAI_MODEL"] = "none", "bench"
    if "ACCOUNTS" not in more:
        more["ALLOW_REMOTE"] = "true"
    return clean_environment(
        HOST="127.0.0.1",
        PORT=str(port),
        ENVIRONMENT="production",
        LOG_LEVEL="WARNING",
        DATABASE_URL=f"sqlite:///{database}",
        **more,
    )


@contextmanager
def kuznia(model: int | None, core: int, **more: str) -> Iterator[Running]:
    """The real server, as `kuznia serve` starts it."""
    program = str(Path(sys.executable).with_name("kuznia"))
    with ours("kuznia", [program, "serve"], model, core, more) as server:
        yield server


@contextmanager
def road(model: int, core: int) -> Iterator[Running]:
    """The same doors, forge, layers and shelf round a domain that checks nothing."""
    with ours("road", module("bench.road"), model, core, {}) as server:
        yield server


@contextmanager
def ours(
    name: str, command: list[str], model: int | None, core: int, more: Mapping[str, str]
) -> Iterator[Running]:
    port = free_port()
    with scratch() as place:
        environment = settings(model, port, place / "kuznia.db", **more)
        with running(name, command, port, ready="/ready", core=core, environment=environment) as up:
            yield up
