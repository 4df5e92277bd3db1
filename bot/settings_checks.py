"""Checks of settings that hang together. What they look at is named in the faults, never a secret."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any

OIDC = ("metadata_url", "issuer", "tenant", "client_id", "client_secret")


def desk_faults(values: Mapping[str, Any], *, is_production: bool) -> Iterator[str]:
    """What is wrong with the settings of the desk. `values`: settings by name, secrets as plain text."""
    oidc = {f"desk_oidc_{name}": values[f"desk_oidc_{name}"] for name in OIDC}
    missing = [_variable(name) for name, value in oidc.items() if not value]
    if missing and len(missing) < len(oidc):
        yield f"the sign-in of the desk needs these, too: {', '.join(missing)}"
    if not missing and is_production:
        for name in ("desk_oidc_metadata_url", "public_url"):
            if not values[name].startswith("https://"):
                yield f"{_variable(name)}: production needs an address that begins with https:// to sign in at the desk"
    dangerous = "desk_dangerously_allow_development_sign_in"
    if values[dangerous]:
        if is_production:
            yield f"{_variable(dangerous)}: never in production"
        if not _is_loopback(values["host"]):
            yield f"{_variable(dangerous)}: only while {_variable('host')} is this machine itself, as 127.0.0.1"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _variable(name: str) -> str:
    return f"SIGNPOST_{name.upper()}"
