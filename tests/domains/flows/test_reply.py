"""A model's reply is a flow, or it is said what was expected."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domains.flows.makers import a_flow

from kuznia.domains.flows.reply.flow import parse_flow
from kuznia.domains.flows.schema import Flow
from kuznia.forge.terms import MAX_HINTS, Unreadable

WRITTEN = a_flow().model_dump_json()


@pytest.mark.parametrize(
    "reply",
    [
        WRITTEN,
        f"```json\n{WRITTEN}\n```",
        f"Here is the flow you asked for:\n\n{WRITTEN}\n\nAnything else?",
        f'{{"flow": {WRITTEN}}}',
        f"I thought about {{steps}} first. {WRITTEN}",
        WRITTEN + WRITTEN,
        WRITTEN.replace("}]", "}, ]").replace('"}', '",\n}'),
    ],
    ids=["bare", "fenced", "in prose", "under a key", "braces before", "twice", "trailing commas"],
)
def test_a_flow_is_found_in_what_surrounds_it(reply) -> None:
    assert parse_flow(reply) == a_flow()


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("", "no-object"),
        ("I cannot do that.", "no-object"),
        ("[1, 2]", "no-object"),
        ("{}", "not-a-flow"),
        ('{"flow": []}', "not-a-flow"),
        (WRITTEN[:-40], "no-object"),
        ("{" * 50, "no-object"),
        ("{" * 200_001, "too-long"),
        ('{"steps":[' + "{}," * 60_000 + "{}]}", "too-long"),
        ('{"steps":[{"blocks":' + "[[1],[2]]," * 9_000 + '"x":1}]}', "no-object"),
        ('{"a":' * 3000 + "1" + "}" * 3000, "no-object"),
    ],
)
def test_what_is_no_flow_is_unreadable(reply, code) -> None:
    with pytest.raises(Unreadable) as raised:
        parse_flow(reply)

    for finding in raised.value.findings:
        assert finding.code in {code, "not-a-flow"}
        assert finding.hint


def test_everything_wrong_is_named_with_its_place() -> None:
    broken = json.loads(WRITTEN)
    broken["steps"][1]["kind"] = "dance"
    del broken["steps"][0]["id"]

    with pytest.raises(Unreadable) as raised:
        parse_flow(json.dumps(broken))

    faults = {finding.where: finding.message for finding in raised.value.findings}
    assert faults["steps.0.id"] == "This field is needed."
    assert faults["steps.1.kind"].startswith("Expected ")


def test_no_more_is_named_than_a_model_is_told() -> None:
    broken = json.loads(WRITTEN)
    broken["steps"] = [{"id": n} for n in range(30)]

    with pytest.raises(Unreadable) as raised:
        parse_flow(json.dumps(broken))

    assert len(raised.value.findings) == MAX_HINTS


@pytest.mark.parametrize("twice", ["steps", "names"])
def test_one_name_is_one_thing(twice) -> None:
    broken = json.loads(WRITTEN)
    if twice == "steps":
        broken["steps"][1]["id"] = broken["steps"][0]["id"]
    else:
        broken["steps"][0]["fields"][0]["id"] = broken["steps"][1]["id"]

    with pytest.raises(Unreadable):
        parse_flow(json.dumps(broken))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside),
    max_leaves=12,
)


@given(st.text(max_size=300) | anything.map(json.dumps))
def test_whatever_a_model_says_nothing_but_unreadable_is_raised(reply) -> None:
    try:
        flow = parse_flow(reply)
    except Unreadable:
        return

    assert isinstance(flow, Flow)


@given(st.sampled_from(sorted(json.loads(WRITTEN))), anything)
def test_a_flow_with_one_thing_exchanged_is_read_or_refused(key, value) -> None:
    exchanged = json.dumps({**json.loads(WRITTEN), key: value})

    with suppress(Unreadable):
        assert isinstance(parse_flow(exchanged), Flow)


def test_a_comma_in_a_text_is_no_trailing_one() -> None:
    label = {"uk": 'a ,} "b" ,]', "en": "c,}"}
    said = a_flow(name=label).model_dump_json().replace("}]", "},]")

    assert parse_flow(said).name.model_dump() == label
