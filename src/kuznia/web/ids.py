"""Ids in an address, each validated before it is looked up.

PostgreSQL refuses a text that holds a NUL, so such an id must not reach it.
"""

from typing import Annotated

from fastapi import Path

NAME = "^[A-Za-z0-9_-]+$"
# An identity provider chooses its own ids: any printable characters.
VISIBLE = "^[^\\x00-\\x1f\\x7f]+$"

InPath = Annotated[str, Path(max_length=64, pattern=NAME)]
UserInPath = Annotated[str, Path(max_length=200, pattern=VISIBLE, description="Your id, or `me`.")]
FormatInPath = Annotated[
    str, Path(max_length=40, pattern=NAME, description="A format listed by `links.exports`.")
]
