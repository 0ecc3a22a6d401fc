"""In a browser: form-js imports every form, and axe finds nothing on any page."""

import re
from typing import cast

from tests.domains.flows.answers import answer
from tests.domains.flows.makers import a_flow
from tests.domains.flows.outside.tools import FLOWS, ask, chromium, faults

from kuznia.domains.flows.exports.formjs import forms
from kuznia.domains.flows.exports.schemas import Json
from kuznia.domains.flows.schema import Flow, Language
from kuznia.domains.flows.screens.controls import error_of
from kuznia.domains.flows.screens.element import html
from kuznia.domains.flows.screens.pages import PageView, overview, page
from kuznia.domains.flows.screens.texts import WORDS
from kuznia.domains.flows.screens.values import InvalidAnswer
from kuznia.domains.flows.structure.graph import FlowGraph


def test_formjs_imports_every_form_without_a_warning() -> None:
    asked = {
        f"{name}/{step}": form for name, flow in FLOWS.items() for step, form in forms(flow).items()
    }

    told = ask("forms", {"executable": chromium(), "forms": asked})

    assert len(told) == len(asked) > 400
    assert faults(told) == {}


def test_a_form_that_is_not_right_is_found_fault_with() -> None:
    form = forms(a_flow())["contact"]
    components = cast("list[Json]", form["components"])
    twice = {**form, "components": [*components, *components]}

    told = ask("forms", {"executable": chromium(), "forms": {"twice": twice}})

    assert told["twice"]


def views(flow: Flow, language: Language) -> dict[str, str]:
    """Each page as it is walked through, and each that asks something with all of it wrong."""
    found: dict[str, str] = {}
    for run in FlowGraph(flow).runs:
        known = dict(run.facts)
        for place, name in enumerate(run.path):
            step = flow.by_id[name]
            if name not in found and step.kind not in {"decision", "fork", "join"}:
                view = PageView(
                    flow=flow,
                    language=language,
                    known=known,
                    passed=run.path[:place],
                    state="sealed",
                    reference="0123-4567-89AB",
                    open_wishes=("телефон",),
                )
                found[name] = html(page(view, step))
                errors = {
                    one.id: error_of(one, InvalidAnswer("missing"), language) for one in step.fields
                }
                if step.kind == "consent":
                    errors[name] = WORDS["agree-first"].of(language)
                if errors:
                    bad = PageView(flow=flow, language=language, state="sealed", errors=errors)
                    found[f"{name}, wrong"] = html(page(bad, step))
            known |= {one.id: answer(one, run.facts) for one in step.fields}
    found["overview"] = html(overview(flow, language))
    return found


# What says how an element is meant and looks; any other attribute is a name or a value of a flow.
MEANT = {"class", "type", "role", "style", "lang", "autocomplete", "inputmode"}


def shape(text: str) -> str:
    """The page without its words: elements, what they are meant as, and which refers to which."""
    names: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        name, value = found.groups()
        if name in MEANT or not value:
            return found[0]
        return f'{name}="{names.setdefault(value, len(names))}"'

    return re.sub(r">[^<]*[^<\s][^<]*<", ">…<", re.sub(r'([\w-]+)="([^"]*)"', numbered, text))


def judged(pages: dict[str, str]) -> dict[str, list[str]]:
    return ask("pages", {"executable": chromium(), "pages": pages})


def test_axe_finds_nothing_on_any_page() -> None:
    languages: tuple[Language, ...] = ("uk", "en")
    asked: dict[str, str] = {}
    seen: set[str] = set()
    for name, flow in FLOWS.items():
        for language in languages:
            for step, text in views(flow, language).items():
                # Axe judges the shape, and each judgement takes as long as a server's start.
                if (alike := shape(text)) not in seen:
                    seen.add(alike)
                    asked[f"{name}/{step}/{language}"] = f"<!doctype html>{text}"

    told = judged(asked)

    assert len(told) == len(asked) > 400
    assert faults(told) == {}


def test_a_page_that_is_not_right_is_found_fault_with() -> None:
    good = views(a_flow(), "en")["contact, wrong"]
    broken = {
        "label": good.replace('for="email"', 'for="other"'),
        "color-contrast": good.replace("<h1>", '<h1 style="color:#ddd">'),
        "html-has-lang": good.replace(' lang="en"', ""),
        "document-title": good.replace("<title>", "<title hidden></title><p>"),
    }

    told = judged(broken)

    for rule, said in told.items():
        assert rule in {one.partition(":")[0] for one in said}
