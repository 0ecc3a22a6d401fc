"""Whatever a model writes, everybody else is served, and the order ends in time with a reason."""

import asyncio
import json
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import psutil
import pytest
from pydantic_core import from_json
from tests.clocks import TurnedClock
from tests.domains.code.makers import an_order, work_on
from tests.domains.code.patience import lag_while, least_lag
from tests.llm.makers import Played
from tests.makers import a_forge

from kuznia.domains.code import DOMAIN
from kuznia.domains.code.languages.find import LANGUAGES, get
from kuznia.domains.code.parsing.apart import MAX_CHARACTERS, MAX_SECONDS, apart
from kuznia.domains.code.parsing.grammar import (
    QUICK,
    SECONDS_BEHIND,
    Elsewhere,
    parse,
    sparingly,
)
from kuznia.domains.code.parsing.proof import prove
from kuznia.domains.code.parsing.pytree import tree_of
from kuznia.domains.code.schema import Proof
from kuznia.forge.run import run
from kuznia.llm.model import Reply, Usage
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.errors import Fault
from kuznia.platform.process.workers import POOL, Stopped, within

# The most the event loop may be held up, on whatever machine: it was a minute before.
HELD = 1.0
PATTERNS = ("(", "[", "{", "<", '"', "'", "`", "a=>", "#", "- ", "a(", "/*", "\x0c", "${", "(()")
SLOW = ("bash", "cpp", "haskell", "java", "kotlin", "objc", "scala", "sql", "swift", "yaml")


@pytest.fixture(scope="module", autouse=True)
def closed():
    yield
    POOL.close()


async def make(
    reply: str, language: str, seconds: float = 30, *, drafts: bool = False
) -> tuple[Any, float]:
    """The artefact as JSON, or the Fault; and how long the loop was held up meanwhile."""
    clock = TurnedClock()
    # Not cut at any length, as a server that is hostile itself would not; in one piece, for what
    # comes piece by piece and repeats itself is stopped before it is read.
    whole = Reply(text=reply, model="scripted", usage=Usage(input_tokens=1, output_tokens=1))
    scripted = ScriptedModel(whole) if drafts else Played(whole)
    order = an_order(language=language, include_tests=False, include_docs=False)
    order = replace(order, deadline=clock.monotonic() + seconds, drafts=drafts)
    task = asyncio.ensure_future(
        run(a_forge(scripted, clock, domain=DOMAIN), work_on(order, clock))
    )
    held = await lag_while(task)
    try:
        return from_json(task.result().body), held
    except Fault as fault:
        return fault, held


def files(language: str, size: int, *patterns: str) -> str:
    ending = get(language).extensions[0]
    return "\n".join(
        f"**f{number}{ending}**\n```{language}\n{pattern * (size // len(pattern))}\n```"
        for number, pattern in enumerate(patterns)
    )


@pytest.mark.parametrize("language", [*SLOW, "python", "javascript"])
async def test_four_large_hostile_files_hold_nobody_up_and_end_at_the_orders_deadline(language):
    began = time.monotonic()

    _, held = await make(files(language, 65_536, "(", "[", "{", "a=>"), language, seconds=0.3)

    assert held < HELD
    assert time.monotonic() - began < 15
    await nobody_works()


async def nobody_works() -> None:
    """Wait until no worker of the pool is busy: who was, when the deadline came, has been ended."""
    for _ in range(100):
        before = worked()
        await asyncio.sleep(0.1)
        if worked() == before:
            return
    pytest.fail("somebody still works for an order that has ended")


def worked() -> dict[int, float]:
    """By process, what each of our children has worked."""
    times: dict[int, float] = {}
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            times[child.pid] = child.cpu_times().user
    return times


@pytest.mark.parametrize("pattern", PATTERNS)
async def test_many_small_hostile_files_hold_nobody_up(pattern):
    language = SLOW[PATTERNS.index(pattern) % len(SLOW)]

    _, held = await make(files(language, 1_500, *[pattern] * 4), language, seconds=0.3)

    assert held < HELD


async def test_a_reply_that_stops_its_parser_is_told_so_and_its_worker_is_ended():
    made, held = await make(files("java", 12_000, "a=>"), "java", seconds=200)

    assert held < HELD
    assert made["status"] == "failed"
    (finding,) = made["unmet"][0]["findings"]
    assert (finding["code"], finding["severity"]) == ("unproven", "block")
    assert "shorter and simpler" in finding["hint"]


@pytest.mark.parametrize("language", ["python", "go"])
async def test_a_stream_of_64_kb_is_looked_at_without_holding_anybody_up(language):
    lines = (
        f"This explains at length what line {n} of the code above does.\n" for n in range(1_000)
    )
    talk = "".join(lines)
    _, held = await make(f"```{language}\nx = 1\n{talk}", language, seconds=3, drafts=True)

    assert held < HELD


def test_what_ends_the_process_of_its_grammar_is_not_parsed_by_it():
    script = (
        "from kuznia.domains.code.parsing.proof import prove\n"
        "from kuznia.platform.process.workers import within\n"
        "from kuznia.domains.code.languages.find import get\n"
        "from kuznia.domains.code.analysis import analyse\n"
        "from kuznia.domains.code.schema import File\n"
        "print(prove(b'- ' * 4_000, get('yaml'), within(5)).errors[0].message)\n"
        "file = File(path='a.yaml', language='yaml', content='- ' * 4_000)\n"
        "print(analyse([file]).files[0].reason)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert done.returncode == 0
    assert done.stdout == "nested deeper than the parser can go\nno counting table for YAML\n"


@pytest.mark.parametrize("language", [row.name for row in LANGUAGES if row.name not in QUICK])
def test_a_language_nobody_knows_to_be_quick_is_never_parsed_on_the_loop(language):
    with sparingly(MAX_CHARACTERS, 5), pytest.raises(Elsewhere):
        parse(b"a", get(language), within(5))
    with sparingly(MAX_CHARACTERS, 5), pytest.raises(Elsewhere):
        prove(b"a", get(language), within(5))


def test_on_the_loop_no_more_is_parsed_than_is_allowed():
    with sparingly(10, 5):
        prove(b"1234567890"[:6], get("json"), within(5))
        with pytest.raises(Elsewhere):
            tree_of("a = 1")
    with sparingly(MAX_CHARACTERS, -1), pytest.raises(Elsewhere):
        tree_of("a = 2")
    with sparingly(1_000_000, 0.005), pytest.raises(Elsewhere):
        parse(b"{" * 500_000, get("javascript"), within(5))


@pytest.mark.parametrize(("language", "pattern"), [("kotlin", "<"), ("scala", "["), ("bash", "<")])
def test_a_parser_that_gets_slower_is_stopped_long_before_its_deadline(language, pattern):
    parse(b"a", get(language), within(60))
    began = time.process_time()

    stopped = parse(pattern.encode() * 200_000, get(language), within(60))

    assert isinstance(stopped, Stopped)
    assert time.process_time() - began < 10 * SECONDS_BEHIND


@pytest.mark.parametrize("language", sorted(QUICK))
async def test_a_quick_language_is_quick_whatever_is_written_in_it(language):
    worst = 0.0
    for pattern in (*PATTERNS, "a,", "[a,", "f{", "a?b:", "a:{", "lambda:", "f'{", "[a](", "<a>"):
        source = (pattern * MAX_CHARACTERS)[:MAX_CHARACTERS].encode()
        began = time.thread_time()
        await apart(partial(prove, source, get(language)), MAX_CHARACTERS)
        worst = max(worst, time.thread_time() - began)

    assert worst < 10 * MAX_SECONDS


# Which sign it is and which language do not meet in our code: each of both is tried, not each pair.
CONTROLS = ("\0", "\x1b", "\x9b", "\ud800")
TYPED = [row.name for row in LANGUAGES if row.name != "json"]
ESCAPED = [(name, CONTROLS[number % 4]) for number, name in enumerate(TYPED)]
ESCAPED += [("python", char) for char in CONTROLS if ("python", char) not in ESCAPED]


@pytest.mark.parametrize(("language", "char"), ESCAPED, ids=ascii)
async def test_a_control_character_out_of_an_escape_is_refused(language, char):
    path = f"a{get(language).extensions[0]}"
    reply = json.dumps({"files": {path: f"one line of text\nand {char * 20_000} another\n"}})

    made, held = await make(reply, language)

    assert held < HELD
    assert [one["code"] for one in made["unmet"][0]["findings"]] == ["control-character"]


@pytest.mark.parametrize("char", ["\0", "\x07", "\x1b"], ids=ascii)
async def test_a_control_character_in_a_fence_is_refused(char):
    made, _ = await make(f"```bash\necho '{char}[31mred'\n```", "bash")

    (finding,) = made["unmet"][0]["findings"]
    assert (finding["code"], finding["message"][-7:]) == (
        "control-character",
        f"U+{ord(char):04X}.",
    )


@pytest.mark.parametrize(
    "reply",
    [
        "```" * 30_000,
        "```python\n" * 300,
        "[" * 65_536,
        '{"a":' * 30_000,
        '{"files": [' + '{"path": "a.py"},' * 20_000 + "{}]}",
        json.dumps({f"k{n}": n for n in range(100_000)}),
        '{"code": ' + "9" * 60_000 + "}",
        "<file path='a.py'>\n" * 3_000,
        "<think>" * 9_000 + "```python\nx = 1\n```",
        "x" * 65_536,
        "```python\nx = '" + "`" * 60_000 + "'\n```",
    ],
    ids=lambda reply: repr(reply[:16]),
)
async def test_a_reply_of_hostile_wrapping_holds_nobody_up(reply):
    _, held = await make(reply, "python", seconds=5)

    assert held < HELD


# What kept a grammar busy longest when it was measured, besides what is bad for nearly all.
WORST = [
    *((row.name, b"<" * 200_000) for row in LANGUAGES),
    ("java", b"a=>" * 66_000),
    ("cpp", b"a=1\n" * 50_000),
    ("csharp", b"a=1\n" * 50_000),
    ("scala", b"`" * 200_000),
    ("yaml", b"[" * 200_000),
]


@pytest.mark.parametrize(("language", "source"), WORST, ids=[f"{n}-{s[:3]!r}" for n, s in WORST])
async def test_an_adversarial_source_ends_soon_after_its_deadline(language, source):
    began = time.monotonic()

    await POOL.run(partial(prove, source, get(language)), seconds=0.1)

    # Left alone they take up to minutes.
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("source", [b"[]" * 500_000, b"[" * 500_000 + b"]" * 500_000])
async def test_a_megabyte_of_brackets_neither_crashes_nor_stalls_the_loop(source):
    job = partial(prove, source, get("javascript"))

    lag, proof = await least_lag(0.05, lambda: POOL.run(job, seconds=60))

    assert lag < 0.05
    assert isinstance(proof, Proof)
