"""Faults: what a caller can be told. One table turns a code into what each door answers."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from pydantic import JsonValue, ValidationError
from pydantic_core import from_json

from kuznia.platform.validation_words import expected


class FaultAnswer(NamedTuple):
    """What the doors say for a fault code: HTTP status, WebSocket close code, exit code."""

    status: int
    close: int
    exit: int


# Documented where it is declared: docs/errors.md is generated from this table and the docstrings.
ANSWERS: dict[str, FaultAnswer] = {
    "VALIDATION_ERROR": FaultAnswer(400, 1007, 2),
    "UNKNOWN_VERSION": FaultAnswer(400, 1007, 2),
    "UNAUTHORIZED": FaultAnswer(401, 1008, 3),
    "FORBIDDEN": FaultAnswer(403, 1008, 3),
    "NOT_FOUND": FaultAnswer(404, 1008, 4),
    "METHOD_NOT_ALLOWED": FaultAnswer(405, 1008, 2),
    "TOO_SLOW": FaultAnswer(408, 1008, 2),
    "CONFLICT": FaultAnswer(409, 1008, 5),
    "KEY_REUSED": FaultAnswer(409, 1008, 5),
    "TOO_LARGE": FaultAnswer(413, 1009, 2),
    "UNSUPPORTED_MEDIA": FaultAnswer(415, 1003, 2),
    "NOT_ACCEPTED": FaultAnswer(422, 1008, 6),
    "WISHES_OPEN": FaultAnswer(422, 1008, 6),
    "BUDGET_SPENT": FaultAnswer(422, 1008, 6),
    "RATE_LIMITED": FaultAnswer(429, 1013, 7),
    "QUOTA_EXCEEDED": FaultAnswer(429, 1008, 7),
    "CANCELLED": FaultAnswer(499, 1001, 130),
    "PROCESSING_ERROR": FaultAnswer(500, 1011, 1),
    "MODEL_UNAVAILABLE": FaultAnswer(503, 1013, 8),
    "UNAVAILABLE": FaultAnswer(503, 1013, 8),
    "TIMEOUT_ERROR": FaultAnswer(504, 1013, 9),
}


class Fault(Exception):
    """An error a caller can understand: what happened, to what, and what to do."""

    code: ClassVar[str] = "PROCESSING_ERROR"

    def __init__(
        self,
        message: str,
        *,
        details: Mapping[str, JsonValue] | None = None,
        retry_after: float | None = None,
        message_id: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, JsonValue] = dict(details or {})
        self.retry_after = retry_after
        # By which a page in another language finds its own words for the message.
        self.message_id = message_id

    @property
    def answer(self) -> FaultAnswer:
        return ANSWERS[self.code]

    def public(self) -> dict[str, JsonValue]:
        """What a caller is told, the same in a body, an event and on the terminal."""
        return {"code": self.code, "message": self.message, "details": self.details}


class Invalid(Fault):
    """The request is wrong; `details.fields` names each wrong field and what is expected."""

    code = "VALIDATION_ERROR"


class UnknownVersion(Fault):
    """This server does not have the requested API version; `details` names those it has."""

    code = "UNKNOWN_VERSION"


class Unauthorized(Fault):
    """The request has no credential, or the credential is not valid or has expired."""

    code = "UNAUTHORIZED"


class Forbidden(Fault):
    """The credential is valid but does not allow this."""

    code = "FORBIDDEN"


class NotFound(Fault):
    """There is no such resource, or the caller may not see it."""

    code = "NOT_FOUND"


class MethodNotAllowed(Fault):
    """The address does not take this HTTP method; the `Allow` header names those it takes."""

    code = "METHOD_NOT_ALLOWED"


class TooSlow(Fault):
    """The request body stopped coming, or came too slowly."""

    code = "TOO_SLOW"


class Conflict(Fault):
    """The request conflicts with the current state of the resource."""

    code = "CONFLICT"


class KeyReused(Fault):
    """The Idempotency-Key was used with another request, or its answer can no longer be given."""

    code = "KEY_REUSED"


class TooLarge(Fault):
    """The body, the prompt or the list is longer than this server accepts."""

    code = "TOO_LARGE"


class UnsupportedMedia(Fault):
    """This address does not accept the content type or the encoding of the body."""

    code = "UNSUPPORTED_MEDIA"


class NotAccepted(Fault):
    """No draft passed its checks; `details` names the findings and the failed artefact."""

    code = "NOT_ACCEPTED"


class WishesOpen(Fault):
    """Strict wishes were asked for and some are not met; `details` names them and the artefact."""

    code = "WISHES_OPEN"


class BudgetSpent(Fault):
    """The order used up its attempts, tokens or money before anything was accepted."""

    code = "BUDGET_SPENT"


class RateLimited(Fault):
    """Too many requests; `Retry-After` says when to send the next one."""

    code = "RATE_LIMITED"


class QuotaExceeded(Fault):
    """The caller has used up their tokens, money or storage; `details` says which."""

    code = "QUOTA_EXCEEDED"


class Cancelled(Fault):
    """The run was cancelled by its owner, or its last listener disconnected."""

    code = "CANCELLED"


class InternalError(Fault):
    """A bug in Kuznia; the log has the details under the request id."""

    code = "PROCESSING_ERROR"


class ModelUnavailable(Fault):
    """The model could not be reached, or its answer could not be used; see `details.reason`."""

    code = "MODEL_UNAVAILABLE"


class Unavailable(Fault):
    """The database or another service this server needs is not answering; try again shortly."""

    code = "UNAVAILABLE"


class TimedOut(Fault):
    """The deadline passed, and the work was stopped."""

    code = "TIMEOUT_ERROR"


_KINDS: dict[str, type[Fault]] = {kind.code: kind for kind in Fault.__subclasses__()}


def retold(public: Mapping[str, Any]) -> Fault:  # Any: what `public` wrote, read again
    """The fault another process told, with the same code."""
    kind = _KINDS.get(public["code"], InternalError)
    return kind(public["message"], details=public["details"])


# More than these help nobody, and a body can be made to have thousands.
MAX_FIELDS = 20
# They are within so much of the report, unless somebody sent names of many thousand characters.
_FIRST_PART = 65_536


def _first(error: ValidationError) -> Sequence[Mapping[str, Any]]:
    """The faults that are shown. To ask for them as objects would make an object of every one."""
    report = error.json(include_url=False, include_input=False)
    if error.error_count() <= MAX_FIELDS:
        return from_json(report)
    # The last one of the part is cut off in its middle.
    return from_json(report[:_FIRST_PART], allow_partial=True)[:-1][:MAX_FIELDS]


def invalid(error: ValidationError | Sequence[Mapping[str, Any]]) -> Invalid:  # Any: pydantic's own
    """Where the input is wrong and what is expected, never what was sent: it may be personal.

    The message has every place for people, the details have them for programs.
    """
    if isinstance(error, ValidationError):
        faults, count = _first(error), error.error_count()
    else:
        faults, count = error[:MAX_FIELDS], len(error)
    fields = [
        {
            # A name the caller made up is their text too, so it is not repeated at any length.
            "where": ".".join(str(step)[:40] for step in fault["loc"]) or "body",
            "message": expected(fault),
            "type": fault["type"],
        }
        for fault in faults
    ]
    # Places with the same fault are named together: of a list all items tend to be wrong alike.
    places: dict[str, list[str]] = {}
    for field in fields:
        places.setdefault(field["message"].rstrip("."), []).append(field["where"])
    lines = [f"{', '.join(wheres)}: {message}" for message, wheres in places.items()]
    if count > len(fields):
        lines.append(f"and {count - len(fields)} more")
    return Invalid(
        f"The request is not valid: {'; '.join(lines)}.",
        details={"fields": [dict[str, JsonValue](field) for field in fields]},
    )
