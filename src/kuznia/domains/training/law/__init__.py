"""The law of harm: what a body in some state must be spared, one row a state, with its source.

This package holds data and no judgement. Screening and the planner decide in `athlete/standing.py`
which rows hold for a person, the verifier in `checks/harm.py` on its own: neither calls the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Literal, cast

from kuznia.platform.data_files import read_toml

# How an injury stands: carrying no load, coming back, old and mild, or under the knife lately.
BodyPhase = Literal["fresh", "operated", "healing", "chronic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HarmRow:
    """One row: whom it is about, what it asks for, and where that comes from."""

    id: str
    # A sentence for people, and the public source it rests on.
    about: str
    source: str
    # The verifier's rule that answers for the row.
    rule: str

    # Whom the row is about: everything that is set must hold.
    region: str = ""
    phases: tuple[BodyPhase, ...] = ()
    # Any of these flags.
    flags: tuple[str, ...] = ()
    # First and last week of pregnancy, since birth; an unknown week counts as inside.
    weeks: tuple[int, int] | None = None
    caesarean: bool = False
    ages: tuple[int, int] | None = None
    bmi_below: float = 0.0
    # Upper or lower number of the resting blood pressure, from these on.
    pressure: tuple[int, int] | None = None
    aims: tuple[str, ...] = ()
    # Set where being used to exercise, or to hard exercise, decides.
    active: bool | None = None
    unused_to_hard: bool = False
    # A doctor's clearance takes the row away.
    lifted_by_clearance: bool = False

    # What the row does. `stop`: no plan, the decline with this code.
    stop: str = ""
    # These sports are out (`sport_stop` is the decline), these stay easy.
    sports: tuple[str, ...] = ()
    sport_stop: str = "S18"
    easy: tuple[str, ...] = ()
    # The longest event there may be, or "none".
    event: str = ""
    zone: int = 5
    percent: float = 100.0
    axial_percent: float = 100.0
    reserve: int = 0
    hold: int = 0
    sets: int = 0
    reps: tuple[int, int] | None = None
    strength_days: int = 0
    level: int = 9
    tags: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    only_tag: str = ""
    heart_rate: bool = True
    # The last week of pregnancy a plan may reach.
    last_week: int = 0
    notice: str = ""


Law = Mapping[str, HarmRow]
_FIELDS = frozenset(field.name for field in fields(HarmRow))


@cache
def harm_law() -> Law:
    """Every row by id, in the order of the file."""
    return {name: _row(name, row) for name, row in read_toml(__file__, "harm.toml").items()}


def _row(name: str, row: Mapping[str, Any]) -> HarmRow:
    # Any: a row as it is written; an unknown field is a typo and must not pass.
    unknown = row.keys() - _FIELDS
    if unknown:
        raise ValueError(f"harm.toml: {name} has unknown fields: {', '.join(sorted(unknown))}")
    values = {key: _frozen(value) for key, value in row.items()}
    return HarmRow(id=name, **values)


def _frozen(value: Any) -> Any:
    # Any: a value of the file, of the type its field has.
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value
