"""Records of analysed contents, kept in the user's cache folder between runs.

A record is found by the content of the file and by everything its numbers depend on: our own code,
the grammar, the interpreter. So nothing in it ever has to be declared out of date.
"""

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import NamedTemporaryFile

from kuznia.domains.code.languages.find import get

MAX_BYTES = 256 * 1024 * 1024
# Where it is full, the longest unused go until this much is left.
_KEPT = 0.8
# What was used is marked again only after so long, so that a run of hits writes nothing.
_SECONDS_UNMARKED = 86_400
_PACKAGES = ("analysis", "parsing", "languages")


@dataclass(frozen=True, slots=True)
class RecordCache:
    """A folder of records; one that cannot be used holds nothing and takes nothing."""

    folder: Path
    max_bytes: int = MAX_BYTES

    def find(self, key: str) -> bytes | None:
        path = self._path(key)
        try:
            content = path.read_bytes()
            status = path.stat()
            if time.time() - status.st_mtime > _SECONDS_UNMARKED:
                os.utime(path)
        except OSError:
            return None
        return content

    def keep(self, key: str, content: bytes) -> None:
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
                file.write(content)
            Path(file.name).replace(path)
        except OSError:
            return

    def trim(self) -> None:
        """Delete the longest unused where there is more than may be kept."""
        files = sorted(self._files())
        left = sum(size for _, size, _ in files)
        if left <= self.max_bytes:
            return
        for _, size, path in files:
            if left <= _KEPT * self.max_bytes:
                return
            try:
                path.unlink()
            except OSError:
                continue
            left -= size

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        for parent, _, names in os.walk(self.folder):
            for name in names:
                path = Path(parent, name)
                try:
                    status = path.stat()
                except OSError:
                    continue
                yield status.st_mtime, status.st_size, path

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key[2:]


def key_of(content: bytes, language: str, profile: str) -> str:
    """The name of the record of this content."""
    digest = blake2b(content, digest_size=20, key=_version_of(language, profile))
    return digest.hexdigest()


@cache
def _version_of(language: str, profile: str) -> bytes:
    """What the numbers depend on beside the content."""
    parts = (language, profile, sys.version, _our_code(), *_distributions(language))
    return blake2b("\0".join(parts).encode(), digest_size=32).digest()


def _distributions(language: str) -> Iterator[str]:
    module, _ = get(language).grammar or (f"tree_sitter_{language}", "")
    for name in ("tree-sitter", module.replace("_", "-"), "PyYAML", "pglast"):
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield name


@cache
def _our_code() -> str:
    digest = blake2b(digest_size=20)
    for package in _PACKAGES:
        for path in sorted((Path(__file__).parents[2] / package).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
