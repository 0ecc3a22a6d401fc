"""Every error becomes the error envelope; none shows a traceback or repeats an input."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from kuznia.platform.envelope import FaultEnvelope, fault_body, fault_headers
from kuznia.platform.errors import Fault, Invalid, TooLarge, invalid
from kuznia.platform.log import request_id

# What any address may answer besides its own good answer; docs/errors.md has every code.
ANYWHERE: dict[int | str, dict[str, object]] = {
    "4XX": {"model": FaultEnvelope, "description": "The request was refused."},
    "5XX": {"model": FaultEnvelope, "description": "The server or a model failed."},
}


def install(app: FastAPI) -> None:
    """Register handlers: errors of the framework become Faults, and Faults become answers."""
    app.add_exception_handler(Fault, _fault)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def answer(fault: Fault, headers: dict[str, str] | None = None) -> Response:
    return Response(
        fault_body(fault, request_id.get()),
        status_code=fault.answer.status,
        media_type="application/json",
        headers={**fault_headers(fault), **(headers or {})},
    )


async def _fault(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, Fault)
    return answer(fault)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return answer(invalid(error.errors()))


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 413:
        fault: Fault = TooLarge("The body is longer than this server accepts.")
    else:
        fault = Invalid("The request cannot be read.")
    return answer(fault, dict(error.headers or {}))
