"""The audit of pages: each rule is kept by ours and broken by its opposite."""

import pytest

from kuznia.domains.flows.screens.audit import RULES, audit, contrast
from kuznia.domains.flows.screens.element import Element, el
from kuznia.domains.flows.screens.style import PAIRS


def a_page(*content: Element, lang: str = "en", title: str = "T") -> Element:
    return el(
        "html",
        el("head", el("title", title)),
        el(
            "body",
            el("a", "skip", href="#main"),
            el("main", *(content or (el("h1", "H"),)), id="main"),
        ),
        lang=lang,
    )


def field(**more) -> Element:
    return el("input", type="text", id="x", name="x", **more)


LABEL = el("label", "X", for_="x")
H1 = el("h1", "H")


def broken(page: Element) -> set[str]:
    return {one.rule for one in audit({"p": page}).broken}


BAD = {
    "label": a_page(H1, field()),
    "unique-id": a_page(H1, LABEL, field(), el("p", "x", id="x")),
    "language": a_page(lang=""),
    "title": a_page(title=" – "),
    "one-heading": a_page(H1, el("h1", "again")),
    "heading-order": a_page(H1, el("h3", "deep")),
    "legend": a_page(
        H1,
        *(el("input", type="radio", name="r", id=f"r{n}", value=n) for n in "ab"),
        *(el("label", n, for_=f"r{n}") for n in "ab"),
    ),
    "autocomplete": a_page(H1, LABEL, field(autocomplete="surname-of-mine")),
    "error-text": a_page(H1, LABEL, field(aria_invalid="true")),
    "error-summary": a_page(H1, LABEL, field(aria_invalid="true")),
    "described-by": a_page(H1, LABEL, field(aria_describedby="nothing")),
    "tab-order": a_page(H1, LABEL, field(tabindex="3")),
    "button-name": a_page(H1, el("button")),
    "link-name": a_page(H1, el("a", href="#main")),
    "alt-text": a_page(H1, el("img", src="x")),
    "landmark": el(
        "html", el("title", "T"), el("a", "s", href="#x"), el("h1", "H", id="x"), lang="en"
    ),
    "placeholder": a_page(H1, LABEL, field(placeholder="here")),
    "input-type": a_page(H1, LABEL, el("input", type="password", id="x", name="x")),
    "skip-link": el("html", el("title", "T"), el("main", H1), lang="en"),
    "status": a_page(H1, el("p", "1", class_="reference")),
}


@pytest.mark.parametrize("rule", BAD)
def test_a_broken_rule_is_found(rule) -> None:
    assert rule in broken(BAD[rule])


def test_a_plain_page_breaks_nothing() -> None:
    result = audit({"p": a_page(H1, LABEL, field(autocomplete="email"))})

    assert result.broken == ()
    assert result.score == 100


def test_a_broken_critical_rule_lets_nothing_score_above_forty() -> None:
    assert audit({"p": BAD["label"]}).score == 40


def test_a_lesser_rule_costs_its_weight() -> None:
    assert 80 < audit({"p": BAD["landmark"]}).score < 100


def test_no_pages_break_nothing() -> None:
    assert audit({}).score == 100


def test_our_colours_can_be_read() -> None:
    assert all(contrast(ink, ground) >= 4.5 for ink, ground in PAIRS)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_every_rule_but_those_of_the_style_sheet_can_be_broken_by_a_page() -> None:
    assert set(BAD) == set(RULES) - {"contrast", "target-size"}
