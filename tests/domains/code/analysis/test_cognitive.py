"""Cognitive complexity: one for each break in the flow, and one more for each level it is in."""

import pytest
from tests.domains.code.analysis.counted import file_of, functions_of, only


def python(body: str) -> str:
    return "def f(a, b, c):\n" + "".join(f"    {line}\n" for line in body.splitlines())


# A body, its cognitive complexity, and how deep its structures go.
BODIES = [
    ("return a", 0, 0),
    ("if a: pass", 1, 1),
    ("if a: pass\nelif b: pass\nelse: pass", 3, 1),  # if, elif, else: one each
    ("if a:\n    if b:\n        if c: pass", 6, 3),  # 1 + 2 + 3
    ("for x in a:\n    while b:\n        pass", 3, 2),  # 1 + 2
    ("for x in a: pass\nelse: pass", 1, 1),  # the else of a loop is no branch
    ("try:\n    if a: pass\nexcept A:\n    if b: pass\nelse: a\nfinally: b", 4, 2),  # 1 + 1 + 2
    ("if a:\n    pass\nelse:\n    if b: pass", 4, 2),  # if, else, and an if in a level
    ("return a if b else c", 1, 1),
    ("return (a if b else c) if a else b", 3, 2),  # 1 + 2
    ("match a:\n    case 1: pass\n    case 2:\n        if b: pass", 3, 2),  # match 1, if 2
    ("return [x for x in a if x]", 0, 0),
    ("with a: pass\nassert a", 0, 0),
    ("return a and b and c", 1, 0),
    ("return a and b or c", 2, 0),
    ("return a and (b and c)", 1, 0),  # brackets change nothing
    ("return a and b or c and a", 3, 0),
    ("return a and not (b and c)", 2, 0),  # what is negated is a sequence of its own
    ("return a and f2(b and c)", 2, 0),
    (f"return a and{' ' * 250}(b and c)", 2, 0),  # nobody looks that far
    ("if a and b or c: pass", 3, 1),
    ("return lambda x: x if a else b", 2, 2),  # a level for the lambda
]


@pytest.mark.parametrize(("body", "cognitive", "nesting"), BODIES, ids=[case[0] for case in BODIES])
def test_a_body_costs_what_its_structures_cost(body, cognitive, nesting):
    function = functions_of(python(body))["f"]

    assert (function.cognitive, function.nesting) == (cognitive, nesting)


def test_a_function_within_costs_from_nothing_and_a_level_more_around_it():
    functions = functions_of(
        python("def g():\n    if a: pass\nif b:\n    def h():\n        if c: pass")
    )

    assert functions["f.g"].cognitive == 1
    assert functions["f.h"].cognitive == 1
    # The if of g in one level, the if, and the if of h in two.
    assert functions["f"].cognitive == 2 + 1 + 3


def test_a_file_costs_its_functions_once_and_what_stands_outside():
    metrics = file_of("if a:\n    if b: pass\ndef f():\n    def g():\n        if c: pass\n").metrics

    assert metrics
    assert metrics.cognitive == 1 + 2 + 2


RECURSIVE = """
def down(n):
    return n and down(n - 1)
def ping(n): return pong(n)
def pong(n): return ping(n)
class A:
    def walk(self): self.walk()
    def other(self): walk()
    def here(self): self.there()
    def there(self): self.here(); self.unknown()
def walk(): A().walk()
def each(n): [n.map(lambda x: each(x))]
def twice(): pass
def twice(): pong(1)
"""


def test_who_comes_back_to_himself_pays_one_whether_directly_or_not():
    costs = {name: one.cognitive for name, one in functions_of(RECURSIVE).items()}

    assert costs["down"] == 2
    assert (costs["ping"], costs["pong"]) == (1, 1)
    assert costs["each"] == 1
    assert costs["A.walk"] == 1
    assert (costs["A.here"], costs["A.there"]) == (1, 1)


def test_another_function_of_the_same_name_is_no_recursion():
    costs = {name: one.cognitive for name, one in functions_of(RECURSIVE).items()}

    assert (costs["A.other"], costs["walk"], costs["twice"]) == (0, 0, 0)


# For every language: structures that cost 1, 2 and 3 by their level, an else if, an else, a
# sequence of operators, and what else the language has.
LANGUAGES = {
    "javascript": (
        """function f(a) {
            if (a && b || c) { } else if (d) { } else { }
            for (const x of y) { while (a) { do { } while (b) } }
            switch (a) { case 1: if (b) { } }
            try { } catch { for (x in y) { } }
            out: for (;;) { continue out; break; }
            return a ? b : c ?? d;
        }""",
        (1 + 2 + 1 + 1) + (1 + 2 + 3) + (1 + 2) + (1 + 2) + (1 + 1) + 1,
    ),
    "go": (
        """package p
        func f(a int) int {
            if a && b || c { } else if d { } else { if e { } }
            for { for range x { } }
            switch a { case 1: if b { } }
            select { case <-c: }
            goto out
        out:
            return 1
        }""",
        (1 + 2 + 1 + 1 + 2) + (1 + 2) + (1 + 2) + 1 + 1,
    ),
    "java": (
        """class A { int f(int a) {
            if (a && b || c) { } else if (d) { } else { }
            for (var x : y) { while (a) { do { } while (b); } }
            switch (a) { case 1: if (b) { } }
            try { } catch (E e) { if (a) { } }
            Runnable r = () -> { if (a) { } };
            out: for (;;) { break out; }
            return a ? b : c;
        } }""",
        (1 + 2 + 1 + 1) + (1 + 2 + 3) + (1 + 2) + (1 + 2) + 2 + (1 + 1) + 1,
    ),
    "rust": (
        """fn f(a: i32) {
            if a && b || c { } else if d { } else { }
            for x in y { while a { loop { } } }
            match a { 1 => if b { }, _ => 2 };
            let g = |x| if x { 1 } else { 2 };
            'out: loop { break 'out; }
        }""",
        (1 + 2 + 1 + 1) + (1 + 2 + 3) + (1 + 2) + (2 + 1) + (1 + 1),
    ),
    "c": (
        """void f(int a) {
            if (a && b || c) { } else if (d) { } else { if (e) { } }
            for (;;) { while (a) { do { } while (b); } }
            switch (a) { case 1: if (b) { } }
            goto out;
            out: x = a ? b : c;
        }""",
        (1 + 2 + 1 + 1 + 2) + (1 + 2 + 3) + (1 + 2) + 1 + 1,
    ),
    "cpp": (
        """void f(int a) {
            if (a and b || c) { } else if (d) { } else { }
            for (auto x : y) { try { } catch (...) { } }
            auto g = [&](int q) { if (q) { } };
        }""",
        (1 + 2 + 1 + 1) + (1 + 2) + 2,
    ),
    "csharp": (
        """class A { void F(int a) {
            if (a && b || c) { } else if (d) { } else { }
            foreach (var x in y) { while (a) { do { } while (b); } }
            switch (a) { case 1: if (b) { } break; }
            var z = a switch { 1 => b ? 1 : 2, _ => 5 };
            try { } catch (E e) { if (a) { } }
            Func<int, int> g = q => q ? 1 : 2;
            goto out;
        } }""",
        (1 + 2 + 1 + 1) + (1 + 2 + 3) + (1 + 2) + (1 + 2) + (1 + 2) + 2 + 1,
    ),
    "ruby": (
        """def f(a)
            if a && b || c then x elsif d then y else z end
            unless a then x else y end
            x if (y ? 1 : 2)
            while a do
              until b do
                for i in c do w end
              end
            end
            case a
            when 1 then (x if y)
            else z
            end
            begin; x; rescue E; (y if z); end
            xs.each { |x| x ? 1 : 2 }
        end""",
        (1 + 2 + 1 + 1) + (1 + 1) + (1 + 1) + (1 + 2 + 3) + (1 + 2) + (1 + 2) + 2,
    ),
    "php": (
        """<?php function f($a) {
            if ($a && $b || $c) { } elseif ($d) { } else if ($e) { } else { }
            foreach ($x as $v) { while ($a) { do { } while ($b); } }
            switch ($a) { case 1: if ($b) { } }
            $z = match(true) { 1 => $a ? 1 : 2, default => 4 };
            try { } catch (E $e) { if ($a) { } }
            for (;;) { break 2; }
            $g = function ($q) { if ($q) { } };
        }""",
        (1 + 2 + 1 + 1 + 1) + (1 + 2 + 3) + (1 + 2) + (1 + 2) + (1 + 2) + (1 + 1) + 2,
    ),
    "kotlin": (
        """fun f(a: Int) {
            if (a && b || c) { x() } else if (d) { y() } else { z() }
            for (i in xs) { while (a) { do { x() } while (b) } }
            when (a) { 1 -> { if (b) { x() } } else -> y() }
            try { x() } catch (e: E) { if (a) { x() } }
            xs.map { if (it) { 1 } else { 2 } }
        }""",
        (1 + 2 + 1 + 1) + (1 + 2 + 3) + (1 + 2) + (1 + 2) + (2 + 1),
    ),
    "swift": (
        """func f(a: Int) {
            if a && b || c { x() } else if d { y() } else { z() }
            for i in xs { while a { repeat { x() } while b } }
            switch a { case 1: if b { x() }
              default: y() }
            guard let z = a else { if b { return } }
            do { try x() } catch { if a { x() } }
            let e = a ? b : c
            xs.map { (x) in if x { y() } }
        }""",
        (1 + 2 + 1 + 1) + (1 + 2 + 3) + (1 + 2) + (1 + 2) + (1 + 2) + 1 + 2,
    ),
    "scala": (
        """def f(a: Int) = {
            if (a && b || c) { x() } else if (d) { y() } else { z() }
            for (i <- xs) { while (a) { do { x() } while (b) } }
            a match { case 1 => if (b) { x() } }
            try { x() } catch { case e: E => if (a) { x() } }
            xs.map(x => if (x) { 1 } else { 2 })
        }""",
        (1 + 2 + 1 + 1) + (1 + 2 + 3) + (1 + 2) + (1 + 2) + (2 + 1),
    ),
    "bash": (
        """f() {
            if a && b || c; then x; elif d; then y; else z; fi
            for i in 1 2; do while a; do until b; do x; done; done; done
            for ((;;)); do x; done
            case $x in a) if b; then y; fi;; esac
        }""",
        (1 + 2 + 1 + 1) + (1 + 2 + 3) + 1 + (1 + 2),
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_structures_and_their_levels(language):
    source, cognitive = LANGUAGES[language]

    assert functions_of(source, language).popitem()[1].cognitive == cognitive


def test_an_else_if_is_as_deep_as_the_first_if():
    chain = "function f() { if (a) {} else if (b) {} else if (c) { if (d) {} } }"

    function = only(chain, "javascript")

    # if, else if, else if, and an if in one level.
    assert function.cognitive == 1 + 1 + 1 + 2
    assert function.nesting == 2
