"""Requests that mean harm: what each gets, how long it takes, what others feel meanwhile."""

import argparse
import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.attacks import Attack, attacks
from bench.load import percentile
from bench.procs import (
    Running,
    ask,
    clean_environment,
    free_port,
    running,
    scratch,
    stop_on_signal,
)

# So many come at once: the server has one loop, and they must not hold it together either.
HANDS = 4
# Beyond this an answer counts as late. Who never sends the whole of a request is another matter:
# the server waits for the rest as long as it waits for any client.
LATE = 2.0
PATIENCE = 30.0
PASSWORD = "a sentence is easy to keep"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attack got: the status, 0 for a connection that was closed without one."""

    name: str
    status: int
    seconds: float
    whole: bool = True
    # An order of code that was read to its end: nobody here could have made it.
    wants_model: bool = False

    @property
    def is_broken(self) -> bool:
        return self.status >= 500 and not self.wants_model

    @property
    def is_late(self) -> bool:
        return self.whole and self.seconds > LATE


@contextmanager
def target() -> Iterator[tuple[Running, str]]:
    """A server as it is in production, where everyone needs a credential; and one of those.

    It has every core of the machine: what it parses for strangers is in processes of its own.
    """
    program, port = str(Path(sys.executable).with_name("kuznia")), free_port()
    with scratch() as place:
        environment = clean_environment(
            PORT=str(port),
            ENVIRONMENT="production",
            ACCOUNTS="true",
            LOG_LEVEL="WARNING",
            DATABASE_URL=f"sqlite:///{place / 'kuznia.db'}",
            RATE_LIMIT_REQUESTS="off",
            RATE_LIMIT_GENERATION="off",
        )
        made = [program, "users", "create", "olha", "--admin"]
        subprocess.run(
            made, env=environment, input=PASSWORD.encode(), check=True, capture_output=True
        )
        name = "hostile"
        with running(
            name, [program, "serve"], port, ready="/ready", core=None, environment=environment
        ) as server:
            sent = json.dumps({"name": "olha", "password": PASSWORD})
            status, body = ask(port, "POST", "/api/v1/auth/token", sent)
            assert status == 200, body
            yield server, json.loads(body)["data"]["access_token"]


def ordered(port: int, credential: str) -> Mapping[str, str]:
    """Artefacts to edit and to complain of."""
    orders = {
        "flow": ("flows", {"prompt": "Registration of volunteers: name, phone, district"}),
        "plan": ("training/plans", {"prompt": "Get stronger", "profile": {"age": 34}}),
    }
    known = {"Authorization": f"Bearer {credential}"}
    ids: dict[str, str] = {}
    for name, (path, sent) in orders.items():
        body = json.dumps(sent)
        status, answer = ask(port, "POST", f"/api/v1/{path}", body, headers=known)
        assert status == 200, answer
        ids[name] = json.loads(answer)["data"]["id"]
    return ids


def attack(port: int, one: Attack) -> Outcome:
    """Send it as it is, and read what comes back to its end."""
    began = time.perf_counter()
    status, body = 0, b""
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            # Refused before all of it was read: the answer may be there all the same.
            with suppress(OSError):
                connection.sendall(one.wire)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            status = answer.status
            body = answer.read()
    except (OSError, http.client.HTTPException):
        pass
    wants_model = b'"MODEL_UNAVAILABLE"' in body
    return Outcome(one.name, status, time.perf_counter() - began, one.whole, wants_model)


def watched(port: int, over: threading.Event) -> "array[float]":
    """How long /health takes, asked every few milliseconds on one connection."""
    took: array[float] = array("d")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    while not over.wait(0.005):
        began = time.perf_counter()
        connection.request("GET", "/health")
        connection.getresponse().read()
        took.append((time.perf_counter() - began) * 1000)
    connection.close()
    return took


def survive(port: int, all_: Sequence[Attack], at_once: int) -> tuple[list[Outcome], list[float]]:
    """Every outcome, and the milliseconds /health took meanwhile, in order of size."""
    over = threading.Event()
    with ThreadPoolExecutor(at_once + 1) as hands:
        watching = hands.submit(watched, port, over)
        try:
            outcomes = list(hands.map(lambda one: attack(port, one), all_))
        finally:
            over.set()
        return outcomes, sorted(watching.result())


def main() -> None:
    """Print what they got, the slowest, and what /health took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="those whose name holds this")
    parser.add_argument("--at-once", type=int, default=HANDS)
    parser.add_argument("--slowest", type=int, default=12)
    told = parser.parse_args()
    stop_on_signal()
    with target() as (server, credential):
        ids = ordered(server.port, credential)
        calm: list[float] = []
        over = threading.Event()
        threading.Timer(3, over.set).start()
        calm = sorted(watched(server.port, over))
        chosen = [one for one in attacks(ids, credential) if told.only in one.name]
        outcomes, felt = survive(server.port, chosen, told.at_once)
        alive = ask(server.port, "GET", "/health")[0] == 200
    print(f"{len(outcomes)} attacks; the server is {'alive' if alive else 'gone'}")
    print("statuses:", dict(sorted(Counter(one.status for one in outcomes).items())))
    for one in outcomes:
        if one.is_broken:
            print(f"  {one.status}  {one.name}")
    late = sum(one.is_late for one in outcomes)
    print(f"{late} later than {LATE:g} s, {told.at_once} at once; the slowest:")
    for one in sorted(outcomes, key=lambda one: -one.seconds)[: told.slowest]:
        note = "" if one.whole else " (never sent whole)"
        print(f"  {one.seconds:8.3f} s  {one.status}  {one.name}{note}")
    for name, took in {"alone": calm, "attacked": felt}.items():
        shares = " ".join(f"p{p:g} {percentile(took, p / 100):.1f}" for p in (50, 90, 99))
        print(f"/health {name:9} {shares} max {took[-1]:.1f} ms of {len(took)}")


if __name__ == "__main__":
    main()
