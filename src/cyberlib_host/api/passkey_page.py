"""The one page of the host's own: somebody uses a passkey, or makes one. All of it is here."""

from __future__ import annotations

import base64
import hashlib
import html
from typing import Final, NamedTuple

from starlette.responses import HTMLResponse, Response

from ..core.people import Action
from ..services.passkeys import Page

_STYLE: Final = """
:root { color-scheme: light dark; font: 17px/1.5 system-ui, "Segoe UI", sans-serif; }
body { margin: 0; display: grid; place-items: center; min-height: 100vh; }
main { width: min(30rem, 100% - 3rem); padding: 2rem 0; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; }
dl { margin: 1.25rem 0; padding: 0.75rem 1rem 0.25rem; border: 1px solid GrayText; border-radius: 0.5rem; }
dt { font-size: 0.85rem; opacity: 0.8; }
dd { margin: 0 0 0.5rem; overflow-wrap: anywhere; }
button { font: inherit; padding: 0.6rem 1.4rem; border-radius: 0.5rem; cursor: pointer;
  border: 1px solid #0b5c6b; background: #0b5c6b; color: #fff; }
button:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
button:disabled { opacity: 0.5; cursor: default; }
#said { min-height: 4.5rem; }
"""
_SCRIPT: Final = r"""
"use strict";
const said = document.getElementById("said");
const go = document.getElementById("go");
const bytes = text => Uint8Array.from(
  atob(text.replace(/-/g, "+").replace(/_/g, "/")), each => each.charCodeAt(0));
const text = data => data == null ? undefined : btoa(String.fromCharCode(...new Uint8Array(data)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function authenticator() {
  const options = JSON.parse(document.getElementById("asked").textContent).publicKey;
  options.challenge = bytes(options.challenge);
  if (!("user" in options)) return navigator.credentials.get({ publicKey: options });
  options.user.id = bytes(options.user.id);
  const known = options.excludeCredentials || [];
  options.excludeCredentials = known.map(each => ({ ...each, id: bytes(each.id) }));
  return navigator.credentials.create({ publicKey: options });
}

async function answer() {
  const made = await authenticator();
  const { clientDataJSON, attestationObject, authenticatorData, signature, userHandle } = made.response;
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, clientExtensionResults: {},
    response: { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject),
      authenticatorData: text(authenticatorData), signature: text(signature),
      userHandle: text(userHandle) } });
}

go.addEventListener("click", async () => {
  go.disabled = true;
  said.textContent = "";
  if (!window.PublicKeyCredential) { said.textContent = go.dataset.none; return; }
  let body;
  try { body = await answer(); } catch (error) {
    said.textContent = error.name === "InvalidStateError" ? go.dataset.known : go.dataset.again;
    go.disabled = false;
    return;
  }
  try {
    const told = await fetch("/v1/sign-in-passkey",
      { method: "POST", body, headers: { "Content-Type": "application/json" } });
    if (!told.ok) throw new Error();
    location.replace((await told.json()).url);
  } catch (error) { said.textContent = go.dataset.over; }
});
"""


def _allowed(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    # Nothing but this very script and style, nobody around this page, nowhere to but here.
    "Content-Security-Policy": f"default-src 'none'; script-src {_allowed(_SCRIPT)}; style-src"
    f" {_allowed(_STYLE)}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}


class _Words(NamedTuple):
    use: str
    make: str
    lead_use: str
    lead_make: str
    action: str
    device: str
    organisation: str
    key: str
    go: str
    none: str
    again: str
    known: str
    over: str
    warning: str


_FRENCH: Final = _Words(
    "Qui êtes-vous ?",
    "Nouvelle clé d’identification",
    "Montrez par votre clé d’identification que c’est bien vous.",
    "Votre appareil ou votre clé de sécurité va créer une clé d’identification, et vous demander code,"
    " empreinte ou visage.",
    "Pour",
    "Demandé depuis le poste",
    "Cabinet",
    "Nom de la clé",
    "Continuer",
    "Ce navigateur ne connaît pas les clés d’identification. Revenez à CyberLib et choisissez un autre moyen,"
    " ou un autre navigateur.",
    "Rien n’a été montré. Recommencez, ou revenez à CyberLib.",
    "Cet appareil a déjà votre clé d’identification.",
    "Cette connexion n’a pas abouti. Fermez cette page et recommencez depuis CyberLib.",
    "Si vous n’avez rien demandé à ce poste, fermez cette page.",
)
_ENGLISH: Final = _Words(
    "Who are you?",
    "A new passkey",
    "Show by your passkey that it is you.",
    "Your device or your security key is going to make a passkey, and to ask you for a code, a finger or"
    " your face.",
    "To",
    "Asked at the workstation",
    "Practice",
    "Name of the passkey",
    "Continue",
    "This browser knows no passkeys. Go back to CyberLib and choose another way, or another browser.",
    "Nothing was shown. Try again, or go back to CyberLib.",
    "This device has your passkey already.",
    "This sign-in came to nothing. Close this page and begin again from CyberLib.",
    "If you asked for nothing at this workstation, close this page.",
)
ACTIONS: Final[dict[Action, tuple[str, str]]] = {
    "device_revoke": ("révoquer un poste", "revoke a workstation"),
    "device_reassign": ("reprendre la licence d’un poste", "take a workstation’s licence over"),
    "escrow_join": ("rejoindre un séquestre", "join an escrow"),
    "escrow_leave": ("quitter le séquestre", "leave the escrow"),
    "release_waive": ("lever le délai d’une demande d’accès", "waive the delay of a request for access"),
    "leaving_accept": (
        "accepter la fin du contrat et l’effacement",
        "accept the contract’s end and erasure",
    ),
    "person_invite": ("inviter une personne", "invite a person"),
    "key_rotate": ("changer la clé du coffre", "change the vault’s key"),
    "retention_shorten": ("garder moins de versions", "keep fewer snapshots"),
    "cover_grant": ("autoriser une restauration encadrée", "grant a covered restoration"),
    "passkey_add": ("ajouter une clé d’identification", "add a passkey"),
    "passkey_remove": ("ôter une clé d’identification", "remove a passkey"),
}
"""As the workstation says them too."""


def passkey_page(page: Page, languages: str) -> Response:
    """`languages`: as the browser asks for them (RFC 9110, 12.5.4); French unless another comes first."""
    first = languages.split(",")[0].split(";")[0].strip().lower()
    french = first[:2] in ("", "*", "fr")
    words = _FRENCH if french else _ENGLISH
    told = (
        [(words.key, page.name)] if page.new else [(words.action, ACTIONS[page.action][0 if french else 1])]
    )
    told += [(words.organisation, page.organisation), (words.device, page.device)]
    rows = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in told)
    title = words.make if page.new else words.use
    said = " ".join(
        f'data-{name}="{html.escape(getattr(words, name))}"' for name in ("none", "again", "known", "over")
    )
    options = page.options.replace("<", "\\u003c")
    return HTMLResponse(
        f'<!doctype html><html lang="{"fr" if french else "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)} – CyberLib</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{html.escape(title)}</h1>"
        f"<p>{html.escape(words.lead_make if page.new else words.lead_use)}</p><dl>{rows}</dl>"
        f"<p>{html.escape(words.warning)}</p>"
        f'<p id="said" role="alert"></p><button id="go" {said}>{html.escape(words.go)}</button></main>'
        f'<script type="application/json" id="asked">{options}</script>'
        f"<script>{_SCRIPT}</script></body></html>",
        headers=_HEADERS,
    )
