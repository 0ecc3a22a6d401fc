"""Screens a model rendered: cleaned, checked again, or not taken."""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domains.flows.makers import a_flow, ask, options, step
from tests.domains.flows.test_domain import a_bench, an_order

from kuznia.domains.flows.checks.study import FlowBench, study, study_of
from kuznia.domains.flows.checks.ui import CHECKS
from kuznia.domains.flows.prompt import ui_prompt
from kuznia.domains.flows.reply.ui import parse_page
from kuznia.domains.flows.screens.element import html_document
from kuznia.domains.flows.screens.expected import expected_fields
from kuznia.domains.flows.screens.markup import cleaned
from kuznia.domains.flows.screens.pages import overview
from kuznia.domains.flows.screens.result import RenderedScreens, Screens
from kuznia.forge.terms import Finding, Unreadable

PAGE = (Path(__file__).parents[1] / "replies" / "page.html").read_text("utf-8")
FLOW = a_flow()
BENCH = replace(a_bench(), studies={"flow": study(FLOW)})
OWN = Screens(html="", pages=())
EVIL = re.compile(
    r"<script|\son\w+\s*=|javascript:|https?:|//|<iframe|<img|<svg|<object|style=", re.I
)


def page(reply: str, bench: FlowBench = BENCH) -> RenderedScreens:
    return parse_page(reply, study_of(bench))


def problems_of(draft: Screens, bench: FlowBench = BENCH) -> list[str]:
    said = (cast("Iterable[Finding]", check.run(draft, bench)) for check in CHECKS)
    findings = [one for each in said for one in each]
    assert all(one.severity == "block" for one in findings)
    return [f"{one.code} {one.where}: {one.message}" for one in findings]


def content(html: str) -> str:
    """What is between our own frame: its style sheet is not to be looked at."""
    return html.partition("<main")[2]


def test_a_good_page_is_taken() -> None:
    draft = page(PAGE)

    assert problems_of(draft) == []
    assert draft.html.startswith('<!doctype html><html lang="en">')
    assert 'autocomplete="family-name"' in draft.html


@pytest.mark.parametrize(
    "wrap",
    [
        "```html\n{}\n```",
        "Here is the page:\n{}",
        "<!DOCTYPE html><html><head><title>x</title></head><body>{}</body></html>",
    ],
    ids=["fenced", "after prose", "a whole document"],
)
def test_a_page_is_found_in_what_surrounds_it(wrap: str) -> None:
    assert problems_of(page(wrap.format(PAGE))) == []


@pytest.mark.parametrize("name", ["html", "ui"])
def test_a_page_in_json_is_taken_out_of_it(name: str) -> None:
    said = PAGE.replace('"', '\\"').replace("\n", "\\n")

    assert problems_of(page(f'{{"{name}": "{said}"}}')) == []


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        '<img src="https://x.example/a.png" onerror="alert(1)">',
        '<p onclick="alert(1)" style="background:url(//x.example)">hello</p>',
        '<a href="javascript:alert(1)">hello</a>',
        '<iframe src="//x.example"></iframe>',
        "<svg><script>alert(1)</script></svg>",
        "<style>*{display:none}</style>",
        '<button type="submit" formaction="https://x.example">Submit</button>',
        "<!-- <script>alert(1)</script> -->",
        "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    ],
)
def test_what_could_act_or_call_out_is_cleaned_away(evil: str) -> None:
    draft = page(PAGE.replace("</form>", f"{evil}</form>"))

    assert problems_of(draft) == []
    assert not EVIL.search(content(draft.html))


def test_a_form_that_leads_elsewhere_leads_nowhere() -> None:
    draft = page(PAGE.replace("<form>", '<form action="https://x.example" method="get">'))

    assert problems_of(draft) == []
    assert "x.example" not in draft.html


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        (
            'name="email"',
            'name="mail"',
            ["ui-fields ui.mail: A control", "ui-fields ui.email: The"],
        ),
        ('name="email"', "", ["ui-fields ui.: A control", "ui-fields ui.email: The"]),
        ("</form>", '<label for="cvv">CVV</label><input id="cvv" name="cvv"></form>', ["ui.cvv"]),
        ("</form>", '<input type="hidden" name="cvv" value="1"></form>', ["ui.cvv"]),
        ('type="email" id="email"', 'type="password" id="email"', ["wrong kind", "input-type"]),
        ('id="email"', 'id="email" value="a@b"', ["already filled in"]),
        (">email</label>", ">Card number</label>", ["label is not the field's own"]),
        (">email</label>", "></label>", ["label is not", "rule label"]),
        ("<h2>person", '<label for="email">Card number</label><h2>person', ["label is not"]),
        (">kind *</legend>", ">Card number</legend>", ["label is not the field's own"]),
        ('value="org"', 'value="both"', ["options are not those"]),
        (">org</label>", ">nobody</label>", ["options are not those"]),
        ("<h1>registration</h1>", "", ["one-heading"]),
        ("<h2>who</h2>", "<h4>who</h4>", ["heading-order"]),
        ('autocomplete="email"', 'autocomplete="cc-number"', ["autocomplete"]),
        ('id="surname"', 'id="code"', ["label is not the field's own", "unique-id"]),
        (
            "</form>",
            '<label for="e">email</label><input type="email" name="email" id="e"></form>',
            ["on the page twice"],
        ),
    ],
)
def test_a_page_that_is_not_the_flow_s_is_not_taken(
    old: str, new: str, messages: list[str]
) -> None:
    assert old in PAGE

    findings = problems_of(page(PAGE.replace(old, new)))

    assert len(findings) >= 1
    for words in messages:
        assert any(words in one for one in findings), findings


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("", "no-page"),
        ("I cannot do that.", "no-page"),
        ("<script>alert(1)</script>", "no-page"),
        ('{"flow": "<p>no</p>"}', "no-page"),
        ('{"html": 7}', "no-page"),
        ("<p>x</p>" * 3_001, "too-much"),
        ("<div>" * 100 + "x", "too-much"),
        ("<div>" * 50_000, "too-much"),
        ("x" * 300_001, "too-long"),
    ],
    ids=["empty", "prose", "script", "no html", "a number", "many", "deep", "deeper", "long"],
)
def test_what_is_no_page_is_unreadable(reply: str, code: str) -> None:
    with pytest.raises(Unreadable) as raised:
        page(reply)

    assert raised.value.findings[0].code == code


def test_a_frame_that_is_not_ours_is_not_taken() -> None:
    draft = page(PAGE)
    other = draft.model_copy(update={"html": draft.html.replace("<head>", "<head><base>")})

    assert problems_of(other) == ["ui-safe ui: The page's frame is not ours."] * 3


@pytest.mark.parametrize(
    "evil", ["<script>x</script>", '<p onclick="x">y</p>', "<a href='#'>y</a>"]
)
def test_what_is_delivered_is_looked_at_once_more(evil: str) -> None:
    draft = page(PAGE)
    other = draft.model_copy(update={"html": draft.html.replace("</form>", f"{evil}</form>")})

    assert any(one.startswith("ui-safe") for one in problems_of(other))


def test_more_than_a_page_is_not_taken_though_it_was_delivered() -> None:
    draft = page(PAGE)
    more = draft.model_copy(update={"html": draft.html.replace("</form>", "</form><br>" * 3_001)})

    assert problems_of(more) == ["ui-safe ui: The page's frame is not ours."] * 3


def test_our_own_pages_are_not_judged_by_these() -> None:
    assert problems_of(study(FLOW).screens) == []


FIELDS = (
    ask("short"),
    ask("story", type="long", required=False),
    ask("age", type="number", low=1, high=9),
    ask("born", type="date"),
    ask("at", type="time"),
    ask("scan", type="file", max_length=3),
    ask("sure", type="yesno"),
    ask("few", type="choice", options=options("a", "b")),
    ask("more", type="choice", options=options(*"abcdefghi")),
    ask("many", type="many", options=options("x", "y")),
    ask("call", format="phone"),
)


def test_a_page_like_ours_is_good_for_every_type_of_field() -> None:
    flow = a_flow((step("all", fields=FIELDS), step("yes", "consent")), archetype="survey")
    ours = html_document(overview(flow, "en"))
    inner = ours.partition('tabindex="-1">')[2].partition("</main>")[0]
    bench = replace(a_bench(), studies={"flow": study(flow)})

    assert problems_of(page(inner, bench), bench) == []


def test_a_field_asked_on_two_ways_stands_once() -> None:
    steps = (step("one", fields=FIELDS[:2]), step("two", fields=FIELDS[1:3]), step("x", "lookup"))

    topics = expected_fields(a_flow(steps, archetype="survey"))

    assert {name: [one.id for one in fields] for name, fields in topics.items()} == {
        "one": ["short", "story"],
        "two": ["age"],
    }


def test_the_model_is_told_the_fields_and_not_the_request() -> None:
    said = ui_prompt(BENCH)

    assert '"id":"email","kind":"text","label":"email","input":"email"' in said.user
    assert '"name":"registration"' in said.user
    assert an_order().input.prompt not in said.system + said.user
    assert said.schema is None


@given(st.text(max_size=300) | st.sampled_from(PAGE.split(">")).map(lambda part: part * 3))
def test_no_reply_breaks_the_reading_and_none_gets_through_unsafe(text: str) -> None:
    cut = len(PAGE) // 2
    try:
        draft = page(f"{PAGE[:cut]}{text}{PAGE[cut:]}")
    except Unreadable:
        return

    assert not re.search(r"<script|\son\w+=\S|<a |src=|href=", content(draft.html))
    assert not any(one.startswith("ui-safe") for one in problems_of(draft))


def test_half_of_a_surrogate_pair_is_no_reason_to_break():
    assert cleaned("<p>\ud800</p>") == "<p>?</p>"
