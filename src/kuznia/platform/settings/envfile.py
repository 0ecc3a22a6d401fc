"""The `.env` file as it is written: no value is expanded, nothing is put into the environment."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from dotenv.parser import parse_stream


@dataclass(frozen=True, slots=True)
class EnvFile:
    """What the file says, and which of its lines say nothing."""

    values: Mapping[str, str]
    problems: Mapping[str, str]


def read(path: Path) -> EnvFile:
    """Read a file of NAME=value lines; a file that is not there says nothing."""
    try:
        with path.open(encoding="utf-8") as lines:
            bindings = list(parse_stream(lines))
    except FileNotFoundError:
        return EnvFile({}, {})
    except UnicodeDecodeError:
        return EnvFile({}, {path.name: "expected text in UTF-8"})
    except OSError as error:
        return EnvFile({}, {path.name: f"cannot be read ({type(error).__name__})"})
    return EnvFile(
        {binding.key: binding.value or "" for binding in bindings if binding.key},
        {
            f"{path.name} line {binding.original.line}": "expected NAME=value"
            for binding in bindings
            if binding.error
        },
    )


def slips(written: Iterable[str], fields: Iterable[str]) -> Iterator[str]:
    """Names in the file that are nearly a setting's: most likely it was meant."""
    known = [name.upper() for name in fields]
    for name in written:
        if name not in known and (meant := get_close_matches(name.upper(), known, 1, 0.85)):
            yield f"{name} is not a setting; did you mean {meant[0]}?"
