"""The catalogue holds what it promises; a linter for data written by hand."""

import pytest

from kuznia.domains.training.catalogue import (
    MAJOR,
    REGIONS,
    catalogue,
    conditions,
    fingerprint,
    kits,
    patterns,
)

ALL = tuple(catalogue().values())
TAGS = {
    "accessory", "ankle_load", "axial", "back_load", "ballistic", "behind_neck", "deep_knee", "dip",
    "elbow_load", "fall_risk", "floor", "good_morning", "grip", "hang", "hip_deep", "inverted",
    "isolation", "isometric", "jump", "knee_extension", "knee_load", "kneeling", "neck_load",
    "neutral", "overhead", "overhead_barbell", "prone", "prone_plank", "rehab", "rotation_loaded",
    "seated", "shoulder_stretch", "spinal_flexion_loaded", "supine", "supported", "upright_row",
    "wrist_load",
}  # fmt: skip


def test_it_has_as_many_exercises_as_it_promises() -> None:
    assert 250 <= len(ALL) <= 350


@pytest.mark.parametrize("name", sorted(kits()))
def test_a_kit_covers_every_pattern_or_says_which_it_cannot(name: str) -> None:
    kit = kits()[name]
    covered = {
        exercise.pattern
        for exercise in ALL
        if exercise.fits(kit.items) and (kit.only is None or kit.only in exercise.tags)
    }

    assert set(patterns()) - covered == set(kit.cannot)


def test_every_row_is_in_order() -> None:
    for exercise in ALL:
        assert exercise.tags <= TAGS, exercise.id
        assert exercise.unit in {"reps", "sec", "m"}, exercise.id
        assert 1 <= exercise.level <= 3, exercise.id
        assert 1 <= exercise.skill <= 3, exercise.id
        assert 1 <= exercise.popularity <= 5, exercise.id
        assert exercise.seconds > 0, exercise.id
        assert exercise.name_uk, exercise.id
        assert set(exercise.muscles.values()) <= {0.5, 1.0}, exercise.id


def test_timed_work_is_dosed_in_time() -> None:
    assert all(one.unit == "sec" for one in ALL if one.load_type == "time")


def test_every_tag_that_a_condition_avoids_is_on_some_exercise() -> None:
    used = frozenset[str]().union(*(one.tags for one in ALL))

    for name, condition in conditions().items():
        assert condition.tags | condition.acute_tags <= used, name


def test_regions_have_their_conditions() -> None:
    assert set(REGIONS) <= set(conditions())


def test_contraindications_follow_from_tags_and_patterns() -> None:
    squat = catalogue()["barbell-back-squat"]

    named = {one.condition: one.severity for one in squat.contraindications}
    assert named["knee"] == "avoid"
    assert named["low_back"] == "acute"


def test_every_large_muscle_can_be_trained_with_nothing() -> None:
    bare = [one for one in ALL if one.fits(frozenset())]

    for muscle in MAJOR:
        assert any(one.muscles.get(muscle) == 1.0 for one in bare), muscle


def test_names_of_the_other_database_are_used_once() -> None:
    names = [one.fed_id for one in ALL if one.fed_id]

    assert len(names) > 100
    doubles = {name for name in names if names.count(name) > 1}
    assert doubles <= {"Standing_Calf_Raises"}


def test_an_alternative_piece_of_equipment_is_enough() -> None:
    row = catalogue()["pull-up"]

    assert row.fits(frozenset({"rings"}))
    assert row.fits(frozenset({"pullup_bar"}))
    assert not row.fits(frozenset({"bands"}))


def test_the_fingerprint_stays_while_the_data_does() -> None:
    assert fingerprint() == fingerprint()
    assert len(fingerprint()) == 16


def test_names_are_given_in_the_language_asked_for() -> None:
    assert catalogue()["plank"].label("uk") == "Планка"
    assert catalogue()["plank"].label("en") == "Plank"
