"""Exports: read back with readers we did not write, wherever there is one."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree as Xml

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator
from tests.domains.training.makers import a_plan

from kuznia.domains.training.edits.operations import RestDay, apply
from kuznia.domains.training.exports import EXPORTS, schema
from kuznia.domains.training.exports.calendar import ics
from kuznia.domains.training.exports.fit import crc
from kuznia.domains.training.exports.stamp import Stamp
from kuznia.domains.training.exports.words import volume

STAMP = Stamp("p-1", datetime(2026, 11, 21, 12, tzinfo=UTC))
SAID = {
    "kind": "both",
    "level": "intermediate",
    "days": 5,
    "weeks": 6,
    "minutes": 60,
    "equipment": ["full-gym"],
    "start": "2026-11-23",
    "lifts": [{"exercise": "barbell-deadlift", "weight": 180}],
    "endurance": {"sport": "running", "weekly_km": 30, "longest_km": 9},
    "language": "uk",
}
PLAN, ATHLETE = a_plan(SAID)
RIDER, _ = a_plan(
    SAID | {"kind": "endurance", "endurance": {"sport": "cycling", "weekly_minutes": 300}}
)


def unfolded(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_the_same_plan_gives_the_same_bytes(name: str) -> None:
    make = EXPORTS[name].make

    assert make(PLAN, STAMP) == make(PLAN, STAMP)


def test_json_keeps_to_its_schema_in_two_validators() -> None:
    document = json.loads(EXPORTS["json"].make(PLAN, STAMP))

    assert list(Draft202012Validator(schema()).iter_errors(document)) == []
    assert jsonschema_rs.is_valid(schema(), document)
    assert not jsonschema_rs.is_valid(schema(), document | {"weeks": "none"})


def test_a_calendar_has_an_event_for_each_training_day() -> None:
    lines = unfolded(ics(PLAN, STAMP))

    training = sum(1 for week in PLAN.weeks for day in week.days if day.kind != "rest")
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == training
    assert "DTSTART;VALUE=DATE:20261123" in lines


def test_calendar_lines_are_short_and_end_as_they_must() -> None:
    data = ics(PLAN, STAMP)

    assert data.count(b"\n") == data.count(b"\r\n")
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    for line in data.split(b"\r\n"):
        line.decode()


def test_events_keep_their_ids_and_count_their_edits() -> None:
    later = Stamp("p-1", STAMP.made_at, sequence=3, cancelled=((1, 1),))
    rested = apply(PLAN, ATHLETE, RestDay(week=1, day=1)).plan
    before, after = unfolded(ics(PLAN, STAMP)), unfolded(ics(rested, later))

    def ids(lines):
        return [line for line in lines if line.startswith("UID")]

    assert ids(before) == ids(after)
    assert "SEQUENCE:3" in after
    assert after.count("STATUS:CANCELLED") == 1


def test_timed_events_are_told_in_universal_time() -> None:
    timed = Stamp("p-1", STAMP.made_at, starts="07:30", zone="Europe/Kyiv")

    assert "DTSTART:20261123T053000Z" in unfolded(ics(PLAN, timed))


def test_a_plan_without_dates_is_an_empty_calendar() -> None:
    assert b"VEVENT" not in ics(a_plan()[0], STAMP)


def test_text_cannot_break_out_of_its_line() -> None:
    week = PLAN.weeks[0].model_copy(update={"theme": "a;b,c\\d\nBEGIN:VALARM\r"})
    evil = PLAN.model_copy(update={"weeks": (week,)})

    lines = unfolded(ics(evil, STAMP))
    assert not any(line.startswith("BEGIN:VALARM") for line in lines)
    assert any("a\\;b\\,c\\\\d\\nBEGIN" in line for line in lines)


def test_csv_has_a_row_for_everything_there_is_to_do() -> None:
    text = EXPORTS["csv"].make(PLAN, STAMP).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))

    things = sum(len(day.exercises) + len(day.sessions) for week in PLAN.weeks for day in week.days)
    assert len(rows) == things
    assert {row["load_unit"] for row in rows} == {"", "kg"}


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=x"])
def test_a_cell_is_never_a_formula(name: str) -> None:
    day = next(day for day in PLAN.weeks[0].days if day.exercises)
    evil_day = day.model_copy(
        update={"exercises": (day.exercises[0].model_copy(update={"name": name}),)}
    )
    week = PLAN.weeks[0].model_copy(update={"days": (evil_day,)})

    text = EXPORTS["csv"].make(PLAN.model_copy(update={"weeks": (week,)}), STAMP).decode()
    assert f"'{name}" in text


def test_the_page_is_whole_and_holds_no_script() -> None:
    page = EXPORTS["html"].make(PLAN, STAMP).decode()

    assert '<html lang="uk">' in page
    assert "<script" not in page
    assert "http" not in page
    assert page.count("<section>") == len(PLAN.weeks)
    assert page.count("<meter") == sum(len(volume(week)) for week in PLAN.weeks)


def test_the_page_escapes_what_people_wrote() -> None:
    evil = PLAN.model_copy(update={"title": "<img src=x onerror=alert(1)>"})

    assert b"<img" not in EXPORTS["html"].make(evil, STAMP)


def test_a_page_without_strength_has_no_bars() -> None:
    assert b"<meter" not in EXPORTS["html"].make(RIDER, STAMP)
    assert b"Hard sets" in EXPORTS["html"].make(a_plan()[0], STAMP)


def test_fit_files_have_their_length_and_checksums() -> None:
    files = members(EXPORTS["fit"].make(PLAN, STAMP))

    assert files
    for data in files.values():
        size = int.from_bytes(data[4:8], "little")
        assert data[8:12] == b".FIT"
        assert len(data) == 14 + size + 2
        assert crc(data[:12]) == int.from_bytes(data[12:14], "little")
        assert crc(data[:-2]) == int.from_bytes(data[-2:], "little")


def test_fit_repeats_point_back_to_their_first_step() -> None:
    hard = max(members(EXPORTS["fit"].make(RIDER, STAMP)).values(), key=len)

    # duration_type 6 is "repeat until so many steps are complete".
    assert b"\x06\x01\x00\x00\x00\x02" in hard


def test_zwo_is_well_formed_and_keeps_the_time() -> None:
    files = members(EXPORTS["zwo"].make(RIDER, STAMP))
    sessions = [one for week in RIDER.weeks for day in week.days for one in day.sessions]

    assert len(files) == len(sessions)
    for data, session in zip(files.values(), sessions, strict=True):
        workout = Xml.fromstring(data).find("workout")
        assert workout is not None
        seconds = 0
        for step in workout:
            if step.tag == "IntervalsT":
                each = int(step.attrib["OnDuration"]) + int(step.attrib["OffDuration"])
                seconds += int(step.attrib["Repeat"]) * each
            else:
                seconds += int(step.attrib["Duration"])
        assert abs(seconds - session.minutes * 60) < 60


def test_sports_without_a_trainer_have_no_zwo() -> None:
    walk, _ = a_plan({"kind": "endurance"})

    assert members(EXPORTS["zwo"].make(walk, STAMP)) == {}


def test_interval_text_names_zones_and_repeats() -> None:
    text = EXPORTS["intervals"].make(RIDER, STAMP).decode()

    assert "- 8m Z3 HR" in text
    assert "x\n- " in text
    assert "## " in text


def test_a_terminal_gets_a_table_with_volume() -> None:
    page = EXPORTS["text"].make(PLAN, STAMP).decode()

    assert "понеділок" in page
    assert "quads" in page
    assert "####" in page
    assert "RIR" in page
