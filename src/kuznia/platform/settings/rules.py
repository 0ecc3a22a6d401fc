"""Settings that are right one by one and wrong together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kuznia.platform.settings.types import is_loopback

if TYPE_CHECKING:
    from kuznia.platform.settings import Settings

Problems = Iterator[tuple[str, str]]

CLOSE = (
    "Set ACCOUNTS=true, JWT_SECRET, JWT_JWKS_URL or SUPABASE_URL; or ALLOW_REMOTE=true if everyone "
    "who reaches the server may use it"
)


def _production(settings: Settings) -> Problems:
    if settings.environment != "production":
        return
    if settings.debug:
        yield "DEBUG", "must be off in production"
    if "*" in settings.cors_origins:
        yield "CORS_ORIGINS", "`*` lets every site call the server; in production name the sites"
    # The loopback is no wall in production: a reverse proxy lets strangers through it.
    if not (settings.closed or settings.allow_remote):
        yield "ACCOUNTS", f"missing; production requires a credential. {CLOSE}"


def _open_door(settings: Settings) -> Problems:
    safe = settings.closed or settings.allow_remote or is_loopback(settings.host)
    # What production asks for closes this door too.
    if not safe and settings.environment != "production":
        yield (
            "HOST",
            "other machines can reach this address without a credential. "
            f"{CLOSE}; otherwise HOST=127.0.0.1",
        )


def _tokens(settings: Settings) -> Problems:
    if settings.jwt_jwks_url:
        # A provider signs for many: without these, a token for any of them would open this server.
        if not settings.token_issuer:
            yield "JWT_ISSUER", "missing; JWT_JWKS_URL is set, so name the issuer of the tokens"
        if not settings.token_audience:
            yield "JWT_AUDIENCE", "missing; JWT_JWKS_URL is set, so name the audience of the tokens"
    if settings.environment != "production":
        return
    for name in ("jwt_jwks_url", "supabase_url"):
        parts = urlsplit(getattr(settings, name) or "https:")
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            yield (
                name.upper(),
                "must be https in production: plain http lets others sign in",
            )


def _models(settings: Settings) -> Problems:
    if settings.openai_base_url and not settings.openai_model:
        yield "OPENAI_MODEL", "missing; a model server is set, so name the model"
    if settings.openai_model and not (settings.openai_api_key or settings.openai_base_url):
        yield "OPENAI_API_KEY", "missing; OPENAI_MODEL needs this key, or OPENAI_BASE_URL"


def _second_model(settings: Settings) -> Problems:
    if settings.fallback_base_url and not settings.fallback_model:
        yield "FALLBACK_MODEL", "missing; FALLBACK_BASE_URL is set, so name the model"
    if settings.fallback_base_url:
        return
    if settings.fallback_api_key:
        yield "FALLBACK_BASE_URL", "missing; FALLBACK_API_KEY is the key of that server"
    elif settings.fallback_model and not (settings.openai_api_key or settings.openai_base_url):
        yield "FALLBACK_BASE_URL", "missing; there is no first model whose server could be used"


def _codemie(settings: Settings) -> Problems:
    """Where CodeMie is, who of it is asked, and who we are to it: all three or none."""
    shapes = type(settings).model_fields
    named = [name for name in settings.model_fields_set if name.startswith("codemie_")]
    # A default that is written out says nothing.
    if not any(getattr(settings, name) != shapes[name].default for name in named):
        return
    if settings.codemie_base_url is None:
        yield "CODEMIE_BASE_URL", "missing; CODEMIE_* is set, so name the address of its API"
    if not (settings.codemie_flow_assistant or settings.codemie_ui_assistant):
        yield "CODEMIE_FLOW_ASSISTANT", "missing; name this assistant, or CODEMIE_UI_ASSISTANT"
    if settings.codemie_api_key is None and settings.codemie_auth_url is None:
        yield "CODEMIE_API_KEY", "missing; set a token, or CODEMIE_AUTH_URL to sign in at"
    yield from _sign_in(settings)


def _sign_in(settings: Settings) -> Problems:
    person = settings.codemie_username
    if person and settings.codemie_password is None:
        yield "CODEMIE_PASSWORD", "missing; CODEMIE_USERNAME is set"
    if settings.codemie_password is not None and not person:
        yield "CODEMIE_USERNAME", "missing; CODEMIE_PASSWORD is set"
    if settings.codemie_auth_url is None and (person or settings.codemie_client_secret):
        yield "CODEMIE_AUTH_URL", "missing; the name and the secret are for signing in there"
    if settings.codemie_auth_url and not (person or settings.codemie_client_secret):
        yield "CODEMIE_CLIENT_SECRET", "missing; set it, or CODEMIE_USERNAME and CODEMIE_PASSWORD"


def _connections(settings: Settings) -> Problems:
    if settings.http_keepalive > settings.http_connections:
        yield "HTTP_KEEPALIVE", "cannot be more than HTTP_CONNECTIONS"


def _retention(settings: Settings) -> Problems:
    days = settings.artefact_retention
    if days is not None and settings.cache_ttl > days * 86_400:
        yield (
            "CACHE_TTL",
            "longer than ARTEFACT_RETENTION: erased artefacts would be returned",
        )


def notes(settings: Settings) -> Iterator[str]:
    """What is worth a warning and no reason to refuse the start."""
    # The key is in the environment of many machines, for other programs.
    if settings.openai_api_key and not (settings.openai_base_url or settings.openai_model):
        yield (
            "OPENAI_API_KEY is set, but OPENAI_MODEL is not, so no model is used. "
            "Set OPENAI_MODEL, or remove the key."
        )


def disagreements(settings: Settings) -> dict[str, str]:
    """What is wrong between settings, by the name to look at first."""
    rules = (
        *(_production, _open_door, _tokens),
        *(_models, _second_model, _codemie, _connections),
        _retention,
    )
    return dict(problem for rule in rules for problem in rule(settings))
