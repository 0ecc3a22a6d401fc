"""Outbound connections: the proxy for each host, and the certificates that are trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from kuznia.platform.settings.types import ProxyUrl, SettingsGroup, Words, is_loopback

PORTS = {"http": 80, "https": 443}


class OutboundSettings(SettingsGroup):
    """Proxies and certificates, by the names other programs know them by too."""

    https_proxy: ProxyUrl | None = Field(
        default=None,
        description="Proxy for `https` servers (models, CodeMie, an identity provider), as "
        "`http://user:password@host:port`. Also read as `https_proxy`.",
    )
    http_proxy: ProxyUrl | None = Field(
        default=None,
        description="Proxy for `http` servers. This machine is never reached through a proxy.",
    )
    no_proxy: Words = Field(
        default=(),
        description="Hosts that are reached without a proxy, comma-separated: a name with all its "
        "subdomains, an address, a network, each with or without `:port`; `*` is every host.",
    )
    ssl_cert_file: Path | None = Field(
        default=None,
        description="A PEM file of certificates to trust instead of this machine's.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """As it is by default: no proxy, and the certificates of this machine."""

    https_proxy: SecretStr | None = None
    http_proxy: SecretStr | None = None
    no_proxy: Sequence[str] = ()
    ca_file: Path | None = None

    def proxy(self, url: str) -> str | None:
        """The proxy to ask; this machine itself is never asked by one."""
        parts = urlsplit(url)
        proxy = self.https_proxy if parts.scheme == "https" else self.http_proxy
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
        if proxy is None or is_loopback(host) or self._is_exempt(host, port):
            return None
        return proxy.get_secret_value()

    def _is_exempt(self, host: str, port: int) -> bool:
        return any(_matches(host, port, entry.lower()) for entry in self.no_proxy)


DIRECT = Outbound()


def _matches(host: str, port: int, entry: str) -> bool:
    """Whether it is `*`, or names the host, what is above it, its address or network."""
    if entry == "*":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        name, _, number = entry.partition(":")
        name = name.removeprefix("*").removeprefix(".")
        named = host == name or host.endswith(f".{name}")
        return bool(name) and named and number in {"", str(port)}
    try:
        return address in ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return entry in {f"{host}:{port}", f"[{host}]:{port}"}
