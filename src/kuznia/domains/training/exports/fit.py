"""FIT workout files, written from the format's public description: no library, no network."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from kuznia.domains.training.exports.bundle import bundle
from kuznia.domains.training.exports.stamp import Stamp
from kuznia.domains.training.schema.plan import EffortStep, Plan, PlannedSession

_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
_SPORTS = {"running": 1, "cycling": 2, "swimming": 5, "rowing": 15, "walking": 11}
_GENERIC = 0
_NAME_BYTES = 32
# Base types of the format: an unsigned byte enumeration, whole numbers, a text.
_ENUM, _UINT16, _UINT32, _UINT32Z, _STRING = 0x00, 0x84, 0x86, 0x8C, 0x07
_SIZES = {_ENUM: 1, _UINT16: 2, _UINT32: 4, _UINT32Z: 4}
_CODES = {_ENUM: "B", _UINT16: "H", _UINT32: "I", _UINT32Z: "I"}
_FILE_ID, _WORKOUT, _STEP = 0, 26, 27
_BY_TIME, _REPEAT = 0, 6
_OPEN_TARGET, _HEART_RATE = 2, 1
_ACTIVE, _REST, _WARM_UP, _COOL_DOWN = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class _Field:
    number: int
    base: int
    value: int | str


def fit(plan: Plan, stamp: Stamp) -> bytes:
    """A zip with a FIT workout for every endurance session."""
    return bundle(
        (f"week-{week.number:02d}-day-{day.day}.fit", workout(session, stamp))
        for week in plan.weeks
        for day in week.days
        for session in day.sessions
    )


def workout(session: PlannedSession, stamp: Stamp) -> bytes:
    """One session as a FIT file: header, messages, checksum."""
    steps = list(_steps(session))
    messages = [
        _message(_FILE_ID, _file_id(stamp)),
        _message(
            _WORKOUT,
            (
                _Field(4, _ENUM, _SPORTS.get(session.sport, _GENERIC)),
                _Field(6, _UINT16, len(steps)),
                _Field(8, _STRING, session.name),
            ),
        ),
    ]
    for number, fields in enumerate(steps):
        messages.append(_message(_STEP, (_Field(254, _UINT16, number), *fields)))
    data = b"".join(messages)
    header = struct.pack("<BBHI4s", 14, 0x20, 2132, len(data), b".FIT")
    header += struct.pack("<H", crc(header))
    return header + data + struct.pack("<H", crc(header + data))


def _file_id(stamp: Stamp) -> tuple[_Field, ...]:
    seconds = max(0, int((stamp.made_at.astimezone(UTC) - _EPOCH).total_seconds()))
    return (
        _Field(0, _ENUM, 5),
        _Field(1, _UINT16, 255),
        _Field(2, _UINT16, 1),
        _Field(3, _UINT32Z, 1),
        _Field(4, _UINT32, seconds),
    )


def _steps(session: PlannedSession) -> Iterator[tuple[_Field, ...]]:
    """Steps in order; a repeat points back to where its first step stands."""
    number = 0
    for place, block in enumerate(session.blocks):
        first = number
        for at, step in enumerate(block.steps):
            yield _step(step, _intensity(place, at, len(session.blocks)))
            number += 1
        if block.times > 1:
            yield (
                _Field(1, _ENUM, _REPEAT),
                _Field(2, _UINT32, first),
                _Field(3, _ENUM, _OPEN_TARGET),
                _Field(4, _UINT32, block.times),
                _Field(7, _ENUM, _ACTIVE),
            )
            number += 1


def _intensity(place: int, position: int, blocks: int) -> int:
    if blocks > 1 and place == 0:
        return _WARM_UP
    if blocks > 2 and place == blocks - 1:
        return _COOL_DOWN
    return _REST if position % 2 else _ACTIVE


def _step(step: EffortStep, intensity: int) -> tuple[_Field, ...]:
    timed = (
        _Field(0, _STRING, step.effort),
        _Field(1, _ENUM, _BY_TIME),
        _Field(2, _UINT32, step.seconds * 1000),
    )
    if step.heart_rate is None:
        return (
            *timed,
            _Field(3, _ENUM, _OPEN_TARGET),
            _Field(4, _UINT32, 0),
            _Field(7, _ENUM, intensity),
        )
    low, high = step.heart_rate
    # Zone 0 says: the two numbers after it. Beats are told from percent by an offset of 100.
    return (
        *timed,
        _Field(3, _ENUM, _HEART_RATE),
        _Field(4, _UINT32, 0),
        _Field(5, _UINT32, low + 100),
        _Field(6, _UINT32, high + 100),
        _Field(7, _ENUM, intensity),
    )


def _message(kind: int, fields: tuple[_Field, ...]) -> bytes:
    """A definition and the one message it defines, both under local number 0."""
    definition = struct.pack("<BBBHB", 0x40, 0, 0, kind, len(fields))
    body = b"\x00"
    for field in fields:
        data = _value(field)
        definition += struct.pack("<BBB", field.number, len(data), field.base)
        body += data
    return definition + body


def _value(field: _Field) -> bytes:
    if isinstance(field.value, str):
        return _text(field.value)
    return struct.pack("<" + _CODES[field.base], field.value)


def _text(value: str) -> bytes:
    """As many whole characters as fit, and the zero that ends them."""
    kept = value.encode()[: _NAME_BYTES - 1].decode(errors="ignore")
    return kept.encode() + b"\x00"


_CRC = (
    0x0000,
    0xCC01,
    0xD801,
    0x1400,
    0xF001,
    0x3C00,
    0x2800,
    0xE401,
    0xA001,
    0x6C00,
    0x7800,
    0xB401,
    0x5000,
    0x9C01,
    0x8801,
    0x4400,
)


def crc(data: bytes) -> int:
    """The format's checksum, half a byte at a time."""
    total = 0
    for byte in data:
        for half in (byte & 0xF, byte >> 4):
            total = (total >> 4) & 0x0FFF ^ _CRC[total & 0xF] ^ _CRC[half]
    return total
