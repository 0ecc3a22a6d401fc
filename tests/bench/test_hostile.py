"""A thousand requests that mean harm: a server as in production survives them."""

from bench.attacks import attacks
from bench.hostile import ordered, survive, target
from bench.procs import OUT, ask

# Of those that keep a worker until its time is over one in ten is enough here.
SLOW, TENTH = "to analyze", 10


def test_no_request_breaks_the_server() -> None:
    with target() as (server, credential):
        all_ = list(attacks(ordered(server.port, credential), credential))
        slow = [one for one in all_ if one.name.endswith(SLOW)]
        chosen = [one for one in all_ if not one.name.endswith(SLOW)] + slow[::TENTH]
        # How long the server waits for the rest of a request has tests of its own.
        chosen = [one for one in chosen if one.whole]

        outcomes, felt = survive(server.port, chosen, 4)

        status, _ = ask(server.port, "GET", "/health")
    assert status == 200
    assert len(outcomes) > 800
    assert [one for one in outcomes if one.is_broken] == []
    assert felt
    assert "request_broke" not in (OUT / "hostile.log").read_text(encoding="utf-8")
