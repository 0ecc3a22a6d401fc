"""Files in, an analysis out: at once or beside other work, and never a surprise."""

import asyncio
import time
from collections.abc import Generator

import pytest
from tests.domains.code.analysis.counted import a_file, file_of
from tests.domains.code.patience import least_lag

from kuznia.domains.code.analysis import analyse, analysed
from kuznia.domains.code.analysis.metrics.measure import MAX_FUNCTIONS, complexities
from kuznia.domains.code.analysis.tables import TABLES
from kuznia.domains.code.languages.find import LANGUAGES, get
from kuznia.platform.process.workers import POOL, Stopped, within

# What held a parser up when it was measured; none may hold up anything else.
HOSTILE = [
    ("kotlin", "<" * 200_000),
    ("java", "a=>" * 66_000),
    ("cpp", "a=1\n" * 50_000),
]


@pytest.fixture(scope="module", autouse=True)
def closed() -> Generator[None]:
    yield
    POOL.close()


def test_an_analysis_of_nothing_is_empty():
    said = analyse([])

    assert (said.files, said.worst, said.duplicates) == ((), (), ())


def test_a_file_says_what_was_proven_of_it():
    right, wrong = file_of("a = 1\n"), file_of("a = (\n")

    assert right.proof.level == "reference"
    assert wrong.proof.level == "none"
    assert (wrong.proof.errors[0].path, wrong.proof.errors[0].line) == ("source", 1)


def test_a_broken_file_is_counted_as_far_as_it_can_be_read():
    file = file_of("def f(a):\n    if a: pass\n\ndef g(:\n    pass\n")

    assert file.functions[0].name == "f"
    assert file.functions[0].cyclomatic == 2


def test_a_language_without_a_table_says_so():
    file = file_of("a: 1\n", "yaml")

    assert (file.metrics, file.reason) == (None, "no counting table for YAML")
    assert file.proof.level == "reference"


def test_what_is_no_language_of_ours_says_so():
    file = file_of("hello", "text")

    assert (file.metrics, file.reason) == (None, "text is no language we read")


def test_a_language_is_known_by_its_alias_or_else_by_the_path():
    said = analyse([a_file("a", "py"), a_file("fn f() {}", "?", "a.rs")])

    assert [one.language for one in said.files] == ["python", "rust"]


def test_a_profile_holds_for_the_languages_that_have_it():
    said = analyse([a_file("assert a"), a_file("f();", "javascript")], profile="radon")

    assert said.profile == "radon"
    assert [one.metrics.profile for one in said.files if one.metrics] == ["radon", "default"]


def test_every_language_of_the_tables_is_one_we_read():
    assert set(TABLES) <= {row.name for row in LANGUAGES}


@pytest.mark.parametrize("language", TABLES)
def test_an_empty_file_is_counted_in_every_language(language):
    metrics = file_of("", language).metrics

    assert metrics
    assert (metrics.lines, metrics.functions, metrics.cyclomatic) == (0, 0, 1)


def test_half_a_character_is_read_as_something_else():
    assert file_of("a = '\ud800'\n").metrics


def test_more_functions_than_an_answer_carries_are_in_the_totals():
    source = "".join(f"def f{n}(a):\n    if a: pass\n" for n in range(MAX_FUNCTIONS + 50))

    said = analyse([a_file(source)], seconds=30)

    assert len(said.files[0].functions) == MAX_FUNCTIONS
    assert said.files[0].functions_left_out == 50
    assert said.totals.functions == MAX_FUNCTIONS + 50
    assert said.totals.cyclomatic_mean == 2


def test_nested_too_deep_is_said_instead_of_counted():
    deep = file_of("[" * 60_000 + "]" * 60_000, "javascript")
    heap = file_of("(" * 5_000)
    brackets = file_of("if (a) " * 20_000 + ";", "javascript")

    assert deep.reason == heap.reason == "nested too deep, or too broken, to be counted"
    assert (deep.metrics, heap.metrics) == (None, None)
    assert brackets.metrics


@pytest.mark.parametrize("content", ["a=1;" * 50_000, "function f(){}" * 14_000])
def test_what_would_take_longer_than_its_time_is_not_begun(content):
    began = time.thread_time()
    file = analyse([a_file(content, "javascript")], seconds=0.15).files[0]
    took = time.thread_time() - began

    # On a busy machine even the parsing may not come to its end in time.
    late = file.reason == "not read within 0.15 s"
    assert file.metrics is None
    assert late or file.reason == "there was not time enough to count it"
    assert file.proof.level == ("none" if late else "tree_sitter")
    assert took < 10 * 0.15


def test_complexity_alone_is_the_same_as_among_all_metrics():
    source = "class A:\n def f(self): assert a and b\ndef g(): return a or b\n"

    alone = complexities(source.encode(), get("python"), within(5), "radon")

    assert alone == [("f", 2, 2, 2), ("g", 3, 3, 2)]


def test_complexity_alone_has_nothing_to_say_without_a_table_or_a_tree_or_time():
    assert complexities(b"a: 1", get("yaml"), within(5), "default") is None
    assert complexities(b"(" * 5_000, get("python"), within(5), "default") is None
    slow = complexities(b"<" * 200_000, get("kotlin"), within(0.01), "default")
    assert isinstance(slow, Stopped)


def test_what_no_parser_comes_to_an_end_with_says_so():
    file = analyse([a_file("<" * 200_000, "kotlin")], seconds=0.05).files[0]

    assert (file.proof.level, file.metrics) == ("none", None)
    assert file.reason == "not read within 0.05 s"


def test_what_another_parser_knows_is_proven_without_the_grammar():
    file = analyse([a_file("a = 1\n" * 10_000)], seconds=0).files[0]

    assert (file.proof.level, file.metrics) == ("reference", None)
    assert file.reason == "there was not time enough to count it"


async def test_beside_other_work_it_says_the_same():
    files = [
        a_file("def f(a):\n    if a: pass\n" * 30, path="a.py"),
        a_file("fn g() { loop {} }", "rust", "b.rs"),
        a_file("a: 1\n", "yaml", "c.yaml"),
        a_file("hello", "text", "d.txt"),
    ]

    assert await analysed(files, profile="radon") == analyse(files, profile="radon")


@pytest.mark.parametrize(
    ("language", "content"),
    [("javascript", "[" * 500_000 + "]" * 500_000), ("python", "a = 1\n" * 40_000)],
)
async def test_a_large_file_does_not_hold_up_the_event_loop(language, content):
    await analysed([a_file("a")])  # the worker is there
    lag, said = await least_lag(0.05, lambda: analysed([a_file(content, language)], seconds=5))

    assert lag < 0.05
    assert said.files[0].reason in {"", "nested too deep, or too broken, to be counted"}


@pytest.mark.parametrize(("language", "content"), HOSTILE, ids=[case[0] for case in HOSTILE])
async def test_a_hostile_file_has_its_time_and_no_more(language, content):
    await analysed([a_file("a")])
    file = a_file(content, language)

    began = time.monotonic()
    lag, said = await least_lag(0.05, lambda: analysed([file], seconds=0.2))

    # Three times at most; left alone they take up to minutes.
    assert time.monotonic() - began < 20
    assert lag < 0.05
    assert said.files[0].metrics or said.files[0].reason


async def test_beside_a_file_that_was_stopped_the_others_have_little_time():
    files = [a_file("a=>" * 4_000, "java", f"{n}.java") for n in range(4)] + [a_file("a = 1\n")]

    said = await analysed(files)

    *reasons, last = [file.reason for file in said.files]
    assert reasons == [*["not read within 0.55 s"] * 2, *["not read within 0.15 s"] * 2]
    # On a busy machine a tenth of a second is too little even for a line.
    assert last in {"", "not read within 0.1 s"}
    assert (said.status, said.files_left_out) == ("partial", 4 + bool(last))


def test_what_is_not_text_is_given_to_no_parser():
    # Bash's keeps a process for seconds with it, and asks nobody whether to go on.
    file = file_of("\0" * 60_000, "bash")

    assert (file.metrics, file.reason) == (None, "it is not text")
    assert file.proof.errors[0].message == "a NUL character"


async def test_more_files_than_the_pool_takes_at_once_are_all_read():
    files = [a_file(f"a = {n}\n", path=f"{n}.py") for n in range(20)]

    said = await asyncio.gather(*(analysed(files, seconds=10) for _ in range(12)))

    assert all(file.metrics for one in said for file in one.files)
