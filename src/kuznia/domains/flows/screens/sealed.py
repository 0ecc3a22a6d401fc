"""Answers that travel with the form, sealed against changes, so that nothing is stored."""

import hashlib
import hmac
import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

from pydantic import JsonValue

# Limits of what a form may carry, packed and unpacked: a small packet may unpack to a huge one.
MAX_PACKED = 60_000
MAX_UNPACKED = 400_000


def seal(value: JsonValue, key: bytes, about: str) -> str:
    """Seal a value, for one flow, as a string that only the holder of the key can make."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    packed = zlib.compress(plain, 6)
    return _text(_mark(packed, key, about) + packed)


def unseal(sealed: str, key: bytes, about: str) -> JsonValue | None:
    """The sealed value, or None when the seal does not match."""
    if len(sealed) > MAX_PACKED:
        return None
    try:
        raw = urlsafe_b64decode(sealed.encode() + b"=" * (-len(sealed) % 4))
    except (NotBase64, ValueError):
        return None
    mark, packed = raw[:32], raw[32:]
    if not hmac.compare_digest(mark, _mark(packed, key, about)):
        return None
    # A valid mark is no reason to trust the size: a key may leak.
    unpacker = zlib.decompressobj()
    plain = unpacker.decompress(packed, MAX_UNPACKED)
    return None if unpacker.unconsumed_tail else json.loads(plain)


def reference(sealed: str, key: bytes) -> str:
    """A reference number: the same for the same answers, and revealing nothing about them."""
    digest = hmac.new(key, b"reference\0" + sealed.encode(), hashlib.sha256).hexdigest().upper()
    return f"{digest[:4]}-{digest[4:8]}-{digest[8:12]}"


def _mark(packed: bytes, key: bytes, about: str) -> bytes:
    return hmac.new(key, about.encode() + b"\0" + packed, hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
