"""Ids in an address, each checked before anything is looked for under it.

PostgreSQL refuses a text that holds a NUL, so one that can be nobody's id must not reach it.
"""

from typing import Annotated

from fastapi import Path

NAME = "^[A-Za-z0-9_-]+$"
# An identity provider's ids are not ours to choose: anything that can be seen.
VISIBLE = "^[^\\x00-\\x1f\\x7f]+$"

InPath = Annotated[str, Path(max_length=64, pattern=NAME)]
UserInPath = Annotated[
    str, Path(max_length=200, pattern=VISIBLE, description="Your own id, or `me`.")
]
FormatInPath = Annotated[
    str, Path(max_length=40, pattern=NAME, description="A format that `links.exports` lists.")
]
