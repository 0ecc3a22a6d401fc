"""Replies in the shapes that models give them, and what a person takes out of each.

`shapes.json.gz`: written for this, before the reader knew the shapes; every second was held back
while it was changed. `local_models.json.gz`: replies of small local models (Qwen2.5-Coder 1.5B and
0.5B, SmolLM2 135M) to orders for code and tests, read by a person first.
"""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kuznia.domains.code.languages.find import find_by_path, get
from kuznia.domains.code.mend import tidy
from kuznia.domains.code.parsing.proof import proof_of
from kuznia.domains.code.reply.extract import Extracted, extract
from kuznia.domains.code.schema import CodeDraft, File
from kuznia.forge.terms import Unreadable
from kuznia.platform.process.workers import within

HERE = Path(__file__).parent


@cache
def rows(name: str) -> list[dict[str, Any]]:
    return json.loads(gzip.decompress((HERE / f"{name}.json.gz").read_bytes()))


def files_in(row: dict[str, Any]) -> tuple[dict[str, str], bool, str]:
    """The files as they are checked, whether the reply was cut off, or why there are none."""
    before = tuple(a_file(path, text) for path, text in row.get("before", {}).items())
    path = "test_main.py" if row["part"] == "tests" else None
    try:
        extracted = extract(row["reply"], get(row["language"]), row["part"], path, before)
    except Unreadable as unreadable:
        return {}, False, unreadable.findings[0].code
    return {f.path: f.content for f in tidied(extracted)}, extracted.truncated, ""


def a_file(path: str, text: str) -> File:
    language = find_by_path(path)
    return File(path=path, language=language.name if language else "text", content=text)


def tidied(extracted: Extracted) -> tuple[File, ...]:
    proof = proof_of(extracted.files, within(2))
    return tidy(CodeDraft(files=extracted.files, proof=proof), within(2)).files


def is_right(row: dict[str, Any]) -> bool:
    expected = row["files"] or {}, row["truncated"], row["unreadable"] or ""
    return files_in(row) == expected


@pytest.mark.parametrize(("held", "right"), [(False, 62), (True, 60)])
def test_replies_are_read_in_the_shapes_that_models_give_them(held, right):
    ours = [row for row in rows("shapes") if row["held"] is held]

    wrong = [(row["n"], row["shape"]) for row in ours if not is_right(row)]

    assert len(ours) == 62
    assert len(wrong) <= 62 - right, wrong


def test_of_local_models_as_much_is_read_as_a_person_takes():
    ours = [row for row in rows("local_models") if row["why"] in ("", "cut off")]

    wrong = [row["n"] for row in ours if not is_taken(row)]

    assert len(ours) == 77
    assert wrong == []


def is_taken(row: dict[str, Any]) -> bool:
    files, _, _ = files_in(row)
    return len(files) == 1 and (row["path"] or next(iter(files)), row["take"]) in files.items()


def test_a_change_that_fits_nowhere_asks_for_whole_files():
    before = (a_file("a.py", "x = 1\n"),)

    with pytest.raises(Unreadable) as refused:
        extract("```diff\n-x = 2\n+x = 3\n```", get("python"), "code", None, before)

    assert refused.value.findings[0].code == "patch-does-not-apply"
    assert "whole" in refused.value.findings[0].hint
