"""The tables of people, and of what they prove. As in `tables`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, String, Table, Text, UniqueConstraint

from .tables import metadata

people: Final = Table(
    "people",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("organisation", ForeignKey("organisations.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("mail", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("created", BigInteger, nullable=False),
    # Of the invitation that waits or was taken last: its hash.
    Column("invitation", LargeBinary(32), nullable=False, unique=True),
    Column("invited_until", BigInteger, nullable=False),
    # Chosen and not confirmed yet, or in force: a hash (Argon2id), and the sealed secret of RFC 6238.
    Column("password", Text),
    Column("secret", LargeBinary),
    Column("confirmed", BigInteger),
    # When first: an organisation that had somebody goes on asking while they are invited anew.
    Column("enrolled", BigInteger),
    Column("last_step", BigInteger, nullable=False),
    # As a provider of identities calls them.
    Column("national_id", Text),
    UniqueConstraint("organisation", "mail"),
)

recovery: Final = Table(
    "recovery_codes",
    metadata,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("hash", LargeBinary(32), primary_key=True),
)

attempts: Final = Table(
    "attempts",
    metadata,
    # Of whom, also of people who do not exist: a hash. How many tries since one succeeded.
    Column("whom", LargeBinary(32), primary_key=True),
    Column("tries", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
)

proof_challenges: Final = Table(
    "proof_challenges",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("device", ForeignKey("devices.id"), nullable=False, index=True),
    Column("action", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("expires", BigInteger, nullable=False),
)

proofs: Final = Table(
    "proofs",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("device", ForeignKey("devices.id"), nullable=False, index=True),
    Column("action", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("used", BigInteger),
)

telephone_asks: Final = Table(
    "telephone_asks",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("device", ForeignKey("devices.id"), nullable=False, index=True),
    Column("action", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("person", ForeignKey("people.id"), nullable=False),
    # By what the provider knows it, and after how many seconds it may be looked at again: not before `next`.
    Column("request", Text, nullable=False),
    Column("every", BigInteger, nullable=False),
    Column("next", BigInteger, nullable=False),
    Column("begun", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
)

sign_ins: Final = Table(
    "sign_ins",
    metadata,
    # Begun by a device; then of the browser: state and cookie; then of the code that the device gets.
    Column("hash", LargeBinary(32), primary_key=True),
    Column("device", ForeignKey("devices.id"), nullable=False, index=True),
    Column("action", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("port", BigInteger, nullable=False),
    Column("verifier", String(43), nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("state", LargeBinary(32), unique=True),
    Column("cookie", LargeBinary(32)),
    Column("nonce", Text),
    Column("provider_verifier", Text),
    Column("code", LargeBinary(32), unique=True),
    Column("person", ForeignKey("people.id")),
    # "provider"; "passkey", or "new_passkey" with its name and, once made, its key. It signs `nonce`.
    Column("kind", String(16), nullable=False, server_default="provider"),
    Column("name", Text),
    Column("key", LargeBinary),
)

passkeys: Final = Table(
    "passkeys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    # Of the id that the authenticator gave it; its public key; and how often it was used, if it counts.
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("key", LargeBinary, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("added", BigInteger, nullable=False),
    Column("used", BigInteger),
)
