"""The network address of a browser, behind the proxies that the settings name."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

#: A household or office has at least so many bits of an IPv6 address for itself.
IPV6_PREFIX = 64


def client_address(request: HttpRequest) -> str:
    """The address; of IPv6 the network. Without proxies, or if one has added nothing, that of the connection.

    Whatever a browser writes into X-Forwarded-For stands before what our proxies add, and is not believed.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    added = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    count = settings.TRUSTED_PROXIES
    return _network(added[-count]) or _network(direct) if 0 < count <= len(added) else _network(direct)


def _network(text: str) -> str:
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    if isinstance(address, IPv6Address):
        return str(ip_network(f"{address}/{IPV6_PREFIX}", strict=False).network_address)
    return str(address)
