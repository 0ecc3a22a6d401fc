"""What the names of functions promise: an inverse, another way to the same result, idempotence."""

from collections.abc import Collection, Iterator

_BACK = {
    "compress": "decompress",
    "deflate": "inflate",
    "dump": "load",
    "dumps": "loads",
    "encode": "decode",
    "encrypt": "decrypt",
    "escape": "unescape",
    "format": "parse",
    "freeze": "thaw",
    "marshal": "unmarshal",
    "pack": "unpack",
    "quote": "unquote",
    "render": "parse",
    "serialise": "deserialise",
    "serialize": "deserialize",
    "to": "from",
    "wrap": "unwrap",
}
_SETTLING = """
    canonical canonicalise canonicalize clean cleaned dedup dedupe deduplicate lowercase normalise
    normalised normalize normalized sanitise sanitize slug slugify sort sorted squash strip tidy
    trim unique uppercase
"""
_WAYS = """
    alternative fast iterative naive new old optimised optimized plain quick recursive reference
    simple slow v1 v2
"""
_settling, _ways = frozenset(_SETTLING.split()), frozenset(_WAYS.split())


def opposites(names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Pairs of inverse functions: `encode_row` and `decode_row`, `to_hex` and `from_hex`."""
    for name in names:
        words = name.split("_")
        turned = [_BACK.get(word, word) for word in words]
        back = "_".join(turned)
        if len(words) == 3 and words[1] == "to":
            back = "_".join(reversed(words))
        if back != name and back in names:
            yield name, back


def rivals(names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Pairs of functions with the same result: `search_fast` and `search`."""
    seen: dict[str, str] = {}
    for name in sorted(names, key=len):
        words = name.split("_")
        plain = "_".join(word for word in words if word not in _ways)
        if plain in seen:
            yield name, seen[plain]
        elif plain:
            seen[plain] = name


def is_settling(name: str) -> bool:
    """Whether a name promises that a second call changes nothing."""
    return name.split("_")[0] in _settling
