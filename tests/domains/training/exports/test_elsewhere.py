"""Every plan of the sixty people on file, read back by readers we did not write."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from xml.etree import ElementTree as Xml

import icalendar
import pytest
import vobject
from garmin_fit_sdk import Decoder, Stream
from jsonschema import Draft202012Validator
from tests.domains.training.makers import an_athlete, profiles_on_file

from kuznia.domains.training.exports import EXPORTS, schema
from kuznia.domains.training.exports.fit import workout
from kuznia.domains.training.exports.stamp import Stamp
from kuznia.domains.training.planner import plan
from kuznia.domains.training.schema.plan import Plan, PlannedSession

STAMP = Stamp("p-1", datetime(2026, 11, 21, 12, tzinfo=UTC))
# Any: what an event's property holds is the reader's to know.
Reader: Any = icalendar.Calendar
VALIDATOR = Draft202012Validator(schema())


def planned(row: dict[str, Any]) -> Plan:
    nothing = dict.fromkeys(("sex", "weight", "height"))
    rest = {name: row[name] for name in ("answers", "prompt") if name in row}
    return plan(an_athlete(nothing | row["profile"] | {"start": "2026-11-23"}, **rest))


PLANNED = {row["name"]: row for row in profiles_on_file() if "plan" in row}


@cache
def plans() -> dict[str, Plan]:
    """Made when they are first needed: every worker reads this file, one runs its tests."""
    return {name: planned(row) for name, row in PLANNED.items()}


def sessions(made: Plan) -> list[PlannedSession]:
    return [one for week in made.weeks for day in week.days for one in day.sessions]


@cache
def distinct() -> tuple[PlannedSession, ...]:
    """The same session comes again and again; its file is the same then."""
    every = {one.model_dump_json(): one for made in plans().values() for one in sessions(made)}
    return tuple(every.values())


class Stretch(NamedTuple):
    """So many seconds at one effort, repeats written out."""

    seconds: int
    low: float
    high: float


def stretches(session: PlannedSession) -> Iterator[tuple[int, int]]:
    """Seconds and zone, as the plan itself says them."""
    for block in session.blocks:
        for _ in range(block.times):
            yield from ((step.seconds, step.zone) for step in block.steps)


def test_there_are_plans_and_sessions_of_every_sort() -> None:
    kinds = {one.kind for one in distinct()}

    assert len(plans()) > 30
    assert {"easy", "long", "tempo", "intervals", "race"} <= kinds


def decoded(session: PlannedSession) -> Any:
    data = workout(session, STAMP)
    assert Decoder(Stream.from_byte_array(bytearray(data))).check_integrity()
    messages, errors = Decoder(Stream.from_byte_array(bytearray(data))).read()
    assert errors == []
    return messages


def fit_stretches(steps: list[dict[str, Any]]) -> list[tuple[float, int | None]]:
    """Steps played from the first to the last: a repeat goes back and counts."""
    played: list[tuple[float, int | None]] = []
    for step in steps:
        if step["duration_type"] == "repeat_until_steps_cmplt":
            once = steps[step["duration_step"] : step["message_index"]]
            played += fit_stretches(once) * (step["repeat_steps"] - 1)
        else:
            beats = step.get("custom_target_heart_rate_low")
            played.append((step["duration_time"], beats and beats - 100))
    return played


@pytest.mark.parametrize("kind", ["easy", "long", "tempo", "intervals", "race"])
def test_the_makers_of_fit_read_every_session_as_it_was_planned(kind: str) -> None:
    for session in (one for one in distinct() if one.kind == kind):
        read = decoded(session)

        (told,) = read["workout_mesgs"]
        assert read["file_id_mesgs"][0]["type"] == "workout"
        assert session.name.startswith(told["wkt_name"])
        assert told["num_valid_steps"] == len(read["workout_step_mesgs"])
        beats = [
            step.heart_rate and step.heart_rate[0]
            for block in session.blocks
            for _ in range(block.times)
            for step in block.steps
        ]
        wanted = [seconds for seconds, _ in stretches(session)]
        played = fit_stretches(read["workout_step_mesgs"])
        assert played == list(zip(map(float, wanted), beats, strict=True))


@pytest.mark.parametrize("name", PLANNED)
def test_two_readers_of_calendars_agree_with_the_plan(name: str) -> None:
    made = plans()[name]
    data = EXPORTS["ics"].make(made, STAMP)

    one = Reader.from_ical(data)
    other: Any = vobject.readOne(data.decode())
    events = [
        (str(event["UID"]), event["DTSTART"].dt, event["DTEND"].dt, str(event["SUMMARY"]))
        for event in one.walk("VEVENT")
    ]
    days = [day.date for week in made.weeks for day in week.days if day.kind != "rest"]
    assert [begins for _, begins, _, _ in events] == days
    assert all(ends - begins == timedelta(days=1) for _, begins, ends, _ in events)
    assert len({uid for uid, *_ in events}) == len(days)
    assert events == [
        (event.uid.value, event.dtstart.value, event.dtend.value, event.summary.value)
        for event in other.vevent_list
    ]


def test_a_reader_of_calendars_sees_the_hour_and_the_zone() -> None:
    made = next(iter(plans().values()))
    timed = Stamp("p-1", STAMP.made_at, starts="07:30", zone="Europe/Kyiv")
    calendar = Reader.from_ical(EXPORTS["ics"].make(made, timed))

    begins = calendar.walk("VEVENT")[0]["DTSTART"].dt
    assert begins.astimezone(UTC).time().isoformat() == "05:30:00"
    assert begins.date() >= date(2026, 11, 23)


@pytest.mark.parametrize("name", PLANNED)
def test_an_independent_validator_accepts_the_json(name: str) -> None:
    document = json.loads(EXPORTS["json"].make(plans()[name], STAMP))

    assert list(VALIDATOR.iter_errors(document)) == []
    assert Plan.model_validate(document) == plans()[name]


def read_zwo(data: bytes) -> tuple[str, list[Stretch]]:
    """A workout file by what is known of the format: seconds, and power as a share of threshold."""
    root = Xml.fromstring(data)
    assert root.tag == "workout_file"
    sport, played = root.findtext("sportType"), list[Stretch]()
    for step in root.iterfind("workout/*"):
        of = step.attrib
        if step.tag == "IntervalsT":
            on = Stretch(int(of["OnDuration"]), float(of["OnPower"]), float(of["OnPower"]))
            off = Stretch(int(of["OffDuration"]), float(of["OffPower"]), float(of["OffPower"]))
            played += [on, off] * int(of["Repeat"])
        elif step.tag == "SteadyState":
            played.append(Stretch(int(of["Duration"]), float(of["Power"]), float(of["Power"])))
        else:
            assert step.tag in {"Warmup", "Cooldown"}
            played.append(
                Stretch(int(of["Duration"]), float(of["PowerLow"]), float(of["PowerHigh"]))
            )
    return sport or "", played


# Shares of threshold power that the five zones span, from the usual table of seven.
BANDS = {1: (0.0, 0.55), 2: (0.56, 0.75), 3: (0.76, 0.90), 4: (0.91, 1.05), 5: (1.06, 1.20)}


def in_band(stretch: Stretch, zone: int) -> bool:
    low, high = BANDS[zone]
    # A warm-up ends, and a cool-down begins, at the effort that was planned.
    return any(low <= power <= high for power in (stretch.low, stretch.high))


RIDES = [
    name
    for name, row in PLANNED.items()
    if row["profile"].get("endurance", {}).get("sport") in {"running", "cycling"}
]


@pytest.mark.parametrize("name", RIDES)
def test_a_reader_of_zwo_written_from_the_format_plays_the_plan(name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(EXPORTS["zwo"].make(plans()[name], STAMP))) as archive:
        read = [read_zwo(archive.read(one)) for one in archive.namelist()]

    planned = sessions(plans()[name])
    assert len(read) == len(planned)
    for (sport, played), session in zip(read, planned, strict=True):
        wanted = list(stretches(session))
        assert sport == {"running": "run", "cycling": "bike"}[session.sport]
        assert [one.seconds for one in played] == [seconds for seconds, _ in wanted]
        assert all(in_band(one, zone) for one, (_, zone) in zip(played, wanted, strict=True))
