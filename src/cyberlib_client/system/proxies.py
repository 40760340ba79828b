"""The proxy that the system wants: HTTPS_PROXY and NO_PROXY, Windows' registry, macOS' configuration."""

from __future__ import annotations


def system_proxy(host: str) -> str | None:
    """The address of the proxy on the way to a host, as it is written there, or None for none."""
    from urllib.request import getproxies, proxy_bypass

    found = getproxies()
    address = found.get("https") or found.get("all")
    if not address or proxy_bypass(host):
        return None
    return address if "://" in address else f"http://{address}"
