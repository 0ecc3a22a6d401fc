"""Uploaded bytes are looked at before they are believed: plain text, and no archive."""

# How files begin that hold other files or programs, whatever their name says.
_SIGNS: dict[bytes, str] = {
    b"PK\x03\x04": "a ZIP archive",
    b"PK\x05\x06": "a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ\x00": "an xz archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"%PDF": "a PDF",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"\xca\xfe\xba\xbe": "a compiled class",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
}


class NotSource(ValueError):
    """This is not a source file; the message says what it is instead."""


def not_text_of(content: bytes) -> str:
    """The reason why bytes are no text in one byte a character; empty where they may be."""
    kind = next((kind for sign, kind in _SIGNS.items() if content.startswith(sign)), None)
    if kind is None and content[257:262] == b"ustar":
        kind = "a tar archive"
    if kind is None and b"\0" in content:
        kind = "binary"
    return f"this is {kind}, not source code" if kind else ""


def source(content: bytes) -> str:
    """The text of a source file, or NotSource."""
    if reason := not_text_of(content):
        raise NotSource(reason)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotSource(f"this is not UTF-8 text: byte {error.start} cannot be read") from None
