"""Files that a model wrapped in JSON."""

import json
import re
from collections.abc import Iterator
from typing import cast

from pydantic import JsonValue

from kuznia.domains.code.languages.find import find_by_path
from kuznia.domains.code.reply.controls import refuse_controls

_TEXT_KEYS = ("code", "content", "source", "solution", "answer", "implementation", "contents")
_PATH_KEYS = ("path", "filename", "file", "name", "file_path", "filepath")
# A call of a tool that writes files has them one level down.
_INNER_KEYS = ("arguments", "parameters", "input")
_OPENING = re.compile(r"^[ \t]*[\[{]", re.MULTILINE)
_DECODER = json.JSONDecoder(strict=False)
# How many places that look like the beginning of JSON are tried.
MAX_TRIES = 3

# A path, if one is given, and the text.
Wrapped = tuple[str | None, str]


def unwrap(text: str) -> tuple[Wrapped, ...]:
    """The files in a JSON value that is most of the text; nothing where there is none.

    Code is full of JSON: a value that is only a part of something bigger is never opened. What its
    escapes stand for is looked at anew: a NUL, or half of a surrogate pair, was none before.
    """
    for count, opening in enumerate(_OPENING.finditer(text)):
        if count == MAX_TRIES:
            break
        try:
            value, end = _DECODER.raw_decode(text, opening.end() - 1)
        except (ValueError, RecursionError):
            continue
        if 2 * (end - opening.end()) > len(text.strip()):
            files = tuple(_files(cast(JsonValue, value)))
            for _, content in files:
                refuse_controls(content)
            return files
    return ()


def _files(value: JsonValue) -> Iterator[Wrapped]:
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict) and (file := _file(item)) and file[0]:
                yield file
    elif isinstance(value, dict):
        listed = value.get("files")
        if isinstance(listed, dict):
            texts = ((path, text) for path, text in listed.items() if isinstance(text, str))
            yield from ((path, text) for path, text in texts if text.strip())
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
    # A country has a code and a name as well; a program has lines, or a file to be in.
    if text is None or ("\n" not in text and not (path and find_by_path(path))):
        return None
    return path, text
