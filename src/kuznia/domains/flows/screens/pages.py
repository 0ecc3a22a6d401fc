"""The page of a step: a whole document in one language, with what is known so far."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kuznia.domains.flows.schema import (
    PAGE_KINDS,
    Fact,
    Flow,
    FlowOption,
    FlowStep,
    FormField,
    Language,
)
from kuznia.domains.flows.screens.controls import control
from kuznia.domains.flows.screens.element import Element, el, html_document
from kuznia.domains.flows.screens.style import STYLE
from kuznia.domains.flows.screens.texts import BUTTONS, MONTHS, WORDS
from kuznia.domains.flows.structure.formats import read_date
from kuznia.domains.flows.structure.guards import Known
from kuznia.domains.flows.structure.registries import REGISTRIES

# The value that a consent box posts, under the step's id.
AGREED = "yes"
# Names a page posts beside its fields: no field has such a name, since ids begin with a letter.
STATE, GO, OUTCOME, CHANGE, LANGUAGE = "-state", "-go", "-outcome", "-change", "-language"
# The id of the form; the language switch is outside the form and posts it too.
_FORM = "answers"
# The id of the error summary, to which a form with errors leads; no field can have it.
_SUMMARY = "summary-of-errors"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """Everything one page shows, apart from the step itself."""

    flow: Flow
    language: Language
    # What is known so far: answers, facts from registries, outcomes of steps.
    known: Mapping[str, Known] = field(default_factory=dict[str, Known])
    # The content of the controls and the error messages, by field.
    posted: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    errors: Mapping[str, str] = field(default_factory=dict[str, str])
    # The answers at each step, one record for each visit.
    records: Mapping[str, tuple[Mapping[str, Known], ...]] = field(
        default_factory=dict[str, tuple[Mapping[str, Known], ...]]
    )
    # The steps passed so far, to which the person may go back.
    passed: tuple[str, ...] = ()
    # The answers so far, sealed; empty on a page that only shows what it will look like.
    state: str = ""
    # The address that the form posts to, when it is not the page's own.
    link: str = ""
    # What was asked for and is not in the flow, in the order's own words.
    open_wishes: tuple[str, ...] = ()
    reference: str = ""

    def say(self, word: str) -> str:
        return WORDS[word].of(self.language)


def page(view: PageView, step: FlowStep) -> Element:
    """The document of one step."""
    title = step.title.of(view.language)
    before = (*_summary(view), el("h1", title))
    inside = body(view, step)
    buttons = list(_buttons(view, step))
    if not view.state:
        inside = inside if step.kind == "end" else (_form(view, step, inside, buttons),)
        return document(view, title, (*before, *inside))
    inside = (_form(view, step, inside, buttons),)
    return document(view, title, (*before, *inside), _switch(view, buttons[0]))


def _form(
    view: PageView, step: FlowStep, inside: Sequence[Element], buttons: Sequence[Element]
) -> Element:
    hidden = ((STATE, view.state), (LANGUAGE, view.language)) if view.state else ()
    return el(
        "form",
        *inside,
        *(el("input", type="hidden", name=name, value=value) for name, value in hidden),
        el("div", *buttons, class_="actions"),
        id=_FORM,
        action=f"{view.link}#{_SUMMARY}",
        method="post",
        novalidate=True,
        enctype="multipart/form-data" if _takes_files(step) else None,
    )


def _switch(view: PageView, usual: Element) -> tuple[Element, ...]:
    """The button for the other language; it keeps the answers and what was typed."""
    other, name = ("en", "English") if view.language == "uk" else ("uk", "Українська")
    unseen = {"form": _FORM, "class": "unseen", "tabindex": "-1", "aria-hidden": "true"}
    return (
        # Enter in a field presses the form's first button, which has to be the usual one.
        Element(usual.tag, {**usual.attributes, **unseen}, usual.children),
        el(
            "button",
            name,
            type="submit",
            form=_FORM,
            name=GO,
            value=other,
            lang=other,
            class_="link",
        ),
    )


def overview(flow: Flow, language: Language) -> Element:
    """All pages of a flow in one form, for a first look."""
    view = PageView(flow=flow, language=language)
    sections = (
        # Not landmarks: two pages may have the same title, and landmarks need different ones.
        el("div", el("h2", step.title.of(language)), *body(view, step))
        for step in flow.steps
        if step.kind in PAGE_KINDS and step.ending in {None, "done"}
    )
    submit = el("button", BUTTONS["submit"].of(language), type="submit")
    form = el(
        "form", *sections, el("div", submit, class_="actions"), method="post", novalidate=True
    )
    return document(view, flow.name.of(language), (el("h1", flow.name.of(language)), form))


def document(
    view: PageView, title: str, content: Sequence[Element], switch: tuple[Element, ...] = ()
) -> Element:
    """A whole document round its content; a preview has the language switch."""
    name = view.flow.name.of(view.language)
    whole = title if title == name else f"{title} – {name}"
    return el(
        "html",
        el(
            "head",
            el("meta", charset="utf-8"),
            el("meta", name="viewport", content="width=device-width, initial-scale=1"),
            el("title", f"{view.say('error-prefix') if view.errors else ''}{whole}"),
            el("style", STYLE),
        ),
        el(
            "body",
            el("a", view.say("skip"), href="#main", class_="skip"),
            el(
                "header",
                el("div", el("p", name), *switch, class_="bar"),
                el("div", *_notice(view), class_="notice") if switch else None,
            ),
            el("main", *content, id="main", tabindex="-1"),
        ),
        lang=view.language,
    )


def _notice(view: PageView) -> Iterator[Element]:
    """What a preview says of itself, to whoever ordered it."""
    yield el("p", view.say("preview"))
    if view.open_wishes:
        wishes = el("ul", *(el("li", quote) for quote in view.open_wishes))
        summary = el("summary", f"{view.say('open')} {len(view.open_wishes)}")
        yield el("details", summary, wishes)


def frame(flow: Flow) -> tuple[str, str]:
    """The text of our document before and after the content of its page."""
    view = PageView(flow=flow, language=flow.language)
    empty = html_document(document(view, flow.name.of(flow.language), ()))
    before, end, after = empty.rpartition("</main>")
    return before, end + after


def _summary(view: PageView) -> tuple[Element, ...]:
    if not view.errors:
        return ()
    links = (el("li", el("a", error, href=f"#{name}")) for name, error in view.errors.items())
    heading = el("h2", view.say("summary"), id="summary-title")
    # The form's address moves the focus to it: `autofocus` has no effect in a sandbox.
    return (
        el(
            "div",
            heading,
            el("ul", *links),
            class_="summary",
            id=_SUMMARY,
            role="alert",
            tabindex="-1",
            aria_labelledby="summary-title",
        ),
    )


def body(view: PageView, step: FlowStep) -> tuple[Element, ...]:
    """The content of a step: its text, the facts it shows, the fields it asks."""
    return (
        *_paragraphs(view, step),
        *_shown(view, step),
        *_earlier(view, step),
        *(
            control(field, view.language, view.posted.get(field.id, ()), view.errors.get(field.id))
            for field in step.fields
        ),
        *(_agreement(view, step) if step.kind == "consent" else ()),
        *(_confirmation(view) if step.ending == "done" else ()),
    )


def _paragraphs(view: PageView, step: FlowStep) -> Iterator[Element]:
    if step.text is not None:
        yield el("p", step.text.of(view.language))
    if step.fee is not None:
        yield el("p", f"{view.say('fee')} {step.fee.hryvnias}")
    if step.who is not None:
        yield el("p", f"{view.say('waits')}: {step.who.of(view.language)}")
    if step.days is not None:
        kind = "working" if step.working_days else "days"
        yield el("p", f"{view.say(kind)} {step.days}")
    if step.kind in {"lookup", "submit", "wait"}:
        yield el("p", view.say("happens"), class_="panel")


def _shown(view: PageView, step: FlowStep) -> Iterator[Element]:
    facts = [view.flow.facts[name] for name in step.shows if name in view.flow.facts]
    if facts:
        yield el("h2", view.say("known"))
        yield el("dl", *(_pair(view, fact, None) for fact in facts))
    if step.kind == "review":
        asked = list(_asked(view))
        if asked:
            yield el("h2", view.say("answers"))
            yield el("dl", *(_pair(view, fact, source) for source, fact in asked))


def _asked(view: PageView) -> Iterator[tuple[str | None, FormField]]:
    """The fields asked on the way to this page, or all fields where nothing is answered."""
    for step in view.flow.steps:
        if step.kind == "form" and (step.id in view.passed or not view.state):
            yield from ((step.id if view.state else None, field) for field in step.record)


def _pair(view: PageView, fact: Fact, source: str | None) -> Element:
    label = fact.label.of(view.language)
    change = view.say("change")
    registry = REGISTRIES.get(fact.registry or "")
    where = f" ({registry.name.of(view.language)})" if registry else ""
    button = el(
        "button",
        change,
        type="submit",
        class_="link",
        name=CHANGE,
        value=source,
        aria_label=f"{change}: {label}",
    )
    shown = [spoken(fact, value, view.language) for value in _values(view, fact, source)]
    return el(
        "div",
        el("dt", f"{label}{where}"),
        el("dd", el("span", "; ".join(shown) or view.say("not-given")), button if source else None),
    )


def _values(view: PageView, fact: Fact, source: str | None) -> list[Known]:
    records = view.records.get(source or "", ())
    if len(records) > 1:
        return [record[fact.id] for record in records if fact.id in record]
    return [view.known[fact.id]] if fact.id in view.known else []


def spoken(fact: Fact, value: Known, language: Language) -> str:
    """A value as text for a person."""
    if isinstance(value, tuple):
        return ", ".join(spoken(fact, part, language) for part in value)
    if value is None:
        return WORDS["not-given"].of(language)
    if isinstance(value, bool):
        return WORDS["yes" if value else "no"].of(language)
    if fact.type == "date" and (day := read_date(str(value))):
        return (
            f"{day:%d.%m.%Y}" if language == "uk" else f"{day.day} {MONTHS[day.month]} {day.year}"
        )
    if fact.format == "phone":
        return re.sub(r"^(\+380)(\d\d)(\d{3})(\d\d)(\d\d)$", r"\1 \2 \3 \4 \5", str(value))
    labels = {option.id: option.label.of(language) for option in fact.options}
    return labels.get(str(value), str(value))


def _earlier(view: PageView, step: FlowStep) -> Iterator[Element]:
    earlier = view.records.get(step.id, ())
    if earlier and step.kind == "form":
        rows = (
            ", ".join(spoken(field, record.get(field.id), view.language) for field in step.record)
            for record in earlier
        )
        yield el("p", view.say("more"))
        yield el("ul", *(el("li", row) for row in rows))


def _agreement(view: PageView, step: FlowStep) -> tuple[Element, ...]:
    error = view.errors.get(step.id)
    message = f"{view.say('error-label')} {error}"
    return (
        el(
            "div",
            el("p", message, class_="error", id=f"{step.id}-error") if error else None,
            el(
                "div",
                el(
                    "input",
                    type="checkbox",
                    id=step.id,
                    name=step.id,
                    value=AGREED,
                    checked=AGREED in view.posted.get(step.id, ()),
                    aria_invalid="true" if error else None,
                    aria_describedby=f"{step.id}-error" if error else None,
                ),
                el("label", view.say("agree"), for_=step.id),
                class_="option",
            ),
            class_="field wrong" if error else "field",
        ),
    )


def _confirmation(view: PageView) -> tuple[Element, ...]:
    if not view.reference:
        return ()
    return (
        el(
            "div",
            el("p", view.say("reference")),
            el("p", view.reference, class_="reference"),
            class_="panel good",
            role="status",
        ),
    )


def _takes_files(step: FlowStep) -> bool:
    return any(field.type == "file" for field in step.fields)


def _buttons(view: PageView, step: FlowStep) -> Iterator[Element]:
    if step.kind == "end":
        yield el("button", view.say("start-again"), type="submit", name=GO, value="again")
        return
    usual = BUTTONS.get(step.kind, WORDS["next"]).of(view.language)
    if not step.outcomes:
        yield el("button", usual, type="submit", name=GO, value="next")
    for place, outcome in enumerate(step.outcomes):
        yield _outcome(view, outcome, usual if place == 0 and step.kind in BUTTONS else None)
    if view.passed:
        yield el("button", view.say("back"), type="submit", name=GO, value="back", class_="second")


def _outcome(view: PageView, outcome: FlowOption, usual: str | None) -> Element:
    """The button for an outcome; the first is the hoped one, which Enter presses."""
    return el(
        "button",
        usual or outcome.label.of(view.language),
        type="submit",
        name=OUTCOME,
        value=outcome.id,
        class_=None if usual else "second",
    )
