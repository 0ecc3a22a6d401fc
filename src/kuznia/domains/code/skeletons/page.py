"""A page that names every public symbol, as the check of documentation requires."""

from collections.abc import Iterable

from kuznia.domains.code.skeletons.result import Offered, ProseLanguage
from kuznia.domains.code.skeletons.styles import WORDS

_TITLES: dict[ProseLanguage, str] = {"en": "Reference", "uk": "Довідник"}


def page(symbols: Iterable[Offered], prose_language: ProseLanguage) -> str:
    """Markdown: a heading for each symbol, its signature, and a place for the words."""
    words = WORDS[prose_language]
    pieces = [f"# {_TITLES[prose_language]}", f"> {words.note}"]
    path = ""
    for symbol in symbols:
        if symbol.path != path:
            path = symbol.path
            pieces.append(f"## {path}")
        pieces += [
            f"### `{symbol.name}`",
            _fenced(symbol.signature),
            words.about.format(name=f"`{symbol.name}`"),
        ]
    return "\n\n".join(pieces) + "\n"


def _fenced(signature: str) -> str:
    fence = "```"
    while fence in signature:
        fence += "`"
    # Not labelled with its language: a signature alone is no program in any.
    return f"{fence}text\n{signature}\n{fence}"
