"""The HTTP API, version 1."""

from kuznia.doors.api import (
    accounts,
    answers,
    exports,
    health,
    jobs,
    keys,
    pages,
    personal_data,
    reference,
    status,
    stream,
    webhooks,
)

ROUTERS = tuple(
    door.router
    for door in (
        answers,
        exports,
        pages,
        stream,
        jobs,
        webhooks,
        accounts,
        keys,
        personal_data,
        health,
        status,
        reference,
    )
)
