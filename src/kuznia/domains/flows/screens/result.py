"""The pages of a flow as they are delivered."""

from kuznia.domains.flows.schema import FlowValue
from kuznia.forge.terms import Draft


class Screen(FlowValue):
    step: str
    title: str
    html: str


class Screens(Draft):
    """A flow as HTML: all pages in one document, and each page by itself."""

    html: str
    pages: tuple[Screen, ...]


class RenderedScreens(Screens):
    """Screens whose first document was written by a model; the single pages are our own."""
