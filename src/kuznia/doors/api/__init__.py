"""The HTTP API, version 1."""

from kuznia.doors.api import (
    accounts,
    exports,
    health,
    keys,
    pages,
    personal_data,
    reference,
    status,
    stream,
)

ROUTERS = tuple(
    door.router
    for door in (
        exports,
        pages,
        stream,
        accounts,
        keys,
        personal_data,
        health,
        status,
        reference,
    )
)
