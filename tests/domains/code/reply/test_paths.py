"""Paths from a model lead nowhere but into the artefact."""

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuznia.domains.code.languages.paths import safe_path


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("src/a.py", "src/a.py"),
        ("`./a.py`", "a.py"),
        ("src\\deep\\a.cs", "src/deep/a.cs"),
        ("app/[id]/page.tsx", "app/[id]/page.tsx"),
        (".gitignore", ".gitignore"),
        ("a b/c (1).py", "a b/c (1).py"),
    ],
)
def test_an_honest_path_is_kept(raw, path):
    assert safe_path(raw) == path


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "/etc/passwd",
        "../a.py",
        "a/../../b.py",
        "a/..",
        "..",
        ".",
        "a/./b.py",
        "C:\\a.py",
        "c:a.py",
        "\\\\host\\share\\a.py",
        "~/a.py",
        "a//b.py",
        "a/b/",
        "-rf.py",
        "a/-x.py",
        "a\0.py",
        "a\n.py",
        "a.py.",
        "a .py ".replace(" .", "\t."),
        "x" * 101 + ".py",
        "/".join("abcdefghijk") + ".py",
        "/".join(["x" * 90] * 3),
        "a/ .. /b.py",
        "$(id).py",
        "a;b.py",
        "a|b.py",
        "файл.py",
        ".git/config",
        "a/.GIT/hooks/post-checkout",
        ".github/workflows/ci.yml",
        ".vscode/tasks.json",
        ".env",
        ".npmrc",
        "...py",
        "NUL",
        "src/aux.py",
        "com1 .txt",
    ],
)
def test_a_hostile_or_odd_path_is_refused(raw):
    assert safe_path(raw) is None


@given(raw=st.text(max_size=60) | st.text(alphabet="./\\:~ab ", max_size=20))
def test_whatever_is_let_through_stays_inside(raw):
    path = safe_path(raw)

    if path is not None:
        assert not path.startswith(("/", "-", "~"))
        assert posixpath.normpath(posixpath.join("/box", path)).startswith("/box/")
        assert ".." not in path.split("/")
        assert path.isprintable()
        assert safe_path(path) == path
