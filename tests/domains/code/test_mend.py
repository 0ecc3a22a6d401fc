"""What our own code puts right costs no token."""

import pytest
from tests.domains.code.makers import a_bench, a_draft

from kuznia.domains.code.checks.source import is_tidy
from kuznia.domains.code.mend import tidy
from kuznia.platform.process.workers import within

MESSY = {
    "line-ends": ("a.py", "python", "x = 1\r\ny = 2\r\n"),
    "no-final-newline": ("a.py", "python", "x = 1\ny = 2"),
    "stray-fence": ("a.py", "python", "```python\nx = 1\ny = 2\n```\n"),
    "indented": ("a.py", "python", "    x = 1\n    y = 2\n"),
    "extension": ("a.txt", "python", "x = 1\ny = 2\n"),
}


@pytest.mark.parametrize("code", MESSY)
def test_what_is_untidy_is_told_and_put_right(code):
    bench, draft = a_bench(), a_draft(MESSY[code])
    told = [finding.code for finding in is_tidy(draft, bench)]
    mended = tidy(draft, within(5))

    assert told == [code]
    assert [(f.path, f.content) for f in mended.files] == [("a.py", "x = 1\ny = 2\n")]
    assert mended.proof.level == "reference"
    assert list(is_tidy(mended, bench)) == []


def test_mixed_tabs_become_the_spaces_they_stood_for():
    draft = a_draft(("a.py", "python", "if True:\n        x = '\t'\n\ty = 2\n"))
    told = [finding.code for finding in is_tidy(draft, a_bench())]
    mended = tidy(draft, within(5))

    assert told == ["tabs"]
    assert mended.files[0].content == "if True:\n        x = '\t'\n        y = 2\n"
    assert mended.proof.level == "reference"


def test_tabs_that_python_understands_are_left_alone():
    draft = a_draft(("a.py", "python", "if True:\n\tx = '''\n\t y'''\n"))

    assert tidy(draft, within(5)) is draft


@pytest.mark.parametrize(
    ("path", "language", "content"),
    [
        ("a.h", "cpp", "int f();\n"),
        ("a.jsx", "javascript", "f();\n"),
        ("a.md", "markdown", "    code\n"),
        ("b.md", "markdown", "```python\nx = 1\n```\n"),
        ("Makefile", "text", "all:\n"),
    ],
)
def test_what_only_looks_untidy_is_left_alone(path, language, content):
    draft = a_draft((path, language, content))

    assert list(is_tidy(draft, a_bench())) == []
    assert tidy(draft, within(5)) is draft


def test_what_does_not_become_right_is_proven_wrong_again():
    draft = a_draft(("a.py", "python", "x = (\r\n"))

    assert tidy(draft, within(5)).proof.errors


@pytest.mark.parametrize(
    ("prompt", "file", "mended"),
    [
        (
            "Write and export a class Emitter with the method on(name)",
            ("a.js", "javascript", "class Emitter {\n  on(name) {}\n}\n"),
            "export class Emitter {\n  on(name) {}\n}\n",
        ),
        (
            "Write package fib with a function Fib(n int) int",
            ("fib.go", "go", "package main\n\nfunc Fib(n int) int { return n }\n"),
            "package fib\n\nfunc Fib(n int) int { return n }\n",
        ),
        (
            "Write and export a function f(a)",
            ("a.js", "javascript", "function f(a) {}\nmodule.exports = f;\n"),
            "function f(a) {}\nmodule.exports = f;\n",
        ),
    ],
)
def test_the_package_and_the_exports_become_those_of_the_order(prompt, file, mended):
    assert tidy(a_draft(file), within(5), prompt=prompt).files[0].content == mended
