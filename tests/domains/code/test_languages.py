"""The table of languages, and how a name finds its row."""

from collections import Counter

import pytest

from kuznia.domains.code import prompt
from kuznia.domains.code.languages.find import LANGUAGES, find, find_by_path, get, suggest
from kuznia.domains.code.languages.testing import asserts, looks_like_tests
from kuznia.domains.code.parsing.grammar import parse
from kuznia.domains.code.parsing.reference import find_reference
from kuznia.platform.process.workers import Stopped, within


def test_there_are_about_thirty_programming_languages():
    assert sum(row.tests is not None for row in LANGUAGES) == 30


def test_no_name_alias_or_extension_means_two_languages():
    names = Counter(name for row in LANGUAGES for name in (row.name, *row.aliases))
    endings = Counter(ending for row in LANGUAGES for ending in row.extensions)

    assert [name for name, count in (names + endings).items() if count > 1] == []


@pytest.mark.parametrize("row", LANGUAGES, ids=lambda row: row.name)
def test_every_language_has_a_grammar_that_reads_an_empty_file(row):
    tree = parse(b"", row, within(5))

    assert not isinstance(tree, Stopped)


@pytest.mark.parametrize("row", LANGUAGES, ids=lambda row: row.name)
def test_every_language_has_rules_of_its_own_in_its_prompt(row):
    assert prompt.rules(row.name) in prompt.system("code", row)
    assert prompt.rules(row.name).startswith("- ")


def test_a_reference_is_named_where_there_is_one():
    found = {row.name: find_reference(row, lambda _: False) for row in LANGUAGES}

    assert {name for name, one in found.items() if one} == {"python", "json", "toml", "yaml"}


def test_postgresql_has_a_reference_parser_where_it_is_installed():
    with_it, without = (find_reference(get("sql"), lambda _, has=has: has) for has in (True, False))

    assert with_it
    assert (with_it[0], without) == ("PostgreSQL's parser", None)


@pytest.mark.parametrize("row", [row for row in LANGUAGES if row.tests], ids=lambda row: row.name)
def test_what_can_be_tested_says_how_tests_look_and_what_they_are_called(row):
    assert not looks_like_tests("", row.name)
    assert not asserts("", row.name)
    assert row.test_file.format("a") != row.test_file


@pytest.mark.parametrize(
    ("name", "meant"), [("Py", "python"), (" C# ", "csharp"), ("c++", "cpp"), ("GOLANG", "go")]
)
def test_an_alias_is_found_in_any_case(name, meant):
    row = find(name)

    assert row is not None
    assert row.name == meant


@pytest.mark.parametrize(
    ("name", "meant"),
    [("pyton", "python"), ("javscript", "javascript"), ("Rst", "rust"), ("zzzz", None)],
)
def test_a_slip_is_told_what_was_meant(name, meant):
    assert find(name) is None
    assert suggest(name) == meant


@pytest.mark.parametrize(
    ("path", "meant"), [("a/b.PY", "python"), ("x.tsx", "tsx"), ("x.h", "c"), ("Makefile", None)]
)
def test_a_file_is_known_by_its_ending(path, meant):
    row = find_by_path(path)

    assert (row.name if row else None) == meant
