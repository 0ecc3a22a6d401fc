"""The addresses of the source documents: who may ask them, and what to ask instead."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from kuznia.doors.http.access import MAKE, ORDER, READ, WATCHED
from kuznia.web.target import AccessRule

_FLOWS, _CODE, _TRAINING = "/api/v1/flows", "/api/v1/code", "/api/v1/training"


def _rules() -> Iterator[tuple[str, AccessRule]]:
    """The rules, with and without a slash at the end where old clients send either."""
    yield "POST /api/generate", replace(ORDER, successors=(_FLOWS, _CODE))
    yield (
        "POST /api/generate/batch",
        replace(ORDER, successors=(f"{_FLOWS}/batch", f"{_CODE}/batch")),
    )
    yield "POST /api/analyze", replace(MAKE, successors=(f"{_CODE}/analyze",))
    yield "GET /api/languages", replace(READ, successors=(f"{_CODE}/languages",))
    yield "GET /api/status", replace(READ, successors=("/api/v1/status",))
    either = {
        "GET /api/health": replace(WATCHED, successors=("/ready",)),
        "POST /api/trainingplan/initial-questions": replace(
            MAKE, carries="body", successors=(f"{_TRAINING}/questions",)
        ),
        "POST /api/trainingplan/generate": replace(
            ORDER, carries="body", successors=(f"{_TRAINING}/plans",)
        ),
        # Feedback is given where the plan is.
        "POST /api/trainingplan/feedback": replace(
            MAKE, carries="body", successors=("/api/v1/artefacts",)
        ),
        "GET /api/trainingplan/playbook/{user_id}": replace(
            READ, carries="query", successors=(f"{_TRAINING}/playbook/me",)
        ),
    }
    for address, rule in either.items():
        yield address, rule
        yield f"{address}/", rule


RULES: Mapping[str, AccessRule] = dict(_rules())
