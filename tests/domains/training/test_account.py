"""What becomes of a prompt's wishes: seen in the days of a plan, or open with the reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domains.training.everyday_cases import EVERYDAY
from tests.domains.training.plans import a_written_plan, an_order, open_ones, the_account
from tests.domains.training.wish_cases import CASES as PLAIN

from kuznia.domains.training.athlete.athlete import read_athlete
from kuznia.domains.training.language.tags import tags
from kuznia.domains.training.language.tokens import tokens
from kuznia.domains.training.planner import plan
from kuznia.domains.training.wishes.order import wished
from kuznia.forge.wishes.account import resolves
from kuznia.forge.wishes.clauses import clauses

CASES = PLAIN | EVERYDAY
DAMAGES = [(name, damage) for name, case in CASES.items() for damage in case.damages]
WEEK = {1: "40: push-up 3x8; bodyweight-squat 3x12", 3: "easy running 30 5"}


@pytest.mark.parametrize("name", CASES)
def test_a_plan_with_all_that_was_asked_for_is_complete(name):
    case = CASES[name]
    order = an_order(case.prompt, **case.profile)

    assert open_ones(order, a_written_plan(order, case.weeks, **case.texts)) == []


@pytest.mark.parametrize(("name", "damage"), DAMAGES)
def test_what_a_damaged_plan_lacks_or_adds_is_named(name, damage):
    case = CASES[name]
    hurt = case.damages[damage]
    order = an_order(case.prompt, **case.profile)
    weeks = hurt.weeks(case.weeks) if hurt.weeks else case.weeks

    open_wishes = the_account(order, a_written_plan(order, weeks, **{**case.texts, **hurt.texts}))

    places = [
        (wish.quote, wish.outcome)
        for wish in open_wishes
        if wish.outcome != "met" and hurt.quote in wish.quote
    ]
    assert places
    assert hurt.quote or "not_asked" in {outcome for _, outcome in places}


@pytest.mark.parametrize(
    ("prompt", "profile"),
    [
        ("Get stronger at home", {"age": 34, "minutes": 45, "equipment": ["dumbbells"]}),
        ("Get stronger at home with dumbbells", {"equipment": ["dumbbells"]}),
        ("Get stronger in the gym", {"minutes": 60, "equipment": ["full-gym"]}),
        ("A training plan.", {}),
        ("Make me a plan, please.", {"kind": "both"}),
        ("Хочу стати сильнішою", {"language": "uk"}),
    ],
)
def test_the_planner_meets_what_simple_prompts_ask(prompt, profile):
    order = an_order(prompt, **profile)

    assert open_ones(order, plan(read_athlete(order))) == []


@pytest.mark.parametrize(
    ("prompt", "outcome"),
    [
        ("Five exercises of the moon phase kind", "not_understood"),
        ("I'm 50 years old", "unclear"),
        ("8 weeks", "unclear"),
        ("Give me a meal plan too", "not_possible"),
        ("Lose 10 kg", "unclear"),
        ("Add yoga on Sunday", "not_possible"),
        ("x", "not_understood"),
        ("Run a marathon on 1 May 2031", "not_understood"),
    ],
)
def test_what_the_planner_does_not_hold_is_open(prompt, outcome):
    order = an_order(prompt, weeks=4, minutes=45)

    assert [wish.outcome for wish in the_account(order, plan(read_athlete(order)))] == [outcome]


def test_what_was_read_and_acted_on_is_answered_from_the_typed_wishes():
    prompt = "No lunges please, Mondays off, Thursdays only 30 minutes, I have one 20 kg kettlebell"
    order = wished(an_order(prompt, days=4, minutes=45, equipment=["dumbbells"]))
    ours = plan(read_athlete(order))

    assert [wish.outcome for wish in the_account(order, ours)] == ["met"]
    # The same plan for somebody who does not wish it: every one of the four is held against days.
    plain = an_order("A plan", days=7, minutes=60, equipment=["dumbbells"])
    assert [wish.outcome for wish in the_account(order, plan(read_athlete(plain)))][:1] != ["met"]


def test_only_what_is_listed_is_used():
    order = an_order("I only have dumbbells.", equipment=["dumbbells", "kettlebell", "bands"])

    assert open_ones(order, plan(read_athlete(wished(order)))) == []
    assert open_ones(order, plan(read_athlete(order))) != []


def test_words_of_the_plan_are_no_evidence():
    order = an_order(
        "Week 2 easier. No running.", weeks=2, kind="both", endurance={"sport": "running"}
    )
    promises = {"title": "No running", "summary": "Week 2 is easier, and there is no running."}

    open_wishes = open_ones(order, a_written_plan(order, [WEEK, WEEK], **promises))

    assert {quote for quote, _, _ in open_wishes} == {"Week 2 easier", "No running"}


@pytest.mark.parametrize(
    "profile",
    [{}, {"kind": "both"}, {"age": 70}, {"days": 6}, {"aim": "power", "level": "elite"}],
)
def test_a_plan_of_our_own_adds_nothing_that_nobody_asked_for(profile):
    order = an_order("A training plan.", **profile)

    assert open_ones(order, plan(read_athlete(order))) == []


PIECES = st.sampled_from(
    [
        *("no", "without", "3", "x", "weeks", "week", "4", "and", ",", "-", "Monday", "понеділок"),
        *("squats", "не", "до", "км", "20", "minutes", "instead of", "(", ")", "every", "last"),
        *("heavy", "14.02.2027", "2027-13-45", "my best", "kg", "10", "long", "run", "жим лежачи"),
        *("\n", ";", "—", "easy", "from", "0", "99999999", "²", "т\u0301", "\u202e", "it", "swap"),
    ]
)
NOISE = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map(" ".join))


@given(NOISE)
@settings(max_examples=50, deadline=None)
def test_any_prompt_has_an_account(prompt):
    order = an_order(prompt, weeks=2, kind="both", endurance={"sport": "running"})
    made = a_written_plan(order, [WEEK, {2: "30: barbell-deadlift 3x5 @80"}])

    wishes = the_account(order, made)

    asked = [wish.quote for wish in wishes if wish.outcome != "not_asked"]
    assert asked == [wish.quote for wish in clauses(order.prompt)]
    assert all(resolves(place, {"plan": made}) for wish in wishes for place in wish.where)


@pytest.mark.parametrize(
    "prompt",
    [
        "No squats, three days a week, 40 minutes at most. " * 160,
        "1 min, " * 1200,
        "a b c " * 1500,
        "(1 min " * 1000,
        "squats and " * 700,
        "до " * 2000,
    ],
)
def test_a_prompt_without_end_is_left_unread_at_some_place(prompt):
    order = an_order(prompt, weeks=1)

    wishes = the_account(order, a_written_plan(order, [WEEK]))

    assert wishes[-1].outcome in {"not_understood", "not_asked"}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("last two weeks easier", {"weekref": (2,)}),
        ("на четвертому тижні", {"weekref": (4,)}),
        ("every fourth week", {"weekref": (4,)}),
        ("weeks 4, 8 and 12", {"weekref": (4, 8, 12)}),
        ("4 weeks, 3 days a week", {"weeks": (), "count": ()}),
        ("the 28th of December", {"date": (28, 12, 0)}),
        ("14.02.2027", {"date": (14, 2, 2027)}),
        ("у вихідні", {"weekday": (6, 7)}),
    ],
)
def test_numbers_and_days_are_read(text, kinds):
    read = {tag.kind: tag.numbers for tag in tags(tokens(text))}

    assert {kind: read.get(kind) for kind in kinds} == kinds
