"""What stands in for NetworkManager on a real bus: `python -m tests.support.network_manager`.

Arguments: `Metered` of the primary connection, then INTERFACE=METERED of each device. Tells a line once its
name is taken. Written after the D-Bus interface that NetworkManager documents; the bus is real.
"""

from __future__ import annotations

import sys

from jeepney import DBusAddress, HeaderFields, MessageType, new_error, new_method_call, new_method_return
from jeepney.io.blocking import open_dbus_connection

SERVICE = "org.freedesktop.NetworkManager"


def main(primary: str, *devices: str) -> None:
    """Answers until it is ended."""
    metered = dict(each.split("=") for each in devices)
    paths = {name: f"/org/freedesktop/NetworkManager/Devices/{at}" for at, name in enumerate(metered, 1)}
    numbers = {path: int(metered[name]) for name, path in paths.items()}
    bus = open_dbus_connection("SESSION")
    daemon = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
    bus.send_and_get_reply(new_method_call(daemon, "RequestName", "su", (SERVICE, 4)))
    print("ready", flush=True)
    while True:
        call = bus.receive()
        if call.header.message_type is not MessageType.method_call:
            continue
        fields = call.header.fields
        path, member = fields[HeaderFields.path], fields[HeaderFields.member]
        if member == "GetDeviceByIpIface" and call.body[0] in paths:
            bus.send(new_method_return(call, "o", (paths[call.body[0]],)))
        elif member == "GetDeviceByIpIface":
            bus.send(new_error(call, f"{SERVICE}.UnknownDevice"))
        elif member == "Get" and call.body == (SERVICE, "Metered"):
            bus.send(new_method_return(call, "v", (("u", int(primary)),)))
        elif member == "Get" and call.body == (f"{SERVICE}.Device", "Metered") and path in numbers:
            bus.send(new_method_return(call, "v", (("u", numbers[path]),)))
        else:
            bus.send(new_error(call, "org.freedesktop.DBus.Error.UnknownMethod"))


if __name__ == "__main__":
    main(*sys.argv[1:])
