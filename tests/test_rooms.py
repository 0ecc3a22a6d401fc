"""`make check` runs what belongs to a change, and the marks say what a test needs."""

import pytest
from tests import rooms


@pytest.mark.parametrize(
    ("changed", "runs"),
    [
        ("src/kuznia/doors/http/gate.py", ["tests/doors/test_gate.py"]),
        ("src/kuznia/callers/credentials/keysets.py", ["tests/callers/test_keysets.py"]),
        ("tests/llm/test_limit.py", ["tests/llm/test_limit.py"]),
        ("tests/llm/test_that_is_gone.py", []),
        ("docs/flows.md", ["tests/test_docs.py"]),
        ("requirements/run.txt", ["tests/setup/test_lacking.py", "tests/setup/test_locks.py"]),
        ("src/kuznia/app.py", []),
        (".ci/run", []),
    ],
)
def test_a_change_has_its_tests(changed: str, runs: list[str]) -> None:
    assert rooms.touched([changed]) == runs


@pytest.mark.parametrize("changed", ["src/kuznia/llm/model.py", "tests/llm/makers.py"])
def test_what_has_no_test_of_its_own_is_tried_by_its_room(changed: str) -> None:
    assert {"tests/llm/test_limit.py", "tests/llm/test_layers.py"} <= set(rooms.touched([changed]))


def test_a_folder_without_tests_of_its_own_is_in_the_room_round_it() -> None:
    assert "tests/llm/test_openai.py" in rooms.touched(["src/kuznia/llm/openai/reply.py"])


def test_this_needs_nothing_beside_the_code(request: pytest.FixtureRequest) -> None:
    assert rooms.kind(request.node) == "unit"


@pytest.mark.usefixtures("sqlite_url")
def test_this_needs_a_database(request: pytest.FixtureRequest) -> None:
    assert rooms.kind(request.node) == "integration"
