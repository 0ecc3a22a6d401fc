"""One pooled HTTP client for each upstream, opened at start and closed at shutdown."""

import ssl
from collections.abc import Mapping

import httpx2
from pydantic import SecretStr

from kuznia.platform.errors import Invalid
from kuznia.platform.http.connecting import Admits
from kuznia.platform.http.transport import Transport
from kuznia.platform.settings.outbound import DIRECT, Outbound


def open_client(
    base_url: str,
    *,
    key: SecretStr | None = None,
    headers: Mapping[str, str] | None = None,
    connections: int = 20,
    keepalive: int = 10,
    expiry: float = 30.0,
    connect_timeout: float = 5.0,
    outbound: Outbound = DIRECT,
) -> httpx2.AsyncClient:
    """A client that goes where it is told and nowhere else; `aclose` it, or use `async with`.

    No failed request is tried again and no redirect is followed: both are the caller's to decide,
    and a redirect would carry the key to another host. Only a request that met a kept connection
    on its way out is sent once more.
    How long an answer may take is the caller's too: only connecting has a limit here.
    """
    sent = {"user-agent": "kuznia", **(headers or {})}
    if key is not None:
        sent["authorization"] = f"Bearer {key.get_secret_value()}"
    return httpx2.AsyncClient(
        base_url=base_url,
        headers=sent,
        transport=_transport(
            base_url,
            outbound,
            connections=connections,
            keepalive=keepalive,
            expiry=expiry,
        ),
        timeout=httpx2.Timeout(None, connect=connect_timeout),
        follow_redirects=False,
        trust_env=False,
    )


def open_outward_client(
    *, connections: int, admits: Admits, outbound: Outbound
) -> httpx2.AsyncClient:
    """A client for addresses that strangers name; it connects only where `admits` allows it.

    It knows no proxy: one would resolve the name again, and connect to what nobody has looked at.
    """
    return httpx2.AsyncClient(
        headers={"user-agent": "kuznia"},
        transport=Transport(
            tls=_tls(outbound), connections=connections, keepalive=0, expiry=0, admits=admits
        ),
        timeout=None,
        follow_redirects=False,
        trust_env=False,
    )


def _transport(
    url: str, outbound: Outbound, *, connections: int, keepalive: int, expiry: float
) -> httpx2.AsyncBaseTransport:
    """Our own, which knows no proxies; httpx2's where one is in the way."""
    tls = _tls(outbound) if url.startswith("https:") else None
    proxy = outbound.proxy(url)
    if proxy is None:
        return Transport(tls=tls, connections=connections, keepalive=keepalive, expiry=expiry)
    to_proxy = _tls(outbound) if proxy.startswith("https:") else None
    return httpx2.AsyncHTTPTransport(
        # Without one it would read the machine's, to ask http alone.
        verify=tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        limits=httpx2.Limits(
            max_connections=connections,
            max_keepalive_connections=keepalive,
            keepalive_expiry=expiry,
        ),
        proxy=httpx2.Proxy(proxy, ssl_context=to_proxy),
    )


def _tls(outbound: Outbound) -> ssl.SSLContext:
    """Only made where it is needed: it takes longer than a whole start without it."""
    if outbound.ca_file is None:
        return httpx2.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=outbound.ca_file)
    except OSError as error:
        # What OpenSSL says of a file without certificates is for those who know OpenSSL.
        reason = "no certificates in it" if isinstance(error, ssl.SSLError) else error.strerror
        raise Invalid(f"The file of SSL_CERT_FILE cannot be used: {reason}.") from None
