"""HTML as values, escaped where it is written, and what every page of the panel has."""

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeAlias, TypeVar
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, tostring

from fastapi import Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from kuznia.doors.context import DoorState
from kuznia.doors.http import panel_session
from kuznia.doors.panel.words import Language, Say, fault_in, language_of, say_in
from kuznia.forge.terms import Caller
from kuznia.platform.envelope import fault_headers
from kuznia.platform.errors import Fault, invalid
from kuznia.web.state import state_of

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
ROWS = 50
# The pages of the panel, by the last part of their address.
PAGES = {
    "": "Overview",
    "users": "Users",
    "keys": "API keys",
    "limits": "Limits",
    "runs": "Runs",
    "jobs": "Jobs",
    "webhooks": "Webhooks",
    "artefacts": "Artefacts",
    "feedback": "Feedback",
    "settings": "Settings",
}

# A search text. PostgreSQL refuses a NUL.
Text = Annotated[str, Query(max_length=300, pattern="^[^\\x00-\\x1f]*$")]

T = TypeVar("T")
Content: TypeAlias = "Element | str | Sequence[Content] | None"


def el(tag: str, *children: Content, **attributes: str | None) -> Element:
    """An element; `class_` and `for_` lose their mark, `aria_label` becomes `aria-label`."""
    renamed = {
        name.rstrip("_").replace("_", "-"): value
        for name, value in attributes.items()
        if value is not None
    }
    element = Element(tag, renamed)
    _put(element, children)
    return element


def _put(into: Element, children: Content) -> None:
    if isinstance(children, str):
        if len(into):
            into[-1].tail = (into[-1].tail or "") + children
        else:
            into.text = (into.text or "") + children
    elif isinstance(children, Sequence):
        for child in children:
            _put(into, child)
    elif children is not None:
        into.append(children)


@dataclass(frozen=True, slots=True)
class PanelView:
    """How a page is drawn for one request: for whom, in which language, with which form token."""

    language: Language
    say: Say
    path: str
    who: Caller | None
    token: str
    # Whether there is a session to be ended.
    signed_in: bool

    def form(self, to: str, *children: Content, **attributes: str | None) -> Element:
        """A form with the token that only our own pages carry."""
        hidden = el("input", type="hidden", name=panel_session.TOKEN, value=self.token)
        return el("form", hidden, *children, method="post", action=link(to), **attributes)

    def moment(self, time: datetime | None) -> Content:
        if time is None:
            return "–"
        return el("time", f"{time:%Y-%m-%d %H:%M}", datetime=time.isoformat(timespec="seconds"))

    def table(
        self, caption: str, heads: Iterable[str], rows: Iterable[Iterable[Content]]
    ) -> Element:
        """A table whose first column names the row; a wide one scrolls, by keyboard too."""
        title = self.say(caption)
        body = [
            el(
                "tr",
                *(el("td" if n else "th", cell, scope=None if n else "row") for n, cell in row),
            )
            for row in (list(enumerate(cells)) for cells in rows)
        ]
        head = el("tr", *(el("th", self.say(head), scope="col") for head in heads))
        none = None if body else el("p", self.say("Nothing to show."))
        table = el("table", el("caption", title), el("thead", head), el("tbody", *body))
        return el("div", table, none, class_="table", tabindex="0", role="region", aria_label=title)

    def fault(self, fault: Fault) -> str:
        return fault_in(self.language, fault)

    def more(self, after: Mapping[str, str] | None) -> Element | None:
        """Links to the first and the next page, if there is a next one."""
        if after is None:
            return None
        first = el("a", self.say("First page"), href=self.path)
        further = el("a", self.say("Next page"), href=f"{self.path}?{urlencode(after)}", rel="next")
        return el("nav", first, " ", further, class_="pages", aria_label=self.say("Pages"))


def link(to: str, **query: str) -> str:
    """An address in the panel."""
    asked = f"?{urlencode(query)}" if query else ""
    return f"{panel_session.PATH}/{to}".rstrip("/") + asked


def rows_of(
    rows: Sequence[T], after: Callable[[T], dict[str, str]]
) -> tuple[Sequence[T], dict[str, str] | None]:
    """The rows of one page, and where the next begins: one row more was asked for to know that."""
    shown = rows[:ROWS]
    return shown, after(shown[-1]) if len(rows) > ROWS else None


def search(view: PanelView, label: str, name: str, value: str) -> Element:
    """A search box."""
    box = el("input", name=name, value=value, maxlength="300")
    button = el("button", view.say("Find"), class_="quiet")
    labelled = el("label", view.say(label), box)
    return el("form", labelled, button, action=view.path, class_="row", role="search")


def view_of(request: Request) -> PanelView:
    """The view for this request."""
    language = language_of(request.headers.get("accept-language", ""))
    return PanelView(
        language=language,
        say=say_in(language),
        path=request.url.path,
        who=state_of(request.scope, DoorState).caller,
        token=panel_session.token(request),
        signed_in=bool(panel_session.session_of(request.scope)),
    )


def page(view: PanelView, title: str, *children: Content, fault: Fault | None = None) -> Response:
    """A whole page under the panel's own policy; with a fault, under its status code."""
    say = view.say
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        # Without a referrer policy of this kind, a browser would not send a form's origin either.
        el("meta", name="referrer", content="same-origin"),
        el("title", f"{title} · Kuznia"),
        el("link", rel="stylesheet", href=link("panel.css")),
        el("link", rel="icon", type="image/svg+xml", href=link("panel.svg")),
    )
    main = el("main", el("h1", title), *children, id="main", tabindex="-1")
    skip = el("a", say("Skip to main content"), href="#main", class_="skip")
    body = el("body", skip, _header(view), main)
    html = tostring(el("html", head, body, lang=view.language), "unicode", method="html")
    text = f"<!doctype html>\n{html}".encode(errors="replace")
    answer = Response(text, headers={"Content-Security-Policy": POLICY}, media_type="text/html")
    if fault:
        answer.status_code = fault.answer.status
        answer.headers.update(fault_headers(fault))
    return answer


def _header(view: PanelView) -> Element:
    name = el("p", "Kuznia ", el("small", view.say("Admin panel")), class_="name")
    if view.who is None:
        return el("header", name)
    pages = (
        el("a", view.say(word), href=link(to), aria_current=_current(view, to))
        for to, word in PAGES.items()
    )
    out = view.form("sign-out", el("button", view.say("Sign out"), class_="quiet"))
    return el(
        "header",
        name,
        el("nav", *pages, aria_label=view.say("Admin panel")),
        out if view.signed_in else None,
    )


def _current(view: PanelView, to: str) -> str | None:
    part = view.path.removeprefix(panel_session.PATH).strip("/").partition("/")[0]
    return "page" if part == to else None


def facts(view: PanelView, values: Mapping[str, Content]) -> Element:
    """A list of names and values; an empty value is left out."""
    known = ((name, value) for name, value in values.items() if value is not None and value != "")
    return el("dl", *((el("dt", view.say(name)), el("dd", value)) for name, value in known))


def ask_first(view: PanelView, word: str, what: str, to: str) -> Element:
    """A button for what cannot be undone: it asks once more, without any script."""
    sure = el("button", view.say("Confirm"), class_="danger")
    # A screen reader does not show which row a button belongs to, so its label says it.
    summary = el("summary", view.say(word), aria_label=f"{view.say(word)}: {what}")
    return el("details", summary, view.form(to, sure))


class Panel(APIRoute):
    """A route of the panel: it accepts only forms of our own pages, and answers faults as pages."""

    # Any: what a coroutine is sent and yields on its way does not matter.
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inside = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                if request.method == "POST":
                    state_of(request.scope, DoorState).form = await panel_session.form(request)
                return await inside(request)
            except RequestValidationError as error:
                return _fault(request, invalid(error.errors()))
            except Fault as fault:
                return _fault(request, fault)

        return handled


def _fault(request: Request, fault: Fault) -> Response:
    view = view_of(request)
    alert = el("p", view.fault(fault), role="alert")
    back = el("p", el("a", view.say("Back to the panel"), href=link("")))
    return page(view, view.say("Something went wrong"), alert, back, fault=fault)
