"""Totals, the worst functions, and the grade with its rule."""

import pytest
from tests.domains.code.analysis.counted import a_file

from kuznia.domains.code.analysis import analyse
from kuznia.domains.code.analysis.report.rating import RULE, SHARES


def branchy(name: str, ifs: int, lines: int) -> str:
    """A function of `lines` lines with so many decisions."""
    body = "    if a: pass\n" * ifs + "    a = 1\n" * (lines - 1 - ifs)
    return f"def {name}(a):\n{body}"


# Lines of functions of low, moderate, high and very high risk, and the grade.
GRADES = [
    ((100, 0, 0, 0), "A"),
    ((75, 25, 0, 0), "A"),
    ((70, 30, 0, 0), "B"),
    ((65, 30, 0, 0), "C"),
    ((900, 30, 48, 0), "B"),
    ((900, 30, 60, 0), "C"),
    ((500, 300, 200, 0), "E"),
    ((600, 300, 100, 0), "C"),
    ((2000, 100, 100, 60), "D"),
    ((0, 0, 0, 60), "E"),
]
DECISIONS = (0, 14, 24, 55)


@pytest.mark.parametrize(("lines", "grade"), GRADES)
def test_the_grade_is_the_best_whose_limits_hold(lines, grade):
    source = "".join(
        branchy(f"f{risk}", DECISIONS[risk], total) for risk, total in enumerate(lines) if total
    )

    assert analyse([a_file(source)]).rating.grade == grade


def test_cognitive_complexity_alone_can_make_a_function_risky():
    deep = "def f(a):\n" + "".join(f"{' ' * n}if a:\n" for n in range(1, 8)) + " " * 8 + "pass\n"

    said = analyse([a_file(deep)])

    assert said.files[0].functions[0].cyclomatic == 8
    assert (said.rating.high, said.rating.grade) == (100, "E")


def test_a_broken_file_is_not_rated_and_f_is_where_nothing_else_is_there():
    broken = a_file("def f(:\n")
    doubtful = a_file("int f() { return 1; }\nFOO(", "c", "a.c")

    assert analyse([a_file("def f(): pass\n"), broken]).rating.grade == "A"
    assert analyse([broken]).rating.grade == "F"
    assert analyse([doubtful]).rating.grade == "A"


def test_nothing_to_rate_gets_no_grade():
    assert analyse([a_file("a = 1\n")]).rating.grade is None
    assert analyse([]).rating.grade is None


def test_the_rule_says_the_limits_in_words():
    limits = "; ".join(
        f"{grade} {', '.join(map(str, shares))}"
        for grade, shares in zip("ABCD", SHARES, strict=True)
    )

    assert limits in RULE.replace(" per cent", "")
    assert analyse([]).rating.rule == RULE


def test_the_worst_of_all_files_come_first():
    files = [a_file(branchy(f"f{n}", n, 40), path=f"{n}.py") for n in range(25)]

    worst = analyse(files).worst

    assert [one.name for one in worst] == [f"f{n}" for n in range(24, 4, -1)]
    assert (worst[0].path, worst[0].start_line, worst[0].cyclomatic) == ("24.py", 1, 25)


def test_totals_are_over_all_files_and_all_functions():
    said = analyse(
        [
            a_file("# why\ndef f(a):\n    if a: pass\n"),
            a_file("fn g() {}\n", "rust"),
            a_file("a: 1\n", "yaml"),
            a_file("def h(:\n"),
        ]
    ).totals

    assert (said.files, said.files_with_metrics, said.files_with_errors) == (4, 3, 1)
    assert (said.functions, said.cyclomatic_max, said.cognitive_max) == (3, 2, 1)
    assert (said.cyclomatic_mean, said.cognitive_mean) == (1.33, 0.33)
    assert (said.lines, said.code_lines, said.comment_share) == (5, 4, 0.2)
    assert said.maintainability
    assert said.readability_heuristic


def test_totals_of_nothing_are_nothing():
    said = analyse([]).totals

    assert (said.functions, said.cyclomatic_mean, said.maintainability) == (0, 0, None)
