"""`kuznia make`: stages on one stream, the artefact on the other, and an exit code for each end."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bench.replies import reply_to
from tests.doors.cli.conftest import Kuznia
from tests.servers.model import ModelServer, hang

from kuznia.llm.model import ModelFault
from kuznia.llm.scripted import ScriptedModel, readable

CODE = ("make", "code", "Count the words of some texts", "--language", "python")
NOTE = ("make", "notes", "a note on iron")
# What a shell starts in the background ignores interrupts, and so would all that it starts.
INTERRUPTIBLE = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("kuznia", run_name="__main__", alter_sys=True)
"""


@pytest.fixture
def counting(scripted: ScriptedModel) -> None:
    """A model that writes good code, tests and documentation."""
    scripted.always(lambda ask: reply_to(readable(ask).encode()))


@pytest.mark.usefixtures("counting")
def test_stages_go_to_one_stream_and_files_to_the_other(scripted_kuznia: Kuznia) -> None:
    told = scripted_kuznia(*CODE)

    assert told.exit_code == 0
    for stage in ("…  code", "✓  code", "✓  tests", "✓  documentation", "complete"):
        assert stage in told.stderr
        assert stage not in told.stdout
    assert "── counting.py ──\n" in told.stdout
    assert "def most_common(" in told.stdout
    assert "3 model calls" in told.stderr
    assert "not checked: satisfies-examples, tests-pass-when-run" in told.stderr


@pytest.mark.smoke
@pytest.mark.usefixtures("counting")
def test_what_is_found_on_the_shelf_is_not_told_as_spent(scripted_kuznia: Kuznia) -> None:
    first = scripted_kuznia(*CODE)

    again = scripted_kuznia(*CODE)

    spent = first.stderr.splitlines()[-1].strip()
    assert spent.startswith("3 model calls, ")
    assert f"found in the cache, nothing was spent; making it took {spent}" in again.stderr


@pytest.mark.usefixtures("counting")
def test_files_are_written_into_a_folder(scripted_kuznia: Kuznia, tmp_path: Path) -> None:
    told = scripted_kuznia(*CODE, "--include-tests=no", "--out", "made/here")

    written = tmp_path / "made" / "here"
    assert told.stdout.splitlines() == [str(written / "counting.py"), str(written / "README.md")]
    assert "def most_common(" in (written / "counting.py").read_text()


@pytest.mark.usefixtures("counting")
def test_a_program_gets_the_artefact_and_nothing_else(scripted_kuznia: Kuznia) -> None:
    told = scripted_kuznia(*CODE, "--json")

    artefact = json.loads(told.stdout)
    assert artefact["status"] == "complete"
    assert artefact["parts"].keys() >= {"code", "tests", "documentation"}


@pytest.mark.usefixtures("counting")
def test_a_file_is_never_written_over_what_is_no_folder(
    scripted_kuznia: Kuznia, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("a letter")

    told = scripted_kuznia(*CODE, "--out", "out")

    assert told.exit_code == 2
    assert "out is not a folder" in told.stderr
    assert (tmp_path / "out").read_text() == "a letter"


@pytest.mark.usefixtures("counting")
def test_the_prompt_may_stand_anywhere(scripted_kuznia: Kuznia, scripted: ScriptedModel) -> None:
    told = scripted_kuznia("make", "code", "--language", "python", "--json", CODE[2])

    assert told.exit_code == 0
    assert CODE[2] in scripted.heard[0]


def test_lists_are_given_as_json(scripted_kuznia: Kuznia, scripted: ScriptedModel) -> None:
    scripted.will_say("note: fine", "note: short")

    told = scripted_kuznia(*NOTE, "--tags", '["ore", "coal"]', "--summary", "yes")

    assert told.exit_code == 0
    assert "✓  summary" in told.stderr


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (
            ("make", "cod", "a queue"),
            4,
            "There is no domain 'cod'; the domains are code, flows, notes, records, training.",
        ),
        ((*NOTE, "--langauge", "go"), 2, "notes has no option --langauge; its options are"),
        ((*NOTE, "--summary"), 2, "write a field as --name value"),
        ((*NOTE, "-s", "yes"), 2, "write a field as --name value"),
        ((*NOTE, "--summary", "perhaps"), 2, "summary: Expected true or false"),
        ((*NOTE, "--tags", "[ore"), 2, "tags: Expected a list"),
        (("make", "code", "a queue that forgets"), 2, "language: This field is needed"),
        (("make", "code", "a", "queue"), 2, "prompt is set twice; put text with spaces in quotes"),
        (("make", "code", "--language", "go"), 2, "The prompt is missing: say what you want"),
        (("make", "notes", "no"), 2, "prompt: Expected at least 3 characters"),
    ],
)
def test_what_is_wrong_in_a_command_is_told_with_what_to_do(
    scripted_kuznia: Kuznia, words: tuple[str, ...], code: int, says: str
) -> None:
    told = scripted_kuznia(*words)

    assert told.exit_code == code
    assert says in told.stderr
    assert told.stdout == ""


BAD, GOOD = "note: bad bad", "note: fine"


@pytest.mark.parametrize(
    ("lines", "settings", "code", "name"),
    [
        ((BAD, BAD), {}, 6, "NOT_ACCEPTED"),
        ((GOOD,), {"ORDER_TOKENS": "100"}, 6, "BUDGET_SPENT"),
        ((ModelFault("credentials", "The key is refused."),), {}, 8, "MODEL_UNAVAILABLE"),
    ],
)
def test_each_end_has_its_exit_code(
    scripted_kuznia: Kuznia,
    scripted: ScriptedModel,
    lines: tuple[str | ModelFault, ...],
    settings: dict[str, str],
    code: int,
    name: str,
) -> None:
    scripted.will_say(*lines)

    told = scripted_kuznia(*NOTE, "--json", **settings)

    assert told.exit_code == code
    assert json.loads(told.stdout)["error"]["code"] == name


def test_an_order_that_takes_too_long_has_its_exit_code_too(
    kuznia: Kuznia, modelserver: ModelServer
) -> None:
    modelserver.will(hang)

    told = kuznia(
        *CODE, OPENAI_BASE_URL=modelserver.url, OPENAI_MODEL="slow", REQUEST_TIMEOUT="0.1"
    )

    assert told.exit_code == 9


def test_without_a_model_it_says_what_to_set(kuznia: Kuznia) -> None:
    told = kuznia(*CODE)

    assert told.exit_code == 8
    assert "set OPENAI_BASE_URL and OPENAI_MODEL" in told.stderr.splitlines()[-1]


def test_repairs_are_seen(scripted_kuznia: Kuznia, scripted: ScriptedModel) -> None:
    scripted.will_say("note: bad messy", "note: messy")

    told = scripted_kuznia(*NOTE)

    assert "↺  note: not accepted yet\n      word 0: It is bad." in told.stderr
    assert "✎  note: mended by our own code" in told.stderr
    assert "2 model calls" in told.stderr


def test_what_a_model_wrote_cannot_steer_the_terminal(
    scripted_kuznia: Kuznia, scripted: ScriptedModel
) -> None:
    scripted.always('```python\nprint("\x1b[2J\x1b]0;owned\x07"\n```')

    told = scripted_kuznia(*CODE)

    assert told.exit_code == 6
    assert "U+001B" in told.stderr
    assert "\x1b" not in told.stderr


def test_a_part_it_had_to_do_without_is_told_with_its_reason(
    scripted_kuznia: Kuznia, scripted: ScriptedModel
) -> None:
    scripted.will_say(GOOD, BAD, BAD)

    told = scripted_kuznia(*NOTE, "--summary", "yes")

    assert told.exit_code == 0
    assert "✗  summary\n      word 0: It is bad." in told.stderr
    assert "partial  art_" in told.stderr


def test_what_is_declined_is_told_with_its_questions(scripted_kuznia: Kuznia) -> None:
    told = scripted_kuznia("make", "notes", "a curse on iron")

    assert told.exit_code == 0
    assert "Notes do not curse.\n  ? What do you mean?" in told.stderr


def test_what_looks_odd_in_the_order_is_noted(
    scripted_kuznia: Kuznia, scripted: ScriptedModel
) -> None:
    scripted.will_say(GOOD)

    told = scripted_kuznia("make", "notes", "a note on <script>alert(1)</script>")

    assert "! prompt: reads like a script injection" in told.stderr


def test_an_interrupted_command_stops_the_model_too(
    modelserver: ModelServer, tmp_path: Path
) -> None:
    modelserver.will(hang)
    model = {"OPENAI_BASE_URL": modelserver.url, "OPENAI_MODEL": "slow"}
    making = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, *CODE],
        cwd=tmp_path,
        env={**os.environ, **model},  # noqa: TID251 - the program's own surroundings
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 90
    while not modelserver.calls and time.monotonic() < deadline:
        time.sleep(0.02)

    making.send_signal(signal.SIGINT)
    _, told = making.communicate(timeout=90)

    assert making.returncode == 130
    assert b"Traceback" not in told
    while modelserver.calls[0].aborted is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert modelserver.calls[0].aborted is not None


FLOW = "Registration: name, surname, email, phone"


def test_a_flow_is_shown_as_a_tree_with_its_verdict(kuznia: Kuznia) -> None:
    told = kuznia("make", "flow", FLOW)

    assert told.exit_code == 0
    assert "├─ form         About you\n│  ├─ First name *  (name)\n" in told.stdout
    assert "score 100 of 100, passed" in told.stdout


def test_an_artefact_is_given_in_one_of_its_formats(kuznia: Kuznia, tmp_path: Path) -> None:
    told = kuznia("make", "flow", FLOW, "--export", "bpmn", "-o", "f.bpmn")

    assert told.stdout == "f.bpmn\n"
    assert b"<bpmn:definitions" in (tmp_path / "f.bpmn").read_bytes()


def test_a_format_without_a_file_goes_to_standard_output(kuznia: Kuznia) -> None:
    assert kuznia("make", "flow", FLOW, "--export", "mermaid").stdout.startswith("---\ntitle:")


def test_a_format_nobody_knows_is_refused_before_anything_is_made(kuznia: Kuznia) -> None:
    told = kuznia("make", "flow", FLOW, "--export", "stone")

    assert told.exit_code == 4
    assert "flows has no format 'stone'; its formats are" in told.stderr
    assert "✓" not in told.stderr


def test_an_export_that_cannot_be_written_says_why(kuznia: Kuznia, tmp_path: Path) -> None:
    told = kuznia("make", "flow", FLOW, "--export", "svg", "-o", "no/such/folder.svg")

    assert told.exit_code == 2
    assert "'no/such/folder.svg' cannot be written" in told.stderr


def test_what_is_declined_has_nothing_to_export(kuznia: Kuznia, tmp_path: Path) -> None:
    told = kuznia(
        "make", "flow", "A form that collects card numbers and PINs for a bank", "--export", "svg"
    )

    assert told.stdout == ""
    assert "declined" in told.stderr


def test_a_change_is_shown_as_a_diff_and_written_only_with_consent(
    scripted_kuznia: Kuznia, scripted: ScriptedModel, tmp_path: Path
) -> None:
    before = "def fare(age):\n    return 0 if age < 6 else 2\n\n\ndef twice(x):\n    return 2 * x\n"
    (tmp_path / "src").mkdir()
    (tmp_path / "src/fare.py").write_text(before)
    scripted.always(
        lambda _: (
            "**src/fare.py**\n<<<<<<< SEARCH\n    return 0 if age < 6 else 2\n=======\n"
            "    return 0 if age < 7 else 2\n>>>>>>> REPLACE\n"
        )
    )
    order = ("make", "code", "In fare children are free up to the age of 6, not 5: age < 7")
    order = (*order, "--language", "python", "--context", "src/fare.py")

    shown, refused = scripted_kuznia(*order), scripted_kuznia(*order, "--out", ".")

    assert "-    return 0 if age < 6 else 2\n+    return 0 if age < 7 else 2\n" in shown.stdout
    assert "--- a/src/fare.py\n+++ b/src/fare.py\n" in shown.stdout
    assert "src/fare.py is there already (--force writes over it)" in refused.stderr
    assert (tmp_path / "src/fare.py").read_text() == before
    assert scripted_kuznia(*order, "--out", ".", "--force").exit_code == 0
    assert (tmp_path / "src/fare.py").read_text() == before.replace("< 6", "< 7")


@pytest.mark.parametrize(
    ("name", "why"),
    [("../a.py", "outside of this folder"), ("no.py", "cannot be read"), (".", "is a folder")],
)
def test_what_cannot_come_along_is_refused(scripted_kuznia: Kuznia, name: str, why: str) -> None:
    told = scripted_kuznia(*CODE, "--context", name)

    assert told.exit_code == 2
    assert why in told.stderr
