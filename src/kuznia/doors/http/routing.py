"""A request is matched once, before anything is decided about it, and answered by what it matched.

Every layer reads the same target from the state of the request. Were the path looked at again
further in, two readers could see two routes in it, and what one had allowed the other would do.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import quote

from fastapi.routing import RouteContext, iter_route_contexts
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from kuznia.doors.http.access import NOWHERE, NOWHERE_IN_PANEL
from kuznia.doors.http.faults import answer
from kuznia.platform.errors import MethodNotAllowed, NotFound
from kuznia.web.state import RequestState, state_of
from kuznia.web.target import AccessRule, Target

PANEL = "/admin"


# The targets of one path by method; under no method, the one for every other method.
Methods = Mapping[str, Target]


class Targets:
    """All routes of this server; LookupError for a route without a rule."""

    def __init__(self, routes: Iterable[BaseRoute], rules: Mapping[str, AccessRule]) -> None:
        contexts: dict[str, list[RouteContext]] = defaultdict(list)
        for context in iter_route_contexts(list(routes)):
            contexts[context.path or ""].append(context)
        self._exact: dict[str, Methods] = {}
        # By the number of their slashes, which is quicker to compare than the pattern.
        self._patterns: dict[int, list[tuple[re.Pattern[str], Methods]]] = defaultdict(list)
        self.operations: list[Target] = []
        for path, several in contexts.items():
            methods = _methods(path, several, rules)
            self.operations += (one for one in methods.values() if one.method)
            if "{" in path:
                self._patterns[path.count("/")].append((several[0].path_regex, methods))
            else:
                self._exact[path] = methods
        self._nowhere = Target(rule=NOWHERE, app=_not_found)
        self._nowhere_in_panel = Target(rule=NOWHERE_IN_PANEL, app=_not_found)

    def match(self, scope: Scope) -> Target:
        """The target of a request; the variable parts of its path go into the scope."""
        path, method = scope["path"], scope["method"]
        match = self._find(path)
        if match is not None:
            scope["path_params"] = match[1]
            return _for(match[0], method)
        if (match := self._find(_other_end(path))) is not None:
            return _elsewhere(_for(match[0], method))
        # All that depends on it is how whoever is not known is asked to sign in.
        return self._nowhere_in_panel if path.startswith(f"{PANEL}/") else self._nowhere

    def _find(self, path: str) -> tuple[Methods, dict[str, str]] | None:
        if (methods := self._exact.get(path)) is not None:
            return methods, {}
        for pattern, methods in self._patterns.get(path.count("/"), ()):
            # Not `match`: to it a line break at the end is as good as the end.
            if match := pattern.fullmatch(path):
                return methods, match.groupdict()
        return None


class Dispatch(BaseRoute):
    """The only route the framework sees: it calls the target that was matched."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:  # noqa: ARG002 - it is for any
        return Match.FULL, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await state_of(scope, RequestState).target.app(scope, receive, send)


def _methods(
    path: str, contexts: Iterable[RouteContext], rules: Mapping[str, AccessRule]
) -> Methods:
    by_method = {method: context for context in contexts for method in context.methods or ()}
    takes = tuple(sorted(by_method.keys() | ({"HEAD"} if "GET" in by_method else set[str]())))
    methods: dict[str, Target] = {}
    for method, context in by_method.items():
        if (rule := rules.get(f"{method} {path}")) is None:
            raise LookupError(
                f"{method} {path} has no rule: give it one where its family has its others"
            )
        methods[method] = Target(
            path=path, method=method, methods=takes, rule=rule, app=context.app
        )
    # It does nothing, so whatever credential there is will do.
    rule = AccessRule(
        public=all(one.rule.public for one in methods.values()),
        panel=any(one.rule.panel for one in methods.values()),
        successors=next((one.rule.successors for one in methods.values()), ()),
    )
    methods[""] = Target(path=path, methods=takes, rule=rule, app=_not_allowed)
    return methods


def _for(methods: Methods, sent: str) -> Target:
    return methods.get("GET" if sent == "HEAD" else sent) or methods[""]


def _other_end(path: str) -> str:
    return path[:-1] if path.endswith("/") else f"{path}/"


def _elsewhere(target: Target) -> Target:
    """Redirect a wrong slash at the end, if the right address would admit the sender."""
    rule = replace(target.rule, orders=False, carries=None)
    return replace(target, rule=rule, app=_moved)


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    fault = NotFound("There is nothing at this address; /api/docs lists all addresses.")
    await answer(fault)(scope, receive, send)


async def _not_allowed(scope: Scope, receive: Receive, send: Send) -> None:
    methods = state_of(scope, RequestState).target.methods
    fault = MethodNotAllowed(
        f"This address does not accept {scope['method']}; it accepts {', '.join(methods)}.",
        details={"methods": list(methods)},
    )
    await answer(fault, {"Allow": ", ".join(methods)})(scope, receive, send)


async def _moved(scope: Scope, receive: Receive, send: Send) -> None:
    # Without the name of a host: whoever sends the request chooses that one.
    query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
    place = quote(_other_end(scope["path"])) + query
    await RedirectResponse(place)(scope, receive, send)
