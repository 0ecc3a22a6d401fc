"""What a finding's place is quoted as."""

import json

import pytest
from pydantic_core import to_json
from tests.makers import Note

from kuznia.forge.quotes import MAX_QUOTE, quote_of
from kuznia.forge.terms import Draft, Finding

FIELD = {"id": "a", "label": "Your\nname"}
FLOW = {"steps": [{"kind": "form", "fields": [FIELD]}], "name": "x" * 999}


class OneFile(Draft):
    path: str
    content: str


class Files(Draft):
    files: tuple[OneFile, ...]


DRAFT = Files(files=(OneFile(path="a.py", content="x = 1\n  y = `2`\n"),))


@pytest.mark.parametrize(
    ("where", "quote"),
    [
        ("a.py:1", "x = 1"),
        ("a.py:2:3", "y = '2'"),
        ("a.py:9", ""),
        ("a.py:0", ""),
        ("b.py:1", ""),
        ("a.py", ""),
        ("word 1", ""),
    ],
)
def test_a_line_of_a_draft_is_quoted(where: str, quote: str):
    assert quote_of(Finding("x", "block", where, "Wrong."), "no json", DRAFT) == quote


def test_a_draft_without_files_has_no_lines():
    assert quote_of(Finding("x", "block", "a.py:1", "Wrong."), "", Note(text="x")) == ""


@pytest.mark.parametrize(
    ("where", "quote"),
    [
        ("steps.0.fields.0.label", '"Your\\nname"'),
        ("steps.0.form.fields.0.id", '"a"'),
        ("steps.0.fields.0.most", json.dumps(FIELD, separators=(",", ":"))),
        ("steps.7.id", ""),
        ("steps.first.id", ""),
        ("steps.0.kind.x", ""),
    ],
    ids=str,
)
def test_a_value_of_a_reply_is_quoted(where: str, quote: str):
    reply = f"Here it is:\n```json\n{to_json(FLOW).decode()}\n```"

    assert quote_of(Finding("x", "block", where, "Wrong."), reply, None) == quote


def test_a_long_quote_is_cut():
    quote = quote_of(Finding("x", "block", "flow.name", "Wrong."), json.dumps(FLOW), None)

    assert len(quote) == MAX_QUOTE + 3


@pytest.mark.parametrize("reply", ["", "}{", "{", '{"a": ', "[1]", '{"a":' * 5000 + "}" * 5000])
def test_a_reply_that_is_no_json_has_no_values(reply: str):
    assert quote_of(Finding("x", "block", "steps.0.id", "Wrong."), reply, None) == ""
