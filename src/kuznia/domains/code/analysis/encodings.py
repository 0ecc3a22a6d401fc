"""The text of a source file, whatever encoding it was saved in."""

import codecs
import re
from contextlib import suppress
from typing import NamedTuple

from kuznia.domains.code.analysis.uploads import NotSource, not_text_of

# Longest first: the mark of UTF-32 begins as that of UTF-16 does.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# PEP 263: on one of the first two lines, the first of which may hold nothing but a comment.
_DECLARED = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_ONLY_A_COMMENT = re.compile(rb"[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|$)")
# Text encodings that are no way to save a source, and slow ones at that.
_REFUSED = frozenset(("punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"))
# How many bytes tell whether every second one is a NUL, as in English text in UTF-16.
_SAMPLE = 2_000
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")


class WrongEncoding(NotSource):
    """This is text, but not in the encoding it should be in."""


class Decoded(NamedTuple):
    """A text, and the name of the encoding it was read as."""

    text: str
    encoding: str


def decoded(content: bytes, language: str) -> Decoded:
    """Read by the byte-order mark, then the declaration (Python), then UTF-8; else as Latin-1.

    Raises NotSource where the content is no text, and WrongEncoding where it cannot be read. What
    Python would refuse is refused: without a declaration its sources are UTF-8.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return Decoded(_read(content[len(mark) :], encoding), encoding)
    if reason := not_text_of(content):
        if encoding := _unmarked_utf_16(content):
            return Decoded(_read(content, encoding), encoding)
        raise NotSource(reason)
    if language == "python" and (declared := _declaration(content)):
        return Decoded(_read(content, declared), declared)
    try:
        return Decoded(content.decode(), "utf-8")
    except UnicodeDecodeError as error:
        text = content.decode("latin-1")
        if language == "python" or _CONTROLS.search(text):
            line = content.count(b"\n", 0, error.start) + 1
            raise WrongEncoding(f"bytes that are not UTF-8, on line {line}") from None
        return Decoded(text, "latin-1")


def _declaration(content: bytes) -> str:
    """The codec that a Python source declares; raises WrongEncoding for one that cannot be used."""
    first = _ONLY_A_COMMENT.match(content)
    declared = _DECLARED.match(content) or (first and _DECLARED.match(content, first.end()))
    if not declared:
        return ""
    name = declared[1].decode("ascii", "replace")
    try:
        codec = codecs.lookup(name)
        # A codec that makes bytes of bytes, such as zlib, is none for text.
        with suppress(UnicodeError):
            b"a".decode(codec.name)
    except LookupError:
        raise WrongEncoding(f"the unknown encoding {name} is declared") from None
    if codec.name.replace("-", "_") in _REFUSED:
        raise WrongEncoding(f"the encoding {name}, which is none for source code, is declared")
    return codec.name


def _read(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeError:
        raise WrongEncoding(f"bytes that are not {encoding}") from None


def _unmarked_utf_16(content: bytes) -> str:
    sample = content[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(content) % 2 or max(even, odd) < 0.4 * len(sample) / 2 or min(even, odd):
        return ""
    return "utf-16-be" if even else "utf-16-le"
