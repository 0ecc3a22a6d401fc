"""Whether tests mention the code in any way: by a name, its file, or a text it answers to.

Tests through a client never name a function: they know routes, fields and messages.
"""

import re
from collections.abc import Iterator

from kuznia.domains.code.languages.find import find
from kuznia.domains.code.languages.paths import stem
from kuznia.domains.code.parsing.symbols import symbols
from kuznia.domains.code.schema import File

# A name that is given a value at the beginning of a line, as `app` is.
_GIVEN = re.compile(
    r"^(?:export[ \t]+)?(?:(?:const|let|var|val|my|our|static)[ \t]+)?([A-Za-z_]\w*)[ \t]*=",
    re.MULTILINE,
)
_TEXT = re.compile(r"\"([^\"\\\n]{4,80})\"|'([^'\\\n]{4,80})'|`([^`\\\n]{4,80})`")
# A piece of a route: `{id}` and `:id` are other texts in the tests.
_SEGMENT = re.compile(r"(?<![\w{:])[A-Za-z][\w-]{3,}(?![\w}])")
# Names that programs of all kinds have.
_COMMON = frozenset(
    (
        *(
            "add",
            "append",
            "call",
            "check",
            "close",
            "data",
            "default",
            "describe",
            "fields",
        ),
        *(
            "filter",
            "get",
            "handler",
            "index",
            "init",
            "item",
            "items",
            "key",
            "keys",
            "list",
        ),
        *(
            "load",
            "main",
            "model",
            "name",
            "new",
            "next",
            "now",
            "open",
            "pop",
            "push",
            "put",
        ),
        *(
            "read",
            "report",
            "reset",
            "result",
            "run",
            "save",
            "self",
            "send",
            "set",
            "size",
        ),
        *(
            "start",
            "stop",
            "test",
            "tests",
            "this",
            "update",
            "utils",
            "value",
            "values",
        ),
        *(
            "version",
            "write",
        ),
    )
)
MIN_NAME, MIN_TEXT, MIN_WORD = 3, 6, 8


def is_mentioned(code: tuple[File, ...], tests: str, words: set[str]) -> bool:
    """Whether the text of tests, of these words, has anything of the code's own."""
    return any(_is_known(file, tests, words) for file in code)


def _is_known(file: File, tests: str, words: set[str]) -> bool:
    if any(name in words for name in _names(file)):
        return True
    name = stem(file.path)
    return (is_own(name) and name in tests) or any(text in tests for text in _texts(file.content))


def _names(file: File) -> Iterator[str]:
    language = find(file.language)
    defined = (symbol.name for symbol in symbols(file.content, language)) if language else ()
    yield from filter(is_own, (*defined, *_GIVEN.findall(file.content)))


def is_own(name: str) -> bool:
    """Whether a name says of which program it is."""
    return len(name) >= MIN_NAME and name.lower() not in _COMMON and not name.startswith("__")


def _texts(content: str) -> Iterator[str]:
    for quoted in _TEXT.finditer(content):
        text: str = quoted[0][1:-1]
        if "/" in text:
            yield from _SEGMENT.findall(text)
        elif len(text) >= (MIN_WORD if text.isalpha() else MIN_TEXT):
            yield text
