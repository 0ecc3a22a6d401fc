"""Code that a model wrapped in JSON or in tags, whatever it was asked for."""

import json
import re
from collections.abc import Iterator
from typing import cast

from pydantic import JsonValue

_TEXT_KEYS = ("code", "content", "source", "solution", "answer", "implementation", "contents")
_PATH_KEYS = ("path", "filename", "file", "name", "file_path", "filepath")
_OPENING = re.compile(r"^[ \t]*[\[{]", re.MULTILINE)
_DECODER = json.JSONDecoder(strict=False)
# How many places that look like the beginning of JSON are tried.
MOST_TRIES = 3

_TAGGED = re.compile(
    r"^<file[ \t]+(?:path|name)=[\"']([^\"'\n]{1,300})[\"'][ \t]*>\n"
    r"((?:(?!</?file\b).*\n)*)</file>",
    re.MULTILINE,
)
# A call of a tool that writes files has them one level down.
_INNER_KEYS = ("arguments", "parameters", "input")

# A path, if one is given, and the text.
Wrapped = tuple[str | None, str]


def unwrap(text: str) -> tuple[Wrapped, ...]:
    """The files in tags, or in the first JSON value that holds any; nothing where there is none."""
    if tagged := tuple(_TAGGED.findall(text)):
        return tagged
    for count, opening in enumerate(_OPENING.finditer(text)):
        if count == MOST_TRIES:
            break
        try:
            value, _ = _DECODER.raw_decode(text, opening.end() - 1)
        except (ValueError, RecursionError):
            continue
        if found := tuple(_files(cast(JsonValue, value))):
            return found
    return ()


def _files(value: JsonValue) -> Iterator[Wrapped]:
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict) and (file := _file(item)) and file[0]:
                yield file
    elif isinstance(value, dict):
        listed = value.get("files")
        if isinstance(listed, dict):
            yield from ((path, text) for path, text in listed.items() if isinstance(text, str))
        elif isinstance(listed, list):
            yield from _files(listed)
        elif file := _file(value):
            yield file


def _file(value: dict[str, JsonValue]) -> Wrapped | None:
    inner = next((i for key in _INNER_KEYS if isinstance(i := value.get(key), dict)), None)
    value = inner or value
    texts = (value.get(key) for key in _TEXT_KEYS)
    text = next((text for text in texts if isinstance(text, str) and text.strip()), None)
    paths = (value.get(key) for key in _PATH_KEYS)
    path = next((path for path in paths if isinstance(path, str)), None)
    return (path, text) if text else None
