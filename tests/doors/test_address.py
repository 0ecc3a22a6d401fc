"""Whose request it is, where the credential does not say."""

from ipaddress import ip_network

import pytest

from kuznia.doors.http.address import client_address, within
from kuznia.platform.settings.values import Network

PROXY: tuple[Network, ...] = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def address(peer: str, *forwarded: str, proxies: tuple[Network, ...] = PROXY) -> str:
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    return client_address({"client": (peer, 1), "headers": headers}, proxies)


@pytest.mark.parametrize(
    ("forwarded", "found"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("9.9.9.9, 198.51.100.7", "198.51.100.7"),
        ("198.51.100.7, 10.2.2.2", "198.51.100.7"),
        # Some proxies add the port, which differs with every connection.
        ("198.51.100.7:50123", "198.51.100.7"),
        ("[2001:db8::1]:50123", "2001:db8::/64"),
        ("[2001:db8::1]", "2001:db8::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_a_proxy_of_ours_is_believed(forwarded: str, found: str) -> None:
    assert address("10.1.1.1", forwarded) == found


def test_nobody_else_is_believed() -> None:
    assert address("198.51.100.1", "1.1.1.1") == "198.51.100.1"
    assert address("10.1.1.1", "1.1.1.1", proxies=()) == "10.1.1.1"


def test_the_last_header_counts_where_there_are_several() -> None:
    assert address("10.1.1.1", "1.1.1.1", "198.51.100.7") == "198.51.100.7"


def test_a_connection_without_an_address_has_none() -> None:
    assert client_address({"client": None, "headers": []}, PROXY) == ""


@pytest.mark.parametrize(
    ("host", "inside"),
    [("10.9.9.9", True), ("::ffff:10.9.9.9", True), ("fd00::5", True), ("11.0.0.1", False)],
)
def test_an_address_is_within_its_network(host: str, inside: bool) -> None:
    assert within(host, PROXY) is inside
