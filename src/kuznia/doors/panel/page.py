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
from kuznia.doors.panel.words import Language, Say, language_of, say_in
from kuznia.forge.terms import Caller
from kuznia.platform.envelope import fault_headers
from kuznia.platform.errors import Fault, invalid
from kuznia.web.state import state_of

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
ROWS = 50
# What the panel has, by the last part of its address.
PAGES = {
    "": "State",
    "users": "Users",
    "keys": "API keys",
    "limits": "Limits",
    "runs": "Runs",
    "artefacts": "Artefacts",
    "feedback": "Feedback",
    "settings": "Settings",
}

# What is looked for. PostgreSQL takes offence at a NUL.
Text = Annotated[str, Query(max_length=300, pattern="^[^\\x00-\\x1f]*$")]

T = TypeVar("T")
Given: TypeAlias = "Element | str | Sequence[Given] | None"


def el(tag: str, *children: Given, **attributes: str | None) -> Element:
    """An element; `class_` and `for_` lose their mark, `aria_label` becomes `aria-label`."""
    given = {
        name.rstrip("_").replace("_", "-"): value
        for name, value in attributes.items()
        if value is not None
    }
    made = Element(tag, given)
    _put(made, children)
    return made


def _put(into: Element, children: Given) -> None:
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
class View:
    """Who looks, where, in which language, and what their forms carry."""

    language: Language
    say: Say
    here: str
    who: Caller | None
    token: str
    # Whether there is a session to be ended.
    signed_in: bool

    def form(self, to: str, *children: Given, **attributes: str | None) -> Element:
        """A form as only a page of ours can have it."""
        hidden = el("input", type="hidden", name=panel_session.TOKEN, value=self.token)
        return el("form", hidden, *children, method="post", action=link(to), **attributes)

    def moment(self, at: datetime | None) -> Given:
        if at is None:
            return "–"
        return el("time", f"{at:%Y-%m-%d %H:%M}", datetime=at.isoformat(timespec="seconds"))

    def table(self, caption: str, heads: Iterable[str], rows: Iterable[Iterable[Given]]) -> Element:
        """Its first column names the row. A wide one scrolls by itself, by keyboard too."""
        said = self.say(caption)
        body = [
            el(
                "tr",
                *(el("td" if n else "th", cell, scope=None if n else "row") for n, cell in row),
            )
            for row in (list(enumerate(one)) for one in rows)
        ]
        head = el("tr", *(el("th", self.say(one), scope="col") for one in heads))
        none = None if body else el("p", self.say("There is nothing here."))
        table = el("table", el("caption", said), el("thead", head), el("tbody", *body))
        return el("div", table, none, class_="table", tabindex="0", role="region", aria_label=said)

    def more(self, after: Mapping[str, str] | None) -> Element | None:
        """The way to the next page, where there is one."""
        if after is None:
            return None
        first = el("a", self.say("First page"), href=self.here)
        further = el("a", self.say("Next page"), href=f"{self.here}?{urlencode(after)}", rel="next")
        return el("nav", first, " ", further, class_="pages", aria_label=self.say("Pages"))


def link(to: str, **query: str) -> str:
    """An address in the panel."""
    asked = f"?{urlencode(query)}" if query else ""
    return f"{panel_session.PATH}/{to}".rstrip("/") + asked


def rows_of(
    found: Sequence[T], after: Callable[[T], dict[str, str]]
) -> tuple[Sequence[T], dict[str, str] | None]:
    """The rows of one page, of which one more was asked for, and where the next begins."""
    rows = found[:ROWS]
    return rows, after(rows[-1]) if len(found) > ROWS else None


def search(at: View, label: str, name: str, value: str) -> Element:
    """A box to look for one by name."""
    box = el("input", name=name, value=value, maxlength="300")
    button = el("button", at.say("Find"), class_="quiet")
    labelled = el("label", at.say(label), box)
    return el("form", labelled, button, action=at.here, class_="row", role="search")


def view(request: Request) -> View:
    """How the page for this request is to be made."""
    language = language_of(request.headers.get("accept-language", ""))
    return View(
        language=language,
        say=say_in(language),
        here=request.url.path,
        who=state_of(request.scope, DoorState).caller,
        token=panel_session.token(request),
        signed_in=bool(panel_session.session_of(request.scope)),
    )


def page(at: View, title: str, *children: Given, fault: Fault | None = None) -> Response:
    """The whole page, under the panel's own policy; with a fault, what it answers."""
    say = at.say
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        # Without a word about whence it comes, a browser would not send a form's origin either.
        el("meta", name="referrer", content="same-origin"),
        el("title", f"{title} · Kuznia"),
        el("link", rel="stylesheet", href=link("panel.css")),
        el("link", rel="icon", type="image/svg+xml", href=link("panel.svg")),
    )
    main = el("main", el("h1", title), *children, id="main", tabindex="-1")
    skip = el("a", say("Skip to main content"), href="#main", class_="skip")
    body = el("body", skip, _header(at), main)
    html = tostring(el("html", head, body, lang=at.language), "unicode", method="html")
    text = f"<!doctype html>\n{html}".encode(errors="replace")
    answer = Response(text, headers={"Content-Security-Policy": POLICY}, media_type="text/html")
    if fault:
        answer.status_code = fault.answer.status
        answer.headers.update(fault_headers(fault))
    return answer


def _header(at: View) -> Element:
    name = el("p", "Kuznia ", el("small", at.say("Admin panel")), class_="name")
    if at.who is None:
        return el("header", name)
    pages = (
        el("a", at.say(word), href=link(to), aria_current=_current(at, to))
        for to, word in PAGES.items()
    )
    out = at.form("sign-out", el("button", at.say("Sign out"), class_="quiet"))
    return el(
        "header",
        name,
        el("nav", *pages, aria_label=at.say("Admin panel")),
        out if at.signed_in else None,
    )


def _current(at: View, to: str) -> str | None:
    part = at.here.removeprefix(panel_session.PATH).strip("/").partition("/")[0]
    return "page" if part == to else None


def facts(at: View, told: Mapping[str, Given]) -> Element:
    """Names with what is known under them; of what is not known, nothing."""
    known = ((name, what) for name, what in told.items() if what is not None and what != "")
    return el("dl", *((el("dt", at.say(name)), el("dd", what)) for name, what in known))


def ask_first(at: View, word: str, what: str, to: str) -> Element:
    """What cannot be taken back takes a second press; no script is needed for that."""
    sure = el("button", at.say("Yes, do it"), class_="danger")
    # Which of the many buttons it is must be told to whoever does not see the row.
    summary = el("summary", at.say(word), aria_label=f"{at.say(word)}: {what}")
    return el("details", summary, at.form(to, sure))


class Panel(APIRoute):
    """A route of the panel: it takes our own forms and no others, and its faults are pages."""

    # Any: what a coroutine takes in and gives on the way is nobody's business.
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
    at = view(request)
    # An offer of names is a sentence of its own, so that the first one is in the page's language.
    words, offer, names = fault.message.partition(" Did you mean")
    meant = f" {at.say(offer.strip())}{names}" if offer else ""
    told = el("p", f"{at.say(words)}{meant}", role="alert")
    back = el("p", el("a", at.say("Back to the panel"), href=link("")))
    return page(at, at.say("That did not work"), told, back, fault=fault)
