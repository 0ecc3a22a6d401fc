"""What must hold for every person, not only for those we thought of."""

import re
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.domains.training.makers import a_plan, an_athlete, profiles

from kuznia.domains.training.athlete.screening import decline
from kuznia.domains.training.cards import cards
from kuznia.domains.training.catalogue import REGIONS, catalogue, conditions
from kuznia.domains.training.checks import Certificate, findings, verify, verify_plan
from kuznia.domains.training.planner import plan
from kuznia.domains.training.schema.lesson import Lesson, Prefer
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.profile import Profile

# Thousands are run by the bench; here as many as the suite has time for.
FEW = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
MANY = settings(FEW, max_examples=100)
# The planner on the same people as in other tests here, which measure its lines.
again = pytest.mark.no_cover


def used(made: Plan) -> set[str]:
    return {dose.id for week in made.weeks for day in week.days for dose in day.exercises}


def sets_of(made: Plan) -> int:
    return sum(dose.sets for day in made.weeks[0].days for dose in day.exercises)


@again
@MANY
@given(profiles())
def test_anyone_gets_a_plan_that_passes_or_a_refusal(said: dict[str, Any]) -> None:
    athlete = an_athlete(said)
    refusal = decline(athlete)
    if refusal is not None:
        assert refusal.message
        return

    made = plan(athlete)
    assert [one for one in findings(verify(made, athlete)) if one.stands] == []


@again
@FEW
@given(profiles())
def test_the_same_person_gets_the_same_plan_and_it_survives_json(said: dict[str, Any]) -> None:
    athlete = an_athlete(said)
    assume(decline(athlete) is None)

    made = plan(athlete)
    assert plan(an_athlete(said)) == made
    assert Plan.model_validate_json(made.model_dump_json()) == made
    told = verify_plan(made, athlete).certificate
    assert Certificate.model_validate_json(told.model_dump_json()) == told


@FEW
@given(profiles(), st.data())
def test_less_equipment_never_adds_an_exercise_that_needs_it(
    said: dict[str, Any], data: Any
) -> None:
    assume(len(said["equipment"]) > 0)
    gone = data.draw(st.sampled_from(said["equipment"]))
    fewer = said | {"equipment": [name for name in said["equipment"] if name != gone]}
    athlete = an_athlete(fewer)
    assume(decline(athlete) is None)

    made = plan(athlete)
    assert all(catalogue()[name].fits(athlete.equipment) for name in used(made))


@FEW
@given(profiles(healthy=True), st.sampled_from(REGIONS))
def test_an_injury_keeps_its_tags_out(said: dict[str, Any], region: str) -> None:
    athlete = an_athlete(said | {"health": {"injuries": [{"region": region}]}})
    assume(decline(athlete) is None)

    forbidden = conditions()[region].tags
    assert not any(catalogue()[name].tags & forbidden for name in used(plan(athlete)))


@FEW
@given(profiles())
def test_no_day_is_longer_than_the_time_there_is(said: dict[str, Any]) -> None:
    athlete = an_athlete(said)
    assume(decline(athlete) is None)
    long = max(said["minutes"], said.get("endurance", {}).get("long_minutes") or 0)

    for week in plan(athlete).weeks:
        for day in week.days:
            kinds = {session.kind for session in day.sessions}
            # An event takes what it takes.
            if "race" not in kinds:
                assert day.minutes <= (long if "long" in kinds else said["minutes"])


@again
@FEW
@given(profiles(healthy=True), st.sampled_from([15, 20, 25]))
def test_less_time_never_means_more_sets(said: dict[str, Any], minutes: int) -> None:
    said = said | {"kind": "strength", "minutes": 90}
    athlete = an_athlete(said)
    assume(decline(athlete) is None)

    assert sets_of(plan(an_athlete(said | {"minutes": minutes}))) <= sets_of(plan(athlete))


@again
@FEW
@given(profiles(healthy=True))
def test_fewer_days_never_mean_more_sets(said: dict[str, Any]) -> None:
    said = said | {"kind": "strength", "days": 3, "weekdays": [], "minutes": 40}
    athlete = an_athlete(said)
    assume(decline(athlete) is None)

    assert sets_of(plan(an_athlete(said | {"days": 1}))) <= sets_of(plan(athlete))


@again
@FEW
@given(profiles())
def test_units_change_nothing_but_the_units(said: dict[str, Any]) -> None:
    metric = an_athlete(said)
    assume(decline(metric) is None)
    pounds = said | {
        "weight": said["weight"] / 0.45359237,
        "weight_unit": "lb",
        "height": said["height"] / 2.54,
        "height_unit": "in",
        "target_weight": said["target_weight"] and said["target_weight"] / 0.45359237,
        "lifts": [lift | {"weight": lift["weight"] / 0.45359237} for lift in said["lifts"]],
    }

    one, other = plan(metric), plan(an_athlete(pounds))
    assert _without_loads(one) == _without_loads(other)
    for mine, theirs in zip(_loads(one), _loads(other), strict=True):
        assert abs(mine - theirs * 0.45359237) <= 5.1


def _rows(made: Plan) -> list[Any]:
    return [dose for week in made.weeks for day in week.days for dose in day.exercises]


def _loads(made: Plan) -> list[float]:
    return [dose.load for dose in _rows(made) if dose.load is not None and dose.load > 5]


def _without_loads(made: Plan) -> list[tuple[Any, ...]]:
    return [(dose.id, dose.sets, dose.reps, dose.rir, dose.percent) for dose in _rows(made)]


@FEW
@given(profiles(), st.sampled_from(["chest_pain", "fainting", "supervised_only", "fever"]))
def test_a_red_flag_beats_everything(said: dict[str, Any], flag: str) -> None:
    lesson = Lesson(id="l-1", text="all clear", kind="safety", effects=(Prefer(exercise="plank"),))
    health = said["health"] | {"cleared": True, "flags": [flag]}

    refusal = decline(an_athlete(said | {"health": health}, lessons=[lesson.model_dump()]))
    assert refusal is not None


@again
@FEW
@given(profiles())
def test_language_changes_words_only(said: dict[str, Any]) -> None:
    athlete = an_athlete(said | {"language": "en"})
    assume(decline(athlete) is None)

    other = plan(an_athlete(said | {"language": "uk"}))
    assert _without_loads(plan(athlete)) == _without_loads(other)


@again
@FEW
@given(profiles(), st.randoms())
def test_the_order_things_are_said_in_changes_nothing(said: dict[str, Any], dice: Random) -> None:
    lists = {name: list(said[name]) for name in ("weekdays", "equipment", "lifts")}
    answers = {"systolic": 118, "sore": ["knee"], "disease": ["asthma"], "resting_hr": 52}
    names = list(answers)
    athlete = an_athlete(said, answers=answers)
    assume(decline(athlete) is None)
    for one in (*lists.values(), names):
        dice.shuffle(one)

    other = an_athlete(said | lists, answers={name: answers[name] for name in names})
    assert plan(other) == plan(athlete)


@FEW
@given(profiles())
def test_every_citation_resolves(said: dict[str, Any]) -> None:
    athlete = an_athlete(said)
    assume(decline(athlete) is None)
    made = plan(athlete)

    reasons = [made.reason, *(week.reason for week in made.weeks)]
    reasons += [day.reason for week in made.weeks for day in week.days]
    reasons += [dose.reason for dose in _rows(made)]
    reasons += [one.reason for week in made.weeks for day in week.days for one in day.sessions]
    for reason in reasons:
        assert reason.cites
        # Raises where a card is missing.
        told = " ".join(cards()[name].text + cards()[name].text_uk for name in reason.cites)
        assert set(re.findall(r"\d+", reason.text)) <= set(re.findall(r"\d+", told))


@FEW
@given(
    st.dictionaries(
        st.sampled_from(sorted(Profile.model_fields)),
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.floats(),
            st.text(max_size=30),
            st.lists(st.integers(), max_size=3),
        ),
    )
)
def test_nonsense_is_refused_by_name_or_read(said: dict[str, Any]) -> None:
    try:
        athlete = an_athlete(said)
    except ValidationError:
        return

    assert decline(athlete) is not None or plan(athlete).weeks


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), -1, 0, 5e-324, 1e9, "80", "🏋", [80], True]
)
def test_odd_numbers_never_become_a_weight(value: Any) -> None:
    try:
        athlete = an_athlete({"weight": value, "height": None})
    except ValidationError:
        return

    assert athlete.kg is not None
    assert 0 < athlete.kg <= 900


@pytest.mark.parametrize("height", [5e-324, 1, 9.9, 1e300])
def test_a_height_nobody_has_is_refused(height: float) -> None:
    with pytest.raises(ValidationError, match="height"):
        an_athlete({"height": height})


def test_two_at_once_get_one_plan() -> None:
    with ThreadPoolExecutor(4) as pool:
        plans = list(pool.map(lambda _: a_plan({"equipment": ["full-gym"]})[0], range(8)))

    assert all(made == plans[0] for made in plans)


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "2200-01-01", "9999-12-31"])
def test_a_start_no_calendar_holds_is_refused(day: str) -> None:
    with pytest.raises(ValidationError, match="start"):
        an_athlete({"start": day})


def test_the_last_start_there_is_gives_a_plan() -> None:
    made, _ = a_plan({"start": "2199-12-31", "weeks": 16})

    assert made.weeks[-1].days[-1].date is not None
