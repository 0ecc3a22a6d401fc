"""Who may do what: one table of every route, and what it asks of whoever comes.

It is asked with the route a request matched, never with the text of its path. A route that is not
in the table stops the start: nothing is open because somebody forgot it.
"""

from collections.abc import Iterable, Mapping

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from kuznia.web.target import AccessRule

OPEN = AccessRule(public=True)
WATCHED = AccessRule(public=True, watched=True)
ANY = AccessRule()
READ = AccessRule(scope="read")
MAKE = AccessRule(scope="domains")
ORDER = AccessRule(scope="domains", orders=True)
ACCOUNT = AccessRule(scope="account")
PANEL = AccessRule(scope="admin", panel=True)
PANEL_OPEN = AccessRule(public=True, panel=True)

# Where there is nothing, there is nothing to allow either: who has a credential is told so.
NOWHERE = AccessRule()
NOWHERE_IN_PANEL = AccessRule(panel=True)

RULES: Mapping[str, AccessRule] = {
    "GET /": OPEN,
    "GET /health": WATCHED,
    "GET /ready": WATCHED,
    "GET /metrics": AccessRule(scope="metrics", watched=True),
    "GET /api/openapi.json": OPEN,
    "GET /api/docs": OPEN,
    "GET /api/docs/reference.js": OPEN,
    "GET /api/docs/reference.css": OPEN,
    "GET /api/v1/status": READ,
    "POST /api/v1/auth/token": OPEN,
    "POST /api/v1/auth/refresh": OPEN,
    "POST /api/v1/auth/revoke": OPEN,
    "POST /api/v1/auth/password": ACCOUNT,
    "GET /api/v1/auth/me": ANY,
    "GET /api/v1/keys": ACCOUNT,
    "POST /api/v1/keys": ACCOUNT,
    "POST /api/v1/keys/{key_id}/rotate": ACCOUNT,
    "DELETE /api/v1/keys/{key_id}": ACCOUNT,
    "GET /api/v1/me/export": ACCOUNT,
    "DELETE /api/v1/me": ACCOUNT,
    "GET /api/v1/artefacts": READ,
    "GET /api/v1/artefacts/{artefact_id}": READ,
    "DELETE /api/v1/artefacts": MAKE,
    "DELETE /api/v1/artefacts/{artefact_id}": MAKE,
    "POST /api/v1/artefacts/{artefact_id}/answers": ORDER,
    "GET /api/v1/artefacts/{artefact_id}/exports": READ,
    "GET /api/v1/artefacts/{artefact_id}/exports/{name}": READ,
    "POST /api/v1/artefacts/{artefact_id}/preview-link": MAKE,
    "GET /api/v1/runs/{run_id}/events": READ,
    "DELETE /api/v1/runs/{run_id}": MAKE,
    "GET /api/v1/jobs": READ,
    "GET /api/v1/jobs/{job_id}": READ,
    "DELETE /api/v1/jobs/{job_id}": MAKE,
    "POST /api/v1/jobs/{job_id}/requeue": MAKE,
    # Each tool is asked for what it does by the rule of its own route.
    "POST /mcp": ANY,
    "GET /.well-known/oauth-protected-resource/mcp": OPEN,
    "GET /api/v1/webhooks": READ,
    "POST /api/v1/webhooks": MAKE,
    "GET /api/v1/webhooks/{webhook_id}": READ,
    "PATCH /api/v1/webhooks/{webhook_id}": MAKE,
    "DELETE /api/v1/webhooks/{webhook_id}": MAKE,
    "POST /api/v1/webhooks/{webhook_id}/rotate": MAKE,
    "POST /api/v1/webhooks/{webhook_id}/test": MAKE,
    "GET /api/v1/webhooks/{webhook_id}/deliveries": READ,
    "POST /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver": MAKE,
    "GET /admin": PANEL,
    "GET /admin/panel.css": PANEL_OPEN,
    "GET /admin/panel.svg": PANEL_OPEN,
    "GET /admin/sign-in": PANEL_OPEN,
    "POST /admin/sign-in": PANEL_OPEN,
    "POST /admin/sign-out": PANEL,
    "GET /admin/users": PANEL,
    "POST /admin/users": PANEL,
    "GET /admin/keys": PANEL,
    "POST /admin/keys/{key_id}/revoke": PANEL,
    "GET /admin/limits": PANEL,
    "POST /admin/limits": PANEL,
    "GET /admin/runs": PANEL,
    "GET /admin/runs/{run_id}": PANEL,
    "GET /admin/jobs": PANEL,
    "GET /admin/jobs/{job_id}": PANEL,
    "POST /admin/jobs/{job_id}/{act}": PANEL,
    "GET /admin/webhooks": PANEL,
    "GET /admin/webhooks/{webhook_id}": PANEL,
    "POST /admin/webhooks/{webhook_id}/{act}": PANEL,
    "POST /admin/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver": PANEL,
    "GET /admin/artefacts": PANEL,
    "GET /admin/artefacts/{artefact_id}": PANEL,
    "GET /admin/feedback": PANEL,
    "GET /admin/settings": PANEL,
}


def domain_rules(path: str, more: Iterable[BaseRoute]) -> dict[str, AccessRule]:
    """The rules of a domain's own routes: its two makers, and `more`, which read or make."""
    rules = {
        f"{method} {context.path}": READ if method == "GET" else MAKE
        for context in iter_route_contexts(list(more))
        for method in context.methods or ()
    }
    return rules | {f"POST /api/v1/{path}": ORDER, f"POST /api/v1/{path}/batch": ORDER}
