"""Ids in an address and where a page begins, each validated before it is looked up.

PostgreSQL refuses a text that holds a NUL, so such an id must not reach it.
"""

from typing import Annotated

from fastapi import Path, Query

NAME = "^[A-Za-z0-9_-]+$"
# An identity provider chooses its own ids: any printable characters.
VISIBLE = "^[^\\x00-\\x1f\\x7f]+$"

InPath = Annotated[str, Path(max_length=64, pattern=NAME)]
UserInPath = Annotated[str, Path(max_length=200, pattern=VISIBLE, description="Your id, or `me`.")]
FormatInPath = Annotated[
    str, Path(max_length=40, pattern=NAME, description="A format listed by `links.exports`.")
]
# A page of rows that are ordered by their ids.
BeforeInQuery = Annotated[
    str | None, Query(max_length=64, pattern=NAME, description="The `next` of the previous page.")
]
LimitInQuery = Annotated[int, Query(ge=1, le=100)]
