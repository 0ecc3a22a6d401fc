"""The files that an order brings along from this machine."""

from collections.abc import Sequence
from pathlib import Path

from pydantic_core import to_json

from kuznia.platform.errors import Invalid

# More than a domain takes, and little enough to be read before it says so.
MAX_BYTES = 1_000_000


def attached(names: Sequence[str]) -> str:
    """The files of these names as JSON, each under its path from this folder."""
    folder = Path.cwd()
    return to_json([_attached(folder, name) for name in names]).decode()


def _attached(folder: Path, name: str) -> dict[str, str]:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise Invalid(f"{name} is outside of this folder: run kuznia where the project is.")
    if path.is_dir():
        raise Invalid(f"{name} is a folder: name the files in it.")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Invalid(f"{name} is too large to come along.")
        content = path.read_bytes().decode()
    except OSError as error:
        raise Invalid(f"{name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Invalid(f"{name} is no text in UTF-8.") from None
    return {"path": path.relative_to(folder.resolve()).as_posix(), "content": content}
