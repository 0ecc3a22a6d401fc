"""Each decision counts one, in every language and by the rules of every profile."""

import pytest
from tests.domains.code.analysis.counted import file_of, functions_of, only

PYTHON = "def f(a, b, c):\n"


def python(body: str) -> str:
    return PYTHON + "".join(f"    {line}\n" for line in body.splitlines())


# What a body counts by the default profile and by radon's: one, and what the comment says.
BODIES = [
    ("pass", 1, 1),
    ("if a: pass\nelif b: pass\nelse: pass", 3, 3),  # if, elif
    ("for x in a: pass\nelse: pass", 2, 3),  # for; its else by radon alone
    ("while a: pass\nelse: pass", 2, 3),
    ("try: a\nexcept A: b\nexcept B: c\nelse: d\nfinally: e", 3, 4),  # two except; else by radon
    ("try: a\nexcept* A: b\nexcept* B: c\nelse: d", 3, 1),  # radon looks past except*
    ("return a and b and c or a", 4, 4),  # each operator
    ("return a if b else c", 2, 2),
    ("return [x for x in a if x if b]", 4, 4),  # for, if, if
    ("return {x: y for x in a for y in b}", 3, 3),
    ("assert a and b, c", 2, 2),  # `and` here, assert itself and nothing inside by radon
    ("assert a", 1, 2),
    ("with a: pass", 1, 1),
    ("return lambda x: x if x else a", 2, 2),  # what is in a lambda counts where it stands
    ("match a:\n    case 1: pass\n    case 2: pass", 3, 3),
    ("match a:\n    case 1: pass\n    case _: pass", 2, 2),  # the one that takes all is free
    ("match a:\n    case (x): pass\n    case None: pass", 2, 2),
    ("match a:\n    case x,: pass", 2, 2),  # a tuple of one does not take all
    ("match a:\n    case 1 if b: pass\n    case 2: pass", 4, 3),  # the guard by default alone
    ("class X:\n    y = 1 if a else 2", 1, 1),  # a class body is no part of the function
    ("@(a or b)\ndef g(): pass", 2, 1),  # radon reads no decorator
]


@pytest.mark.parametrize(("body", "default", "radon"), BODIES, ids=[case[0] for case in BODIES])
def test_a_python_body_counts_what_its_profile_says(body, default, radon):
    source = python(body)

    assert functions_of(source)["f"].cyclomatic == default
    assert functions_of(source, profile="radon")["f"].cyclomatic == radon


@pytest.mark.parametrize(
    "head",
    [
        "def f(a=b or c): pass",
        "def f(a: b or c): pass",
        "def f(a: b or c = d and e): pass",
        "def f(a) -> (b or c): pass",
    ],
)
def test_radon_reads_neither_defaults_nor_annotations(head):
    assert only(head).cyclomatic > 1
    assert only(head, profile="radon").cyclomatic == 1


# What a body counts by the default profile and by ESLint's complexity rule.
SCRIPTS = [
    ("", 1, 1),
    ("if (a) {} else if (b) {} else {}", 3, 3),
    ("for (;;) {} for (a in b) {} for (a of b) {} while (a) {} do {} while (a)", 6, 6),
    ("try {} catch {} finally {}", 2, 2),
    ("switch (a) { case 1: case 2: break; default: }", 3, 3),
    ("return a ? b : c", 2, 2),
    ("return a && b || c ?? d", 4, 4),
    ("a &&= b; a ||= b; a ??= b; a += b", 4, 4),
    ("const {x = 1, y: z = 2} = a, [w = 3] = b", 1, 4),  # default values by ESLint alone
    ("return a?.b?.[c]?.(d)", 1, 4),  # and every ?.
    ("class X { y = a || b; static { if (a) {} } }", 1, 1),  # functions of their own for ESLint
    ("return { [a || b]() {} }", 2, 2),  # a computed name is no part of the method
]


@pytest.mark.parametrize(("body", "default", "eslint"), SCRIPTS, ids=[case[0] for case in SCRIPTS])
@pytest.mark.parametrize("language", ["javascript", "typescript", "tsx"])
def test_a_script_body_counts_what_its_profile_says(language, body, default, eslint):
    source = f"function f() {{ {body} }}"

    assert functions_of(source, language)["f"].cyclomatic == default
    assert functions_of(source, language, "eslint")["f"].cyclomatic == eslint


def test_eslint_takes_what_makes_a_class_field_for_a_function():
    source = "class X { a = b || c; static { if (a) {} } d = () => a || b }"

    counted = file_of(source, "javascript", "eslint").functions

    # The two values, the static block, and the arrow function that is a value too.
    assert sorted(one.cyclomatic for one in counted) == [1, 2, 2, 2]


def test_a_default_value_of_a_typed_parameter_counts_for_eslint():
    source = "function f(a: number = 1, b?: string) {}"

    assert only(source, "typescript", "eslint").cyclomatic == 2
    assert only(source, "typescript").cyclomatic == 1


def test_a_default_value_that_is_a_function_counts_for_the_function_it_is_given_to():
    source = "function f(a: T = (b) => b || c) {}"

    counted = file_of(source, "typescript", "eslint").functions

    assert {one.name: one.cyclomatic for one in counted} == {"f": 2, "f.a": 2}


GO = """package p
func (r *T[K]) M(a, b int, c ...string) error {
    if x := f(); x && y || z { } else if y { } else { }
    for i := 0; i < n; i++ { for range x { } }
    switch x { case 1, 2: default: }
    switch x.(type) { case int: }
    select { case <-c: default: }
    go func(a int) { if a > 0 { } }(1)
    return nil
}
func declared()
"""
JAVA = """class C { int x = a ? 1 : 2;
  C(int a) { if (a > 0) {} }
  void m(int a, String... b) {
    if (a && b || c) { } else if (d) { } else { }
    for (var x : y) { while (a) { do { } while (b); } }
    for (;;) { break; }
    switch (a) { case 1: case 2, 3: break; default: }
    int z = switch (a) { case Foo f when f.x -> 4; default -> 5; };
    try { } catch (A | B e) { } finally { }
    Runnable r = () -> { if (a) { } };
    new T() { int i = a ? 1 : 2; void q() { if (a) { } } };
  }
  abstract int none();
  record R(int a) { R { if (a > 0) {} } }
}
"""


def test_go_and_java_count_as_lizard_does():
    go = {name: one.cyclomatic for name, one in functions_of(GO, "go", "lizard").items()}
    java = {name: one.cyclomatic for name, one in functions_of(JAVA, "java", "lizard").items()}

    # if && || if for for case case case; the literal is a function, the declaration is none.
    assert go == {"T.M": 10, "M.<anonymous>": 2}
    # if && || if for while do for case case case catch if; lizard does not count `when`.
    assert java == {"C.C": 2, "C.m": 14, "m.q": 2, "R.R": 2}
    assert functions_of(JAVA, "java")["C.m"].cyclomatic == 15


# One function a language with all its decisions, and how many there are: the count less one.
LANGUAGES = {
    "rust": (
        """fn m(a: i32) -> i32 {
            if a > 1 && b || c { } else if let Some(x) = y { } else { }
            for i in 0..10 { } while a { } loop { break; }
            match x { 1 | 2 => 3, Some(n) if n > 1 => 5, _ => 4 };
            let Some(z) = q else { return 1; };
            let f = |a| if a { 1 } else { 2 };
        }""",
        # if && || if, for while loop, two arms and a guard, let else, if in a closure
        4 + 3 + 3 + 1 + 1,
    ),
    "c": (
        """int *m(int a) {
            if (a && b) { } else if (c || d) { } else { }
            for (;;) { } while (a) { } do { } while (b);
            switch (a) { case 1: case 2: break; default: ; }
            return a ? b : c;
        }""",
        4 + 3 + 2 + 1,
    ),
    "cpp": (
        """int A::m(int a) {
            if (a and b or c) { }
            for (auto x : y) { } for (;;) { } while (a) { } do { } while (b);
            try { } catch (E e) { } catch (...) { }
            switch (a) { case 1: break; default: ; }
            auto g = [&](int q) { return q ? 1 : 2; };
        }""",
        3 + 4 + 2 + 1 + 1,
    ),
    "csharp": (
        """class A { int M(int a) {
            if (a && b || c) { } else if (d) { }
            for (;;) { } foreach (var x in y) { } while (a) { } do { } while (b);
            switch (a) { case 1: break; case int q when q > 1: break; default: break; }
            var z = a switch { 1 => 2, _ => 5 };
            try { } catch (E e) when (x) { }
            a ??= b ?? c; return a ? b : c;
        } }""",
        # if && || if, four loops, two cases and a when, one arm, catch and when, ??= ?? ?:
        4 + 4 + 3 + 1 + 2 + 3,
    ),
    "ruby": (
        """def m(a)
            if a && b then x elsif c or d then y else z end
            x unless y
            while a do b end
            until a do b end
            x while y
            for i in z do w end
            case a when 1, 2 then b when 3 then c else d end
            case a
            in {x: 1} if z then 1
            in _ then 2
            end
            begin; x; rescue E; y; end
            a ||= b ? c : d
        end""",
        # if && elsif or, unless, while until while for, two when, one in and its if, rescue, ||= ?:
        4 + 1 + 4 + 2 + 2 + 1 + 2,
    ),
    "php": (
        """<?php function m($a) {
            if ($a && $b || $c and $d) { } elseif ($x) { } else if ($q) { } else { }
            for (;;) { } foreach ($x as $v) { } while ($a) { } do { } while ($b);
            switch ($a) { case 1: break; default: }
            $z = match(true) { 1, 2 => 3, default => 4 };
            try { } catch (E $e) { }
            $y = $a ? $b : $c ?? $d; $y ??= 1;
            $f = function ($q) { if ($q) { } };
        }""",
        6 + 4 + 1 + 1 + 1 + 3 + 1,
    ),
    "kotlin": (
        """fun m(a: Int): Int {
            if (a && b || c) { x() } else if (d) { y() } else { z() }
            for (i in xs) { x() }
            while (a) { x() }
            do { x() } while (b)
            when (x) { 1, 2 -> y(); is Int -> z(); else -> w() }
            try { x() } catch (e: E) { y() }
            return a ?: b
        }""",
        4 + 3 + 2 + 1 + 1,
    ),
    "swift": (
        """func m(a: Int) -> Int {
            if a && b || c { x() } else if d { y() } else { z() }
            for i in xs where i > 1 { x() }
            while a { x() }
            repeat { x() } while b
            switch x {
                case 1, 2: y()
                case let z where z > 1: q()
                default: w()
            }
            guard let z = a else { return 1 }
            do { try x() } catch { y() }
            return a ? b : c ?? d
        }""",
        # if && || if, for where while repeat, two cases and where, guard, catch, ?: ??
        4 + 4 + 3 + 1 + 1 + 2,
    ),
    "scala": (
        """def m(a: Int): Int = {
            if (a && b || c) { x() } else if (d) { y() } else { z() }
            for (i <- xs if i > 1) { x() }
            while (a) { x() }
            x match { case 1 => y; case z if z > 1 => q; case _ => w }
            try { x() } catch { case e: E => 1 }
        }""",
        # if && || if, for and its if, while, two cases and an if, the case of catch
        4 + 2 + 1 + 3 + 1,
    ),
    "bash": (
        """m() {
            if [ a ] && b || c; then x; elif y; then z; else w; fi
            for i in 1 2 3; do x; done
            for ((i = 0; i < 9; i++)); do x; done
            while a; do x; done
            until a; do x; done
            case $x in a|b) y;; *) z;; esac
        }""",
        4 + 4 + 1,
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_counts_its_own_decisions(language):
    source, decisions = LANGUAGES[language]

    function = only(source, language)

    assert function.cyclomatic == 1 + decisions


def test_the_file_counts_what_stands_in_no_function_too():
    metrics = file_of(
        "if a: pass\ndef f():\n    if b: pass\nclass X:\n    y = 1 if a else 2\n"
    ).metrics

    assert metrics
    assert metrics.cyclomatic == 4


def test_a_profile_a_language_does_not_have_is_said_to_be_the_default():
    metrics = file_of("fn f() {}", "rust", "radon").metrics

    assert metrics
    assert metrics.profile == "default"
