"""An identity provider of our own that can be told to misbehave. Its good tokens are good: the same code makes both."""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT = "the-desk"
SECRET = "an-invented-client-secret-of-forty-characters"
OTHER_CLIENT = "another-client"
TENANT = "11111111-1111-4111-8111-111111111111"
GARBAGE = "not.a.token"
Claims = dict[str, Any]


@functools.cache
def _keys() -> tuple[RSAKey, RSAKey]:
    """The provider's key, and one that it does not know under the same id."""
    return RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "one"})


def _signed(claims: Claims) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, _keys()[0])


def _with(**changes: Any) -> Callable[[Claims], str]:
    """A token, rightly signed, with other claims; None leaves one out."""
    return lambda claims: _signed({k: v for k, v in {**claims, **changes}.items() if v is not None})


def _shifted(**seconds: int) -> Callable[[Claims], str]:
    return lambda claims: _signed({**claims, **{name: int(time.time()) + by for name, by in seconds.items()}})


def _unsigned(claims: Claims) -> str:
    parts = (json.dumps(each).encode() for each in ({"alg": "none", "kid": "one"}, claims))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def _by_hmac(key: str | bytes) -> Callable[[Claims], str]:
    return lambda claims: jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(key))


# What it can be told to do -> the token that it then gives.
TOKENS: dict[str, Callable[[Claims], str]] = {
    "wrong issuer": _with(iss="http://127.0.0.1:1"),
    "no issuer": _with(iss=None),
    "issuer in another case": lambda claims: _signed({**claims, "iss": claims["iss"].upper()}),
    "audience of another client": _with(aud=OTHER_CLIENT),
    "audience of another client with our azp": _with(aud=OTHER_CLIENT, azp=CLIENT),
    "audience of two": _with(aud=[OTHER_CLIENT, CLIENT]),
    "audience of two with our azp": _with(aud=[CLIENT, OTHER_CLIENT], azp=CLIENT),
    "no audience": _with(aud=None),
    "azp of another client": _with(azp=OTHER_CLIENT),
    "wrong nonce": _with(nonce="another-nonce"),
    "no nonce": _with(nonce=None),
    "expired": _shifted(iat=-3600, exp=-300),
    "no expiry": _with(exp=None),
    "not yet valid": _shifted(nbf=3600),
    "issued in the future": _shifted(iat=3600),
    "alg none": _unsigned,
    "HS256 with the client secret": _by_hmac(SECRET),
    "HS256 with the public key": lambda claims: _by_hmac(base64.b64encode(_keys()[0].as_pem(private=False)))(claims),
    "another key with the same kid": lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, _keys()[1]),
    "an unknown kid": lambda claims: jwt.encode({"alg": "RS256", "kid": "two"}, claims, _keys()[0]),
    "RS512": lambda claims: jwt.encode({"alg": "RS512", "kid": "one"}, claims, _keys()[0], ["RS512"]),
    "another tenant": _with(tid="22222222-2222-4222-8222-222222222222"),
    "no tenant": _with(tid=None),
    "no object id": _with(oid=None),
    "object id that is a list": _with(oid=["an-object"]),
    "garbage": lambda _: GARBAGE,
    "no id_token": lambda _: "",
}
# What it can be told to do with its answers.
ANSWERS = ("wrong state", "no state", "an error instead of a code", "500", "no JSON", "slow", "a redirect")
NO_ROLE: dict[str, Callable[[Claims], str]] = {
    "no role": _with(roles=None),
    "a role of something else": _with(roles=["Other.Adviser", "signpost.adviser"]),
    "roles as a text": _with(roles="Signpost.Adviser"),
}


@dataclass
class HostileProvider:
    """`misbehaves`: "" or one of TOKENS, ANSWERS, NO_ROLE. `roles`: of everybody who signs in. `issued`: tokens."""

    url: str = ""
    misbehaves: str = ""
    roles: tuple[str, ...] = ("Signpost.Adviser",)
    slow_seconds: float = 1.5
    issued: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def metadata(self) -> dict[str, Any]:
        """With every algorithm that a careless client would then take."""
        algorithms = ["RS256", "RS512", "HS256", "none"]
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "id_token_signing_alg_values_supported": algorithms,
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser goes back to: everybody is let in, as if they had signed in."""
        code = secrets.token_urlsafe(8)
        self._codes[code] = query
        answer = {"code": code, "state": query["state"]}
        if self.misbehaves == "wrong state":
            answer["state"] = "another-state"
        if self.misbehaves == "no state":
            del answer["state"]
        if self.misbehaves == "an error instead of a code":
            answer = {"error": "access_denied", "error_description": "zigzag", "state": query["state"]}
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str]) -> tuple[int, Any]:
        """The tokens for a code, when the verifier fits it; a code counts once."""
        asked = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or (asked["code_challenge_method"], asked["code_challenge"]) != ("S256", challenge):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "pairwise", "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"], "tid": TENANT, "oid": "an-object", "name": "Ivy Invented"}
        claims |= {"roles": list(self.roles)}
        token = {**TOKENS, **NO_ROLE}.get(self.misbehaves, _signed)(claims)
        self.issued.append(token)
        if self.misbehaves == "slow":
            time.sleep(self.slow_seconds)
        if self.misbehaves == "500":
            return 500, {"error": "server_error"}
        if self.misbehaves == "no JSON":
            return 200, b"<html>zigzag"
        if self.misbehaves == "a redirect":
            return 302, {}
        answer = {"access_token": "an-access-token", "token_type": "Bearer", "expires_in": 300}
        return 200, {**answer, **({"id_token": token} if token else {})}


@contextlib.contextmanager
def hostile_provider() -> Iterator[HostileProvider]:
    """The provider, listening on the loopback."""
    provider = HostileProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            if address.path == "/authorize":
                self._send(302, b"", provider.authorize(_single(address.query)))
            elif address.path == "/jwks":
                self._send(200, {"keys": [{**_keys()[0].as_dict(private=False), "kid": "one"}]})
            else:
                self._send(200, provider.metadata())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._send(*provider.token(_single(body)))

        def _send(self, status: int, data: Any, location: str = "") -> None:
            content = data if isinstance(data, bytes) else json.dumps(data).encode()
            with contextlib.suppress(ConnectionError):
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                if location or status == 302:
                    self.send_header("location", location or f"{provider.url}/elsewhere")
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def _single(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
