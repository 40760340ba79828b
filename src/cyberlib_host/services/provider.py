"""A provider of identities (OpenID Connect), such as Pro Santé Connect: the host alone speaks with it."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import urlencode, urlsplit

import httpx2
import jwt
import msgspec
import structlog

from ..core.identities import ProviderSettings
from ..core.problems import Problem

_PATIENCE_SECONDS: Final = 10.0
_KNOWN_SECONDS: Final = 3600.0
_LEEWAY_SECONDS: Final = 60
_ALGORITHMS: Final = ("RS256", "PS256", "ES256")
"""Never none, nor one whose key is a shared secret."""
_LARGEST: Final = 1 << 20
_CIBA: Final = "urn:openid:params:grant-type:ciba"
_EVERY: Final = 5  # as the standard has it, where a provider says nothing
_LONGEST_REQUEST: Final = 2000
_LONGEST_WAIT: Final = 3600
_log = structlog.get_logger("cyberlib.host")


class Asked(NamedTuple):
    """`request`: by what the provider knows it. It is looked at `every` so many seconds, for `seconds`."""

    request: str
    seconds: int
    every: int


class Answered(NamedTuple):
    """`slow`: nothing yet, and it was looked at too often. `identity`: of who said yes."""

    state: Literal["waits", "slow", "no", "late", "yes"]
    identity: str = ""


_STATES: Final[dict[str, Literal["waits", "slow", "no", "late"]]] = {
    "authorization_pending": "waits",
    "slow_down": "slow",
    "access_denied": "no",
    "expired_token": "late",
}


class Provider:
    """One provider. Raises Problem("provider_unreachable") where it gives no sense, ("provider_refused")
    where what it says does not hold."""

    def __init__(self, settings: ProviderSettings, secret: str) -> None:
        self.settings, self._secret = settings, secret
        self._known: dict[str, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def begin(self, state: str, nonce: str, challenge: str) -> str:
        """Where the browser goes."""
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.back,
            "scope": self.settings.scope,
            "acr_values": self.settings.acr,
            "prompt": "login",  # somebody who is there now, whoever was before
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._place('authorization_endpoint')}?{urlencode(asked)}"

    def end(self, id_token: str, state: str) -> str | None:
        """Where the browser goes to end the provider's session; None where it has no such place."""
        if "end_session_endpoint" not in self._metadata():
            return None
        asked = {
            "id_token_hint": id_token,
            "client_id": self.settings.client_id,
            "post_logout_redirect_uri": self.done,
            "state": state,
        }
        return f"{self._place('end_session_endpoint')}?{urlencode(asked)}"

    @property
    def back(self) -> str:
        """Where it sends the browser to with a code."""
        return self.settings.address.rstrip("/") + "/v1/sign-in-return"

    @property
    def done(self) -> str:
        """Where it sends the browser to when its session is over."""
        return self.settings.address.rstrip("/") + "/v1/sign-in-done"

    def who(self, code: str, verifier: str, nonce: str) -> tuple[str, str]:
        """The identity that a code is of, and the ID token."""
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": verifier,
        }
        tokens = self._spoken("POST", self._place("token_endpoint"), data=sent, auth=self._login)
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise _refused("tokens")
        return self._identity(tokens, self.verified(id_token, nonce)), id_token

    def _identity(self, tokens: dict[str, Any], claims: dict[str, Any]) -> str:
        wanted, access = self.settings.identity, tokens.get("access_token")
        if not isinstance(access, str):
            raise _refused("tokens")
        if wanted not in claims:
            bearer = {"Authorization": f"Bearer {access}"}
            more = self._spoken("GET", self._place("userinfo_endpoint"), headers=bearer)
            if more.get("sub") != claims["sub"]:  # OpenID Connect Core, 5.3.2
                raise _refused("userinfo")
            claims = more | claims
        found = claims.get(wanted)
        if not isinstance(found, str) or not found:
            raise _refused("identity")
        return found

    def ask(self, identity: str, message: str) -> Asked:
        """Has somebody asked on their telephone, who sees the message there (CIBA, poll mode)."""
        sent = {
            "scope": self.settings.scope,
            "acr_values": self.settings.acr,
            "login_hint": identity,
            "binding_message": message,
        }
        at = self._place("backchannel_authentication_endpoint")
        got = self._spoken("POST", at, data=sent, auth=self._login)
        request, seconds, every = got.get("auth_req_id"), got.get("expires_in"), got.get("interval", _EVERY)
        if not isinstance(request, str) or not 0 < len(request) <= _LONGEST_REQUEST:
            raise _refused("auth_req_id")
        return Asked(request, _seconds(seconds), _seconds(every))

    def answered(self, request: str, since: float) -> Answered:
        """What they answered by now. `since`: when they were asked, by this host's clock."""
        sent = {"grant_type": _CIBA, "auth_req_id": request}
        tokens = self._spoken("POST", self._place("token_endpoint"), data=sent, auth=self._login, errors=True)
        if "error" in tokens:
            state = _STATES.get(str(tokens["error"]))
            if state is None:
                raise _refused(str(tokens["error"])[:40])
            return Answered(state)
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise _refused("tokens")
        claims = self.verified(id_token, None)
        if claims["iat"] < since - _LEEWAY_SECONDS:
            raise _refused("iat")
        try:
            return Answered("yes", self._identity(tokens, claims))
        finally:
            self._end(tokens)

    def _end(self, tokens: dict[str, Any]) -> None:
        """What the provider gave is worth nothing any more, nor the session that it may have of them. Whoever
        was there was there, whether that succeeds or not."""
        if "revocation_endpoint" not in self._metadata():
            return
        for name in ("refresh_token", "access_token"):
            if isinstance(tokens.get(name), str):
                sent = {"token": tokens[name], "token_type_hint": name}
                with suppress(Problem):
                    self._spoken("POST", self._place("revocation_endpoint"), data=sent, auth=self._login)

    def verified(self, id_token: str, nonce: str | None) -> dict[str, Any]:
        """The claims of an ID token that holds (OpenID Connect Core, 3.1.3.7). One that the host fetched
        itself, of a request of its own, bears no nonce (None)."""
        try:
            header = jwt.get_unverified_header(id_token)
            if header.get("alg") not in _ALGORITHMS:
                raise _refused("alg")
            claims: dict[str, Any] = jwt.decode(
                id_token,
                self._key(str(header.get("kid", ""))),
                algorithms=[header["alg"]],
                audience=self.settings.client_id,
                issuer=self.settings.issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub", *(["nonce"] if nonce else [])]},
            )
        except jwt.PyJWTError as error:
            raise _refused(type(error).__name__) from None
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self.settings.client_id:
            raise _refused("azp")
        if nonce is not None and claims["nonce"] != nonce:
            raise _refused("nonce")
        if claims.get("acr") != self.settings.acr:
            raise _refused("acr")
        return claims

    def _key(self, kid: str) -> Any:
        for fresh in (False, True):  # a key that is not known may be new
            keys = jwt.PyJWKSet.from_dict(self._kept(self._place("jwks_uri"), fresh=fresh)).keys
            for key in keys:
                if key.key_id == kid and key.public_key_use in (None, "sig"):
                    return key
        raise _refused("kid")

    def _metadata(self) -> dict[str, Any]:
        usual = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = self._kept(self.settings.metadata or usual)
        if found.get("issuer") != self.settings.issuer:
            raise _refused("issuer")
        return found

    def _place(self, name: str) -> str:
        found = self._metadata().get(name)
        parts = urlsplit(found) if isinstance(found, str) else None
        here = parts is not None and parts.scheme == "http" and parts.hostname == "127.0.0.1"
        if not isinstance(found, str) or parts is None or (parts.scheme != "https" and not here):
            raise _refused(name)
        return found

    def _kept(self, url: str, *, fresh: bool = False) -> dict[str, Any]:
        """What changes seldom; `fresh`: at most once a minute."""
        with self._lock:
            since, found = self._known.get(url, (0.0, None))
            if found is not None and time.monotonic() - since < (60.0 if fresh else _KNOWN_SECONDS):
                return dict(found)
        got = self._spoken("GET", url)
        with self._lock:
            self._known[url] = (time.monotonic(), got)
        return got

    @property
    def _login(self) -> tuple[str, str]:
        return self.settings.client_id, self._secret

    def _spoken(self, method: str, url: str, *, errors: bool = False, **sent: Any) -> dict[str, Any]:
        """`errors`: a refusal is an answer like another (RFC 6749, 5.2)."""
        verify: Any = True
        if self.settings.ca is not None:
            import ssl

            verify = ssl.create_default_context(cafile=self.settings.ca)
        try:
            with httpx2.Client(verify=verify, timeout=_PATIENCE_SECONDS, follow_redirects=False) as client:
                answer = client.request(method, url, **sent)
        except httpx2.HTTPError as error:
            _log.warning("provider_unreachable", reason=type(error).__name__)
            raise Problem("provider_unreachable") from None
        if answer.status_code >= 500:
            raise Problem("provider_unreachable")
        told = (200, 400) if errors else (200,)
        if answer.status_code not in told or len(answer.content) > _LARGEST:
            raise _refused(str(answer.status_code))
        if not answer.content:
            return {}
        try:
            return msgspec.json.decode(answer.content, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise Problem("provider_unreachable") from None


def _seconds(value: object) -> int:
    if not isinstance(value, int) or not 0 < value <= _LONGEST_WAIT:
        raise _refused("seconds")
    return value


def _refused(why: str) -> Problem:
    _log.warning("provider_refused", reason=why)
    return Problem("provider_refused", reason=why)
