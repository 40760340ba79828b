"""By what else than passwords and codes the host knows people: a provider of identities, passkeys."""

from __future__ import annotations

import msgspec


class ProviderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[provider]`. `address`: of this host, as browsers reach it. `identity`: the claim that names a person
    for ever; `acr`: how sure the provider has to be, and nothing else will do. `metadata`: where it says of
    itself, if not at the usual place below its issuer. `telephone`: it asks people on their telephone (CIBA)
    when this host wants to know."""

    issuer: str
    client_id: str
    address: str
    secret_file: str = "provider.secret"
    scope: str = "openid scope_all"
    acr: str = "eidas1"
    identity: str = "SubjectNameID"
    ca: str | None = None
    metadata: str | None = None
    telephone: bool = False


class PasskeySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[passkeys]`. `address`: of this host, as browsers reach it: `https://`, a name, and a port if need be.
    A passkey is for this name for ever: at another it proves nothing. `name`: as browsers show the host."""

    address: str
    name: str = "CyberLib"
