"""What is kept of one analysed file: small enough for a cache, and read in parts."""

import zlib
from array import array
from dataclasses import dataclass

from pydantic_core import from_json, to_json

from kuznia.domains.code.analysis.analyse import file_analysis
from kuznia.domains.code.analysis.encodings import WrongEncoding, decoded
from kuznia.domains.code.analysis.metrics.duplicates import CodeLines
from kuznia.domains.code.analysis.metrics.measure import OUT_OF_TIME, measured
from kuznia.domains.code.analysis.report.rating import FileCounts, counts
from kuznia.domains.code.analysis.result import FileAnalysis
from kuznia.domains.code.analysis.tables.rules import Profile
from kuznia.domains.code.analysis.tree.suppressions import Suppression
from kuznia.domains.code.analysis.uploads import NotSource
from kuznia.domains.code.languages.find import get
from kuznia.platform.process.workers import Stopped

# The functions of a file are looked at one by one only where the worst of them matters.
_MAXIMA = ("cyclomatic", "cognitive", "nesting", "length", "parameters")
_MAGIC = b"kuznia-1"
_ITEM = (4, 4, 4, 8)


@dataclass(frozen=True, slots=True)
class FileRecord:
    """The analysis of one content, whatever the name of its file."""

    counts: FileCounts
    # The highest number of any function, by its limit.
    maxima: dict[str, int]
    # The lowest index of the file; None where it has no metrics.
    maintainability: float | None
    has_errors: bool
    encoding: str
    # Why the content cannot be read as text; the rest is empty then. Wrong: it should be text.
    unreadable: str
    is_wrong: bool
    suppressions: tuple[Suppression, ...]
    lines: CodeLines
    _analysis: bytes

    def analysis(self, path: str) -> FileAnalysis:
        """The whole analysis, as that of the file with this path."""
        file = FileAnalysis.model_validate_json(zlib.decompress(self._analysis))
        errors = tuple(flaw.model_copy(update={"path": path}) for flaw in file.proof.errors)
        proof = file.proof.model_copy(update={"errors": errors})
        return file.model_copy(update={"path": path, "proof": proof})


def packed(content: bytes, language: str, profile: Profile, deadline: float) -> bytes | Stopped:
    """Read, measure and pack one file; made to be sent to a worker and back."""
    try:
        text, encoding = decoded(content, language)
    except NotSource as error:
        wrong = isinstance(error, WrongEncoding)
        return _pack({"unreadable": str(error), "is_wrong": wrong}, b"", ())
    result = measured(text.encode(errors="replace"), get(language), deadline, profile)
    if isinstance(result, Stopped):
        return result
    if result.reason == OUT_OF_TIME:
        return Stopped(0.0)
    file = file_analysis("", language, result)
    head = {
        "counts": counts(result, language),
        "maxima": {
            name: max((getattr(function, name) for function in file.functions), default=0)
            for name in _MAXIMA
        },
        "maintainability": file.metrics.maintainability if file.metrics else None,
        "encoding": encoding,
        "suppressions": result.suppressions,
    }
    return _pack(head, zlib.compress(to_json(file), 1), result.code)


def _pack(head: object, analysis: bytes, lines: CodeLines | tuple[()]) -> bytes:
    begins = to_json(head)
    body = b"".join((begins, analysis, *(column.tobytes() for column in lines)))
    sizes = array(
        "I", (zlib.crc32(body), len(begins), len(analysis), len(lines[0]) if lines else 0)
    )
    return b"".join((_MAGIC, sizes.tobytes(), body))


def unpacked(content: bytes) -> FileRecord | None:
    """The record in these bytes; None where they are damaged or of another version."""
    sizes = array("I")
    start = len(_MAGIC) + 4 * sizes.itemsize
    if len(content) < start or not content.startswith(_MAGIC):
        return None
    sizes.frombytes(content[len(_MAGIC) : start])
    checksum, head, analysis, many = sizes
    body = memoryview(content)[start:]
    if zlib.crc32(body) != checksum:
        return None
    known = from_json(bytes(body[:head]))
    return FileRecord(
        counts=FileCounts(*known.get("counts", (0, 1, 0))),
        maxima=known.get("maxima", {}),
        maintainability=known.get("maintainability"),
        has_errors=known.get("counts", (0, True))[1],
        encoding=known.get("encoding", ""),
        unreadable=known.get("unreadable", ""),
        is_wrong=known.get("is_wrong", False),
        suppressions=tuple(map(Suppression.model_validate, known.get("suppressions", ()))),
        lines=_lines(body[head + analysis :], many),
        _analysis=bytes(body[head : head + analysis]),
    )


def _lines(columns: memoryview, many: int) -> CodeLines:
    arrays: list[array[int]] = []
    for kind, size in zip("IIIq", _ITEM, strict=True):
        column: array[int] = array(kind)
        column.frombytes(columns[: many * size])
        columns = columns[many * size :]
        arrays.append(column)
    return CodeLines(*arrays)
