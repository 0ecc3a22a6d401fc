"""The Python packages that tests may import in the sandbox: wheels in a folder of the operator's.

They are fetched and unpacked outside of the sandbox, and nothing of them is run there: only wheels
are taken, which need no building. In the sandbox the folder they are unpacked in is read-only.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from kuznia.domains.code.sandbox.probe import interpreter

# What pip takes as the name of a package, with extras and versions; no option and no address.
_NAME = re.compile(
    r"[A-Za-z0-9][\w.-]{0,100}(?:\[[\w,.-]{1,100}\])?(?:[=<>!~]=?[\w.*+!]{1,50},?){0,4}"
)
_WHEEL = re.compile(r"(?P<name>[\w.]+)-(?P<version>[\w.+!]+)(?:-\d\w*)?-[\w.]+-[\w.]+-[\w.]+\.whl")
_SEPARATORS, _VERSIONS = re.compile(r"[-_.]+"), re.compile(r"[\[=<>!~]")
SECONDS = 600


class CannotAdd(Exception):
    """A package that cannot be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """One file of the folder, with what tells whether it is still the same."""

    file: str
    sha256: str
    # The package that it was fetched for.
    root: str

    @property
    def title(self) -> str:
        named = _WHEEL.fullmatch(self.file)
        return f"{named['name'].replace('_', '-')} {named['version']}" if named else self.file


@dataclass(frozen=True, slots=True)
class PackageFolder:
    """The folder with the wheels, what they were fetched for, and what they are unpacked to."""

    path: Path

    @property
    def site(self) -> Path:
        """What is seen in the sandbox."""
        return self.path / "site"

    def wheels(self) -> list[Wheel]:
        """Every wheel, by the package that it was fetched for."""
        return [
            Wheel(file, digest, root)
            for root, files in sorted(self._read().items())
            for file, digest in sorted(files.items())
        ]

    def add(self, names: Sequence[str]) -> list[Wheel]:
        """Fetch packages with all that they need, and unpack them; all of them or none."""
        kept = self._read()
        (self.path / "wheels").mkdir(parents=True, exist_ok=True)
        for name in names:
            root, files = self._fetched(name)
            kept[root] = files
        self._unpack(kept)
        return [wheel for wheel in self.wheels() if wheel.root in map(_root, names)]

    def remove(self, names: Sequence[str]) -> list[str]:
        """Take packages away, with what no other one needs; the names that are not there."""
        kept = self._read()
        gone = [name for name in names if _root(name) not in kept]
        for name in names:
            kept.pop(_root(name), None)
        self._unpack(kept)
        return gone

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            return json.loads((self.path / "packages.json").read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            raise CannotAdd(f"{self.path / 'packages.json'} is no JSON: remove it.") from None

    def _fetched(self, name: str) -> tuple[str, dict[str, str]]:
        """The wheels of a package and of what it needs, by their hashes."""
        is_file = name.endswith(".whl") and Path(name).is_file()
        if not (is_file or _NAME.fullmatch(name)):
            raise CannotAdd(f"{name[:100]!r} is not the name of a package, nor a wheel.")
        with TemporaryDirectory(prefix="kuznia-wheels-") as folder:
            source = str(Path(name).resolve()) if is_file else name
            _pip("download", "--quiet", "--dest", folder, source)
            files = sorted(Path(folder).iterdir())
            for file in files:
                shutil.copy(file, self.path / "wheels" / file.name)
            return _root(name), {file.name: _digest(file) for file in files}

    def _unpack(self, kept: Mapping[str, Mapping[str, str]]) -> None:
        """Unpack every wheel anew, beside what is in use, and put it in its place."""
        wheels = {file: digest for files in kept.values() for file, digest in files.items()}
        fresh, old = self.path / "site.new", self.path / "site.old"
        for folder in (fresh, old):
            shutil.rmtree(folder, ignore_errors=True)
        fresh.mkdir(parents=True)
        paths = [self.path / "wheels" / file for file in sorted(wheels)]
        for path in paths:
            if not path.exists() or _digest(path) != wheels[path.name]:
                raise CannotAdd(f"{path} is not the file that was fetched: add its package again.")
        if paths:
            target = ("--no-index", "--no-deps", "--no-warn-conflicts", "--target", str(fresh))
            _pip("install", "--quiet", *target, *map(str, paths))
        (self.path / "packages.json").write_text(json.dumps(kept, indent=1), "utf-8")
        if self.site.exists():
            self.site.rename(old)
        fresh.rename(self.site)
        shutil.rmtree(old, ignore_errors=True)
        _only(wheels, self.path / "wheels")


def _only(names: Iterable[str], folder: Path) -> None:
    for file in folder.iterdir():
        if file.name not in names:
            file.unlink()


def _root(name: str) -> str:
    """The name that a package goes by, without its version and extras, as its index writes it."""
    if name.endswith(".whl"):
        named = _WHEEL.fullmatch(Path(name).name)
        name = named["name"] if named else Path(name).stem
    return _SEPARATORS.sub("-", _VERSIONS.split(name)[0]).lower()


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _pip(command: str, *arguments: str) -> None:
    """Run pip for the Python of the sandbox. Wheels alone: building a package would run it."""
    if find_spec("pip") is None:
        raise CannotAdd("There is no pip beside Kuznia: `python -m ensurepip`.")
    words = [sys.executable, "-m", "pip", "--disable-pip-version-check", command]
    words += ["--only-binary=:all:", "--python-version", _version(), *arguments]
    try:
        # No shell, and what an operator names is a name or a file, never an option.
        ran = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS)  # noqa: S603, PLW1510
    except subprocess.TimeoutExpired:
        raise CannotAdd(f"pip did not end within {SECONDS} s.") from None
    if ran.returncode:
        lines = [line for line in ran.stderr.splitlines() if line.startswith("ERROR")]
        why = lines[-1].removeprefix("ERROR: ") if lines else ran.stderr.strip()[-300:]
        raise CannotAdd(f"pip says: {why}")


def _version() -> str:
    """The version of the Python in the sandbox, which need not be ours."""
    python = interpreter()
    if python is None:
        raise CannotAdd("There is no Python that the sandbox could use: install python3.")
    say = "import sys; print('%d.%d' % sys.version_info[:2])"
    command = [str(python), "-I", "-c", say]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    return ran.stdout.strip()
