"""Where a visitor is, as far as turns are shared by it."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

IPV6_PREFIX = 64  # one customer's: each of its 2^64 addresses would be a visitor's of its own
MAX_LENGTH = 80  # characters of what is not an IP address


def network_of(address: str) -> str:
    """An IPv4 address as it is, the /64 network of an IPv6 one.

    >>> network_of("192.0.2.7"), network_of("2001:db8:1:2:3::4"), network_of("::ffff:192.0.2.7")
    ('192.0.2.7', '2001:db8:1:2::/64', '192.0.2.7')
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:  # a server behind a Unix socket has none
        return address[:MAX_LENGTH]
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((found, IPV6_PREFIX), strict=False))
