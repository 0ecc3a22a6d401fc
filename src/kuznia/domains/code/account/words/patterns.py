"""Regular expressions that are too long for a line of code, by module and name."""

import re

from kuznia.platform.data_files import read_toml


def patterns(module: str) -> dict[str, re.Pattern[str]]:
    """The regular expressions of a module by name."""
    rows = read_toml(__file__, "patterns.toml")[module]
    return {name: re.compile(pattern) for name, pattern in rows.items()}
