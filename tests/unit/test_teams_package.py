"""The package of the Teams app: what is in it, and that nothing faulty is ever made into one."""

import http.server
import io
import json
import re
import shutil
import struct
import threading
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from PIL import Image

from bot.settings import PROJECT_ROOT, Settings
from bot.teams.package import APP_FOLDER, SCHEMA_FILE, SCHEMA_VERSION, PackageError, icon_faults, package_of

APP_ID = "5f0c6d1e-9b3a-4c57-8e21-7a64d0b9f3c2"
GOOD = {
    "teams_app_id": APP_ID.upper(),
    "teams_app_secret": "an invented secret",
    "teams_tenant": "0b7e2a94-63d1-4f08-b5ce-18f29d7ac640",
    "public_url": "https://signpost.suffolk.gov.uk/",
    "teams_developer_name": "Suffolk County Council",
    "teams_developer_website": "https://www.suffolk.gov.uk/send",
}
SCHEMAS = sorted(SCHEMA_FILE.parents[1].glob("v1.*/MicrosoftTeams.schema.json"))


def settings(**changed: Any) -> Settings:
    return Settings(_env_file=None, **{**GOOD, **changed})


def unpacked(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def manifest(**changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(unpacked(package_of(settings(**changed)))["manifest.json"])
    return found


def faults(schema: Path | None = None, version: str = "", folder: Path = APP_FOLDER, **changed: Any) -> list[str]:
    with pytest.raises(PackageError) as caught:
        package_of(settings(**changed), schema, version, folder)
    return str(caught.value).splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Words and icons that a test may spoil."""
    return Path(shutil.copytree(APP_FOLDER, tmp_path / "app"))


def reworded(folder: Path, place: str, value: object) -> Path:
    """The folder with another value at a place of app.yml, such as "name.short"."""
    words = yaml.safe_load((folder / "app.yml").read_text())
    inner = words
    *parts, last = place.split(".")
    for part in parts:
        inner = inner[int(part)] if part.isdigit() else inner[part]
    inner[last] = value
    (folder / "app.yml").write_text(yaml.safe_dump(words))
    return folder


# What is in it


def test_the_package_holds_the_manifest_and_the_two_icons_and_nothing_else():
    files = unpacked(package_of(settings()))
    assert list(files) == ["manifest.json", "color.png", "outline.png"]
    for name in ("color.png", "outline.png"):
        assert files[name] == (APP_FOLDER / name).read_bytes()


def test_the_same_settings_give_the_same_bytes_and_others_do_not():
    assert package_of(settings()) == package_of(settings())
    assert package_of(settings()) != package_of(settings(), version="1.0.1")
    with zipfile.ZipFile(io.BytesIO(package_of(settings()))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}


def test_the_manifest_tells_the_bot_its_addresses_and_who_offers_it():
    made = manifest()
    assert made["manifestVersion"] == SCHEMA_VERSION
    assert made["$schema"].endswith(f"/teams/v{SCHEMA_VERSION}/MicrosoftTeams.schema.json")
    assert made["developer"] == {
        "name": "Suffolk County Council",
        "websiteUrl": "https://www.suffolk.gov.uk/send",
        "privacyUrl": "https://signpost.suffolk.gov.uk/privacy",
        "termsOfUseUrl": "https://signpost.suffolk.gov.uk/help",
    }
    assert made["validDomains"] == ["signpost.suffolk.gov.uk"]
    assert made["icons"] == {"color": "color.png", "outline": "outline.png"}
    (bot,) = made["bots"]
    assert (bot["botId"], bot["scopes"]) == (APP_ID, ["personal", "team", "groupChat"])
    assert (bot["supportsFiles"], bot["isNotificationOnly"]) == (False, False)
    assert "webApplicationInfo" not in made
    terms = manifest(teams_terms_url="https://www.suffolk.gov.uk/terms")["developer"]["termsOfUseUrl"]
    assert terms == "https://www.suffolk.gov.uk/terms"


def test_the_id_of_the_app_is_the_bots_and_stays_when_the_address_changes():
    assert manifest()["id"] == APP_ID
    assert manifest(public_url="https://send.milton-keynes.gov.uk")["id"] == APP_ID


def test_every_kind_of_conversation_has_the_four_commands_with_a_description():
    lists = manifest()["bots"][0]["commandLists"]
    assert [each["scopes"] for each in lists] == [["personal"], ["team"], ["groupChat"]]
    for each in lists:
        assert [command["title"] for command in each["commands"]] == ["Hi", "Help", "Start again", "Privacy"]
        assert all(0 < len(command["description"]) <= 60 for command in each["commands"])


def test_the_offers_are_told_by_the_names_that_the_content_has(tmp_path):
    told = manifest()["description"]["full"]
    for file in (PROJECT_ROOT / "content").glob("*/authority.yml"):
        authority = yaml.safe_load(file.read_text())
        assert f"{authority['name']}, {authority['documents'][0]['title']}" in told
        assert authority["name"] not in (APP_FOLDER / "app.yml").read_text()
    invented = tmp_path / "example-borough"
    invented.mkdir()
    text = (PROJECT_ROOT / "content/suffolk/authority.yml").read_text().replace("name: Suffolk\n", "name: Norrland\n")
    (invented / "authority.yml").write_text(text)
    told = manifest(content_dir=tmp_path)["description"]["full"]
    assert "offers of Norrland:" in told
    assert "Milton Keynes" not in told


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.parent.name)
def test_the_manifest_keeps_to_every_schema_from_1_9_on_and_names_the_one_it_was_checked_with(schema):
    version = schema.parent.name.removeprefix("v")
    if int(version.split(".")[1]) < 9:
        assert faults(schema)
        return
    made = json.loads(unpacked(package_of(settings(), schema))["manifest.json"])
    assert made["manifestVersion"] == version
    assert f"/v{version}/" in made["$schema"]
    errors = Draft4Validator(json.loads(schema.read_text())).iter_errors(made)
    assert [error.message for error in errors] == []


def test_the_newest_schema_that_is_there_is_the_one_that_is_used():
    newest = max(SCHEMAS, key=lambda path: [int(part) for part in path.parent.name.removeprefix("v").split(".")])
    assert newest == SCHEMA_FILE


# Settings that are missing, or left as they were in an example


@pytest.mark.parametrize(
    "name", ["TEAMS_APP_ID", "PUBLIC_URL", "TEAMS_DEVELOPER_NAME", "TEAMS_DEVELOPER_WEBSITE"], ids=str.lower
)
def test_what_is_not_set_is_told_alone(name):
    # Without a registration at all, since settings refuse half of one.
    registration = {} if name.startswith("TEAMS_DEV") else dict.fromkeys(list(GOOD)[:3], "")
    told = faults(**{**registration, name.lower(): ""})
    assert f"SIGNPOST_{name}: it is not set, and the app cannot do without it" in told
    assert len(told) == 1 + (name == "PUBLIC_URL")


def test_nothing_set_at_all_gives_a_line_for_each_and_no_other():
    told = faults(**dict.fromkeys(GOOD, ""))
    assert [line.split(":")[0] for line in told] == [
        "SIGNPOST_TEAMS_APP_ID",
        "SIGNPOST_PUBLIC_URL",
        "SIGNPOST_TEAMS_DEVELOPER_NAME",
        "SIGNPOST_TEAMS_DEVELOPER_WEBSITE",
    ]


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        (
            {"teams_app_id": "00000000-0000-0000-0000-000000000000"},
            "SIGNPOST_TEAMS_APP_ID: it is still the pattern of an id: please put in that of the bot's registration",
        ),
        ({"public_url": "http://signpost.suffolk.gov.uk"}, "SIGNPOST_PUBLIC_URL: it must begin with https://"),
        (
            {"public_url": "https://localhost:8000"},
            "SIGNPOST_PUBLIC_URL: localhost is no address that Teams and people elsewhere can reach",
        ),
        (
            {"public_url": "https://10.0.0.4"},
            "SIGNPOST_PUBLIC_URL: 10.0.0.4 is no address that Teams and people elsewhere can reach",
        ),
        (
            {"public_url": "https://[::1]:8000"},
            "SIGNPOST_PUBLIC_URL: ::1 is no address that Teams and people elsewhere can reach",
        ),
        ({"public_url": "https://signpost"}, "SIGNPOST_PUBLIC_URL: signpost is no name on the internet"),
        (
            {"public_url": "https://signpost.council.local"},
            "SIGNPOST_PUBLIC_URL: signpost.council.local is no name on the internet",
        ),
        ({"public_url": "https:///chat"}, "SIGNPOST_PUBLIC_URL: it is no address"),
        ({"public_url": "https://[::1"}, "SIGNPOST_PUBLIC_URL: it is no address"),
        ({"public_url": "https://somebody@signpost.suffolk.gov.uk"}, "SIGNPOST_PUBLIC_URL: it is no address"),
        (
            {"public_url": "https://signpost.suffolk.gov.uk?area=suffolk"},
            "SIGNPOST_PUBLIC_URL: it must end with the name or a path, without ? or #",
        ),
        (
            {"teams_developer_website": "www.suffolk.gov.uk"},
            "SIGNPOST_TEAMS_DEVELOPER_WEBSITE: it must begin with https://",
        ),
        ({"teams_terms_url": "http://www.suffolk.gov.uk"}, "SIGNPOST_TEAMS_TERMS_URL: it must begin with https://"),
        (
            {"teams_developer_name": "S" * 33},
            "SIGNPOST_TEAMS_DEVELOPER_NAME: it has 33 characters, and at most 32 are allowed",
        ),
        (
            {"teams_developer_name": "Suffolk\u202eCouncil"},
            "SIGNPOST_TEAMS_DEVELOPER_NAME: it holds a character that cannot be shown",
        ),
    ],
)
def test_a_setting_that_cannot_be_right_is_told_by_its_name_and_nothing_else_is(changed, line):
    assert faults(**changed) == [line]


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("teams_developer_name", "TODO", "TODO"),
        ("teams_developer_name", "Example Council", "Example"),
        ("teams_developer_name", "{{DEVELOPER}}", "{"),
        ("teams_developer_name", "${DEVELOPER}", "{"),
        ("teams_developer_name", "<name of the council>", "<"),
        ("teams_developer_name", "[name]", "[name]"),
        ("teams_developer_name", "Your council", "Your council"),
        ("teams_developer_name", "Contoso", "Contoso"),
        ("public_url", "https://signpost.example.gov.uk", "example"),
        ("public_url", "https://example.org", "example"),
        ("teams_developer_website", "https://www.example.com", "example"),
        ("teams_developer_website", "https://<council>.gov.uk", "<"),
        ("teams_terms_url", "https://example.com/terms", "example"),
    ],
)
def test_a_placeholder_is_told_with_what_gives_it_away(name, value, found):
    assert faults(**{name: value}) == [
        f'SIGNPOST_{name.upper()}: it still holds a placeholder ("{found}"): please put in the real one'
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"teams_developer_name": "Milton Keynes City Council"},
        {"teams_developer_name": "S" * 32},
        {"teams_developer_name": "Cyngor Sir Ynys Môn (SEND & 1)"},
        {"public_url": "https://send.milton-keynes.gov.uk/signpost"},
        {"public_url": "https://Signpost.Suffolk.GOV.uk:443"},
        {"teams_developer_website": "https://www.exemplary.org.uk/?page=send"},
    ],
)
def test_what_only_looks_a_little_like_a_fault_is_taken(changed):
    assert package_of(settings(**changed))


def test_all_faults_are_told_at_once(folder):
    (folder / "outline.png").write_bytes((folder / "color.png").read_bytes())
    reworded(folder, "name.short", "TODO")
    told = faults(
        schema=folder / "none.json", folder=folder, public_url="https://localhost", teams_developer_name="<name>"
    )
    assert [line.split(":")[0] for line in told if not line.startswith("There is no schema")] == [
        "SIGNPOST_PUBLIC_URL",
        "SIGNPOST_TEAMS_DEVELOPER_NAME",
        "outline.png",
        "outline.png",
        "outline.png",
        "app.yml",
    ]
    assert len(told) == 7


# Words


@pytest.mark.parametrize(
    ("place", "value", "line"),
    [
        ("name.short", "S" * 31, "app.yml: name.short: it has 31 characters, and at most 30 are allowed"),
        ("name.full", "S" * 101, "app.yml: name.full: it has 101 characters, and at most 100 are allowed"),
        ("description.short", "S" * 81, "app.yml: description.short: it has 81 characters, and at most 80 are allowed"),
        (
            "description.full",
            "S" * 4001,
            "app.yml: description.full: it has 4001 characters, and at most 4000 are allowed",
        ),
        (
            "commands.0.title",
            "S" * 129,
            "app.yml: bots.0.commandLists.0.commands.0.title: it has 129 characters, and at most 128 are allowed",
        ),
        (
            "accent_colour",
            "blue",
            "app.yml: accentColor: Microsoft's schema does not allow it: 'blue' does not match '^#[0-9a-fA-F]{6}$'",
        ),
        ("name.short", " ", "app.yml: name.short: it is empty"),
        ("description.full", "About {area}.", 'app.yml: description.full: it still holds a placeholder ("{")'),
        ("name.full", "Signpost", "app.yml: name: the short and the full text must differ"),
        ("version", "1.0", "app.yml: version: it must be three numbers with stops between them, such as 1.0.1"),
        ("version", "1.0.01", "app.yml: version: it must be three numbers with stops between them, such as 1.0.1"),
    ],
)
def test_words_that_teams_would_not_take_are_told_by_their_place(folder, place, value, line):
    assert line in faults(folder=reworded(folder, place, value))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("version: [", "app.yml: it is no valid YAML"),
        ("", "app.yml: : Input should be a valid dictionary or instance of AppWords"),
    ],
)
def test_a_broken_file_of_words_is_told(folder, text, line):
    (folder / "app.yml").write_text(text)
    assert faults(folder=folder) == [line]


def test_a_command_that_lacks_words_for_a_kind_of_conversation_is_told(folder):
    assert faults(folder=reworded(folder, "commands.1.about", {"team": "x", "personal": "y"})) == [
        "app.yml: commands.1: Value error, `about` lacks groupChat"
    ]


def test_a_version_from_outside_is_checked_like_the_own_one():
    assert json.loads(unpacked(package_of(settings(), version="2.10.3"))["manifest.json"])["version"] == "2.10.3"
    assert faults(version="2") == ["--version: it must be three numbers with stops between them, such as 1.0.1"]


# The schema


def test_without_a_schema_it_says_how_to_get_one(tmp_path):
    (told,) = faults(schema=tmp_path / "none.json")
    assert told.startswith("There is no schema to check the manifest with")
    assert "make node_modules/.package-lock.json" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "The schema is no valid JSON"),
        ("[]", "This is not Microsoft's schema of a Teams manifest"),
        ('{"type": "object"}', "This is not Microsoft's schema of a Teams manifest"),
        ('{"properties": {"manifestVersion": {"const": 1}}}', "This is not Microsoft's schema of a Teams manifest"),
        ('{"type": 1, "properties": {"manifestVersion": {"const": "1.30"}}}', "The schema is not valid itself."),
    ],
)
def test_a_schema_that_is_none_is_refused(tmp_path, text, told):
    file = tmp_path / "schema.json"
    file.write_text(text)
    (line,) = faults(schema=file)
    assert line.startswith(told)


def test_what_a_schema_refers_to_is_never_fetched(tmp_path):
    asked = []

    class Recorder(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

    with http.server.HTTPServer(("127.0.0.1", 0), Recorder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        elsewhere = f"http://127.0.0.1:{server.server_port}/schema.json"
        schema = json.loads(SCHEMA_FILE.read_text())
        schema["properties"]["developer"] = {"$ref": elsewhere}
        (tmp_path / "schema.json").write_text(json.dumps(schema))
        told = faults(schema=tmp_path / "schema.json")
        server.shutdown()
    assert told == [f"The schema refers to another one, and nothing is fetched: {elsewhere}"]
    assert asked == []


def test_content_without_an_offer_is_told(tmp_path):
    assert f"SIGNPOST_CONTENT_DIR: there is no offer in {tmp_path}" in faults(content_dir=tmp_path)


def test_the_guide_names_every_setting_and_every_option():
    guide = (PROJECT_ROOT / "docs/teams.md").read_text()
    named = set(re.findall(r"^SIGNPOST_(\w+)=", guide, re.MULTILINE))
    own = {name for name in Settings.model_fields if name.startswith("teams_") and "dangerously" not in name}
    assert {name.lower() for name in named} == own | {"public_url"}
    for option in ("--out", "--schema", "--version"):
        assert f"| `{option}` |" in guide


# Icons


Pixel = tuple[int, ...]
WHITE, NOTHING, BLUE = (255, 255, 255, 255), (0, 0, 0, 0), (29, 79, 110, 255)
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def drawn(width: int, height: int, pixels: list[Pixel]) -> Image.Image:
    picture = Image.new("RGBA", (width, height))
    picture.putdata(pixels)
    return picture


def png(picture: Image.Image, kind: str = "PNG") -> bytes:
    written = io.BytesIO()
    picture.save(written, kind)
    return written.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def by_hand(
    width: int, height: int, *, kind: int = 6, interlaced: int = 0, more: bytes = b"", raw: bytes = b""
) -> bytes:
    """A PNG file that says what it likes of itself, with 8 bits a sample; `more`: chunks before its pixels `raw`."""
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, interlaced)
    pixels = chunk(b"IDAT", zlib.compress(raw))
    return SIGNATURE + chunk(b"IHDR", head) + more + pixels + chunk(b"IEND", b"")


def outline_faults(data: bytes) -> list[str]:
    return icon_faults(data, 32, is_outline=True)


OUTLINE = (APP_FOLDER / "outline.png").read_bytes()
SIGN = drawn(32, 32, [WHITE, NOTHING] * 512)
TOLD_OF_BROKEN = (["it is damaged"], ["it is no PNG file, or a damaged one"])


def test_wherever_a_file_is_cut_off_or_changed_it_is_told_to_be_damaged():
    assert outline_faults(OUTLINE) == []
    for at in range(len(OUTLINE) - 12):  # the last 12 bytes only say that this is the end
        spoilt = bytearray(OUTLINE)
        spoilt[at] ^= 1
        for broken in (OUTLINE[:at], bytes(spoilt)):
            assert outline_faults(broken) in TOLD_OF_BROKEN, at


@given(st.binary(max_size=200), st.integers(0, 400))
def test_noise_in_a_file_is_refused_in_words_and_nothing_else_happens(noise, at):
    assert outline_faults(noise) in TOLD_OF_BROKEN
    assert outline_faults(SIGNATURE + noise) in TOLD_OF_BROKEN
    for whole in (OUTLINE[:at] + noise, OUTLINE[:at] + noise + OUTLINE[at + len(noise) :]):
        assert all(isinstance(line, str) for line in outline_faults(whole))  # nothing is raised


@pytest.mark.parametrize("kind", [0, 2, 4, 6])
@pytest.mark.parametrize("side", [1025, 9000, 10_000, 60_000])
def test_a_picture_that_is_far_too_large_is_refused_by_its_head(side, kind):
    # Between the bounds of Pillow too: it warns of 10 000 a side, and refuses 60 000 by itself.
    told = outline_faults(by_hand(side, side, kind=kind))
    size = f"it measures {side}x{side} pixels, and 32x32 are needed"
    assert told == [size if side < 9500 else "it has far too many pixels"]


@pytest.mark.parametrize("name", [b"zTXt", b"iCCP"])
def test_words_in_a_picture_that_unpack_to_far_more_are_refused(name):
    row = b"\0" + bytes(32 * 4)
    packed = b"name\0\0" + zlib.compress(bytes(50_000_000))
    assert outline_faults(by_hand(32, 32, raw=row * 32)) == ["it must be a sign on a transparent ground"]
    assert outline_faults(by_hand(32, 32, raw=row * 32, more=chunk(name, packed))) == ["it is damaged"]


@pytest.mark.parametrize("raw", [b"", b"\0" * 5])
def test_a_picture_without_its_pixels_is_refused(raw):
    assert outline_faults(by_hand(32, 32, raw=raw)) == ["it is damaged"]


def test_a_sign_may_be_saved_in_any_kind_of_png():
    white_or_nothing = SIGN.convert("LA")
    palette = SIGN.quantize(2)
    assert (white_or_nothing.mode, palette.mode) == ("LA", "P")
    for picture in (SIGN, white_or_nothing, palette):
        assert outline_faults(png(picture)) == []
    interlaced = by_hand(32, 32, interlaced=1, raw=seven_passes(SIGN))
    assert Image.open(io.BytesIO(interlaced)).info["interlace"] == 1
    assert outline_faults(interlaced) == []


def seven_passes(picture: Image.Image) -> bytes:
    """The pixels in the order of an interlaced file (PNG specification, 8.2)."""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    return b"".join(
        b"\0" + b"".join(bytes(picture.getpixel((x, y))) for x in range(left, picture.width, across))
        for left, top, across, down in passes
        for y in range(top, picture.height, down)
    )


def test_the_own_icons_have_the_size_and_the_ground_that_teams_asks_for():
    with Image.open(APP_FOLDER / "outline.png") as outline:
        assert outline.size == (32, 32)
        assert {colour[:3] for _, colour in outline.getcolors(1024) if colour[3]} == {(255, 255, 255)}
        box = outline.getchannel("A").getbbox()
    assert (box[1], box[3]) == (0, 32), "no room around the sign"
    with Image.open(APP_FOLDER / "color.png") as picture:
        colour = picture.convert("RGBA")
    assert colour.size == (192, 192)
    ground = colour.getpixel((0, 0))
    assert ground == BLUE
    sign = [(x, y) for x in range(192) for y in range(192) if colour.getpixel((x, y)) != ground]
    assert all(48 <= x < 144 and 48 <= y < 144 for x, y in sign), "the middle 96 pixels"
    assert {(255, 255, 255, 255), (255, 213, 74, 255)} <= {each for _, each in colour.getcolors(192 * 192)}


@pytest.mark.parametrize(
    ("name", "data", "lines"),
    [
        (
            "color.png",
            png(drawn(96, 96, [BLUE, WHITE] * 48 * 96)),
            ["color.png: it measures 96x96 pixels, and 192x192 are needed"],
        ),
        ("color.png", png(drawn(192, 192, [BLUE] * 192 * 192)), ["color.png: there is nothing on it"]),
        (
            "color.png",
            png(drawn(192, 192, [NOTHING, BLUE, WHITE] * 64 * 192)),
            ["color.png: it must fill its square; Teams cuts the corners itself"],
        ),
        (
            "outline.png",
            png(drawn(32, 31, [WHITE, NOTHING] * 16 * 31)),
            ["outline.png: it measures 32x31 pixels, and 32x32 are needed"],
        ),
        ("outline.png", png(drawn(32, 32, [BLUE, NOTHING] * 512)), ["outline.png: it must be white and nothing else"]),
        (
            "outline.png",
            png(drawn(32, 32, [WHITE] * 1024).convert("RGB")),
            ["outline.png: it must be a sign on a transparent ground"],
        ),
        (
            "outline.png",
            png(drawn(32, 32, [NOTHING] * 1024)),
            ["outline.png: it must be a sign on a transparent ground"],
        ),
        (
            "color.png",
            png(Image.linear_gradient("L").resize((192, 192)).convert("I;16")),
            ["color.png: it has 16 bits of grey: please save it in colour, with 8 bits a channel"],
        ),
        (
            "color.png",
            png(drawn(192, 192, [BLUE, WHITE] * 96 * 192), "GIF"),
            ["color.png: it is no PNG file, or a damaged one"],
        ),
        ("color.png", b"", ["color.png: it is no PNG file, or a damaged one"]),
        ("outline.png", OUTLINE[:-40], ["outline.png: it is damaged"]),
        ("color.png", None, ["color.png: No such file or directory"]),
    ],
)
def test_an_icon_that_teams_would_not_take_is_told_by_what_is_in_the_file(folder, name, data, lines):
    (folder / name).unlink()
    if data is not None:
        (folder / name).write_bytes(data)
    assert faults(folder=folder) == lines
