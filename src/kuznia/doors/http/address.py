"""The address of a client: that of the connection, or one a trusted proxy wrote down."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from fastapi import Request
from starlette.types import Scope

from kuznia.doors.context import doors
from kuznia.platform.settings.values import Network

# 192.0.2.1:443 and [2001:db8::1]:443
_WITH_PORT = re.compile(r"(?P<v4>[\d.]+):\d+|\[(?P<v6>[^\]]+)\](?::\d+)?")


def client_address(scope: Scope, proxies: Sequence[Network]) -> str:
    """The caller's address; `proxies` are the networks whose X-Forwarded-For is believed.

    Addresses of one IPv6 household count as one address.
    """
    client = scope.get("client")
    host = client[0] if client else ""
    if proxies and within(host, proxies):
        for name, value in scope["headers"]:
            if name == b"x-forwarded-for":
                host = _last_foreign(value.decode("latin-1"), host, proxies)
    return _grouped(host)


def within(host: str, networks: Sequence[Network]) -> bool:
    """Whether the address is in one of these networks; False for what is not an address."""
    address = _parsed(host)
    return address is not None and any(address in network for network in networks)


def _last_foreign(forwarded: str, host: str, proxies: Sequence[Network]) -> str:
    """The last address not of our proxies: anyone may have sent the ones before it."""
    for hop in reversed(forwarded.split(",")):
        host = hop.strip()
        if not within(host, proxies):
            break
    return host


def _grouped(host: str) -> str:
    """The address, or its /64 network in IPv6: one household has 2^64 addresses."""
    address = _parsed(host)
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), 64), strict=False))
    return host if address is None else str(address)


def _parsed(host: str) -> IPv4Address | IPv6Address | None:
    """The address without a port and without its zone."""
    if bare := _WITH_PORT.fullmatch(host):
        host = bare["v4"] or bare["v6"]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    # What came to a socket of both kinds as IPv4 is written ::ffff:192.0.2.1.
    return getattr(address, "ipv4_mapped", None) or address


def address_of(request: Request) -> str:
    """The caller's address, by the proxies this server trusts."""
    return client_address(request.scope, doors(request).settings.trusted_proxies)
