"""Which addresses of the internet a stranger may have us connect to."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Where clouds answer their own machines, and which not every Python counts as private.
CLOUDS = (ip_network("168.63.129.16/32"), ip_network("192.0.0.0/24"))
# In its last 32 bits is the address that a translator would connect to.
NAT64 = ip_network("64:ff9b::/96")


def is_public(text: str) -> bool:
    """Whether it is an address of the internet: not this machine, its network or its cloud's."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return all(map(_is_public, _meant(address)))


def _meant(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """The address, or the ones of version 4 that an address of version 6 stands for."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address.teredo is not None:
        return [*address.teredo]
    if address.sixtofour is not None:
        return [address.sixtofour]
    if address in NAT64:
        return [IPv4Address(int(address) & 0xFFFF_FFFF)]
    return [address]


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not (isinstance(address, IPv6Address) and address.is_site_local)
        and not any(address in network for network in CLOUDS)
    )
