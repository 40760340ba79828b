"""Vectors of records of what may go, and of what they say together."""

from __future__ import annotations

from typing import Any

from cyberlib_client.core.format_v1 import header as head

from .parts import (
    DEVICE,
    DEVICE_ID,
    OTHER_DEVICE,
    ROOT,
    VAULT_ID,
    Vector,
    accepts,
    flipped,
    noise,
    pack,
    rejects,
    sealed,
)
from .sealed_objects import a_body, device_of, signed

_VAULT = {"root": ROOT.hex(), "vault_id": VAULT_ID.hex()}
_PACKS = b"".join(sorted(noise(f"pack {n}", 32) for n in range(2)))


def _said(**more: Any) -> dict[str, Any]:
    """The smallest record that lets something go."""
    return {
        "device": device_of(),
        "action": "retire",
        "time": 1_768_464_001_000_000_000,
        "objects": {"packs": _PACKS},
        **more,
    }


def _sealed(body: object, *, signer: Any = DEVICE, purpose: bytes = b"retirement") -> bytes:
    raw = body if isinstance(body, bytes) else pack(body)
    signature = signer.sign(b"cyberlib/v1/" + purpose + VAULT_ID + raw)
    return sealed(head.RETIREMENT, pack([raw, {"ed25519": signature}]), "a retirement")


def retirement_vectors() -> list[Vector]:
    """Retirement objects."""

    def given(data: bytes) -> Vector:
        return {**_VAULT, "data": data.hex()}

    def refused(name: str, body: object, code: str = "bad_retirement", **how: Any) -> Vector:
        return rejects(name, code, given(_sealed(body, **how)))

    out = {"device_id": DEVICE_ID.hex(), "action": "retire", "time": 1_768_464_001_000_000_000,
           "reason": "", "objects": {"packs": _PACKS.hex()}, "undoes": ""}  # fmt: skip
    undoes = noise("a record", 32)
    full = _said(action="revive", client="0.1", reason="user", undoes=undoes,
                 objects={"packs": _PACKS, "snapshots": noise("a snapshot", 32)})  # fmt: skip
    full_out = {**out, "action": "revive", "reason": "user", "undoes": undoes.hex(),
                "objects": {"packs": _PACKS.hex(), "snapshots": noise("a snapshot", 32).hex()}}  # fmt: skip
    good = _sealed(_said())
    less = _said()
    del less["time"]
    return [
        accepts("two packs let go", given(good), out),
        accepts("with everything", given(_sealed(full)), full_out),
        accepts("a promise", given(_sealed(_said(quarantine=90))), {**out, "quarantine": 90}),
        accepts(
            "a policy",
            given(
                _sealed(
                    _said(
                        action="policy",
                        objects={},
                        undoes=undoes,
                        about=bytes(16),
                        quarantine=45,
                        rules={"preset": "court", "last": 5, "monthly": -1, "labelled": False},
                    )
                )
            ),
            {
                **out,
                "action": "policy",
                "objects": {},
                "undoes": undoes.hex(),
                "about": bytes(16).hex(),
                "quarantine": 45,
                "rules": {"preset": "court", "last": 5, "monthly": -1, "labelled": False},
            },
        ),
        accepts(
            "an action of tomorrow",
            given(_sealed(_said(action="later"))),
            {**out, "action": "later"},
            "ignored",
        ),
        accepts("fields of tomorrow", given(_sealed(_said(later=[1]))), out, "ignored, and signed"),
        rejects("a bit of it", "not_authentic", given(flipped(good, 120))),
        rejects("a snapshot relabelled", "not_authentic", given(b"CLBR" + signed(a_body())[4:])),
        refused("a snapshot's signature", _said(), "bad_signature", purpose=b"snapshot"),
        refused("another device's signature", _said(), "bad_signature", signer=OTHER_DEVICE),
        refused("no time", less),
        refused("a digest of 31 bytes", _said(objects={"packs": _PACKS[1:]})),
        refused("digests that are text", _said(objects={"packs": "x" * 32})),
        refused("kinds that are a list", _said(objects=[])),
        refused("a record to undo of 33 bytes", _said(undoes=undoes + b"x")),
        refused("a device of 15 bytes", _said(about=bytes(15))),
        refused("rules that are a list", _said(action="policy", rules=[1])),
        refused("an action that is a number", _said(action=1)),
        refused("a body that is no msgpack", b"\xc1"),
        rejects(
            "a record that is a map",
            "bad_retirement",
            given(sealed(head.RETIREMENT, pack({}), "a retirement")),
        ),
    ]
