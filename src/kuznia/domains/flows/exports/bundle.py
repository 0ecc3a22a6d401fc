"""The pages as files in a zip; equal flows give equal bytes."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from kuznia.domains.flows.schema import SILENT_KINDS, Flow, Language
from kuznia.domains.flows.screens.element import Element, html_document
from kuznia.domains.flows.screens.pages import PageView, overview, page

# The earliest date of a zip entry: a real one would make the bytes of equal flows differ.
_NO_DAY = (1980, 1, 1, 0, 0, 0)


def bundle(flow: Flow) -> bytes:
    """Pack the pages in both languages: all in one document, and each by itself."""
    packed = BytesIO()
    languages: tuple[Language, ...] = ("uk", "en")
    with ZipFile(packed, "w", ZIP_DEFLATED) as into:
        for language in languages:
            view = PageView(flow=flow, language=language)
            _put(into, f"{language}/index.html", overview(flow, language))
            for step in flow.steps:
                if step.kind not in SILENT_KINDS:
                    _put(into, f"{language}/{step.id}.html", page(view, step))
    return packed.getvalue()


def _put(into: ZipFile, name: str, root: Element) -> None:
    entry = ZipInfo(name, _NO_DAY)
    entry.compress_type = ZIP_DEFLATED
    into.writestr(entry, html_document(root))
