import subprocess
import sys
from pathlib import Path

import pytest
from bench.replies import BY_PROMPT, CODE, TESTS, reply_to

from kuznia.domains.code import prompt

PLACES: tuple[str, ...] = ("name", "title", "extension", "formatter", "tests", "test_file")


def source(reply: str) -> str:
    return reply.partition("```python\n")[2].partition("```")[0]


@pytest.mark.parametrize("part", ["tests", "documentation"])
def test_each_part_is_known_by_how_its_prompt_begins(part: str) -> None:
    opening = prompt.read(part).format_map(dict.fromkeys(PLACES, "x")).encode()[:40]

    known = [words for words, _ in BY_PROMPT if opening.startswith(words)]

    assert len(known) == 1


def test_what_is_neither_is_asked_for_code() -> None:
    assert reply_to(prompt.read("code").encode()) == CODE


def test_the_tests_it_writes_pass_on_the_code_it_writes(tmp_path: Path) -> None:
    (tmp_path / "counting.py").write_text(source(CODE))
    (tmp_path / "test_counting.py").write_text(source(TESTS))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert "5 passed" in done.stdout
