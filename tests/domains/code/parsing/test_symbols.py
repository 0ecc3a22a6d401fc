"""What a source offers to others, in every language that has names to offer."""

import pytest

from kuznia.domains.code.languages.find import get
from kuznia.domains.code.parsing.grammar import parse
from kuznia.domains.code.parsing.symbols import placed, public, symbols
from kuznia.platform.process.workers import Stopped, within

# By language: a source, and what of it is public.
OFFERED = {
    "python": (
        "def f(x):\n    def i(): pass\n\n\ndef _g(): pass\n\n\nclass A:\n    def m(self): pass\n",
        ["f", "A", "m"],
    ),
    "javascript": (
        "export function f() {}\nfunction g() {}\nexport class B {\n  m() {}\n}\n"
        "const c = () => 1;\nconst d = () => 2;\nexport { c as e };\n",
        ["f", "B", "m", "c"],
    ),
    "typescript": (
        "export interface I { x: number }\nexport type T = string;\nexport enum E { A }\n"
        "export abstract class B {\n  private m(): void {}\n  n(): void {}\n}\nfunction g() {}\n",
        ["I", "T", "E", "B", "n"],
    ),
    "tsx": ("function A() {\n  return <b />;\n}\nexport default A;\n", ["A"]),
    "go": (
        "package a\n\nfunc F() {}\n\nfunc g() {}\n\ntype S struct{}\n\nfunc (s *S) M() {}\n",
        ["F", "S", "M"],
    ),
    "java": (
        "public class A {\n    public int f() { return 1; }\n    private void g() {}\n"
        "    @Override\n    public String toString() { return null; }\n}\n",
        ["A", "f"],
    ),
    "rust": (
        "pub fn f() {}\nfn g() {}\npub struct S;\nimpl S {\n    pub fn m(&self) {}\n}\n",
        ["f", "S", "m"],
    ),
    "ruby": (
        "class A\n  def m; end\n  def self.s; end\n\n  private\n\n  def p; end\nend\n"
        "class B\n  def q; end\nend\n",
        ["A", "m", "s", "B", "q"],
    ),
    "php": (
        "<?php\nfunction f() {}\nclass A {\n    public function m() {}\n"
        "    private function p() {}\n    public function __construct() {}\n}\n",
        ["f", "A", "m"],
    ),
    "bash": ("f() {\n  echo 1\n}\n_g() {\n  echo 2\n}\n", ["f"]),
    "kotlin": (
        "fun f(a: Int) = a\n\nprivate fun g() {\n}\n\nclass A {\n    fun m() {\n    }\n}\n",
        ["f", "A", "m"],
    ),
    "swift": (
        "func f() {}\nprivate func g() {}\nstruct S {\n  func m() {}\n}\nprotocol P {}\n",
        ["f", "S", "m", "P"],
    ),
    "csharp": (
        "public class A {\n  public int F() => 1;\n  private void G() {}\n}\npublic enum E { A }\n",
        ["A", "F", "E"],
    ),
    "c": (
        "int f(int a) { return a; }\nstatic int g(void) { return 1; }\n"
        "char *h(void) { return 0; }\nstruct s { int a; };\nint main(void) { return 0; }\n",
        ["f", "h", "s"],
    ),
    "cpp": ("class A { public: int m(); };\nint f() { return 1; }\n", ["A", "f"]),
    "objc": ("@interface A : NSObject\n- (void)m;\n@end\n", ["A"]),
    "sql": (
        "CREATE TABLE t (id INT);\nCREATE VIEW v AS SELECT 1;\n"
        "CREATE FUNCTION f() RETURNS INT AS $$ SELECT 1 $$ LANGUAGE sql;\n",
        ["t", "v", "f"],
    ),
    "scala": (
        "object O {\n  def f(a: Int): Int = a\n  private def p = 1\n}\ntrait T\n",
        ["O", "f", "T"],
    ),
    "lua": (
        "local M = {}\nfunction M.f(a) end\nfunction M:g() end\nlocal function p() end\nreturn M\n",
        ["f", "g"],
    ),
    "perl": ("package A;\nsub f { return 1; }\nsub _g { }\n1;\n", ["A", "f"]),
    "julia": ("function f(a)\n  a\nend\ng(x) = x\nstruct S end\n", ["f", "g", "S"]),
    "haskell": (
        "module A (f, D (..)) where\n\nf :: Int -> Int\nf x = x\n\ng :: Int\ng = 1\n\ndata D = D\n",
        ["f", "D"],
    ),
    "elixir": (
        "defmodule A do\n  def f(a), do: a\n  def k(x) when x > 1, do: x\n  defp g(), do: 1\nend\n",
        ["A", "f", "k"],
    ),
    "ocaml": ("let f a = a\n\ntype t = int\n\nmodule M = struct end\n", ["f", "t", "M"]),
    "dart": ("int f(int a) => a;\nvoid _p() {}\nclass A {\n  void m() {}\n}\n", ["f", "A", "m"]),
    "zig": (
        "pub fn f() i32 {\n    return 1;\n}\nfn g() void {}\npub const S = struct {};\n",
        ["f", "S"],
    ),
    "powershell": ("function Get-Thing {\n  1\n}\n", ["Get-Thing"]),
    "solidity": (
        "contract A {\n  function f() public {}\n  function g() private {}\n}\n",
        ["A", "f"],
    ),
    "groovy": ("class A {\n  int m() {\n    return 1\n  }\n}\n", ["A", "m"]),
    "fortran": (
        "module m\ncontains\nsubroutine s(a)\n  integer :: a\nend subroutine\nend module\n",
        ["m", "s"],
    ),
}


@pytest.mark.parametrize("language", OFFERED)
def test_what_is_public_is_found_in_order(language):
    source, names = OFFERED[language]

    assert [symbol.name for symbol in public(source, get(language))] == names


def test_without_exports_all_of_a_module_is_public():
    assert [s.name for s in public("function f() {}\n", get("javascript"))] == ["f"]


def test_what_common_js_exports_is_public():
    source = "function f() {}\nfunction g() {}\nmodule.exports = { f };\n"

    assert [symbol.name for symbol in public(source, get("javascript"))] == ["f"]


def test_a_haskell_module_without_a_list_exports_all():
    assert [s.name for s in public("f :: Int\nf = 1\n", get("haskell"))] == ["f"]


def test_a_function_inside_another_is_nested():
    found = symbols("def f():\n    def g(): pass\n    return g\n", get("python"))

    assert [(symbol.name, symbol.nested, symbol.line) for symbol in found] == [
        ("f", False, 1),
        ("g", True, 2),
    ]


def test_a_body_is_told_apart_from_what_comes_before_it():
    (symbol,) = symbols("pub fn f(a: i32) -> i32 {\n    a\n}\n", get("rust"))

    assert (symbol.head, symbol.body) == ("pub fn f(a: i32) -> i32 ", "{\n    a\n}")


@pytest.mark.parametrize(
    ("source", "language"),
    [("a: 1\n", "yaml"), ("package a\n" * 9_000, "go"), ("<" * 60_000, "kotlin")],
    ids=["nothing to name", "too large", "too slow"],
)
def test_where_nothing_can_be_told_there_is_nothing(source, language):
    assert symbols(source, get(language)) == ()


def test_a_tree_of_a_language_without_names_has_none():
    css = get("css")
    tree = parse(b"a {}", css, within(5))
    assert not isinstance(tree, Stopped)

    assert list(placed(b"a {}", css, tree)) == []
