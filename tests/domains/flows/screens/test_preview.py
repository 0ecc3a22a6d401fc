"""A preview walks the whole flow, checks on the server, and keeps nothing."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domains.flows.makers import a_flow, ask, changed, on, options, step, text, to
from tests.domains.flows.planner.facts import ASKED

from kuznia.domains.flows.planner import build, read
from kuznia.domains.flows.screens.audit import audit
from kuznia.domains.flows.screens.element import el, html, walk, words
from kuznia.domains.flows.screens.pages import PageView, overview, page, spoken
from kuznia.domains.flows.screens.preview import PreviewPage, preview, sample
from kuznia.domains.flows.screens.sealed import MAX_PACKED, reference, seal, unseal
from kuznia.domains.flows.screens.style import POLICY, STYLE_HASH
from kuznia.domains.flows.structure.formats import EXAMPLES

KEY = b"a key for tests"
TODAY = date(2026, 11, 21)
FLOW = a_flow()
GOOD = {"kind": "self", "surname": "Дія", "email": "a@b.ua", "agree": "yes", "outcome": "well"}


def control(name: str) -> str:
    """What a page calls it: what is no field has a name that no field can have."""
    own = {"state", "go", "outcome", "change", "language"}
    return f"-{name}" if name in own else name


def show(form: dict[str, str] | None = None, flow=FLOW, **more) -> PreviewPage:
    posted = None if form is None else {control(name): [value] for name, value in form.items()}
    return preview(flow, posted, key=KEY, today=TODAY, **more)


def state(shown: PreviewPage) -> str:
    found = re.search(r'name="-state" value="([^"]+)"', shown.html)
    assert found
    return found.group(1)


def post(shown: PreviewPage, **form: str) -> PreviewPage:
    return show({"state": state(shown), **form})


def walked(*forms: dict[str, str]) -> PreviewPage:
    shown = show()
    for form in forms:
        shown = post(shown, **form)
    return shown


KIND, NAME, MAIL = {"kind": "self"}, {"surname": "Дія"}, {"email": "a@b.ua"}


def test_it_begins_at_the_beginning() -> None:
    shown = show()

    assert (shown.status, shown.step) == (200, "who")


def test_an_answer_leads_along_its_branch() -> None:
    assert walked(KIND).step == "person"
    assert walked({"kind": "org"}).step == "company"


def test_the_whole_way_ends_with_a_number_to_quote() -> None:
    shown = walked(KIND, NAME, MAIL, {"go": "next"}, {"agree": "yes"}, {"outcome": "well"})

    assert shown.step == "done"
    assert re.search(r"[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}", shown.html)


def test_a_service_that_fails_leads_to_its_end() -> None:
    shown = walked(KIND, NAME, MAIL, {"go": "next"}, {"agree": "yes"}, {"outcome": "badly"})

    assert shown.step == "failed"


def test_a_wrong_answer_is_told_and_stays_in_its_field() -> None:
    shown = walked(KIND, NAME, {"email": "nonsense"})

    assert (shown.status, shown.step) == (422, "contact")
    assert 'value="nonsense"' in shown.html
    assert 'href="#email"' in shown.html
    assert 'aria-invalid="true"' in shown.html
    assert "<title>Error: contact – registration</title>" in shown.html


def test_a_missing_answer_is_told() -> None:
    assert walked(KIND, NAME, {"email": " "}).status == 422


def test_consent_has_to_be_given() -> None:
    shown = walked(KIND, NAME, MAIL, {"go": "next"}, {"agree": ""})

    assert (shown.status, shown.step) == (422, "agree")


def test_going_back_finds_what_was_answered() -> None:
    back = post(walked(KIND, NAME), go="back")

    assert back.step == "person"
    assert 'value="Дія"' in back.html


def test_the_review_shows_what_was_answered_and_leads_back_to_it() -> None:
    review = walked(KIND, NAME, MAIL)

    assert "Дія" in review.html
    assert 'name="-change" value="person"' in review.html
    assert post(review, change="person").step == "person"


def test_an_answer_that_nobody_gave_on_this_branch_is_not_reviewed() -> None:
    assert "code" not in walked(KIND, NAME, MAIL).html


@pytest.mark.parametrize("broken", ["x", "!!!", "a" * (MAX_PACKED + 1), "QUJD"])
def test_answers_that_were_changed_on_the_way_are_not_believed(broken) -> None:
    shown = show({"state": broken, **GOOD})

    assert (shown.status, shown.step) == (400, "")


def test_answers_of_another_flow_are_not_believed() -> None:
    other = changed(FLOW, "contact", title=text("other"))
    sealed = state(walked(KIND))

    assert show({"state": sealed}, flow=other).status == 400


def test_answers_sealed_with_another_key_are_not_believed() -> None:
    sealed = state(walked(KIND))

    assert preview(FLOW, {"-state": [sealed]}, key=b"other", today=TODAY).status == 400


def test_one_can_start_again() -> None:
    assert post(walked(KIND, NAME), go="again").step == "who"


def test_the_pages_are_in_the_language_asked_for() -> None:
    assert '<html lang="uk">' in show(language="uk").html


def test_the_other_language_takes_along_what_was_answered_and_what_was_typed() -> None:
    english = post(walked(KIND, NAME), email="half", go="en", language="uk")
    further = post(english, email="a@b.ua", language="en")

    assert (english.status, english.step) == (200, "contact")
    assert '<html lang="en">' in english.html
    assert 'value="half"' in english.html
    assert '<html lang="en">' in further.html
    assert "Дія" in further.html


def test_a_language_nobody_has_changes_nothing() -> None:
    shown = post(walked(KIND, NAME), email="a@b.ua", language="de")

    assert '<html lang="en">' in shown.html


def test_consent_that_was_ticked_stays_ticked_in_the_other_language() -> None:
    shown = post(walked(KIND, NAME, MAIL, {"go": "next"}), agree="yes", go="uk")

    assert 'value="yes" checked' in shown.html


def test_enter_in_a_field_leads_on_and_does_not_change_the_language() -> None:
    buttons = re.findall(r"<button[^>]*>", walked(KIND, NAME).html)

    # A browser presses the first button of the form; nobody sees it or comes to it.
    assert 'value="next"' in buttons[0]
    assert 'aria-hidden="true"' in buttons[0]
    assert 'tabindex="-1"' in buttons[0]
    assert 'value="uk"' in buttons[1]


@pytest.mark.parametrize("name", ["state", "go", "outcome", "change", "language"])
def test_a_field_may_be_called_as_it_likes(name) -> None:
    flow = changed(FLOW, "contact", fields=(ask(name),))
    shown = show(flow=flow)
    for form in (KIND, NAME, {}):
        shown = preview(
            flow,
            {"-state": [state(shown)], name: ["back"]} | {k: [v] for k, v in form.items()},
            key=KEY,
            today=TODAY,
        )

    assert shown.step == "look"
    assert "back" in shown.html


def test_a_change_of_ways_forgets_the_branch_not_taken() -> None:
    review = walked({"kind": "org"}, {"code": "14360570"}, MAIL)

    shown = post(post(review, change="who"), kind="self")

    assert shown.step == "person"


def test_a_repeated_page_tells_what_was_entered_and_stops_at_its_limit() -> None:
    flow = build(read("Реєстрація групи: до 2 засновників, email"))
    shown = show(flow=flow)
    for _ in range(2):
        form = {"founder_name": "Дія", "more_founder": "yes", "state": state(shown)}
        shown = show(form, flow=flow)

    assert shown.step == "ask_contact"


def test_the_review_shows_every_record_and_not_whether_there_was_another() -> None:
    flow = build(read("Реєстрація групи: до 3 засновників, email"))
    shown = show(flow=flow)
    for form in (
        {"founder_name": "Надія", "more_founder": "yes"},
        {"founder_name": "Тарас", "more_founder": "no"},
        {"email": "a@b.ua"},
    ):
        shown = show({**form, "state": state(shown)}, flow=flow)

    assert shown.step == "review"
    assert "Надія; Тарас" in shown.html
    assert "Додати ще?" not in shown.html


def test_what_was_typed_cannot_become_markup() -> None:
    field = ask("note", type="long", required=False)
    flow = changed(FLOW, "contact", fields=(*FLOW.by_id["contact"].fields, field))
    shown = show(flow=flow)
    for form in (KIND, NAME, {**MAIL, "note": "</textarea><script>alert(1)</script>\"'"}):
        shown = show({**form, "state": state(shown)}, flow=flow)

    assert "<script" not in shown.html
    assert "&lt;script&gt;" in shown.html


def test_a_name_in_a_flow_cannot_become_markup() -> None:
    evil = '"><script>alert(1)</script>'
    flow = FLOW.having(name={"uk": evil, "en": evil})

    assert "<script" not in show(flow=flow).html


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from([*GOOD, "state", "go", "change"]), st.text(max_size=30)))
def test_whatever_is_posted_a_page_comes_back(form) -> None:
    shown = show(form)

    assert shown.status in {200, 400, 422}
    assert shown.html.startswith("<!doctype html>")


FLOWS = [
    pytest.param(build(read(row["p"])), id=f"{number}-{row['is']}")
    for number, row in enumerate(ASKED)
]


@pytest.mark.parametrize("flow", FLOWS)
def test_every_page_of_every_flow_passes_the_audit_with_errors_and_without(flow) -> None:
    pages = {}
    for language in ("uk", "en"):
        view = PageView(flow=flow, language=language)
        pages[f"{language} all"] = overview(flow, language)
        for one in flow.steps:
            wrong = {field.id: "wrong" for field in one.fields}
            errors = PageView(flow=flow, language=language, errors=wrong, state="x", reference="1")
            pages[f"{language} {one.id}"] = page(view, one)
            pages[f"{language} {one.id} wrong"] = page(errors, one)

    assert audit(pages).broken == ()


def test_a_page_asks_for_no_script_and_no_other_host() -> None:
    shown = show()

    assert "<script" not in shown.html
    assert "http" not in shown.html
    assert "default-src 'none'" in POLICY
    assert STYLE_HASH in POLICY


def test_elements_are_written_with_everything_escaped() -> None:
    made = el("p", "a < b & c", el("br"), title='"quoted"', hidden=True, id=None, lang=False)

    assert html(made) == '<p title="&quot;quoted&quot;" hidden>a &lt; b &amp; c<br></p>'
    assert words(made) == "a < b & c"
    assert [node.tag for node in walk(made)] == ["p", "br"]


def test_a_seal_holds_and_tells_nothing_of_its_key() -> None:
    sealed = seal({"a": [1, "ї"]}, KEY, "flow")

    assert unseal(sealed, KEY, "flow") == {"a": [1, "ї"]}
    assert unseal(sealed, KEY, "other") is None
    assert unseal(sealed[:-2] + "AA", KEY, "flow") is None
    assert reference(sealed, KEY) != reference(sealed, b"other")


def test_a_packet_that_unpacks_too_large_is_refused() -> None:
    assert unseal(seal("x" * 500_000, KEY, "flow"), KEY, "flow") is None


def test_what_a_register_would_tell_is_shown_as_a_sample() -> None:
    flow = build(read("Довідка про несудимість: email"))
    shown = show(flow=flow)
    for form in ({"outcome": "signed_in"}, {"outcome": "found"}, {"email": "a@b.ua"}):
        shown = show({**form, "state": state(shown)}, flow=flow)

    assert shown.step == "review"
    assert EXAMPLES["rnokpp"] in shown.html
    assert "20.05.1990" in shown.html


def test_whoever_says_the_data_are_wrong_need_not_fill_the_rest_in() -> None:
    flow = build(read("Довідка про несудимість: email"))
    shown = show(flow=flow)
    for form in ({"outcome": "signed_in"}, {"outcome": "found"}, {"email": "a@b.ua"}):
        shown = show({**form, "state": state(shown)}, flow=flow)

    assert show({"outcome": "wrong", "state": state(shown)}, flow=flow).step == "end_data_wrong"


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        (ask("x", type="number"), 1),
        (ask("x", type="date"), "1990-05-20"),
        (ask("x", type="yesno"), True),
        (ask("x", type="choice", options=options("a", "b")), "a"),
        (ask("x", type="many", options=options("a", "b")), ("a",)),
        (ask("x", format="iban"), EXAMPLES["iban"]),
        (ask("x"), "sample"),
        (ask("x", format="integer"), "sample"),
    ],
)
def test_a_sample_is_of_its_type(fact, value) -> None:
    assert sample(fact, "en") == value


@pytest.mark.parametrize(
    ("fact", "value", "text"),
    [
        (ask("x"), None, "Not given"),
        (ask("x"), True, "Yes"),
        (ask("x"), False, "No"),
        (ask("x", type="choice", options=options("a")), "a", "a"),
        (ask("x"), ("a", "b"), "a, b"),
        (ask("x"), 5, "5"),
        (ask("x", type="date"), "1990-05-02", "2 May 1990"),
        (ask("x", format="phone"), "+380501234567", "+380 50 123 45 67"),
    ],
)
def test_a_value_is_read_as_a_person_reads_it(fact, value, text) -> None:
    assert spoken(fact, value, "en") == text


def test_a_date_is_written_as_its_language_writes_it() -> None:
    assert spoken(ask("x", type="date"), "1990-05-02", "uk") == "02.05.1990"


def test_a_walk_that_is_too_long_ends() -> None:
    more = ask("more", type="yesno")
    moves = (to("contact", on("more"), 100), to("look"))
    flow = changed(FLOW, "contact", fields=(more,), next=moves)
    again = step(
        "again", fields=(ask("once", type="yesno"),), next=(to("who", on("once"), 9), to("look"))
    )
    flow = FLOW.having(steps=(*flow.steps, again))
    flow = changed(flow, "contact", next=(to("contact", on("more"), 100), to("again")))
    shown = show(flow=flow)
    for _ in range(320):
        if shown.status != 200:
            break
        form = {"more": "yes", "once": "yes", **GOOD, "state": state(shown)}
        shown = show(form, flow=flow)

    assert shown.status == 400


def test_the_last_page_stays_the_last() -> None:
    forms = (KIND, NAME, MAIL, {"go": "next"}, {"agree": "yes"}, {"outcome": "well"})

    assert post(walked(*forms), go="next").step == "done"
