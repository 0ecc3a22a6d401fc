"""The days of the week as people name them, in Ukrainian and English."""

import re
from collections.abc import Mapping
from functools import cache

from kuznia.platform.data_files import read_toml


@cache
def weekdays() -> Mapping[int, re.Pattern[str]]:
    """What each day is called, by its number, 1 for Monday."""
    rows = read_toml(__file__, "weekdays.toml")["days"]
    return {int(day): re.compile("|".join(patterns)) for day, patterns in rows.items()}
