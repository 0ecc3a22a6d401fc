"""What needs no server loads none: `kuznia --help` is asked a hundred times for each start."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from kuznia.__main__ import main
try:
    main()
finally:
    print("loaded:", *{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""
HEAVY = {"fastapi", "starlette", "sqlalchemy", "httpx2", "tree_sitter", "uvicorn", "structlog"}


@pytest.mark.parametrize(
    ("option", "says"),
    [("--help", "Turns a prompt into a checked artefact"), ("--version", "0.1.0")],
)
def test_the_help_and_the_version_load_no_server(option: str, says: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM, option], capture_output=True, text=True, check=True
    )

    assert says in told.stdout
    assert HEAVY.isdisjoint(told.stderr.partition("loaded: ")[2].split())
