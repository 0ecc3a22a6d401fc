"""Whole folders: which files, in which processes, from the cache or not, and what is new."""

import os
import subprocess
from pathlib import Path

import pytest

from kuznia.domains.code.analysis import Thresholds
from kuznia.domains.code.analysis.repository import processes
from kuznia.domains.code.analysis.repository.cache import RecordCache, key_of
from kuznia.domains.code.analysis.repository.changes import GitFailed, changes_since
from kuznia.domains.code.analysis.repository.gitignore import ignore_rules
from kuznia.domains.code.analysis.repository.inspect import (
    Inspection,
    Orders,
    changed_only,
    inspect,
)
from kuznia.domains.code.analysis.repository.processes import (
    Measuring,
    Outcome,
    SourceFile,
    measure_all,
)
from kuznia.domains.code.analysis.repository.record import packed, unpacked
from kuznia.domains.code.analysis.repository.walk import sources_under
from kuznia.platform.process.workers import Stopped, within

HARD = "def hard(a, b):\n    if a:\n        if b: pass\n"
EASY = "def easy():\n    pass\n"
LIMITS = Thresholds(cognitive=1)


def put(folder: Path, **files: str) -> None:
    """Write files; two underscores in a name are a slash."""
    for name, content in files.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=n", "-c", "user.email=e@x.test", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


def names(inspection: Inspection) -> list[tuple[str, str]]:
    return [(finding.path, finding.breach.name) for finding in inspection.unaccepted()]


def looked_at(folder: Path, since: str | None = None, **orders: object) -> Inspection:
    changes = changes_since(since, folder) if since else None
    paths = list(sources_under([folder]))
    if changes:
        paths = changed_only(paths, changes)
    return inspect(paths, Orders(LIMITS, Measuring(), folder, changes=changes, **orders))  # pyright: ignore[reportArgumentType] - passed on


IGNORES = {
    ".gitignore": "*.min.py\n/build/\n!kept.min.py\ngenerated/*\n!generated/mine.py\n\\#odd.py\n"
    "a/**/deep.py\n[xy]?.py\nspace\\ \n**/cache/\nlogs\n!logs/\n",
    "a/.gitignore": "*.py\n!b/\n!here.py\n",
    "a/b/.gitignore": "!*.py\nlast.py\n",
    ".git/info/exclude": "private.py\n",
}
TREE = (
    "top.py one.min.py kept.min.py build/x.py sub/build/x.py generated/x.py generated/mine.py "
    "#odd.py a/here.py a/gone.py a/b/in.py a/b/last.py a/c/deep.py x1.py x11.py z1.py "
    "sub/cache/x.py cache.py private.py logs/x.py space /x.py a/b/c/deep.py"
)


def test_a_walk_leaves_out_what_git_ignores(tmp_path: Path):
    git(tmp_path, "init", "-q")
    for name in TREE.replace("space /", "space_/").split():
        put(tmp_path, **{name.replace("space_", "space ").removesuffix(".py"): EASY})
    for name, text in IGNORES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--others", "--exclude-standard"],
        cwd=tmp_path,
        # What this machine's user ignores is nothing of the project's.
        env={"PATH": os.defpath, "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": "/nonexistent"},
        capture_output=True,
        check=True,
    )

    walked = {path.relative_to(tmp_path).as_posix() for path in sources_under([tmp_path])}

    by_git = {name for name in listed.stdout.decode().split("\0") if name.endswith(".py")}
    assert walked == by_git
    assert 5 < len(walked) < len(TREE.split()) - 5


def test_what_is_excluded_is_not_walked_but_what_is_named_is(tmp_path: Path):
    put(tmp_path, a=EASY, vendor__b=EASY, vendor__deep__c=EASY)

    walked = sources_under([tmp_path, tmp_path / "vendor/b.py"], exclude=["vendor/", "!a.py"])

    assert [path.name for path in walked] == ["a.py", "b.py"]


@pytest.mark.parametrize("pattern", ["*a" * 40 + "b", "a/**/" * 20 + "b", "**/*a*/" * 20 + "b"])
def test_a_pattern_made_to_be_slow_is_not(pattern: str):
    rules = ignore_rules(pattern)

    # Tried again at every place, each would take longer than the universe is old.
    for path in ("a" * 250, "a/" * 120 + "a"):
        assert rules.verdict(path, is_folder=False) is None


def test_a_second_run_reads_the_cache_and_a_changed_or_damaged_record_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    cache = RecordCache(tmp_path / "cache")
    path = tmp_path / "hard.py"
    made: list[bytes] = []

    def counted(content: bytes, *words: object) -> bytes | Stopped:
        made.append(content)
        return packed(content, *words)  # pyright: ignore[reportArgumentType] - passed on

    monkeypatch.setattr(processes, "packed", counted)

    def run() -> list[tuple[str, str]]:
        return names(inspect([path], Orders(LIMITS, Measuring(cache=cache), tmp_path)))

    path.write_text(HARD)
    assert run() == run() == [("hard.py", "hard")]
    assert len(made) == 1
    path.write_text(EASY)
    assert run() == []
    assert len(made) == 2
    path.write_text(HARD)
    record = cache.folder / (key := key_of(HARD.encode(), "python", "default"))[:2] / key[2:]
    record.write_bytes(record.read_bytes()[:-1] + b"?")
    assert run() == [("hard.py", "hard")]
    assert len(made) == 3


def test_a_cache_keeps_to_its_size_and_the_longest_unused_go(tmp_path: Path):
    cache = RecordCache(tmp_path, max_bytes=1_000)
    for number in range(12):
        cache.keep(f"k{number:02}", b"x" * 100)
        os.utime(
            tmp_path / "k0" / str(number)[-1:]
            if number < 10
            else tmp_path / "k1" / str(number)[-1:],
            (number, number),
        )

    cache.trim()

    assert [cache.find(f"k{number:02}") is not None for number in (0, 3, 4, 11)] == [
        False,
        False,
        True,
        True,
    ]


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path):
    (tmp_path / "file").touch()
    cache = RecordCache(tmp_path / "file")

    cache.keep("key", b"x")
    cache.trim()

    assert cache.find("key") is None


def test_a_record_says_of_a_file_what_an_analysis_says():
    content = packed(HARD.encode(), "python", "default", within(10))
    assert isinstance(content, bytes)
    record = unpacked(content)

    assert record
    analysis = record.analysis("x.py")
    assert (analysis.path, analysis.functions[0].name) == ("x.py", "hard")
    assert record.maxima == {
        "cyclomatic": 3,
        "cognitive": 3,
        "nesting": 2,
        "length": 3,
        "parameters": 2,
    }
    assert unpacked(content[:20]) is None


def crashes(content: bytes, *_: object) -> bytes:
    """Stands for a grammar that ends its process."""
    os.kill(os.getpid(), 9)
    return content


def test_a_file_that_crashes_its_parser_is_one_finding_and_not_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    put(tmp_path, a=HARD, b="#" * 10_000, c=EASY)
    monkeypatch.setattr(processes, "packed", packed)
    real = processes.partial

    def partial(work: object, *words: object) -> object:
        # Only the large file goes to another process.
        dies = work is packed and len(words[0]) > 5_000  # pyright: ignore[reportArgumentType]
        return real(crashes if dies else work, *words)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(processes, "partial", partial)

    inspection = looked_at(tmp_path)

    assert [finding.breach.limited for finding in inspection.findings] == ["cognitive", "unread"]
    assert (inspection.summary.totals.files, inspection.summary.rating.grade) == (3, "A")


def test_an_interrupt_ends_the_run_and_its_processes(tmp_path: Path):
    put(tmp_path, a="x = 1\n" * 5_000, b="x = 2\n" * 5_000)
    taken: list[Outcome] = []

    def take(_: SourceFile, outcome: Outcome) -> None:
        taken.append(outcome)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_all(map(processes.on_disk, sources_under([tmp_path])), Measuring(jobs=2), take)

    assert len(taken) == 1
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    assert not [child for child in children if b"kuznia" in _command(child)]


def _command(process: str) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def test_what_is_no_text_is_skipped_and_what_should_be_text_is_a_finding(tmp_path: Path):
    put(tmp_path, good=EASY)
    (tmp_path / "binary.py").write_bytes(b"\0\1\2")
    (tmp_path / "wrong.py").write_bytes(b"x = '\xfc'\n")
    (tmp_path / "old.c").write_bytes(b"int a; // \xfc\n")

    inspection = looked_at(tmp_path)

    assert inspection.skipped == [(str(tmp_path / "binary.py"), "this is binary, not source code")]
    assert inspection.encodings == {"latin-1": 1}
    (finding,) = inspection.findings
    assert (finding.breach.limited, finding.path) == ("unread", "wrong.py")


def test_since_finds_what_is_new_and_what_was_touched(tmp_path: Path):
    git(tmp_path, "init", "-q")
    other = HARD.replace("hard", "other")
    put(tmp_path, same=HARD, grown=HARD, touched=HARD, old_name=HARD, gone=HARD)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    (tmp_path / "gone.py").unlink()
    put(tmp_path, grown=EASY + HARD + other, touched=HARD + "        if a: pass\n", fresh=HARD)
    (tmp_path / "old_name.py").rename(tmp_path / "new name.py")
    git(tmp_path, "add", "new name.py", "old_name.py")

    inspection = looked_at(tmp_path, since="HEAD")

    assert names(inspection) == [
        ("fresh.py", "hard"),
        ("grown.py", "other"),
        ("touched.py", "hard"),
    ]
    assert inspection.summary.totals.files == 4
    for reference in ("nowhere", "--output=x", "HEAD:same.py"):
        with pytest.raises(GitFailed, match="no commit"):
            changes_since(reference, tmp_path)


def test_a_function_that_becomes_hard_elsewhere_is_new(tmp_path: Path):
    git(tmp_path, "init", "-q")
    put(tmp_path, a="def hard(a, b):\n    if a:\n        return 1\n    return 2\n" + EASY)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    put(tmp_path, a=HARD + EASY)

    assert names(looked_at(tmp_path, since="HEAD")) == [("a.py", "hard")]
