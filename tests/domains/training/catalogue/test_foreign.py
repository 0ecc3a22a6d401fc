"""Exercises of the operator's own: mapped, bounded, told of, and planned with."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domains.training.makers import a_plan, an_athlete

from kuznia.domains.training import DOMAIN
from kuznia.domains.training.athlete.screening import screen
from kuznia.domains.training.catalogue import STOCK, catalogue, conditions, fingerprint, pieces
from kuznia.domains.training.catalogue.foreign import (
    MAX_BYTES,
    MAX_ROWS,
    ForeignCatalogue,
    ForeignRow,
    NotACatalogue,
    exercises,
    load,
    read,
    report,
)
from kuznia.domains.training.catalogue.matching import match
from kuznia.domains.training.checks import findings, verify, verify_plan
from kuznia.domains.training.exports.words import volume
from kuznia.domains.training.planner import plan
from kuznia.domains.training.planner.limits import allowed, limits
from kuznia.domains.training.settings import TrainingSettings
from kuznia.forge.terms import CannotOpen


def fed(name: str = "Paused Tempo Goblet Squat Deluxe", **changes: Any) -> dict[str, Any]:
    """A row as free-exercise-db has them."""
    return {
        "id": name.replace(" ", "_"),
        "name": name,
        "force": "push",
        "level": "beginner",
        "mechanic": "compound",
        "equipment": "dumbbell",
        "primaryMuscles": ["quadriceps"],
        "secondaryMuscles": ["glutes", "neck", "quadriceps"],
        "category": "strength",
    } | changes


def wger(name: str = "Paused Tempo Goblet Squat Deluxe", **changes: Any) -> dict[str, Any]:
    """A row as wger's exerciseinfo has them."""
    return {
        "id": 77,
        "category": {"id": 9, "name": "Legs"},
        "muscles": [{"id": 10, "name": "Quadriceps femoris", "name_en": "Quads"}],
        "muscles_secondary": [{"id": 8, "name": "Soleus", "name_en": ""}],
        "equipment": [{"id": 3, "name": "Dumbbell"}],
        "translations": [
            {"id": 1, "name": "Kniebeuge", "language": 1},
            {"id": 2, "name": name, "language": 2},
        ],
    } | changes


def read_rows(*rows: object) -> Any:
    return read(json.dumps(rows).encode())


LIFTER = {"equipment": ["dumbbells"], "level": "intermediate", "aim": "strength", "days": 4}
ONE = read_rows(fed()).kept


@pytest.fixture
def brought() -> Iterator[str]:
    with STOCK.beside_ours(exercises(ONE)):
        yield ONE.exercises[0].id


@pytest.mark.parametrize("row", [fed(), wger()], ids=["free-exercise-db", "wger"])
def test_an_exercise_moves_like_the_nearest_of_ours(row: dict[str, Any]) -> None:
    (found,) = read_rows(row).kept.exercises

    assert found.id == "x-paused-tempo-goblet-squat-deluxe"
    assert catalogue()[found.like].pattern == "squat"
    assert found.primary == ("quads",)
    assert "dumbbells" in found.equipment
    assert "quads" not in found.secondary


def test_pages_of_wger_are_read() -> None:
    page = {"count": 1, "next": None, "results": [wger()]}

    assert len(read(json.dumps(page).encode()).kept.exercises) == 1


def test_what_we_have_anyway_is_not_taken_twice() -> None:
    known = next(one for one in catalogue().values() if one.fed_id)

    imported = read_rows(fed(id=known.fed_id), fed("Barbell bench press"))
    assert imported.known == 2
    assert imported.kept.exercises == ()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (fed(category="stretching"), "not a strength exercise"),
        (fed(force="static"), "not a strength exercise"),
        (fed(primaryMuscles=["neck"]), "no muscle"),
        (fed(equipment=None), "equipment"),
        (fed(equipment="foam roll"), "equipment"),
        (fed("Zzyzx Qqq Vvv"), "movement"),
        (fed(primaryMuscles=["biceps"]), "movement"),
        (fed(level="godlike"), "fields"),
        (fed(primaryMuscles=7), "fields"),
        ({}, "fields"),
        (wger(muscles=[3]), "fields"),
        (fed("<b>Paused Tempo Goblet Squat</b>"), "name"),
    ],
)
def test_what_cannot_be_mapped_is_told(row: dict[str, Any], why: str) -> None:
    imported = read_rows(row, fed("Paused Tempo Goblet Squat Deluxe Plus"))

    (reason,) = imported.skipped
    assert why in reason
    assert "Imported: 1." in list(report(imported))
    assert any(why in line for line in report(imported))


# The same lines two thousand times over: the other tests measure them.
@pytest.mark.no_cover
@pytest.mark.no_cover
def test_the_same_name_is_taken_once_and_so_many_at_most() -> None:
    rows = [fed(f"Paused Tempo Goblet Squat Deluxe number {n}") for n in range(MAX_ROWS + 1)]
    imported = read_rows(rows[0], *rows)

    assert len(imported.kept.exercises) == MAX_ROWS
    assert set(imported.skipped.values()) == {1}


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[1]", b"{}", b'"x"', b"\xff", b"[" * 100_000, b" " * (MAX_BYTES + 1)]
)
def test_what_is_no_catalogue_is_refused(data: bytes) -> None:
    with pytest.raises(NotACatalogue):
        read(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([fed(), wger()]), st.data())
def test_any_row_is_mapped_or_told(row: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(row)))
    imported = read_rows(row | {name: data.draw(json_values)})

    assert len(imported.kept.exercises) + imported.known + sum(imported.skipped.values()) == 1


def test_an_imported_exercise_is_as_wary_as_all_of_its_movement(brought: str) -> None:
    mine = catalogue()[brought]
    kin = [one for one in catalogue().values() if one.pattern == mine.pattern]

    for name, condition in conditions().items():
        if any(one.tags & condition.tags for one in kin):
            assert mine.tags & condition.tags, name


def test_it_is_planned_with_and_keeps_every_rule(brought: str) -> None:
    made, athlete = a_plan(LIFTER)

    used = {dose.id for week in made.weeks for day in week.days for dose in day.exercises}
    assert brought in used
    assert [one for one in findings(verify(made, athlete)) if one.stands] == []
    assert verify_plan(made, athlete).certificate.catalogue == fingerprint()
    assert volume(made.weeks[0])["quads"] > 0
    assert match("paused tempo goblet squat deluxe").exercise == brought


def test_an_injury_takes_it_out(brought: str) -> None:
    athlete = an_athlete({"equipment": ["full-gym"], "health": {"injuries": [{"region": "knee"}]}})

    pool = allowed(athlete, limits(athlete, screen(athlete)))
    assert brought not in {one.id for one in pool}
    assert plan(athlete).weeks


def test_it_is_gone_when_the_server_is() -> None:
    before = (fingerprint(), pieces())
    with STOCK.beside_ours(exercises(ONE)):
        assert fingerprint() != before[0]

    assert (fingerprint(), pieces()) == before
    assert ONE.exercises[0].id not in catalogue()


async def test_the_domain_opens_with_what_was_imported(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(ONE.model_dump_json())
    assert DOMAIN.opened is not None

    async with DOMAIN.opened(TrainingSettings(training_catalogue=path)) as domain:
        assert domain.version != DOMAIN.version
        assert ONE.exercises[0].id in catalogue()


async def test_nothing_imported_yet_changes_nothing(tmp_path: Path) -> None:
    assert DOMAIN.opened is not None

    async with DOMAIN.opened(TrainingSettings(training_catalogue=tmp_path / "none.json")) as domain:
        assert domain.version == DOMAIN.version


@pytest.mark.parametrize(
    "content", ["{", '{"version": 2}', '{"exercises": [{"id": "Bad Id"}]}', "[]"]
)
async def test_a_file_of_something_else_stops_the_start(tmp_path: Path, content: str) -> None:
    (tmp_path / "mine.json").write_text(content)
    assert DOMAIN.opened is not None

    with pytest.raises(CannotOpen, match="TRAINING_CATALOGUE"):
        async with DOMAIN.opened(TrainingSettings(training_catalogue=tmp_path / "mine.json")):
            pass


def test_a_row_of_a_movement_we_dropped_is_skipped() -> None:
    row = ONE.exercises[0].model_dump() | {"like": "no-such-thing"}

    assert exercises(ForeignCatalogue(exercises=(ForeignRow.model_validate(row),))) == {}


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(NotACatalogue):
        load(tmp_path)
