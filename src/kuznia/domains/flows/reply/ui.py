"""A model's reply read as a page: cleaned, and put into our own frame and style."""

from pydantic import JsonValue, TypeAdapter, ValidationError

from kuznia.domains.flows.checks.study import FlowStudy
from kuznia.domains.flows.screens.element import Element, html
from kuznia.domains.flows.screens.markup import TooMuchMarkup, cleaned, inside, read
from kuznia.domains.flows.screens.pages import frame
from kuznia.domains.flows.screens.result import RenderedScreens
from kuznia.forge.terms import Unreadable

_MAX_CHARACTERS = 300_000
_HINT = "Answer with the content of one HTML page, and nothing else."
_OBJECT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


def parse_page(reply: str, study: FlowStudy) -> RenderedScreens:
    """The page in a reply, cleaned and written anew; Unreadable when there is none."""
    if len(reply) > _MAX_CHARACTERS:
        raise Unreadable("too-long", "The reply is too long for a page.", _HINT)
    try:
        content = read(cleaned(inside(_unwrapped(reply))))
    except TooMuchMarkup:
        raise Unreadable("too-much", "The page has far more elements than fields.", _HINT) from None
    nodes = [child for child in content if isinstance(child, Element)]
    if not nodes:
        raise Unreadable("no-page", "The reply holds no HTML.", _HINT)
    before, after = frame(study.flow)
    page = f"{before}{''.join(map(html, nodes))}{after}"
    return RenderedScreens(html=page, pages=study.screens.pages)


def _unwrapped(reply: str) -> str:
    """HTML that came as JSON is taken out of it."""
    if not reply.lstrip().startswith("{"):
        return reply
    try:
        body = _OBJECT.validate_json(reply)
    except ValidationError:
        return reply
    return next((page for name in ("html", "ui") if isinstance(page := body.get(name), str)), "")
