"""Property tests written from annotations: what they ask, and that they run."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domains.code.skeletons.sketched import ROWS, sketched

from kuznia.domains.code.skeletons.strategies import ModuleTypes, strategy

WRONG = """\
def encode(text: str) -> str:
    return text.upper()


def decode(text: str) -> str:
    return text.lower()


def sort(numbers: list[int]) -> list[int]:
    return numbers[::-1]


def half(number: int) -> int:
    return number / 2


def largest(numbers: list[int]) -> int:
    return max(numbers)


def largest_fast(numbers: list[int]) -> int:
    return max(numbers) + 1
"""


def written(content: str, path: str = "rows.py") -> str:
    tests = sketched(content, path=path).tests
    return tests.content if tests else ""


def names(content: str) -> list[str]:
    tree = ast.parse(written(content))
    return [one.name for one in tree.body if isinstance(one, ast.FunctionDef)]


def left(content: str, path: str = "rows.py") -> dict[str, str]:
    return {one.name: one.reason for one in sketched(content, path=path).left}


def run(folder: Path, **sources: str) -> subprocess.CompletedProcess[str]:
    """The tests of some sources, run as anybody would run them."""
    for name, content in sources.items():
        (folder / f"{name}.py").write_text(content)
        (folder / f"test_{name}_properties.py").write_text(written(content, f"{name}.py"))
    command = [
        sys.executable,
        "-B",
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
    ]
    return subprocess.run(
        [*command, "-c", "/dev/null", "--rootdir", str(folder), str(folder)],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_what_is_written_runs_and_finds_what_is_wrong(tmp_path):
    ran = run(tmp_path, rows=ROWS, wrong=WRONG)

    failed = {
        line.split("::")[1].split(" ")[0] for line in ran.stdout.splitlines() if "FAILED" in line
    }
    assert failed == {
        "test_encode_and_decode_give_back_what_went_in",
        "test_sort_settles",
        "test_half_keeps_its_promise",
        "test_largest_keeps_its_promise",
        "test_largest_fast_keeps_its_promise",
        "test_largest_fast_agrees_with_largest",
    }, ran.stdout
    assert f"{len(failed)} failed, 11 passed" in ran.stdout


def test_it_says_what_it_is():
    assert written(ROWS).startswith('"""Skeletons of property tests for rows.py, written from its')


def test_names_tell_which_properties_are_asked():
    assert names(ROWS) == [
        "test_encode_and_decode_give_back_what_went_in",
        "test_total_naive_agrees_with_total",
        "test_encode_keeps_its_promise",
        "test_decode_keeps_its_promise",
        "test_normalise_settles",
        "test_total_keeps_its_promise",
        "test_total_naive_keeps_its_promise",
        "test_price_keeps_its_promise",
        "test_later_keeps_its_promise",
    ]


def test_what_is_left_out_says_why():
    assert left(ROWS) == {
        "Ticket": "methods need an object: write their tests by hand",
        "wipe": "it reaches outside of the program: write its test by hand",
        "wipe_all": "it reaches outside of the program: write its test by hand",
        "untyped": "no annotation for one",
    }


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def f(): return 1\n", "it takes nothing that could be varied"),
        ("def f(a: Frame): return a\n", "no values known for a"),
        ("def f(a: int):\n    yield a\n", "a generator does nothing until it is asked"),
        ("@app.get('/')\ndef f(a: int): return a\n", "a decorator may change how it is called"),
        ("def f(rows: int): return rows\n", "a parameter has the module's name"),
        (
            "from os import remove\ndef f(a: str): remove(a)\n",
            "it reaches outside of the program: ",
        ),
        ("def f(a: str): return eval(a)\n", "it reaches outside of the program: "),
        ("from .x import y\nimport pathlib as p\ndef f(a: str): p.Path(a)\n", "it reaches outside"),
    ],
)
def test_a_function_nobody_can_call_blindly_is_left_out(source, reason):
    assert left(source)["f"].startswith(reason)
    assert written(source) == ""


def test_a_path_that_is_only_text_reaches_nothing():
    source = "from pathlib import PurePath\ndef f(a: str) -> str: return PurePath(a).stem\n"

    assert names(source) == ["test_f_keeps_its_promise"]


@pytest.mark.parametrize(
    "source",
    [
        "def encode(a: int) -> int: return a\ndef decode(a: str) -> str: return a\n",
        "def encode(a: int, b: int) -> int: return a\ndef decode(a: int) -> int: return a\n",
        "def find(a: int) -> int: return a\ndef find_fast(a: str) -> int: return 1\n",
        "def clean(a: str) -> int: return 1\ndef cleans(a: str) -> str: return a\n",
    ],
)
def test_a_name_alone_promises_nothing(source):
    asked = names(source)

    assert len(asked) == 2
    assert all(name.endswith("keeps_its_promise") for name in asked)


@pytest.mark.parametrize(
    ("path", "imported"),
    [
        ("rows.py", "import rows\n"),
        ("src/shop/rows.py", "from shop import rows\n"),
        ("shop/__init__.py", "import shop\n"),
    ],
)
def test_a_module_is_imported_by_its_path(path, imported):
    assert imported in written("def f(a: int) -> int: return a\n", path)


@pytest.mark.parametrize("path", ["my-rows.py", "1.py", "class.py", "st.py", "hypothesis.py"])
def test_a_module_that_cannot_be_imported_is_left_out(path):
    assert list(left("def f(a: int) -> int: return a\n", path)) == [path]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("def f(a: int, /, b: int): return a\n", "    rows.f(a, b=b)"),
        ("def f(*, given: int): return 1\n", "    rows.f(given=given_)"),
        ("def f(a: int, b: Frame = None): return a\n", "    rows.f(a=a)"),
        ("def f(a: int, b: Frame = None, /): return a\n", "    rows.f(a)"),
        ("def f(a: int) -> None: return None\n", "    assert result is None"),
        ("def clean(*, a: str) -> str: return a\n", "    assert rows.clean(a=result) == result"),
        ("def hex_to_raw(a: str) -> bytes: ...\ndef raw_to_hex(b: bytes) -> str: ...\n",
         "    result = rows.raw_to_hex(rows.hex_to_raw(a))"),
        ("import json\ndef f(a: int):\n    if a: raise json.Bad\n    raise KeyError\n",
         "    except (KeyError, rows.json.Bad):"),
    ],
)  # fmt: skip
def test_a_call_is_written_as_the_signature_wants_it(source, line):
    assert line in written(source).split("\n")


ANNOTATIONS = {
    "List[int]": "st.lists(st.integers(-1_000, 1_000))",
    "typing.Sequence[str]": "st.lists(st.text())",
    "Iterator[str]": "st.lists(st.text()).map(iter)",
    "frozenset[bytes]": "st.frozensets(st.binary())",
    "dict[str, bool]": "st.dictionaries(st.text(), st.booleans())",
    "tuple[int, ...]": "st.lists(st.integers(-1_000, 1_000)).map(tuple)",
    "tuple[bool, str]": "st.tuples(st.booleans(), st.text())",
    "str | None": "st.one_of(st.text(), st.none())",
    "Union[str, bytes]": "st.one_of(st.text(), st.binary())",
    "Annotated[str, 5]": "st.text()",
    "'bool'": "st.booleans()",
    "Literal['a', 1]": "st.sampled_from(['a', 1])",
    "datetime.date": "st.dates()",
    "set[list[int]]": None,
    "dict[dict, int]": None,
    "Callable[[int], str]": None,
    "'not an annotation'": None,
    "1": None,
    "list[Frame]": None,
    "Frame | int": None,
    "list[int, str]": None,
    "Holder": "st.builds(m.Holder, a=st.booleans())",
    "Empty": "st.builds(m.Empty)",
    "Loop": None,
    "Checked": None,
    "Plain": None,
    "Told": "st.fixed_dictionaries({'a': st.booleans()})",
}
CLASSES = """
@dataclass
class Holder:
    a: bool
    b: Frame = None
    def m(self): ...
@dataclass
class Empty: ...
@dataclass
class Loop:
    a: Loop
@dataclass
class Checked:
    a: int
    def __post_init__(self): ...
class Plain:
    a: int
class Told(TypedDict):
    a: bool
"""


@pytest.mark.parametrize(("annotation", "expected"), ANNOTATIONS.items())
def test_values_fit_the_annotation(annotation, expected):
    classes = {one.name: one for one in ast.parse(CLASSES).body if isinstance(one, ast.ClassDef)}

    assert strategy(ast.parse(annotation, mode="eval").body, ModuleTypes("m", classes)) == expected


def test_bare_collections_hold_anything_simple():
    for name in ("list", "dict", "set", "tuple"):
        made = strategy(ast.Name(name), ModuleTypes("m"))
        assert made
        assert isinstance(eval(made, {"st": st}).example, object)


NAMES = st.sampled_from(["sort_it", "encode", "decode", "f", "f_fast", "to_a", "from_a", "class_"])
TYPES = st.sampled_from(["int", "str", "list[str]", "dict[str, int]", "None", "A", "'x y'", "B[1]"])
FUNCTIONS = st.lists(
    st.builds(
        lambda name, taken, given: (
            f"def {name}(a: {taken}, b: {taken} = 1) -> {given}:\n    return a\n"
        ),
        NAMES,
        TYPES,
        TYPES,
    ),
    max_size=6,
)


@given(FUNCTIONS)
def test_whatever_is_annotated_what_is_written_compiles(functions):
    content = "".join(functions)

    compile(written(content), "<written>", "exec")
    commented = sketched(content).commented
    assert commented
    compile(commented.content, "<commented>", "exec")
