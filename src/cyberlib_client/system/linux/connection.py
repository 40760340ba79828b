"""Whether a network is metered on Linux: by the kernel's routes and NetworkManager's knowledge.

NetworkManager is asked over the system bus (org.freedesktop.NetworkManager, `Metered` of a device and of the
primary connection). Without it nobody knows, and None is the answer.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
import sys
from typing import Any, Final

_PATIENCE: Final = 3.0  # seconds for an answer
_SERVICE: Final = "org.freedesktop.NetworkManager"
_PATH: Final = "/org/freedesktop/NetworkManager"
_METERED: Final = {1: True, 2: False, 3: True, 4: False}  # NMMetered: yes, no, and both guessed
_ANYWHERE: Final = ("192.0.2.1", "2001:db8::1")  # RFC 5737, RFC 3849: nobody's, so by the way to the internet

_GET_ROUTE, _NEW_ROUTE = 26, 24  # rtnetlink(7)
_REQUEST: Final = 1
_DESTINATION, _INTERFACE = 1, 4  # RTA_DST, RTA_OIF
_HEADER: Final = struct.Struct("=IHHII")
_ROUTE: Final = struct.Struct("=8BI")
_ATTRIBUTE: Final = struct.Struct("=HH")


class LinuxConnection:
    """See core.platform.Connection."""

    def metered(self, address: str) -> bool | None:
        """The interface's own word; a tunnel's, which is seldom known, is that of the network below it."""
        try:
            interface = interface_to(address)
            if interface == "lo":
                return False
            return _asked(interface)
        except (OSError, ValueError):  # no bus, no service, no route; no address
            return None


def interface_to(address: str) -> str | None:
    """Name of the interface by which the kernel would send to a numeric address (empty: to the internet);
    None when there is no way. Raises OSError, ValueError for what is no address."""
    for each in [address] if address else _ANYWHERE:
        found = _route(ipaddress.ip_address(each))
        if found is not None:
            return found
    return None


def _route(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str | None:
    if sys.platform != "linux":
        raise OSError("a part of Linux")
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    target = _ATTRIBUTE.pack(_ATTRIBUTE.size + len(address.packed), _DESTINATION) + address.packed
    body = _ROUTE.pack(family, len(address.packed) * 8, 0, 0, 0, 0, 0, 0, 0) + target
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.settimeout(_PATIENCE)
        kernel.send(_HEADER.pack(_HEADER.size + len(body), _GET_ROUTE, _REQUEST, 1, 0) + body)
        answer = kernel.recv(8192)
    size, kind, *_ = _HEADER.unpack_from(answer)
    at = _HEADER.size + _ROUTE.size
    while kind == _NEW_ROUTE and at + _ATTRIBUTE.size <= size:
        length, name = _ATTRIBUTE.unpack_from(answer, at)
        if name == _INTERFACE:
            return socket.if_indextoname(struct.unpack_from("=I", answer, at + _ATTRIBUTE.size)[0])
        at += max(_ATTRIBUTE.size, (length + 3) & ~3)
    return None


def _asked(interface: str | None) -> bool | None:
    """Raises OSError."""
    if not os.environ.get("DBUS_SYSTEM_BUS_ADDRESS") and not os.path.exists("/run/dbus/system_bus_socket"):
        return None
    from jeepney import DBusAddress, Properties, new_method_call  # type: ignore[import-untyped, unused-ignore]
    from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped, unused-ignore]
    from jeepney.wrappers import (  # type: ignore[import-untyped, unused-ignore]
        DBusErrorResponse,
        unwrap_msg,
    )

    def ask(message: Any) -> Any:
        return unwrap_msg(bus.send_and_get_reply(message, timeout=_PATIENCE))[0]

    def of_device() -> int:
        try:
            path = ask(new_method_call(manager, "GetDeviceByIpIface", "s", (interface,)))
            device = DBusAddress(path, bus_name=_SERVICE, interface=f"{_SERVICE}.Device")
            return int(ask(Properties(device).get("Metered"))[1])
        except DBusErrorResponse:  # one that it does not manage, such as most tunnels
            return 0

    manager = DBusAddress(_PATH, bus_name=_SERVICE, interface=_SERVICE)
    with open_dbus_connection("SYSTEM") as bus:
        own = None if interface is None else _METERED.get(of_device())
        if own is not None:
            return own
        try:
            return _METERED.get(ask(Properties(manager).get("Metered"))[1])
        except DBusErrorResponse:  # there is no NetworkManager
            return None
