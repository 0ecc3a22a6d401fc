"""What CONTRIBUTING.md promises and no linter knows. Each complaint says what to do instead."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

# Nothing of Kuznia runs here, and to be traced takes as long again.
pytestmark = pytest.mark.no_cover

ROOT = Path(__file__).parents[1]
FOLDERS = ("src", "tests", "bench", "docs", "migrations", "requirements", ".ci")
# What was brought in or measured, and git does not keep.
NOT_OURS = (ROOT / "bench/out", ROOT / "tests/outside/node_modules")
Complaints = Iterator[tuple[ast.AST, str]]
Rule = Callable[[str, ast.Module], Complaints]

# The outer loops: what breaks in there is logged whole and told as a fault; what breaks in a worker
# is done again where it can be; an account that fails must not lose what was paid for.
MAY_CATCH_ALL = {
    "src/kuznia/doors/http/gate.py",
    "src/kuznia/forge/runs/supervisor.py",
    "src/kuznia/forge/wishes/account.py",
    "src/kuznia/platform/process/workers.py",
}
# Processes for what is long, shared by all; chance drawn ahead, of use once and to nobody else; the
# exercises of the one operator, put in while the domain is open.
MAY_LIVE = {
    "src/kuznia/platform/process/workers.py",
    "src/kuznia/domains/training/catalogue/__init__.py",
    "src/kuznia/platform/ids.py",
}
# Names that do not say what they name.
VAGUE = {"told", "said", "at", "here", "given", "wanted", "found", "one"}
# Files at the top of a folder, and words of our own.
MAX_FILES, MAX_WORDS = 15, 32
LEVELS = r"(self\._)?log\.(debug|info|warning|error|exception|critical)"
CHANGES = r"(append|add|update|pop|popitem|clear|extend|insert|remove|setdefault)"


@cache
def texts() -> dict[str, str]:
    """Every file of ours by its path in the project."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8", errors="replace")
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc" and not any(map(path.is_relative_to, NOT_OURS))
    }


@cache
def sources() -> dict[str, ast.Module]:
    ours = (path for path in texts() if path.startswith("src/") and path.endswith(".py"))
    return {path: ast.parse(texts()[path]) for path in ours}


# Nine rules look at the same nodes: each is found, and written out, once.
@cache
def nodes_of(tree: ast.Module) -> list[ast.AST]:
    return list(ast.walk(tree))


@cache
def unparse(node: ast.AST) -> str:
    return ast.unparse(node)


@cache
def classes_of() -> dict[str, list[ast.ClassDef]]:
    return {
        path: [node for node in nodes_of(tree) if isinstance(node, ast.ClassDef)]
        for path, tree in sources().items()
    }


def classes() -> Iterator[ast.ClassDef]:
    return (node for nodes in classes_of().values() for node in nodes)


@cache
def faults() -> set[str]:
    names = {"Fault"}
    for _ in range(5):
        names |= {n.name for n in classes() if names & {unparse(base) for base in n.bases}}
    return names


@cache
def living() -> set[str]:
    """A class with an `__init__` of its own has a life; a value has none."""
    return {n.name for n in classes() if any(getattr(b, "name", "") == "__init__" for b in n.body)}


def one_place_commits(path: str, tree: ast.Module) -> Complaints:
    for node in nodes_of(tree):
        commits = isinstance(node, ast.Attribute) and node.attr == "commit"
        if commits and path != "src/kuznia/platform/db/database.py":
            yield node, "use `async with db.write()`: it commits, or rolls back, by itself"


def nobody_catches_all(path: str, tree: ast.Module) -> Complaints:
    for node in nodes_of(tree):
        if isinstance(node, ast.ExceptHandler) and path not in MAY_CATCH_ALL:
            caught = unparse(node.type) if node.type else "Exception"
            if re.search(r"\bException\b", caught):
                yield node, "catch what you can act on; the rest belongs to the outer loop"


def log_lines_are_events(_: str, tree: ast.Module) -> Complaints:
    for node in nodes_of(tree):
        if isinstance(node, ast.Call) and re.fullmatch(LEVELS, unparse(node.func)):
            event = unparse(node.args[0]) if len(node.args) == 1 else ""
            if not re.fullmatch(r"'[a-z]+(_[a-z]+)*'", event):
                yield node, 'say it as an event with fields: log.info("artefact_kept", id=...)'


def no_global_changes(path: str, tree: ast.Module) -> Complaints:
    globals_ = "|".join(re.escape(name) for name, _ in _assigned(tree)) or "-"
    change = re.compile(rf"({globals_})(\[.*\]|\.{CHANGES})", re.DOTALL)
    for node in () if path in MAY_LIVE else nodes_of(tree):
        written = isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load)
        target: ast.AST | None = node if written else None
        # What is looked up in a table and called is not a change of the table.
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            target = node.func
        changed = target is not None and change.fullmatch(unparse(target))
        if isinstance(node, ast.Global) or changed:
            yield node, "hand it in as an argument; what a module holds stays as it is"


def nothing_global_has_a_life(path: str, tree: ast.Module) -> Complaints:
    for _, value in () if path in MAY_LIVE else _assigned(tree):
        if isinstance(value, ast.Call) and unparse(value.func) in living():
            yield value, "let app.py make it and hand it on; a module holds constants"


def _is_init(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == "__init__"


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr | None]]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield from ((unparse(target), node.value) for target in node.targets)
        elif isinstance(node, ast.AnnAssign):
            yield unparse(node.target), node.value


def faults_say_what_they_are(_: str, tree: ast.Module) -> Complaints:
    for node in nodes_of(tree):
        if not isinstance(node, ast.ClassDef) or ast.get_docstring(node):
            continue
        if faults() & {unparse(base) for base in node.bases}:
            yield node, "say in one line when it is raised; docs/errors.md shows it"


def bodies_are_read_in_one_place(path: str, tree: ast.Module) -> Complaints:
    reads = {f"request.{name}" for name in ("body", "json", "form", "stream")}
    for node in () if path == "src/kuznia/web/body.py" else nodes_of(tree):
        if isinstance(node, ast.Call) and unparse(node.func) in reads:
            yield node, "take it through kuznia.web.body: it has the bounds, and a client may leave"


def ids_are_described_in_one_place(path: str, tree: ast.Module) -> Complaints:
    for node in () if path == "src/kuznia/web/ids.py" else nodes_of(tree):
        if isinstance(node, ast.Call) and unparse(node.func) == "Path" and node.keywords:
            yield node, "use a type of kuznia.web.ids: an id is checked before it is looked for"


def one_way_to_the_terminal(path: str, tree: ast.Module) -> Complaints:
    prints = r"print|input|.*\.print|typer\.(echo|secho|confirm|prompt)|sys\.std\w+\..*write.*"
    for node in () if path == "src/kuznia/platform/terminal.py" else nodes_of(tree):
        if isinstance(node, ast.Call) and re.fullmatch(prints, unparse(node.func)):
            text = unparse(node.args[0]) if node.args else ""
            if not text.startswith(("'", "visible(")):
                yield node, "say it with `say` of platform/terminal.py: it may hold another's text"


def names_say_what_they_name(_: str, tree: ast.Module) -> Complaints:
    for node, name in _named(tree):
        if name.strip("_") in VAGUE:
            yield node, f"name it after what it is: `{name}` could be anything"


def _named(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Every function, parameter and attribute with its name; a loop variable is none of these."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, node.name
        elif isinstance(node, ast.arg):
            yield node, node.arg
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node, node.attr
        elif isinstance(node, ast.ClassDef):
            fields = (field for field in node.body if isinstance(field, ast.AnnAssign))
            yield from ((field, ast.unparse(field.target)) for field in fields)


def a_maximum_is_named_max(_: str, tree: ast.Module) -> Complaints:
    for node in ast.walk(tree):
        name = node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else ""
        if "MOST" in name.split("_"):
            yield node, "name a maximum MAX_..., as settings and the API do"


def every_class_has_its_own_name(path: str, tree: ast.Module) -> Complaints:
    others = Counter(
        node.name for other, nodes in classes_of().items() if other != path for node in nodes
    )
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and others[node.name]:
            yield node, "give the more special class the more special name"


RULES: dict[Rule, str] = {
    one_place_commits: "async def f(s): await s.commit()",
    nobody_catches_all: "try: f()\nexcept (OSError, Exception): pass",
    log_lines_are_events: "log.info(f'kept {artefact}')",
    no_global_changes: "SEEN = {}\ndef f(x): SEEN[x] = 1",
    nothing_global_has_a_life: "CACHE = Shelf(None, clock, ttl=1, size=1)",
    one_way_to_the_terminal: "typer.echo(f'{name} is there')",
    faults_say_what_they_are: "class Gone(NotFound): pass",
    bodies_are_read_in_one_place: "async def f(request): return await request.body()",
    names_say_what_they_name: "def f(given): pass",
    a_maximum_is_named_max: "MOST_KEYS = 100",
    every_class_has_its_own_name: "class Fault: pass",
    ids_are_described_in_one_place: "Id = Annotated[str, Path(max_length=64)]",
}


@pytest.mark.parametrize("rule", RULES)
def test_the_sources_keep_the_rule(rule: Rule) -> None:
    found = [
        (path, *complaint) for path, tree in sources().items() for complaint in rule(path, tree)
    ]

    assert not [f"{path}:{getattr(node, 'lineno', 0)}: {advice}" for path, node, advice in found]


@pytest.mark.parametrize("rule", RULES)
def test_what_breaks_the_rule_is_found(rule: Rule) -> None:
    assert list(rule("src/kuznia/new.py", ast.parse(RULES[rule])))


def texts_with(pattern: str, *folders: str) -> list[str]:
    return [
        f"{path}:{text.count(chr(10), 0, found.start()) + 1}: {found[0]}"
        for path, text in texts().items()
        if path.startswith(folders) and (found := re.search(pattern, text, re.MULTILINE))
    ]


def test_a_file_stops_at_400_lines_and_then_another_begins() -> None:
    long = [path for path, text in texts().items() if text.count("\n") > 400]

    assert not [path for path in long if path.endswith(".py")]


def test_a_folder_stops_at_15_files_and_then_has_folders() -> None:
    counts = Counter(path.rpartition("/")[0] for path in texts() if path.startswith("src/kuznia/"))

    assert not {folder: count for folder, count in counts.items() if count > MAX_FILES}


def test_the_glossary_is_short_and_no_word_is_there_twice() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition("## The rooms")[0]
    words = re.findall(r"^\| ([A-Z]\w+) \|", page, re.MULTILINE)

    assert 10 < len(words) == len(set(words)) <= MAX_WORDS


def test_requirements_name_no_address_because_make_lock_leaves_them_out() -> None:
    assert not texts_with(r"^-.*|\S+://\S*|.* @ .*", "requirements/")


def test_no_file_knows_a_machine_but_takes_tmp_path_or_the_root_of_the_project() -> None:
    here = "|".join(re.escape(f"{place}/") for place in {ROOT, Path.home()})

    assert not texts_with(rf"(?<![\w.])({here}|/home/\w+/|/Users/\w+/)\S*", *FOLDERS)
