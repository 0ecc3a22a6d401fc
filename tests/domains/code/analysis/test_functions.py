"""Where a function is, what it is called, how long it is, and what it takes."""

import pytest
from tests.domains.code.analysis.counted import file_of, functions_of, only

# One source a language, and its functions in the order of their lines.
NAMES = {
    "python": ("class A:\n def m(self): pass\ndef f():\n def g(): pass\n", ["A.m", "f", "f.g"]),
    "javascript": (
        """class A { m() {} get p() {} #q = () => 1; }
        function f() { return function () {}; }
        const g = async (x) => x, o = { h: function () {}, i() {} };
        exports.j = function () {};""",
        ["A.m", "A.p", "A.#q", "f", "f.<anonymous>", "g", "h", "i", "j"],
    ),
    "typescript": (
        "const f: (x: number) => void = (x) => {};\nclass A<T> { m<U>(x: U): void {} }",
        ["f", "A.m"],
    ),
    "go": (
        "package p\nfunc f() {}\nfunc (r *T[K]) m() { x := func() {} }\nfunc (T) n() {}",
        ["f", "T.m", "m.x", "T.n"],
    ),
    "java": ("class A { A() {} int m() { return 1; } interface B { default void n() {} } }",
             ["A.A", "A.m", "B.n"]),
    "rust": ("impl T for A { fn m() {} }\nmod q { fn f() {} }", ["A.m", "q.f"]),
    "c": ("int *f(void) {}\nint (g)(int a) {}", ["f", "(g)"]),
    "cpp": ("class A { int m() {} };\nA::A() {}\nint &A::n() {}", ["A.m", "A::A", "A::n"]),
    "csharp": (
        "class A { int P { get { return 1; } }\n"
        "public static A operator +(A a, A b) { return a; } }",
        ["A.get", "A.+"],
    ),
    "ruby": ("module M\nclass A\ndef m?; end\ndef self.n; end\nend\nend", ["A.m?", "A.n"]),
    "php": ("<?php class A { function m() {} } function f() {}", ["A.m", "f"]),
    "kotlin": (
        "class A {\n constructor(a: Int) { }\n fun m() { }\n val p: Int get() { return 1 }\n}",
        ["A.constructor", "A.m", "A.get"],
    ),
    "swift": (
        "class A {\n init() { }\n deinit { }\n func m() { }\n}",
        ["A.init", "A.deinit", "A.m"],
    ),
    "scala": ("object A { def m() = { 1 } }\nclass B { def n = 2 }", ["A.m", "B.n"]),
    "bash": ("f() { x; }\nfunction g { y; }", ["f", "g"]),
}  # fmt: skip


@pytest.mark.parametrize("language", NAMES)
def test_a_function_is_called_after_what_it_stands_in(language):
    source, names = NAMES[language]

    functions = file_of(source, language).functions

    assert [one.name for one in sorted(functions, key=lambda one: names.index(one.name))] == names


# A signature, and how many arguments its caller gives.
PARAMETERS = [
    ("python", "def f(a, b=1, *c, d: int, e: int = 2, **g): pass", 6),
    ("python", "class A:\n def f(self, a): pass", 1),
    ("python", "class A:\n def f(cls, a, /, *, b): pass", 2),
    ("python", "def f(): lambda x, y: x", 0),
    ("javascript", "function f(a, b = 1, {c, d}, [e], ...g) {}", 5),
    ("javascript", "const f = a => a", 1),
    ("typescript", "function f(this: A, a: B, c?: D, ...e: G[]) {}", 4),
    ("go", "package p\nfunc (r T) f(a, b int, c ...string) (x int, err error) {}", 3),
    ("java", "class A { void f(int a, final String... b) { g((int x, int y) -> x); } }", 2),
    ("rust", "impl A { fn f(&self, a: i32, mut b: T) {} }", 2),
    ("c", "int **f(int a, char *b, ...) {}", 2),
    ("c", "void f(void) {}", 0),
    ("c", "void f(int (*callback)(int, int)) {}", 1),
    ("cpp", "int &f(int a, int b = 0) { auto g = [](int x) {}; }", 2),
    ("csharp", "class A { void F(ref int a, string b = null, params int[] c) { } }", 3),
    ("ruby", "def f(a, b = 1, *c, k:, **o, &blk) end", 6),
    ("php", "<?php function f(int $a, &$b = 1, ...$c) {}", 3),
    ("kotlin", 'fun f(a: Int, b: String = "x", vararg c: Int) { }', 3),
    ("swift", "func f(_ a: Int, b c: String) { }", 2),
    ("scala", "def f(a: Int, b: Int = 1)(implicit c: Int) = 1", 3),
    ("bash", "f() { x; }", 0),
]


@pytest.mark.parametrize(("language", "source", "parameters"), PARAMETERS)
def test_parameters_are_what_a_caller_gives(language, source, parameters):
    assert only(source, language).parameters == parameters


def test_lines_count_from_the_first_to_the_last():
    function = only("\n\n@decorated\ndef f(\n    a,\n):\n    return a\n\n\n# after\n")

    assert (function.start_line, function.end_line, function.length) == (4, 7, 4)


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("python", "@a\n@b(1)\ndef f():\n    return 1\n"),
        ("java", "class A {\n  @B\n  @C(1) // why\n  public int f() {\n return 1; } }\n"),
        ("kotlin", "class A {\n  @B\n  @C(1)\n  public fun f(): Int {\n return 1 }\n}\n"),
        ("csharp", "class A {\n  [B]\n  [C(1)]\n  public int f() {\n return 1; } }\n"),
        ("javascript", "class A {\n  @b()\n  @c(1)\n  f() {\n return 1; } }\n"),
        ("typescript", "class A {\n  @b()\n  @c(1)\n  f() {\n return 1; } }\n"),
        ("php", "<?php class A {\n  #[B]\n  #[C(1)]\n  public function f() {\n return 1; } }\n"),
        ("rust", "\n#[a]\n#[b]\nfn f() -> i32 {\n 1 }\n"),
        ("swift", "class A {\n  @b\n  @c(d)\n  public func f() {\n g() }\n}\n"),
        ("scala", "class A {\n  @b\n  @c(1)\n  def f(): Int = {\n 1 }\n}\n"),
    ],
)
def test_the_lines_of_a_function_do_not_begin_at_its_annotations(language, source):
    function = only(source, language)

    assert function.start_line == 4 - (language == "python")
    assert function.length == 2


def test_a_comment_after_a_function_is_no_part_of_it():
    function = only("function f() {\n  g();\n} // one\n/* two */ // three\nh();", "javascript")

    assert (function.start_line, function.end_line) == (1, 3)


def test_a_function_within_has_its_own_tokens():
    alone = functions_of("def f():\n    return 1\n")["f"]
    within = "    def g():\n        a = b + c * d\n        return a - b\n"
    around = functions_of(f"def f():\n{within}    return 1\n")

    assert around["f"].volume == alone.volume
    assert around["f.g"].volume > alone.volume
    assert around["f"].length == 5


def test_the_worst_come_first():
    functions = file_of(
        "def a(): pass\ndef b():\n if x:\n  if y: pass\ndef c():\n if x: pass\n"
    ).functions

    assert [one.name for one in functions] == ["b", "c", "a"]
