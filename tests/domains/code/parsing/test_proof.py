"""What is proven of a source, by whom, and where it stumbles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clocks import least_work

from kuznia.domains.code.languages.find import LANGUAGES, get
from kuznia.domains.code.parsing import reference
from kuznia.domains.code.parsing.grammar import parse
from kuznia.domains.code.parsing.proof import MAX_FLAWS, proof_of, prove
from kuznia.domains.code.schema import File, Proof
from kuznia.platform.process.workers import Stopped, within


def proof(source: str | bytes, language: str) -> Proof:
    raw = source if isinstance(source, bytes) else source.encode()
    made = prove(raw, get(language), within(5))
    assert isinstance(made, Proof)
    return made


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("python", "def f(x: int) -> int:\n    return x\n"),
        ("json", '{"a": [1, 2]}'),
        ("toml", 'a = 1\n[b]\nc = "d"\n'),
        ("yaml", "a: &x [1]\nb: *x\n---\nc: 1\n"),
    ],
)
def test_a_reference_parser_that_accepts_is_the_best_proof(language, source):
    assert proof(source, language) == Proof(level="reference")


@pytest.mark.parametrize(
    ("source", "level", "said"),
    [
        ("SELECT 1 WHERE 'ї' = 'ї';\nCREATE TABLE t (id int);\n", "reference", []),
        ("SELECT `a` FROM `t`;\n", "tree_sitter", []),
        (
            "SELECT 'Привіт'\n  FROM 'їжак' (((;\n",
            "none",
            [(2, 8), "could not be verified (SQL dialects): syntax error at or near \"'їжак'\""],
        ),
        ("SELECT 1;\nSELECT (\0;", "none", [(2, 9), "a NUL character"]),
        (
            "SELECT 1;\nSELECT (\n",
            "none",
            [(2, 9), "could not be verified (SQL dialects): syntax error at end"],
        ),
        ("SELECT " + "(" * 12_000, "none", [(1, 10_004), "could not be verified (SQL dialects): "]),
    ],
    ids=["PostgreSQL", "another dialect", "neither", "NUL", "no end", "too deep"],
)
def test_postgresqls_parser_knows_what_is_right_and_doubts_the_rest(source, level, said):
    made = proof(source, "sql")

    told = [((one.line, one.column), one.message) for one in made.errors[:1]]
    assert made.level == level
    assert [place for place, _ in told] == said[:1]
    assert all(message.startswith(said[1]) for _, message in told)


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("go", "package a\n\nfunc F() {}\n"),
        ("rust", "pub fn f() -> i32 { 1 }\n"),
        ("kotlin", "interface Shape { fun area(): Double }\n"),
        ("c", "int f(void) { return 1; }\n"),
        # Newer than this interpreter or not, the grammar knows it.
        ("tsx", "export const A = () => <b>1</b>;\n"),
    ],
)
def test_a_grammar_that_finds_nothing_is_the_next_best(language, source):
    assert proof(source, language) == Proof(level="tree_sitter")


@pytest.mark.parametrize(
    ("language", "source", "place", "text"),
    [
        ("python", "x = 1\ny = (2\n", (2, 5), "y = (2"),
        ("python", "def f():\nreturn 1\n", (2, 1), "return 1"),
        ("python", "x = '\u2028\f'\ny = (2\n", (2, 5), "y = (2"),
        ("go", "package a\n\nfunc F() {\n\tx := := 1\n}\n", (4, 7), ":="),
        ("javascript", "const é = ;\n", (1, 9), "="),
        ("json", '{"a": 1,}', (1, 9), '{"a": 1,}'),
        ("json", "[NaN]", (1, 1), "[NaN]"),
        ("toml", "a = 1\nb = = 2\n", (2, 5), "b = = 2"),
        ("toml", "a =", (1, 1), "a ="),
        ("yaml", "a: [1\nb: 2\n", (2, 2), "b: 2"),
        ("yaml", "a: *nothing\n", (1, 4), "a: *nothing"),
    ],
)
def test_an_error_has_its_line_column_and_text(language, source, place, text):
    made = proof(source, language)

    flaw = made.errors[0]
    assert made.level == "none"
    assert ((flaw.line, flaw.column), flaw.text) == (place, text)


def test_what_is_missing_is_named():
    flaws = proof("class A { void f() { int x = 1 } }", "java").errors

    assert [flaw.message for flaw in flaws] == ["missing ;"]


def test_only_the_first_errors_are_told_and_no_text_is_long():
    flaws = proof("x = = 1\n" * 200 + "=" * 5_000, "javascript").errors

    assert len(flaws) <= MAX_FLAWS
    assert max(len(flaw.text) for flaw in flaws) <= 80


@pytest.mark.parametrize("language", ["c", "cpp", "csharp", "objc", "sql", "groovy"])
def test_where_the_grammar_may_be_wrong_an_error_is_worded_as_doubt(language):
    made = proof("int main( { ] SELECT", language)

    assert made.level == "none"
    assert all(flaw.message.startswith("could not be verified (") for flaw in made.errors)


def test_syntax_that_this_interpreter_is_too_old_for_is_proven_by_the_grammar():
    source = (
        "type Pair[T] = tuple[T, T]\n\n\ndef first[T](pair: Pair[T]) -> T:\n    return pair[0]\n"
    )

    assert proof(source, "python").level in ("tree_sitter", "reference")
    assert not proof(source, "python").errors


def test_syntax_no_interpreter_takes_is_refused_though_the_grammar_takes_it():
    assert proof('print "x"\n', "python").level == "none"


def test_bytes_that_are_no_text_are_refused_at_their_line():
    flaw = proof(b"a = 1\nb = '\xff'\n", "python").errors[0]

    assert (flaw.line, flaw.message) == (2, "bytes that are not UTF-8")


@pytest.mark.parametrize("source", ["x = '\0'\n", "(" * 150 + ")" * 150, "-" * 9_000 + "1"])
def test_a_compiler_that_gives_up_refuses(source):
    made = proof(source, "python")

    assert made.level == "none" or source.startswith("(")


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("json", "[" * 100_000),
        ("toml", "a = " + "[" * 10_000),
        ("yaml", "[" * 10_000),
        ("yaml", "a: \x01"),
        ("json", "9" * 5_000),
        ("toml", "a = " + "9" * 5_000),
    ],
)
def test_a_hostile_document_is_refused_at_once(language, source):
    assert proof(source, language).level == "none"
    assert least_work(1, lambda: proof(source, language)) < 1


def test_a_bomb_of_aliases_is_refused_before_it_grows():
    levels = ["a0: &a0 [1]"]
    levels += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]

    flaw = proof("\n".join(levels), "yaml").errors[0]

    assert "aliases that grow past" in flaw.message


def test_a_tree_that_is_there_already_is_not_parsed_again():
    source = b"package a\n"
    tree = parse(source, get("go"), within(5))

    assert prove(source, get("go"), within(-1), tree) == Proof(level="tree_sitter")


def test_without_time_there_is_no_proof():
    assert isinstance(prove(b"package a\n" * 9_000, get("go"), within(-1)), Stopped)


def test_a_reference_that_refuses_needs_no_time():
    made = prove(b"x = (\n" * 9_000, get("python"), within(-1))

    assert isinstance(made, Proof)
    assert len(made.errors) == 1


def test_files_of_no_language_of_ours_do_not_weaken_the_proof():
    files = (
        File(path="a.py", language="python", content="x = 1\n"),
        File(path="Makefile", language="text", content="all:\n"),
    )

    assert proof_of(files, within(5)).level == "reference"


def test_an_error_says_in_which_file_it_is():
    files = (File(path="a.go", language="go", content="func ("),)

    assert {flaw.path for flaw in proof_of(files, within(5)).errors} == {"a.go"}


def test_what_there_is_no_time_for_is_not_proven():
    file = File(path="a.go", language="go", content="package a\n" + "// x\n" * 20_000)

    assert proof_of((file,), within(-1)) == Proof(level="none")


@given(source=st.text(max_size=300), language=st.sampled_from([row.name for row in LANGUAGES]))
def test_any_text_gives_a_proof_or_errors_in_it(source, language):
    raw = source.encode(errors="replace")
    made = prove(raw, get(language), within(5))

    assert isinstance(made, Proof)
    lines = raw.decode().count("\n") + raw.decode().count("\r") + 2
    assert all(1 <= flaw.line <= lines and flaw.column >= 1 for flaw in made.errors)
    assert bool(made.errors) == (made.level == "none")


def test_lambdas_in_lambdas_are_told_so_before_they_take_long():
    # CPython compiles eight kilobytes of it in a quarter of a second, all of it under its lock.
    flaw = reference.python("lambda:" * 1_000 + "0")

    assert flaw is not None
    assert flaw.message == "nested deeper than the parser can go"
    assert reference.python("f = [\n" + "    lambda: 0,\n" * 1_000 + "]\n") is None
