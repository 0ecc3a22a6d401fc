"""The pages as files in a zip: the same bytes for the same flow, whenever it is packed."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from kuznia.domains.flows.schema import Flow, Language
from kuznia.domains.flows.screens.element import html
from kuznia.domains.flows.screens.pages import PageView, overview, page

_UNSEEN = frozenset({"decision", "fork", "join"})
# The first day a zip can name: a real one would make two equal packets differ.
_NO_DAY = (1980, 1, 1, 0, 0, 0)


def bundle(flow: Flow) -> bytes:
    """Both languages, each in a folder: all pages in one, and each page by itself."""
    packed = BytesIO()
    languages: tuple[Language, ...] = ("uk", "en")
    with ZipFile(packed, "w", ZIP_DEFLATED) as into:
        for language in languages:
            view = PageView(flow=flow, language=language)
            _put(into, f"{language}/index.html", html(overview(flow, language)))
            for step in flow.steps:
                if step.kind not in _UNSEEN:
                    _put(into, f"{language}/{step.id}.html", html(page(view, step)))
    return packed.getvalue()


def _put(into: ZipFile, name: str, text: str) -> None:
    entry = ZipInfo(name, _NO_DAY)
    entry.compress_type = ZIP_DEFLATED
    into.writestr(entry, f"<!doctype html>{text}")
