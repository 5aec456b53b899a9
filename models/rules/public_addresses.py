"""Which addresses are the public's: everybody may be sent there, and nobody's own network is behind them."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

OURS_ALONE = tuple(
    IPv4Network(each)
    for each in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # a cloud's own services, at an address of public form
    )
)
"""Of one machine, one network, documentation, several receivers, or nobody (RFC 6890)."""
GLOBAL_UNICAST = IPv6Network("2000::/3")
SET_APART = tuple(IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
"""Tunnels such as 6to4 and Teredo, and documentation: what is behind them is not to be known from here."""
TRANSLATED = IPv6Network("64:ff9b::/96")
"""NAT64: an IPv4 address as a network without IPv4 spells it."""


def is_public(address: str) -> bool:
    """Whether it is a public unicast address. One that wraps an IPv4 address is what that is, or refused."""
    try:
        known = ip_address(address)
    except ValueError:
        return False
    if isinstance(known, IPv4Address):
        return _is_public_4(known)
    if known in TRANSLATED:
        return _is_public_4(IPv4Address(int(known) & 0xFFFFFFFF))
    return _is_public_6(known)


def _is_public_4(address: IPv4Address) -> bool:
    return not any(address in network for network in OURS_ALONE)


def _is_public_6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    return address in GLOBAL_UNICAST and not any(address in network for network in SET_APART)
