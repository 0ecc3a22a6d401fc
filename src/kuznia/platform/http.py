"""One pooled HTTP client for each upstream, opened at start and closed at shutdown."""

from collections.abc import Mapping

import httpx2
from pydantic import SecretStr

from kuznia.platform.transport import Transport


def open_client(
    base_url: str,
    *,
    key: SecretStr | None = None,
    headers: Mapping[str, str] | None = None,
    connections: int = 20,
    keepalive: int = 10,
    expiry: float = 30.0,
    connect_timeout: float = 5.0,
) -> httpx2.AsyncClient:
    """A client that goes where it is told and nowhere else; `aclose` it, or use `async with`.

    No failed request is tried again and no redirect is followed: both are the caller's to decide,
    and a redirect would carry the key to another host. Only a request that met a kept connection
    on its way out is sent once more. Proxies named in the environment are not used.
    How long an answer may take is the caller's too: only connecting has a limit here.
    """
    sent = {"user-agent": "kuznia", **(headers or {})}
    if key is not None:
        sent["authorization"] = f"Bearer {key.get_secret_value()}"
    # Reading the machine's certificates takes longer than a whole start without them.
    secure = base_url.startswith("https:")
    return httpx2.AsyncClient(
        base_url=base_url,
        headers=sent,
        transport=Transport(
            tls=httpx2.create_ssl_context(trust_env=False) if secure else None,
            connections=connections,
            keepalive=keepalive,
            expiry=expiry,
        ),
        timeout=httpx2.Timeout(None, connect=connect_timeout),
        follow_redirects=False,
        trust_env=False,
    )
