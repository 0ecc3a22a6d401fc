"""The performance hint: a bound, how sure it is, and the lines it was read from."""

import pytest
from tests.domains.code.analysis.counted import functions_of

# A body of Python's f(n, xs, ys), the bound, and how sure it is.
BODIES = [
    ("return 1", "O(1)", "high"),
    ("for x in xs: pass", "O(n)", "high"),
    ("for x in xs:\n    for y in ys: pass", "O(n^2)", "high"),
    ("for x in xs: pass\nfor y in ys: pass", "O(n)", "high"),
    ("for i in range(3):\n    for x in xs: pass", "O(n)", "high"),  # three times is no n
    ("for x in (1, 2, 3): pass", "O(1)", "high"),
    ("return [x for x in xs]", "O(n)", "high"),
    ("return sum(x for x in xs)", "O(n)", "high"),
    ("return [(x, y) for x in xs for y in ys]", "O(n^2)", "high"),
    ("return [x for x in range(3) for y in ys]", "O(n)", "high"),
    ("xs.sort()", "O(n log n)", "high"),
    ("for x in xs: ys.insert(0, x)", "O(n^2)", "high"),
    ("for x in sorted(xs): pass", "O(n log n)", "high"),  # sorted once, before the loop
    ("for x in xs: sorted(ys)", "O(n^2 log n)", "high"),
    ("for x in xs: len(ys)", "O(n)", "high"),
    ("strange(xs)", "O(1)", "medium"),  # who knows what it does
    ("for x in xs: strange(x)", "O(n)", "low"),  # and here it is done n times
    ("while n > 1: n -= 1", "O(n)", "low"),
    ("while n > 1: n //= 2", "O(log n)", "low"),
    ("for x in xs:\n    while n > 1: n = n // 2", "O(n log n)", "low"),
    ("while True: pass", "unknown", "none"),
    ("while 10 > n: n += 1", "O(n)", "low"),
    ("for x in xs:\n    while True: pass", "unknown", "none"),
    ("if n: f(n - 1, xs, ys)", "O(n)", "low"),
    ("for x in xs: pass\nf(n - 1, xs, ys)", "O(n^2)", "low"),
    ("return n and f(n // 2, xs, ys)", "O(log n)", "low"),
    ("return f(n - 1, xs, ys) + f(n - 2, xs, ys) + f(n - 1, xs, ys)", "O(3^n)", "low"),
    ("return f(n // 2, xs, ys) + f(n // 2, xs, ys)", "unknown", "none"),
    ("return f(n.left, xs, ys)", "unknown", "none"),
    ("for x in xs: f(n - 1, xs, ys)", "unknown", "none"),
    ("while True: f(n - 1, xs, ys)", "unknown", "none"),
    ("def g():\n    for x in xs: pass\n", "O(1)", "high"),  # nobody calls it
    ("def g():\n    for x in xs: pass\nfor y in ys: g()", "O(n^2)", "high"),
    ("def g():\n    for x in xs: other(x)\ng()", "O(n)", "low"),  # no surer than what it calls
    ("def g():\n    while True: pass\ng()", "unknown", "none"),
    ("def g(): h()\ndef h(): g()\ng()", "unknown", "none"),
]


@pytest.mark.parametrize(("body", "bound", "confidence"), BODIES, ids=[case[0] for case in BODIES])
def test_a_body_is_bounded_by_what_stands_in_it(body, bound, confidence):
    source = "def f(n, xs, ys):\n" + "".join(f"    {line}\n" for line in body.splitlines())

    hint = functions_of(source)["f"].performance

    assert (hint.bound, hint.confidence) == (bound, confidence)


# The same for the loops of the other languages: a source, the bound, and how sure it is.
LOOPS = [
    ("javascript", "function f(a) { for (let i = 0; i < a.length; i++) {} }", "O(n)", "high"),
    ("javascript", "function f(a) { for (let i = 0; i < 10; i++) {} }", "O(1)", "high"),
    ("javascript", "function f(a) { for (let i = 1; i < n; i *= 2) {} }", "O(log n)", "high"),
    ("javascript", "function f(a) { for (;;) {} }", "unknown", "none"),
    ("javascript", "function f(a) { for (const x of a) { a.indexOf(x); } }", "O(n^2)", "high"),
    ("javascript", "function f(a) { a.map(x => a.filter(y => y > x)); }", "O(n^2)", "high"),
    ("javascript", "function f(a) { const g = x => a.map(y => y); }", "O(1)", "high"),
    ("javascript", "function f(a) { do { a--; } while (a > 0); }", "O(n)", "low"),
    ("typescript", "function f(a: A[]) { a.forEach(x => { for (const y of x) {} }); }", "O(n^2)",
     "high"),
    ("go", "package p\nfunc f(a []int) { for i := range a { for { } } }", "unknown", "none"),
    ("go", "package p\nfunc f(a []int) { for _, x := range a { } }", "O(n)", "high"),
    ("go", "package p\nfunc f(n int) { for n > 1 { n /= 2 } }", "O(log n)", "low"),
    ("java", "class A { void f(int[] a) { for (int x : a) { for (int y : a) { } } } }", "O(n^2)",
     "high"),
    ("java", "class A { int f(int n) { return n < 2 ? n : f(n - 1) + f(n - 2); } }", "O(2^n)",
     "low"),
    ("rust", "fn f(a: &[i32]) { for x in a { a.iter().map(|y| y); } loop { } }", "unknown",
     "none"),
    ("rust", "fn f() { 'out: loop { } }", "unknown", "none"),
    ("rust", "fn f(a: &[i32]) { for i in 0..10 { for x in a { } } }", "O(n)", "high"),
    ("c", "void f(int n) { for (int i = 0; i < strlen(s); i++) { } }", "O(n^2)", "high"),
    ("c", "void f(int n) { while (1) { } }", "unknown", "none"),
    ("cpp", "void f(V v) { for (auto x : v) { std::sort(v.begin(), v.end()); } }",
     "O(n^2 log n)", "high"),
    ("csharp", "class A { void F(V v) { foreach (var x in v) { v.Where(y => y); } } }", "O(n^2)",
     "high"),
    ("ruby", "def f(a)\na.each { |x| a.each { |y| y } }\nend", "O(n^2)", "high"),
    ("ruby", "def f(a)\n3.times { a.each { |y| y } }\nend", "O(n)", "high"),
    ("php", "<?php function f($a) { foreach ($a as $x) { in_array($x, $a); } }", "O(n^2)", "high"),
    ("java", "class A { void f(int n) { if (n > 0) g(n); } void g(int n) { f(n); } }", "unknown",
     "none"),
    ("kotlin", "fun f(a: List<Int>) { for (x in a) { a.map { it } } }", "O(n^2)", "high"),
    ("swift", "func f(a: [Int]) { for x in a { a.map { $0 } } }", "O(n^2)", "high"),
    ("scala", "def f(a: Seq[Int]) = { for (x <- a) { a.map(y => y) } }", "O(n^2)", "high"),
    ("bash", "f() { while :; do x; done; }", "unknown", "none"),
    ("ruby", "def f\nuntil false do x end\nend", "unknown", "none"),
    ("bash", "f() { for i in 1 2 3; do for x in $a; do echo; done; done; }", "O(n)", "high"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "source", "bound", "confidence"), LOOPS)
def test_every_language_has_its_loops(language, source, bound, confidence):
    functions = functions_of(source, language)

    hint = (functions.get("f") or functions.get("A.f") or functions["A.F"]).performance

    assert (hint.bound, hint.confidence) == (bound, confidence)


def test_the_evidence_names_the_lines():
    source = "def f(xs):\n    for x in xs:\n        for y in xs:\n            xs.insert(0, y)\n"

    evidence = functions_of(source)["f"].performance.evidence

    assert [(one.line, one.why) for one in evidence] == [
        (2, "runs once an element"),
        (3, "runs once an element"),
        (4, "insert looks at every element"),
    ]


def test_the_evidence_of_nothing_known_says_why():
    evidence = functions_of("def f():\n\n    while True: pass\n")["f"].performance.evidence

    assert [(one.line, one.why) for one in evidence] == [(3, "may run without end")]


def test_evidence_stops_somewhere():
    nested = "".join(f"{' ' * depth}for x in xs:\n" for depth in range(1, 12))

    hint = functions_of(f"def f(xs):\n{nested}{' ' * 12}pass\n")["f"].performance

    assert hint.bound == "O(n^11)"
    assert len(hint.evidence) == 5
