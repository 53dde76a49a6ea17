"""The address a request comes from, as far as people are told apart by it."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from starlette.types import Scope


def address_of(scope: Scope) -> str:
    """The client's, which uvicorn takes from a proxy that it trusts (FORWARDED_ALLOW_IPS)."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Address(int(address) >> 64 << 64))  # a household has 2^64 of its own
    return str(getattr(address, "ipv4_mapped", None) or address)
