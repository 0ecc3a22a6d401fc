"""Comments to be filled in, and the page that names every symbol."""

from collections.abc import Awaitable, Iterable

import pytest
from tests.domains.code.makers import a_bench, a_draft
from tests.domains.code.parsing.test_symbols import OFFERED
from tests.domains.code.skeletons.sketched import ROWS, sketched

from kuznia.domains.code.checks.docs import DOCUMENTATION
from kuznia.domains.code.languages.find import LANGUAGES, get
from kuznia.domains.code.parsing.symbols import MAX_SYMBOLS, public
from kuznia.domains.code.schema import DocumentationDraft
from kuznia.domains.code.skeletons import can_be_sketched, put_together, sketch
from kuznia.forge.terms import Finding
from kuznia.platform.process.workers import Stopped, within

# By language: a source, and lines its comments must have.
COMMENTS = {
    "javascript": (
        "export const add = (a, b = 1) => {\n  return a + b;\n};\n",
        [" * @param {*} a - Say what it is.", " * @returns {*} Say what comes back."],
    ),
    "typescript": (
        "export function f(...c: string[]): void {}\n",
        [" * @param c - Say what it is."],
    ),
    "go": (
        "package a\n\nfunc (s *S) Add(a, b int) int { return a }\n",
        ["// Add: Say what Add is for."],
    ),
    "java": (
        "class A {\n    int f(int a, String... rest) {\n        return 1;\n    }\n}\n",
        ["     * @param a Say what it is.", "     * @param rest Say what it is."],
    ),
    "rust": (
        "#[inline]\npub fn f(&self, a: &str) {}\n",
        ["/// # Arguments", "/// * `a` - Say what it is."],
    ),
    "ruby": ("def f(a, *rest)\nend\n", ["# @param rest [Object] Say what it is."]),
    "php": ("<?php\nfunction f(?int $a) {}\n", [" * @param mixed $a Say what it is."]),
    "kotlin": ("fun f(a: Int, b: String) {}\n", [" * @param b Say what it is."]),
    "swift": (
        "func f(_ a: Int, to b: Int) {}\n",
        ["/// - Parameters:", "///   - b: Say what it is."],
    ),
    "csharp": (
        "public class A {\n  public int F(int a) { return a; }\n}\n",
        [
            '  /// <param name="a">Say what it is.</param>',
            "  /// <returns>Say what comes back.</returns>",
        ],
    ),
    "c": ("int *f(const char *a, int b[]) { return 0; }\n", [" * @param a Say what it is."]),
    "cpp": (
        "template <class T>\nint f(const T& a) { return 1; }\n",
        [" * @param a Say what it is."],
    ),
    "lua": ("function f(a) return a end\n", ["--- @param a Say what it is."]),
    "elixir": ("defmodule A do\n  def f(a), do: a\nend\n", ['  @doc """', "  Say what f is for."]),
    "perl": ("sub f { 1 }\n", ["=head2 f", "=cut"]),
    "haskell": ("f :: Int -> Int\nf x = x\n", ["-- | Say what f is for."]),
    "ocaml": ("let f a = a\n", ["    Say what f is for."]),
    "dart": ("int f(int a) => a;\n", ["/// Say what f is for."]),
    "powershell": ("function Get-It {\n  1\n}\n", [".SYNOPSIS"]),
    "solidity": (
        "contract A {\n  function f(uint a) public {}\n}\n",
        ["  /// @notice Say what f is for.", "  /// @param a Say what it is."],
    ),
    "objc": (
        "@implementation A\n- (void)m:(int)a {\n}\n@end\n",
        [" * @brief Say what m is for.", " * @param a Say what it is."],
    ),
}
SOURCES = [(language, source) for language, (source, _) in {**OFFERED}.items()] + [
    (language, source) for language, (source, _) in COMMENTS.items()
]


@pytest.mark.parametrize(("language", "wanted"), COMMENTS.items(), ids=COMMENTS)
def test_a_comment_is_in_the_style_of_its_language(language, wanted):
    source, lines = wanted
    commented = sketched(source, language).commented

    assert commented
    assert set(lines) <= set(commented.content.split("\n")), commented.content


@pytest.mark.parametrize(("language", "source"), SOURCES)
async def test_every_public_symbol_is_on_the_page_and_our_own_check_passes_it(language, source):
    found = sketched(source, language)
    told = put_together([found], "en", tests=False, docs=True)
    path = f"rows{get(language).extensions[0]}"
    bench = a_bench(language=language, code=a_draft((path, language, source)))

    assert told.documentation
    draft = DocumentationDraft(files=told.documentation.files[:1])
    assert [one.name for one in told.symbols] == [s.name for s in public(source, get(language))]
    assert [
        finding for check in DOCUMENTATION for finding in await settled(check.run(draft, bench))
    ] == []


async def settled(found: Iterable[Finding] | Awaitable[Iterable[Finding]]) -> list[Finding]:
    return list(await found if isinstance(found, Awaitable) else found)


@pytest.mark.parametrize(("language", "source"), SOURCES)
def test_comments_are_all_that_is_added(language, source):
    commented = sketched(source, language).commented

    assert commented
    lines = iter(commented.content.split("\n"))
    assert all(line in lines for line in source.split("\n"))


@pytest.mark.parametrize("language", [row.name for row in LANGUAGES if can_be_sketched(row)])
def test_what_has_its_comments_gets_no_more(language):
    source = OFFERED[language][0]
    once = sketched(source, language).commented
    assert once

    assert sketched(once.content, language).commented == once


async def test_a_page_in_ukrainian_passes_for_one_who_asked_in_ukrainian():
    found = sketched(ROWS, prose_language="uk")
    told = put_together([found], "uk", tests=False, docs=True)
    prompt = "Рядки, які можна закодувати й прочитати назад"
    bench = a_bench(prompt, code=a_draft(("rows.py", "python", ROWS)))

    assert told.documentation
    draft = DocumentationDraft(files=told.documentation.files[:1])
    said = [one for check in DOCUMENTATION for one in await settled(check.run(draft, bench))]
    assert said == []


def test_a_signature_is_the_one_of_the_source():
    found = {one.name: one.signature for one in sketched(ROWS).symbols}

    assert found["encode"] == "def encode(text: str) -> list[int]"
    assert found["later"] == "async def later(point: Point, st: int) -> tuple[float, float]"
    assert (found["Ticket"], found["Point"]) == ("class Ticket", "class Point(NamedTuple)")


@pytest.mark.parametrize(
    ("language", "source", "signature"),
    [
        ("go", "package a\nfunc (q *Q) Push(\n\tx int,\n) error { return nil }\n", None),
        ("java", "class A {\n public int f(int a)\n {\n return 1; }\n}\n", "public int f(int a)"),
        ("javascript", "const twice = (x) => x * 2;\n", "const twice = (x) =>"),
        ("csharp", "public class A {\n  public int F() => 1;\n}\n", "public int F()"),
        ("julia", "function f(a,\n           b)\n  a\nend\n", "function f(a, b)"),
    ],
)
def test_a_signature_is_on_one_line_and_ends_before_the_body(language, source, signature):
    said = sketched(source, language).symbols[-1].signature

    assert said == (signature or "func (q *Q) Push( x int, ) error")


def test_a_docstring_says_what_is_given_raised_and_returned():
    source = 'def f(a, *rest, key=1):\n    if a: raise ValueError("x")\n    return a\n'

    commented = sketched(source).commented
    assert commented
    assert commented.content == (
        "def f(a, *rest, key=1):\n"
        '    """Say what f is for.\n\n'
        "    Args:\n"
        "        a: Say what it is.\n"
        "        rest: Say what it is.\n"
        "        key: Say what it is.\n\n"
        "    Returns:\n"
        "        Say what comes back.\n\n"
        "    Raises:\n"
        "        ValueError: Say when.\n"
        '    """\n'
        '    if a: raise ValueError("x")\n    return a\n'
    )


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("python", "def f(): pass\n"),
        ("python", "x = 1\n" * 20_000 + "def f():\n    pass\n"),
        ("java", "class A { int f() { return 1; } } /* x */ class B {}\n"),
        ("php", "<?php function f() {}\n"),
        ("elixir", "defmodule A do\nend\n"),
    ],
    ids=["one line", "too long for Python's tree", "second on a line", "after a tag", "no place"],
)
def test_where_a_comment_has_no_place_none_is_put(language, source):
    commented = sketched(source, language).commented

    assert commented
    assert len(commented.content.split("\n")) <= len(source.split("\n")) + 3
    assert all(line in commented.content for line in source.split("\n"))


def test_comments_that_would_change_what_is_said_are_not_put():
    # POD begins at the beginning of a line, and this has none to give.
    source = "package A {\n  sub f { 1 }\n}\n"

    commented = sketched(source, "perl").commented
    assert commented
    assert commented.content == source


def test_a_signature_with_a_fence_in_it_stands_in_a_longer_one():
    found = sketched('export function f(a = "```") {}\n', "javascript")
    told = put_together([found], "en", tests=False, docs=True)

    assert told.documentation
    page = told.documentation.files[0].content
    assert '````text\nexport function f(a = "```")\n````' in page


def test_a_source_that_only_another_parser_had_time_for_is_stopped():
    found = sketch(b"a = 1\n" * 10_000, get("python"), within(-1), path="a.py", prose_language="en")

    assert isinstance(found, Stopped)


def test_what_does_not_parse_says_where():
    flaw = sketched("def f(:\n    pass\n").flaws[0]

    assert (flaw.path, flaw.line) == ("rows.py", 1)


def test_what_only_might_be_wrong_is_sketched():
    found = sketched("FOO(x)\nint f(int a) { return a; }\n", "c")

    assert [one.name for one in found.symbols] == ["f"]


def test_what_no_parser_comes_to_an_end_with_is_stopped():
    found = sketch(b"<" * 60_000, get("kotlin"), within(0.05), path="a.kt", prose_language="en")

    assert isinstance(found, Stopped)


def test_a_source_with_too_many_names_says_so():
    found = sketched("".join(f"def f{n}(a: int): return a\n" for n in range(MAX_SYMBOLS + 1)))

    assert len(found.symbols) == MAX_SYMBOLS
    assert found.left[-1].reason == f"only its first {MAX_SYMBOLS} symbols are read"
