"""What a reply holds, whatever it is wrapped in."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.clocks import least_work
from tests.domains.code.corpus import REPLIES, Case, read

from kuznia.domains.code.languages.find import LANGUAGES, get
from kuznia.domains.code.languages.paths import safe_path
from kuznia.domains.code.reply.document import document
from kuznia.domains.code.reply.extract import MAX_BYTES, MAX_FILES, Extracted, extract
from kuznia.domains.code.reply.fences import read as read_reply
from kuznia.forge.terms import Unreadable


def extracted(case: Case) -> Extracted:
    name = "test_main.py" if case.part == "tests" else None
    return extract(case.reply, get(case.language), case.part, name)


@pytest.mark.parametrize("path", REPLIES, ids=lambda path: path.stem)
def test_every_reply_of_the_corpus_is_read_right(path):
    case = read(path)

    if case.unreadable:
        with pytest.raises(Unreadable) as refused:
            extracted(case)
        assert refused.value.findings[0].code == case.unreadable
        return
    found = extracted(case)

    assert {file.path: (file.language, file.content) for file in found.files} == case.files
    assert found.truncated == case.truncated
    assert found.requires == case.requires


def test_the_corpus_is_wide():
    cases = [read(path) for path in REPLIES]

    assert len(cases) >= 80
    assert len({case.language for case in cases}) >= 12


# These two tell how quick we are: traced for coverage, we are half as quick.
@pytest.mark.no_cover
def test_a_reply_is_read_in_less_than_a_millisecond():
    cases = [case for case in map(read, REPLIES) if not case.unreadable]
    enough = 0.001 * len(cases)

    assert least_work(enough, lambda: [extracted(case) for case in cases]) < enough


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "reply",
    [
        "`" * 200_000,
        "~" * 200_000,
        "```\n" * 50_000,
        "```a\n" * 390,
        "</think>" * 25_000,
        "<think>" * 25_000,
        "\n" * 200_000,
        "[{" * 100_000,
        "**a.py**\n" * 20_000,
        "# a.py\n" * 28_000,
        "```" + " " * 200_000 + "`",
        "pip install " * 16_000,
        "```python\n" + "def f(): pass\n" * 14_000 + "```",
        "<file path='a'>\n" * 12_000,
        "> ```\n" * 30_000,
    ],
    ids=lambda reply: repr(reply[:16]),
)
@pytest.mark.parametrize("language", ["python", "bash", "markdown"])
def test_no_reply_takes_long(reply, language):
    # The slowest takes a tenth; what takes time by the square of the length takes minutes.
    assert least_work(1, lambda: readable(reply, language)) < 3


def readable(reply: str, language: str) -> Extracted | None:
    try:
        return extract(reply, get(language), "code")
    except Unreadable:
        return None


_MARKS = st.sampled_from(
    [
        "```", "```python\n", "~~~", "\n", "\n```\n", "    ```\n", "<think>", "</think>", "> ",
        "{", '{"code": "', '{"files": [', '"}', "**a.py**\n", "### ../../b.go\n", "# C:\\a.py\n",
        "def f():\n    pass\n", "package a\n", "Here it is:\n\n", "\r\n", "\0", "\ud800", "\ufeff",
        "<file path='x.py'>\n", "</file>", "`a/b.rs`", "Requires: a, b\n", "// file: a.js\n",
    ]
)  # fmt: skip


@given(
    reply=st.lists(_MARKS | st.text(max_size=20), max_size=30).map("".join),
    language=st.sampled_from([row.name for row in LANGUAGES]),
    kind=st.sampled_from(["code", "tests"]),
)
@example(reply="```\n\n```", language="go", kind="code")
@example(reply="<file path='x.py'>\n\n</file>", language="python", kind="code")
@example(reply="```java\npublic class Привіт {}\n```", language="java", kind="code")
@example(reply='{"files": {"a.py": "```"}}', language="python", kind="code")
@example(reply='{"files": {"a.py": ""}}', language="python", kind="code")
def test_any_text_gives_files_or_is_unreadable(reply, language, kind):
    try:
        found = extract(reply, get(language), kind)
    except Unreadable:
        return

    assert found.files
    for file in found.files:
        assert safe_path(file.path) == file.path
        assert file.content.strip()
        assert file.content.encode()
        assert "\0" not in file.content


def test_more_files_than_anyone_needs_are_refused():
    reply = "\n".join(f"**f{n}.py**\n```python\nx = {n}\n```" for n in range(MAX_FILES + 1))

    with pytest.raises(Unreadable, match="more than 20 files"):
        extract(reply, get("python"), "code")


def test_more_text_than_anyone_needs_is_refused():
    reply = f"```python\nx = '{'y' * MAX_BYTES}'\n```"

    with pytest.raises(Unreadable, match="256 kB"):
        extract(reply, get("python"), "code")


def test_a_reply_beyond_all_bounds_is_not_even_looked_at():
    with pytest.raises(Unreadable, match="far too long"):
        extract("x" * 1_000_001, get("python"), "code")


PAGE = "# Slugs\n\n```python\nslug(1)\n```\n"


@pytest.mark.parametrize(
    "reply",
    [
        PAGE,
        f"Sure! Here is the documentation:\n\n{PAGE}\nLet me know if you need more.",
        f"```markdown\n{PAGE}```",
        f"Ось документація:\n\n````md\n{PAGE}````\n",
        f"<think>short page</think>\n{PAGE}",
        '{"content": "# Slugs\\n\\n```python\\nslug(1)\\n```"}',
    ],
    ids=["plain", "small talk", "fenced", "long fence", "thought", "json"],
)
def test_a_page_is_read_without_what_is_round_it(reply):
    assert document(read_reply(reply)) == (PAGE, False)


def test_a_page_that_ends_inside_a_block_is_cut():
    assert document(read_reply("# Slugs\n\n```python\nslug(")) == (
        "# Slugs\n\n```python\nslug(\n",
        True,
    )
