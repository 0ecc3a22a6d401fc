"""A route that knows its query parameters."""

from collections.abc import Callable, Coroutine, Iterator, Set
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from kuznia.platform.errors import invalid

# Described so, a route has parameters that only it can know.
OPEN = {"style": "form", "explode": True}


class ExactRoute(APIRoute):
    """Refuses unknown query parameters: a misspelt filter would return everything.

    It knows those of its function and those its OpenAPI description lists.
    """

    # Any: what a coroutine takes in and gives on the way is nobody's business.
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inside, known = super().get_route_handler(), frozenset(self._parameters())
        if any(OPEN.items() <= one.items() for one in self._described()):
            return inside

        async def handled(request: Request) -> Response:
            if request.scope["query_string"]:
                refuse_unknown(request, known)
            return await inside(request)

        return handled

    def _parameters(self) -> Iterator[str]:
        yield from (field.alias for field in self.dependant.query_params)
        yield from (one["name"] for one in self._described() if one["in"] == "query")

    def _described(self) -> list[dict[str, Any]]:
        return (self.openapi_extra or {}).get("parameters", [])


def refuse_unknown(request: Request, known: Set[str]) -> None:
    """Raise Invalid for query parameters that are not among these."""
    if unknown := sorted(request.query_params.keys() - known):
        there = ", ".join(sorted(known))
        message = (
            f"Unknown parameter; the parameters are {there}"
            if there
            else "This address takes no parameters"
        )
        raise invalid(
            [{"loc": ("query", name), "msg": message, "type": "unknown"} for name in unknown]
        )
