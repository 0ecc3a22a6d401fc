"""Which lines hold code, which a comment, which nothing."""

import pytest
from tests.domains.code.analysis.counted import file_of

# A source, its lines of code, of comment, and blank.
LINES = [
    ("python", "", 0, 0, 0),
    ("python", "a\n\n# b\nc  # d\n", 2, 1, 1),
    ("python", '"""One\n\ntwo."""\na = """three\nfour"""\n', 2, 2, 1),  # a docstring is a comment
    ("python", 'def f():\n    """One."""\n    return "two"\n', 2, 1, 0),
    ("python", 'class A:\n    # why\n    """One."""\n', 1, 2, 0),
    ("javascript", "/* a\n b */ c; /* d\n e */\n// f\n", 1, 3, 0),
    ("javascript", "a /* b\n\n c */\n", 1, 1, 1),
    ("go", "package p // a\n/* b */\n", 1, 1, 0),
    ("java", "/** a\n * b\n */\nclass A {}\n", 1, 3, 0),
    ("rust", "/// a\n//! b\nfn f() {} /* c */\n", 1, 2, 0),
    ("c", "int a; // b\n// c\n", 1, 1, 0),
    ("cpp", "// a\nint b;\n", 1, 1, 0),
    ("csharp", "/// a\nclass A {}\n", 1, 1, 0),
    ("ruby", "# a\nb\n=begin\nc\n=end\n", 1, 4, 0),
    ("php", "<?php\n# a\n// b\n/* c */\n$d;\n", 2, 3, 0),
    ("kotlin", "// a\n/* b */\nval c = 1\n", 1, 2, 0),
    ("swift", "// a\n/* b\n c */\nlet d = 1\n", 1, 3, 0),
    ("scala", "// a\n/* b */\nval c = 1\n", 1, 2, 0),
    ("bash", "# a\nb # c\n", 1, 1, 0),
]


@pytest.mark.parametrize(("language", "source", "code", "comment", "blank"), LINES)
def test_a_line_is_code_comment_or_blank(language, source, code, comment, blank):
    metrics = file_of(source, language).metrics

    assert metrics
    assert (metrics.code_lines, metrics.comment_lines, metrics.blank_lines) == (
        code,
        comment,
        blank,
    )
    assert metrics.lines == code + comment + blank


def test_the_share_of_comments_leaves_blank_lines_out():
    metrics = file_of("# a\n\n\nb\nc\nd\n").metrics

    assert metrics
    assert metrics.comment_share == 0.25
