"""For every rule a person whose plan is good, and one way to break just that rule."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.domains.training.checks import mutations as m
from tests.domains.training.checks.breaking import (
    all_in_zone,
    doses,
    each_dose,
    sessions,
    spread_sets,
    swapped,
    without,
)
from tests.domains.training.checks.mutations import (
    Broken,
    every,
    lead,
    lead_core,
    person_only,
    plan_only,
)

from kuznia.domains.training.catalogue import MAJOR, catalogue
from kuznia.domains.training.schema.profile import Injury

GYM = {"equipment": ["full-gym"], "minutes": 120, "days": 3}
NOVICE = GYM | {"aim": "muscle", "weeks": 4}
LIFTS = [
    {"exercise": "barbell-back-squat", "weight": 150},
    {"exercise": "barbell-bench-press", "weight": 110},
]
STRONG = GYM | {"level": "advanced", "aim": "strength", "weeks": 6, "lifts": LIFTS, "days": 4}
OWNER = GYM | {
    "level": "intermediate",
    "weeks": 4,
    "equipment": ["kettlebell", "barbell", "rack", "bench"],
    "lifts": [{"exercise": "barbell-deadlift", "weight": 100}],
    "weights": [
        {"item": "barbell", "step": 5, "up_to": 120},
        {"item": "kettlebell", "sizes": [16]},
    ],
}
RUNNER = {
    "kind": "endurance",
    "level": "intermediate",
    "days": 5,
    "minutes": 90,
    "weeks": 10,
    "endurance": {"sport": "running", "weekly_km": 40, "longest_km": 14, "long_minutes": 150},
}
RACER = RUNNER | {"weeks": 12, "endurance": RUNNER["endurance"] | {"event": "half"}}
HYBRID = GYM | {
    "kind": "both",
    "level": "intermediate",
    "aim": "muscle",
    "days": 5,
    "weeks": 8,
    "endurance": {"sport": "running", "weekly_km": 30, "longest_km": 10, "event": "10k"},
}


@dataclass(frozen=True)
class Case:
    profile: dict[str, Any]
    broken: Broken


CASES: Mapping[str, Case] = {
    "X01": Case(NOVICE, plan_only(lambda made: made.model_copy(update={"weeks": made.weeks[:-1]}))),
    "X02": Case(
        NOVICE,
        plan_only(
            lambda made: doses(
                made, lambda row: catalogue()[row[2].id].pattern == "arm_ext", id="no-such"
            )
        ),
    ),
    "X03": Case(NOVICE, plan_only(lambda made: swapped(made, lead(made, "back"), "rings-row"))),
    "X04": Case(NOVICE | {"weekdays": ["mon", "wed", "fri"]}, plan_only(m.onto_sunday)),
    "X05": Case(NOVICE, plan_only(m.unsaid("stop"))),
    "X06": Case(NOVICE, m.lesson_against),
    "X07": Case(
        STRONG,
        plan_only(
            lambda made: each_dose(
                made,
                lambda _, __, dose: (
                    dose if dose.load is None else dose.model_copy(update={"load": dose.load - 0.7})
                ),
            )
        ),
    ),
    "X08": Case(OWNER, plan_only(lambda made: m.weighed_with(made, "barbell", 57.5))),
    "X09": Case(OWNER, plan_only(lambda made: m.weighed_with(made, "kettlebell", None))),
    "C01": Case(NOVICE, plan_only(lambda made: m.reason(made, cites=("no-such-card",)))),
    "C02": Case(NOVICE, plan_only(lambda made: m.reason(made, text="Growth of 777 percent."))),
    "C03": Case(NOVICE, plan_only(lambda made: made.model_copy(update={"title": "<b>Plan</b>"}))),
    "C04": Case(NOVICE, plan_only(lambda made: made.model_copy(update={"title": "Plan 9000"}))),
    "V01": Case(NOVICE, plan_only(lambda made: spread_sets(made, "quads", 12.5))),
    "V01L": Case(
        NOVICE | {"level": "intermediate", "weeks": 3},
        plan_only(lambda made: each_dose(made, m.less_for_hamstrings)),
    ),
    "V02": Case(NOVICE, plan_only(lambda made: spread_sets(made, "calves", 25.5))),
    "V03": Case(NOVICE, plan_only(m.many_core_sets)),
    "V04": Case(NOVICE, plan_only(m.hamstrings_once)),
    "V05": Case(STRONG | {"level": "elite", "days": 6}, person_only(level="advanced")),
    "V06": Case(GYM | {"level": "intermediate", "aim": "muscle", "weeks": 2}, plan_only(m.crowded)),
    "V07": Case(
        NOVICE, plan_only(lambda made: without(made, lambda one: one.pattern.startswith("core")))
    ),
    "V08": Case(
        NOVICE | {"level": "intermediate", "weeks": 3},
        plan_only(lambda made: each_dose(made, m.fewer_pulls)),
    ),
    "V09": Case(
        NOVICE | {"minutes": 60, "days": 4},
        plan_only(
            lambda made: doses(made, lambda row: row[0].number == 1 and row[1].day == 1, rest=300)
        ),
    ),
    "V10": Case(NOVICE, plan_only(m.untidy)),
    "V11": Case(NOVICE, plan_only(m.no_pull_on_one_day)),
    "V12": Case(NOVICE, plan_only(m.three_rows)),
    "V13": Case(
        NOVICE,
        plan_only(
            lambda made: doses(
                made,
                lambda row: not set(MAJOR) & set(catalogue()[row[2].id].primary),
                sets=1,
            )
        ),
    ),
    "V14": Case(
        NOVICE,
        plan_only(
            lambda made: doses(
                made,
                lambda row: row[1].day == 3 and row[2].id == "dumbbell-one-arm-row",
                id="band-lat-pulldown",
            )
        ),
    ),
    "I01": Case(
        STRONG,
        plan_only(
            lambda made: doses(made, lambda row: row[2].load is None and row[2].reps <= 5, reps=8)
        ),
    ),
    "I02": Case(
        NOVICE,
        plan_only(
            lambda made: doses(
                made, lambda row: catalogue()[row[2].id].pattern == "arm_flex", reps=31
            )
        ),
    ),
    "I03": Case(NOVICE | {"aim": "stamina"}, plan_only(every(rest=75))),
    "I04": Case(
        GYM | {"level": "intermediate", "aim": "power", "weeks": 2},
        plan_only(
            lambda made: doses(
                made, lambda row: catalogue()[row[2].id].pattern in {"jump", "olympic"}, reps=8
            )
        ),
    ),
    "I05": Case(
        NOVICE | {"level": "intermediate", "lifts": LIFTS},
        plan_only(
            lambda made: each_dose(
                made,
                lambda _, __, dose: (
                    dose
                    if dose.percent is None
                    else dose.model_copy(update={"percent": dose.percent - 12})
                ),
            )
        ),
    ),
    "I06": Case(
        STRONG,
        lambda made, athlete: (
            made,
            replace(athlete, maxes=dict.fromkeys(athlete.maxes, 60.0)),
        ),
    ),
    "I07": Case(NOVICE, plan_only(every(rir=1))),
    "I09": Case(NOVICE, plan_only(every(rest=20))),
    "P01": Case(NOVICE, plan_only(m.progress(step_percent=15.0))),
    "P03": Case(NOVICE, plan_only(m.heavier_second_week)),
    "P04": Case(NOVICE | {"level": "intermediate"}, plan_only(m.deload_uncut)),
    "P05": Case(NOVICE, plan_only(m.progress(back_percent=50.0))),
    "P06": Case(HYBRID, plan_only(m.taper_uncut)),
    "P07": Case(NOVICE, plan_only(m.first_week_again)),
    "P08": Case(NOVICE | {"level": "intermediate", "weeks": 8}, plan_only(m.first_block_again)),
    "E01": Case(RUNNER | {"days": 3}, plan_only(m.long_by(2, 1.15))),
    "E02": Case(RUNNER, plan_only(m.others_longer)),
    "E03": Case(RUNNER, plan_only(m.no_easy_weeks)),
    "E04": Case(RUNNER, plan_only(m.hard_twice)),
    "E05": Case(
        RUNNER | {"level": "beginner", "days": 2},
        plan_only(
            lambda made: sessions(
                made,
                lambda week, _, one: (
                    all_in_zone(one, 4) if week.number == 1 and one.kind == "easy" else one
                ),
            )
        ),
    ),
    "E06": Case(
        RUNNER | {"endurance": RUNNER["endurance"] | {"long_minutes": 240}},
        plan_only(
            lambda made: sessions(
                made,
                lambda week, _, one: (
                    one.model_copy(update={"minutes": 190})
                    if week.number == 3 and one.kind == "long"
                    else one
                ),
            )
        ),
    ),
    "E07": Case(RACER, plan_only(m.one_week(11, 0.4))),
    "E08": Case(RUNNER, plan_only(m.zones_off)),
    "E09": Case(
        RUNNER, lambda made, athlete: (made, replace(athlete, flags=frozenset({"beta_blocker"})))
    ),
    "E10": Case(
        RACER,
        lambda made, athlete: (
            made,
            replace(athlete, endurance=athlete.endurance.model_copy(update={"weekly_km": 10})),
        ),
    ),
    "E11": Case(RUNNER, plan_only(m.one_week(10, 0.4))),
    "E12": Case(HYBRID | {"days": 6}, plan_only(m.legs_heavy)),
    "E15": Case(
        RUNNER | {"endurance": RUNNER["endurance"] | {"multisport": "triathlon"}},
        plan_only(lambda made: made.model_copy(update={"offers": ()})),
    ),
    "E16": Case(RACER, plan_only(m.no_race_effort)),
    "E13": Case(RACER, plan_only(m.half_as_far)),
    "E14": Case(RACER, plan_only(m.hard_before_race)),
    "R01": Case(RUNNER | {"days": 7}, plan_only(m.no_rest)),
    "R02": Case(RUNNER, plan_only(m.two_long_days)),
    "H01": Case(RUNNER, person_only(flags=frozenset({"falls"}))),
    "H02": Case(
        RACER | {"level": "beginner"},
        lambda made, athlete: (
            sessions(
                made,
                lambda _, __, one: all_in_zone(one, 2) if one.kind == "strides" else one,
            ),
            replace(athlete, flags=frozenset({"heart_disease"}), cleared=True),
        ),
    ),
    "H03": Case(NOVICE, person_only(flags=frozenset({"chest_pain"}))),
    "L01": Case(GYM | {"age": 50, "aim": "strength"}, plan_only(every(rir=2))),
    "L02": Case(
        NOVICE | {"health": {"injuries": [{"region": "knee", "stage": "acute"}]}},
        plan_only(lambda made: swapped(made, lead_core(made), "seated-heel-raise")),
    ),
    "J01": Case(NOVICE, person_only(injuries=(Injury(region="knee"),))),
    "Y01": Case(NOVICE, person_only(age=15)),
    "O01": Case(NOVICE, person_only(age=66)),
    "HT1": Case(
        NOVICE | {"health": {"flags": ["hypertension"], "cleared": True}}, plan_only(every(rir=2))
    ),
    "PR1": Case(
        NOVICE | {"sex": "female", "health": {"pregnancy_week": 20}}, plan_only(every(rir=2))
    ),
    "PP1": Case(
        NOVICE | {"sex": "female", "health": {"flags": ["postpartum"], "postpartum_weeks": 20}},
        plan_only(m.unsaid("PP1")),
    ),
    "OP1": Case(
        NOVICE | {"health": {"flags": ["osteoporosis"]}},
        plan_only(lambda made: swapped(made, lead_core(made), "russian-twist")),
    ),
    "F01": Case(
        NOVICE | {"health": {"flags": ["falls"]}},
        plan_only(lambda made: swapped(made, lead_core(made), "dead-bug")),
    ),
    "W01": Case(
        NOVICE, lambda made, athlete: (made, replace(athlete, flags=frozenset({"wheelchair"})))
    ),
    "N01": Case(NOVICE | {"health": {"flags": ["asthma"]}}, plan_only(m.unsaid("AS1"))),
    "S16": Case(NOVICE, person_only(target_kg=55.0)),
}
