"""The council's identity provider: OpenID Connect, code flow with PKCE. Authlib does it; what it lets pass is here.

Issuer and audience are given outright: by default a token for another client passes when its `azp` names ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.starlette_client import OAuth, StarletteOAuth2App
from fastapi import Request

from bot.desk.access import Role
from bot.settings import Settings

LONGEST_SECONDS = 10.0  # for all that is asked of the provider in one step
LEEWAY_SECONDS = 60  # between its clock and ours
LONGEST_ID = 200
ALGORITHM = "RS256"  # the one that Entra ID and every provider must offer; never what a token or a list asks for
ROLES = {
    "Signpost.Adviser": Role.ADVISER,
    "Signpost.Supervisor": Role.SUPERVISOR,
    "Signpost.ContentOwner": Role.CONTENT_OWNER,
}


class SignInError(Exception):
    """A sign-in that is refused. `cause`: a fixed word for the log, never anything of a token."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class NoRoleError(SignInError):
    """Somebody of the council, who has no role here."""

    def __init__(self) -> None:
        super().__init__("no role")


@dataclass(frozen=True)
class Person:
    """Who signed in. `subject`: the object id, which stays the same when the name changes."""

    tenant: str
    subject: str
    name: str
    roles: frozenset[Role]


class Provider:
    """Signing in with one tenant and as one client."""

    def __init__(self, settings: Settings, longest_seconds: float = LONGEST_SECONDS) -> None:
        self._settings = settings
        self._longest_seconds = longest_seconds
        self._client: StarletteOAuth2App = OAuth().register(
            "council",
            client_id=settings.desk_oidc_client_id,
            client_secret=settings.desk_oidc_client_secret.get_secret_value(),
            server_metadata_url=settings.desk_oidc_metadata_url,
            client_kwargs={
                "scope": "openid profile",
                "code_challenge_method": "S256",
                "timeout": longest_seconds,
            },
        )

    async def begin(self, request: Request, redirect_uri: str) -> str:
        """The address at the provider to go to; what is to be compared later is put into `request.session`.

        Raises: SignInError: the provider does not answer, or not as it should.
        """
        response = await self._in_time(self._begin(request, redirect_uri))
        return str(response.headers["location"])

    async def finish(self, request: Request) -> Person:
        """Who came back. Raises: SignInError, NoRoleError."""
        return person_of(await self._in_time(self._finish(request)), self._settings.desk_oidc_tenant)

    async def _begin(self, request: Request, redirect_uri: str) -> Any:
        await self._load()
        return await self._client.authorize_redirect(request, redirect_uri)

    async def _finish(self, request: Request) -> Mapping[str, Any]:
        await self._load()
        token = await self._client.authorize_access_token(
            request,
            claims_options={
                "iss": {"essential": True, "values": [self._settings.desk_oidc_issuer]},
                "aud": {"essential": True, "values": [self._settings.desk_oidc_client_id]},
                "exp": {"essential": True},
                "nonce": {"essential": True},
            },
            leeway=LEEWAY_SECONDS,
        )
        claims = token.get("userinfo")
        if not isinstance(claims, Mapping):
            raise SignInError("no id_token")
        audience = claims["aud"]  # Authlib asks that ours is among several; nobody else may be meant
        if audience not in (self._settings.desk_oidc_client_id, [self._settings.desk_oidc_client_id]):
            raise SignInError("audience")
        return claims

    async def _load(self) -> None:
        metadata = await self._client.load_server_metadata()
        if not isinstance(metadata, dict):
            raise SignInError("metadata")
        metadata["id_token_signing_alg_values_supported"] = [ALGORITHM]

    async def _in_time[T](self, doing: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._longest_seconds):
                return await doing
        except SignInError:
            raise
        except TimeoutError:
            raise SignInError("too slow") from None
        except Exception as error:  # a refusal of Authlib's, no connection, an answer of another form: all the same
            raise SignInError(type(error).__name__) from None


def person_of(claims: Mapping[str, Any], tenant: str) -> Person:
    """The person of an ID token that was found to be genuine.

    Raises: SignInError: another tenant, or no object id. NoRoleError: none of our app roles.
    """
    if claims.get("tid") != tenant:
        raise SignInError("tenant")
    subject = claims.get("oid")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_ID:
        raise SignInError("object id")
    named = claims.get("roles")
    roles = frozenset(ROLES[r] for r in named if isinstance(r, str) and r in ROLES) if isinstance(named, list) else None
    if not roles:
        raise NoRoleError
    name = claims.get("name")
    name = " ".join(name.split())[:LONGEST_ID] if isinstance(name, str) else ""
    return Person(tenant, subject, name or subject, roles)


def origin_of(url: str) -> str:
    """Scheme, host and port of an address: where a sign-in form may lead."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
