"""Blocks that stand in more than one place."""

from array import array

from tests.clocks import least_work
from tests.domains.code.analysis.counted import a_file

from kuznia.domains.code.analysis import analyse
from kuznia.domains.code.analysis.metrics.duplicates import CodeLines, duplicates, windows
from kuznia.domains.code.analysis.result import Analysis

BLOCK = "".join(f"    result_{n} = compute_something(result, {n})\n" for n in range(6))


def lines_of(*sums: int) -> CodeLines:
    """Lines of 40 characters with these checksums."""
    kept = array("I", sums)
    return CodeLines(
        array("I", range(len(sums))), kept, array("I", [40]) * len(sums), windows(kept)
    )


def of(*contents: str) -> Analysis:
    return analyse([a_file(content, path=f"{n}.py") for n, content in enumerate(contents)])


def test_a_block_is_found_wherever_it_stands():
    found = of(f"def a():\n{BLOCK}", f"import os\n\ndef b():\n{BLOCK}\ndef c():\n{BLOCK}")

    (block,) = found.duplicates
    assert block.lines == 6
    assert [(one.path, one.start_line, one.end_line) for one in block.places] == [
        ("0.py", 2, 7),
        ("1.py", 4, 9),
        ("1.py", 12, 17),
    ]
    # The first place is no duplicate of anything.
    assert found.totals.duplicated_lines == 12
    assert found.totals.duplicated_share == round(12 / 22, 4)


def test_white_space_comments_and_blank_lines_hide_nothing():
    other = "".join(f"\n  {line.strip()}  # {n}\n" for n, line in enumerate(BLOCK.splitlines()))
    spread = BLOCK.replace("\n", "\n    # why\n\n")

    assert of(f"def a():\n{BLOCK}", f"def b():\n{spread}").duplicates[0].lines == 6
    assert not of(f"def a():\n{BLOCK}", f"def b():\n{other}").duplicates


def test_a_longer_block_is_one_block():
    longer = BLOCK + "    something_else(result)\n"

    (block,) = of(f"def a():\n{longer}", f"def b():\n{longer}").duplicates

    assert block.lines == 7


def test_five_lines_are_none_and_neither_are_short_ones():
    five = "".join(BLOCK.splitlines(keepends=True)[:5])
    short = "    a = b\n" * 3 + "    c = d\n" * 3

    assert not of(f"def a():\n{five}", f"def b():\n{five}").duplicates
    assert not of(f"def a():\n{short}", f"def b():\n{short}").duplicates


def test_imports_have_to_be_alike():
    imports = "".join(f"import something_rather_long_to_import_{n}\n" for n in range(10))

    assert not of(imports, imports).duplicates


def test_no_block_runs_from_one_file_into_the_next():
    half = BLOCK.splitlines(keepends=True)

    found = of("".join(half[:3]), "".join(half[3:]), "".join(half[:3]), "".join(half[3:]))

    assert not found.duplicates


def test_one_line_over_and_over_is_told_once_and_in_linear_time():
    lines = lines_of(*[7] * 100_000)

    # In a tenth, if it is linear; a square would take minutes.
    assert least_work(2, lambda: duplicates([("a.py", lines)])) < 2
    assert duplicates([("a.py", lines)]).lines > 90_000


def test_a_block_that_stands_everywhere_is_told_with_its_first_places():
    found = of(*([f"def a():\n{BLOCK}"] * 30))

    (block,) = found.duplicates
    assert len(block.places) == 20
    assert found.totals.duplicated_lines == 7 * 29


def test_more_blocks_than_an_answer_carries_are_counted():
    blocks = [lines_of(*range(1000 * number, 1000 * number + 6)) for number in range(110)]

    found = duplicates([(f"{n}.py", block) for n, block in enumerate(blocks + blocks)])

    assert len(found.blocks) == 100
    assert found.left_out == 10
    assert found.lines == 660
