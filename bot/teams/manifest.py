"""The manifest of the Teams app: what Teams shows of it, and which bot it is. Its words stand in app/app.yml."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from bot.settings import Settings

Scope = Literal["personal", "team", "groupChat"]
SCOPES: tuple[Scope, ...] = ("personal", "team", "groupChat")
Place = tuple[str | int, ...]

# Where the value at a place of the manifest comes from; what is not listed stands in app.yml.
_FROM_SETTINGS: dict[Place, str] = {
    ("id",): "teams_app_id",
    ("bots", 0, "botId"): "teams_app_id",
    ("developer", "name"): "teams_developer_name",
    ("developer", "websiteUrl"): "teams_developer_website",
    ("developer", "privacyUrl"): "public_url",
    ("developer", "termsOfUseUrl"): "teams_terms_url",
    ("validDomains", 0): "public_url",
}
_NEEDED = ("teams_app_id", "public_url", "teams_developer_name", "teams_developer_website")
_PLACEHOLDER = re.compile(
    r"[{}<>]|\[[^\]:]*\]|\bxxx|\byour[ _-](council|app)\b"
    r"|\b(todo|tbc|tbd|fixme|changeme|lorem|examples?|contoso|fabrikam)\b",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]+", re.IGNORECASE)
_NOT_PUBLIC = ("example", "test", "invalid", "local", "localhost", "internal", "lan")
_VERSION = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(_Part):
    """A text in two lengths."""

    short: str
    full: str


class Command(_Part):
    """Something that Teams suggests to type; `about`: a few words by kind of conversation."""

    title: str
    about: dict[Scope, str]

    @model_validator(mode="after")
    def _says_it_everywhere(self) -> Self:
        if missing := [scope for scope in SCOPES if scope not in self.about]:
            raise ValueError(f"`about` lacks {', '.join(missing)}")
        return self


class AppWords(_Part):
    """All words of the manifest. A missing or unknown name is an error when they are read."""

    version: str
    language: str
    accent_colour: str
    name: Text
    description: Text
    commands: list[Command]


def read_words(file: Path) -> AppWords:
    """The words of the manifest. Raises: ValueError: the file is not as it should be; OSError."""
    try:
        return AppWords.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except yaml.YAMLError:
        raise ValueError("it is no valid YAML") from None
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise ValueError("; ".join(f"{dotted(fault['loc'])}: {fault['msg']}" for fault in faults)) from None


def manifest_of(settings: Settings, words: AppWords, offers: Mapping[str, str], schema_version: str) -> dict[str, Any]:
    """The manifest, as it goes into the package.

    Args:
        offers: name of each area and what its offer is called, in the order in which they are told.
        schema_version: version of Microsoft's schema that it keeps to, such as "1.30".

    The app's own id is the bot's. It stays the same when the address changes, so that a new package replaces the old
    one in a catalogue and nobody has the bot twice; and another installation has another bot, so another app.
    """
    app_id, public_url = settings.teams_app_id.lower(), settings.public_url
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{schema_version}/MicrosoftTeams.schema.json",
        "manifestVersion": schema_version,
        "version": words.version,
        "id": app_id,
        "localizationInfo": {"defaultLanguageTag": words.language},
        "developer": {
            "name": settings.teams_developer_name.strip(),
            "websiteUrl": settings.teams_developer_website.strip(),
            "privacyUrl": f"{public_url}/privacy",
            "termsOfUseUrl": settings.teams_terms_url.strip() or f"{public_url}/help",
        },
        "name": words.name.model_dump(),
        "description": {
            "short": _filled(words.description.short, offers),
            "full": _filled(words.description.full, offers),
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": words.accent_colour,
        "bots": [
            {
                "botId": app_id,
                "scopes": list(SCOPES),
                "supportsFiles": False,
                "isNotificationOnly": False,
                "commandLists": [
                    {
                        "scopes": [scope],
                        "commands": [
                            {"title": command.title, "description": command.about[scope]} for command in words.commands
                        ],
                    }
                    for scope in SCOPES
                ],
            }
        ],
        "validDomains": [_host(public_url)],
        "defaultInstallScope": "personal",
    }


def settings_faults(settings: Settings) -> Iterator[tuple[str, str]]:
    """What is wrong with the settings that the manifest shows: name of the variable and what is wrong."""
    values = {name: str(getattr(settings, name)).strip() for name in (*_NEEDED, "teams_terms_url")}
    for name, value in values.items():
        variable = _variable(name)
        if not value:
            if name in _NEEDED:
                yield variable, "it is not set, and the app cannot do without it"
        elif not value.isprintable():
            yield variable, "it holds a character that cannot be shown"
        elif found := _PLACEHOLDER.search(value):
            yield variable, f'it still holds a placeholder ("{found.group()}"): please put in the real one'
        elif name == "teams_app_id":
            if len(set(value.replace("-", ""))) == 1:
                yield variable, "it is still the pattern of an id: please put in that of the bot's registration"
        elif name != "teams_developer_name":
            yield from ((variable, fault) for fault in _address_faults(value, bare=name == "public_url"))


def words_faults(manifest: Mapping[str, Any], words: AppWords) -> Iterator[tuple[str, str]]:
    """What is wrong with the words of the manifest: place in app.yml and what is wrong."""
    if not _VERSION.fullmatch(words.version):
        yield "version", "it must be three numbers with stops between them, such as 1.0.1"
    for name in ("name", "description"):
        if manifest[name]["short"] == manifest[name]["full"]:
            yield name, "the short and the full text must differ"
    for path, text in _texts(manifest):
        if path in _FROM_SETTINGS or path[0] in ("$schema", "icons"):
            continue
        if not text.strip():
            yield dotted(path), "it is empty"
        elif found := _PLACEHOLDER.search(text):
            yield dotted(path), f'it still holds a placeholder ("{found.group()}")'


def source_of(path: Place, settings: Settings) -> str:
    """Where the value at a place of the manifest comes from: a variable, or a place in app.yml."""
    setting = _FROM_SETTINGS.get(path)
    if setting == "teams_terms_url" and not settings.teams_terms_url.strip():
        setting = "public_url"
    return _variable(setting) if setting else f"app.yml: {dotted(path)}"


def dotted(path: tuple[str | int, ...]) -> str:
    """("bots", 0, "botId") -> "bots.0.botId"."""
    return ".".join(str(part) for part in path)


def _variable(setting: str) -> str:
    return f"SIGNPOST_{setting.upper()}"


def _filled(text: str, offers: Mapping[str, str]) -> str:
    # By replace, not by format: whatever is not known stays, and is told as a placeholder.
    names = list(offers)
    areas = " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
    told = "; ".join(f"{area}, {offer}" for area, offer in offers.items())
    return text.replace("{areas}", areas).replace("{offers}", told)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _address_faults(url: str, *, bare: bool) -> Iterator[str]:
    """What is wrong with an address that the public is to open. `bare`: paths are put behind it."""
    if not url.lower().startswith("https://"):
        yield "it must begin with https://"
        return
    host = _host(url)
    if not host or " " in url or "@" in urlsplit(url).netloc:
        yield "it is no address"
    elif host == "localhost" or _is_ip_address(host):
        yield f"{host} is no address that Teams and people elsewhere can reach"
    elif not _HOST.fullmatch(host) or host.rsplit(".", 1)[-1] in _NOT_PUBLIC:
        yield f"{host} is no name on the internet"
    if bare and any(mark in url for mark in "?#"):
        yield "it must end with the name or a path, without ? or #"


def _is_ip_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _texts(part: Any, path: Place = ()) -> Iterator[tuple[Place, str]]:
    """Every text of the manifest with its place."""
    if isinstance(part, str):
        yield path, part
    elif isinstance(part, Mapping):
        for name, inner in part.items():
            yield from _texts(inner, (*path, name))
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from _texts(inner, (*path, number))
