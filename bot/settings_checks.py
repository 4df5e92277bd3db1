"""Checks of settings that hang together. What they look at is named in the faults, never a secret."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any

PREFIX = "SIGNPOST_"
REGISTRATION = ("teams_app_id", "teams_app_secret", "teams_tenant")
UNAUTHENTICATED = "DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS"  # read by microsoft-teams-apps
OIDC = ("metadata_url", "issuer", "tenant", "client_id", "client_secret")

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def desk_faults(values: Mapping[str, Any], *, is_production: bool) -> Iterator[str]:
    """What is wrong with the settings of the desk. `values`: settings by name, secrets as plain text."""
    oidc = {f"desk_oidc_{name}": values[f"desk_oidc_{name}"] for name in OIDC}
    missing = [variable_name(name) for name, value in oidc.items() if not value]
    if missing and len(missing) < len(oidc):
        yield f"the sign-in of the desk needs these, too: {', '.join(missing)}"
    if not missing and is_production:
        for name in ("desk_oidc_metadata_url", "public_url"):
            if not values[name].startswith("https://"):
                named = variable_name(name)
                yield f"{named}: production needs an address that begins with https:// to sign in at the desk"
    yield from _dangers("desk_dangerously_allow_development_sign_in", values, is_production=is_production)


def teams_faults(values: Mapping[str, Any], environ: Mapping[str, str], *, is_production: bool) -> Iterator[str]:
    """What is wrong with the settings of Teams. `values`: settings by name, secrets as plain text."""
    missing = [variable_name(name) for name in REGISTRATION if not values[name]]
    if missing and len(missing) < len(REGISTRATION):
        yield f"the registration for Teams needs these, too: {', '.join(missing)}"
    tenants = split(values["teams_allowed_tenants"])
    ids = [("teams_app_id", values["teams_app_id"]), ("teams_tenant", values["teams_tenant"])]
    for name, value in [*ids, *(("teams_allowed_tenants", tenant) for tenant in tenants)]:
        if value and not _GUID.fullmatch(value):
            yield f"{variable_name(name)}: an id has the form 00000000-0000-0000-0000-000000000000"
    if not missing:
        if not values["public_url"]:
            yield f"{variable_name('public_url')}: Teams needs it, for the links on its cards"
        elif is_production and not values["public_url"].startswith("https://"):
            yield f"{variable_name('public_url')}: in production Teams needs an address that begins with https://"
    yield from _dangers("teams_dangerously_allow_unauthenticated_requests", values, is_production=is_production)
    if is_production and environ.get(UNAUTHENTICATED, "").strip().lower() not in ("", "0", "false", "no", "off"):
        yield f"{UNAUTHENTICATED}: the Teams library would take any message with it; never in production"


def _dangers(name: str, values: Mapping[str, Any], *, is_production: bool) -> Iterator[str]:
    if values[name]:
        if is_production:
            yield f"{variable_name(name)}: never in production"
        if not _is_loopback(values["host"]):
            yield f"{variable_name(name)}: only while {variable_name('host')} is this machine itself, as 127.0.0.1"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def variable_name(setting: str) -> str:
    """Name of the environment variable of a setting: `engine_port` -> `SIGNPOST_ENGINE_PORT`."""
    return PREFIX + setting.upper()


def split(text: str) -> list[str]:
    """A list written with commas."""
    return [item.strip() for item in text.split(",") if item.strip()]


def fault_line(fault: Mapping[str, Any]) -> str:
    """A fault that pydantic found, in a line that names the variable."""
    message = str(fault["msg"]).removeprefix("Value error, ")
    return f"{variable_name(str(fault['loc'][0]))}: {message}" if fault["loc"] else message
