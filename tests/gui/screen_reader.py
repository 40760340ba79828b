"""What a screen reader does, run by the system's Python on a bus of its own: starts an X server and the
program, goes from room to room by pressing their buttons, and looks at all that takes the focus."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pyatspi  # type: ignore[import-not-found]
from gi.repository import GLib  # type: ignore[import-not-found]

_PATIENCE = 60.0
_SIDE = 8  # rooms


def wait(true: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            if found := true():
                return found
        except Exception as error:  # noqa: BLE001 (an object that went between two looks)
            what = f"{what} ({error})"[:200]
        time.sleep(0.05)
    top = window()
    there = [(each.getRoleName(), each.name) for each in shown(top)] if top is not None else []
    raise SystemExit(f"waited in vain: {what}; there: {there}")


def below(node: Any) -> Iterator[Any]:
    """All of it; of tables and lists the first items."""
    yield node
    for number in range(min(node.childCount, 60)):
        child = node.getChildAtIndex(number)
        if child is not None:
            yield from below(child)


def states(node: Any) -> set[str]:
    return {each.value_nick for each in node.getState().getStates()}


def window() -> Any:
    for application in pyatspi.Registry.getDesktop(0):
        if application is not None and application.name == "CyberLib" and application.childCount:
            return application.getChildAtIndex(0)
    return None


def shown(top: Any) -> list[Any]:
    return [each for each in below(top) if "showing" in states(each)]


def unnamed(top: Any) -> list[str]:
    """What takes the focus, is to be seen, and says nothing of itself."""
    found = []
    for each in shown(top):
        if "focusable" not in states(each) or each.getRoleName() in ("table cell", "list item", "menu item"):
            continue
        role = each.getRoleName()
        if role in ("unknown", "invalid", "redundant object") or not each.name.strip():
            around = each.parent.name if each.parent is not None else ""
            found.append(f"{role} {each.name!r} in {around!r}")
    return found


def press(button: Any) -> None:
    action = button.queryAction()
    names = [action.getName(n) for n in range(action.nActions)]
    action.doAction(names.index("Press") if "Press" in names else 0)


def look() -> None:
    top = wait(window, "no window on the accessibility bus")
    rooms = wait(lambda: [each for each in shown(top) if "checkable" in states(each)][:_SIDE], "no side bar")
    print("side:", [(each.name, each.getRoleName()) for each in rooms])
    assert {each.getRoleName() for each in rooms} == {"radio button"}, "rooms are one of several"
    faults, visited = [], 0
    for room in rooms:
        press(room)
        wait(lambda room=room: "checked" in states(room), f"{room.name} was not shown")
        time.sleep(0.4)  # what was asked comes
        visited += 1
        faults += [f"{room.name}: {each}" for each in unnamed(top)]
    told: list[str] = []
    pyatspi.Registry.registerEventListener(
        lambda event: told.append(event.source.name) if event.detail1 else None,
        "object:state-changed:checked",
    )
    press(rooms[0])
    wait(lambda: GLib.MainContext.default().iteration(False) and rooms[0].name in told, "no change was told")
    print("state changed")
    print(f"rooms: {visited}")
    if faults:
        raise SystemExit("\n".join(sorted(set(faults))))


def main() -> None:
    launcher, *program = sys.argv[1:]
    read, write = os.pipe()
    children = [
        subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24", "-nolisten", "tcp"],
            pass_fds=[write], stderr=subprocess.DEVNULL,
        )
    ]  # fmt: skip
    try:
        os.close(write)
        with os.fdopen(read) as told:
            os.environ["DISPLAY"] = f":{told.readline().strip()}"
        children.append(subprocess.Popen([launcher, "--launch-immediately"], stderr=subprocess.DEVNULL))
        children.append(subprocess.Popen(program))
        look()
    finally:
        for child in reversed(children):
            child.terminate()
            child.wait()


main()
