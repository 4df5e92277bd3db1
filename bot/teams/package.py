"""The package of the Teams app: a zip of manifest and two icons, and all that is checked before it is written."""

import io
import json
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema.exceptions import ValidationError
from jsonschema.validators import Draft4Validator, validator_for
from PIL import Image, UnidentifiedImageError
from referencing import Registry
from referencing.exceptions import Unresolvable

from bot.knowledge.files import ContentFile, Fault
from bot.knowledge.model.offer import Authority
from bot.settings import PROJECT_ROOT, Settings
from bot.teams.manifest import (
    AppWords,
    manifest_of,
    read_words,
    settings_faults,
    source_of,
    words_faults,
)

APP_FOLDER = Path(__file__).with_name("app")
WORDS = "app.yml"
ICON_SIDES = {"color.png": 192, "outline.png": 32}
LARGEST_SIDE = 1024  # of an icon: the pixels of a larger one are not unpacked

# The newest one that is generally available (since August 2026). Nothing in the manifest needs it: it is valid under
# each version from 1.9 on (tested), so an older schema can be named where a catalogue does not take this one yet.
SCHEMA_VERSION = "1.30"
SCHEMA_FILE = (
    PROJECT_ROOT
    / "node_modules/@microsoft/app-manifest/build/json-schemas/teams"
    / f"v{SCHEMA_VERSION}"
    / "MicrosoftTeams.schema.json"
)
_A_MOMENT = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can name: the same package has the same bytes on any day


class PackageError(Exception):
    """No package can be made; the text has a line for each fault."""


def package_of(
    settings: Settings, schema_file: Path | None = None, version: str = "", folder: Path = APP_FOLDER
) -> bytes:
    """The zip file of the app: manifest.json, color.png and outline.png, the same bytes for the same input.

    Args:
        schema_file: Microsoft's JSON schema of the manifest; None: that of the installed package.
        version: version of the app; empty: the one in app.yml.
        folder: where words and icons are.

    Raises: PackageError: something is missing, wrong, or still a placeholder. Nothing is fetched from anywhere.
    """
    faults: list[str] = [f"{name}: {fault}" for name, fault in settings_faults(settings)]
    words = _words(folder / WORDS, version, faults)
    offers = _offers(settings.content_dir, faults)
    schema = _schema(schema_file or SCHEMA_FILE, faults)
    icons = dict(_icons(folder, faults))
    if words is None:
        raise PackageError("\n".join(faults))
    manifest = manifest_of(settings, words, offers, _version_of(schema) if schema else SCHEMA_VERSION)
    told = {fault.split(": ")[0] for fault in faults}
    for place, fault in words_faults(manifest, words):
        faults.append(f"{'--version' if version and place == 'version' else f'{WORDS}: {place}'}: {fault}")
    for error in _against(schema, manifest, faults) if schema else []:
        source = source_of(tuple(error.absolute_path), settings)
        line = f"{source}: {_kindly(error)}"
        if source not in told and line not in faults:  # a setting is told once, in the plainest words
            faults.append(line)
    if faults:
        raise PackageError("\n".join(faults))
    return _zipped({"manifest.json": _as_json(manifest), **icons})


def _words(file: Path, version: str, faults: list[str]) -> AppWords | None:
    try:
        words = read_words(file)
    except (OSError, ValueError) as error:
        faults.append(f"{WORDS}: {error.strerror if isinstance(error, OSError) else error}")
        return None
    return words.model_copy(update={"version": version}) if version else words


def _offers(content: Path, faults: list[str]) -> dict[str, str]:
    """Name of each area with the titles of its documents."""
    found: list[Fault] = []
    files = sorted(content.glob("*/authority.yml"))
    read = [ContentFile(file, content, found).one(Authority) for file in files]
    faults += [str(fault) for fault in found]
    if not files:
        faults.append(f"SIGNPOST_CONTENT_DIR: there is no offer in {content}")
    return {each.name: " and ".join(document.title for document in each.documents) for each in read if each}


def _schema(file: Path, faults: list[str]) -> dict[str, Any] | None:
    try:
        schema = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        faults.append(
            f"There is no schema to check the manifest with ({file}). In the folder of Signpost, "
            "`make node_modules/.package-lock.json` installs Microsoft's; or name another file with --schema."
        )
        return None
    except OSError as error:
        faults.append(f"The schema cannot be read ({file}): {error.strerror}")
        return None
    except ValueError:
        faults.append(f"The schema is no valid JSON: {file}")
        return None
    if not isinstance(schema, dict) or not _version_of(schema):
        faults.append(f"This is not Microsoft's schema of a Teams manifest: {file}")
        return None
    return schema


def _version_of(schema: Mapping[str, Any]) -> str:
    """The version of the manifest that a schema is for; empty when it is no schema of one."""
    try:
        stated = schema["properties"]["manifestVersion"]
        version = stated["const"] if "const" in stated else stated["enum"][0]
    except (KeyError, IndexError, TypeError):
        return ""
    return version if isinstance(version, str) else ""


def _against(schema: dict[str, Any], manifest: dict[str, Any], faults: list[str]) -> list[ValidationError]:
    """Where the manifest departs from the schema. An empty registry: what a schema refers to is never fetched."""
    kind = validator_for(schema, default=Draft4Validator)
    # Not `check_schema`: it refuses a pattern that is one in JavaScript only, of a part that is not used here.
    if not kind(kind.META_SCHEMA).is_valid(schema):
        faults.append("The schema is not valid itself.")
        return []
    try:
        return list(kind(schema, registry=Registry()).iter_errors(manifest))
    except Unresolvable as error:
        faults.append(f"The schema refers to another one, and nothing is fetched: {error.ref}")
        return []


def _kindly(error: ValidationError) -> str:
    """A fault that the schema found, in plain words."""
    if error.validator == "maxLength":
        return f"it has {len(str(error.instance))} characters, and at most {error.validator_value} are allowed"
    if error.validator == "maxItems":
        return f"there are too many: at most {error.validator_value} are allowed"
    return f"Microsoft's schema does not allow it: {error.message[:200]}"


def _icons(folder: Path, faults: list[str]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each icon. What is wrong with it is told by what is in the file."""
    for name, side in ICON_SIDES.items():
        try:
            data = (folder / name).read_bytes()
        except OSError as error:
            faults.append(f"{name}: {error.strerror}")
            continue
        faults += [f"{name}: {fault}" for fault in icon_faults(data, side, is_outline=name == "outline.png")]
        yield name, data


def icon_faults(data: bytes, side: int, *, is_outline: bool) -> list[str]:
    """What keeps a file from being an icon of so many pixels a side, a line each; empty: nothing does."""
    faults: list[str] = []
    try:
        with warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning):
            unread = Image.open(io.BytesIO(data), formats=["PNG"])  # its head only
        width, height = unread.size
        if (width, height) != (side, side):
            faults.append(f"it measures {width}x{height} pixels, and {side}x{side} are needed")
        if max(width, height) > LARGEST_SIDE:
            return faults
        if unread.mode == "I;16":  # its shades would be lost below
            return [*faults, "it has 16 bits of grey: please save it in colour, with 8 bits a channel"]
        unread.verify()  # the sums of all parts; afterwards it has to be opened again
        picture = Image.open(io.BytesIO(data), formats=["PNG"]).convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return ["it has far too many pixels"]
    except UnidentifiedImageError:
        return ["it is no PNG file, or a damaged one"]
    except Exception:  # Pillow has no kind of its own for it: OSError, SyntaxError, ValueError, IndexError and more
        return ["it is damaged"]
    return [*faults, *_colour_faults(picture, is_outline=is_outline)]


def _colour_faults(picture: Image.Image, *, is_outline: bool) -> Iterator[str]:
    # (red, green, blue, alpha), each 0 to 255
    colours: set[Any] = {colour for _, colour in picture.getcolors(picture.width * picture.height) or []}
    seen = {colour for colour in colours if colour[3]}
    if is_outline:
        if any(colour[:3] != (255, 255, 255) for colour in seen):
            yield "it must be white and nothing else"
        if not seen or seen == colours:
            yield "it must be a sign on a transparent ground"
    else:
        if any(colour[3] < 255 for colour in colours):
            yield "it must fill its square; Teams cuts the corners itself"
        if len(seen) < 2:
            yield "there is nothing on it"


def _as_json(manifest: dict[str, Any]) -> bytes:
    return (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    # Stored, not packed: what packing gives depends on the version of zlib, and it is 10 kB.
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _A_MOMENT)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, data)
    return written.getvalue()
