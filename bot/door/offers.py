"""What the door needs from the offers: who they are for, and which words and addresses are never masked."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_NAMED_IN = ("authority.yml", "services.yml", "routes.yml")


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as it is named to people. `address`: the e-mail address to write to, "" where it gives none."""

    area: str
    name: str
    address: str


def offers_in(content_dir: Path) -> dict[str, Offer]:
    """The offers by area. The first e-mail address of an authority is the one to write to (tested)."""
    found = {}
    for data in _read(content_dir, "authority.yml"):
        emails = [str(address) for address in data.get("addresses") or () if "@" in str(address)]
        found[str(data["id"])] = Offer(str(data["id"]), str(data["name"]), (emails or [""])[0])
    return found


def authority_ids(content_dir: Path) -> set[str]:
    """Ids of the authorities: the folders of the offers, looked up anew: a new one needs no restart."""
    return {file.parent.name for file in content_dir.glob("*/authority.yml")}


def authority_names(content_dir: Path) -> list[str]:
    """Names of the authorities, as their own files give them, in order of the alphabet."""
    return sorted(str(data["name"]) for data in _read(content_dir, "authority.yml"))


def addresses(content_dir: Path) -> frozenset[str]:
    """The offers' own addresses, which stay as they are in a message."""
    return frozenset(str(address) for data in _read(content_dir, "authority.yml") for address in data["addresses"])


def terms(content_dir: Path) -> frozenset[str]:
    """Names and aliases of authorities, forms, services and routes, and the places that are nothing but places."""
    places = (str(place) for data in _read(content_dir, "places.yml") for place in data.get("places") or ())
    named = (term for name in _NAMED_IN for data in _read(content_dir, name) for term in _names_in(data))
    return frozenset([*named, *places])


def _read(content_dir: Path, name: str) -> list[Any]:
    return [yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(content_dir.glob(f"*/{name}"))]


def _names_in(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        yield from (str(term) for term in [data.get("name"), *(data.get("aliases") or ())] if term)
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _names_in(inner)
