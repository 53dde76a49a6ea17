"""Network of a visitor, by which turns are shared."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

IPV6_PREFIX = 64  # per customer; otherwise each of its 2^64 addresses would be a visitor
MAX_LENGTH = 80  # characters, for anything that is not an IP address


def get_network(address: str) -> str:
    """Return the network of an address: an IPv4 address itself, or the /64 network of an IPv6 one.

    >>> get_network("192.0.2.7"), get_network("2001:db8:1:2:3::4"), get_network("::ffff:192.0.2.7")
    ('192.0.2.7', '2001:db8:1:2::/64', '192.0.2.7')
    """
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:  # a server behind a Unix socket has no IP address
        return address[:MAX_LENGTH]
    if not isinstance(ip, IPv6Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ip_network((ip, IPV6_PREFIX), strict=False))
