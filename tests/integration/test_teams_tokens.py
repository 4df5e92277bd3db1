"""Who may bring messages to the front door: tokens that are really signed, and every way in which they can be wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import jwt
import pytest
import time_machine

from bot.teams.guard import LARGEST_BODY
from tests.integration.door_fakes import FakeEngine, door, running
from tests.teams_support import (
    OTHER_TENANT,
    OWN_TOKEN,
    SETTINGS,
    TENANT,
    Microsoft,
    Person,
    microsoft,
    private_key,
    public_jwk,
)

PATH = "/api/messages"


@pytest.fixture
def side() -> Iterator[Microsoft]:
    with microsoft() as found:
        yield found


@pytest.fixture
def engine() -> Iterator[FakeEngine]:
    with running(FakeEngine()) as found:
        yield found


@pytest.fixture
async def client(side: Microsoft, engine: FakeEngine, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with door(engine.url, tmp_path, cloud=side.cloud, **SETTINGS) as found:
        yield found


@pytest.fixture
def ann(client: httpx.AsyncClient, side: Microsoft) -> Person:
    return Person(client, side)


def _unsigned(side: Microsoft) -> str:
    claims = jwt.decode(side.token(), options={"verify_signature": False})
    return jwt.encode(claims, "", "none", headers={"kid": "key-one"})


def _public_key_as_secret(side: Microsoft) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    claims = jwt.decode(side.token(), options={"verify_signature": False})
    pem = private_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header, payload = jwt.encode(claims, "x" * 32, "HS256", headers={"kid": "key-one"}).split(".")[:2]
    import base64
    import hashlib
    import hmac

    signature = hmac.new(pem, f"{header}.{payload}".encode(), hashlib.sha256).digest()
    return f"{header}.{payload}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _changed_after_signing(side: Microsoft) -> str:
    signed, other = side.token(), side.token(aud="99999999-2222-4333-8444-555555555555")
    return ".".join([*other.split(".")[:2], signed.split(".")[2]])


ENTRA = "https://login.microsoftonline.com/{}/v2.0"
BAD: dict[str, Callable[[Microsoft], str]] = {
    "garbage": lambda side: "not-a-token",
    "three parts of nothing": lambda side: "a.b.c",
    "another key under the same name": lambda side: side.token(key="key-two"),
    "a key that nobody knows": lambda side: side.token(key="key-two", kid="key-two"),
    "no name of a key": lambda side: side.token(kid=None),
    "not signed": _unsigned,
    "signed with the public key": _public_key_as_secret,
    "changed after it was signed": _changed_after_signing,
    "for somebody else": lambda side: side.token(aud="99999999-2222-4333-8444-555555555555"),
    "for nobody": lambda side: side.token(aud=None),
    "issued by somebody else": lambda side: side.token(iss="https://evil.test"),
    "issued by somebody almost right": lambda side: side.token(iss="https://api.botframework.com/"),
    "issued by nobody": lambda side: side.token(iss=None),
    "ended": lambda side: side.token(exp=int(time.time()) - 600),
    "never ends": lambda side: side.token(exp=None),
    "not begun": lambda side: side.token(nbf=int(time.time()) + 600),
    "another service": lambda side: side.token(serviceurl="https://evil.test/teams"),
    "no service": lambda side: side.token(serviceurl=None),
    "of Entra, another tenant, another app": lambda side: side.token(
        iss=ENTRA.format(OTHER_TENANT), tid=OTHER_TENANT, azp="99999999-2222-4333-8444-555555555555"
    ),
    "of Entra, our tenant, another app": lambda side: side.token(
        iss=ENTRA.format(TENANT), tid=TENANT, azp="99999999-2222-4333-8444-555555555555"
    ),
    "of Entra, version 1, the platform's app": lambda side: side.token(
        iss=f"https://sts.windows.net/{OTHER_TENANT}/", tid=OTHER_TENANT, appid="5a807f24-c9de-44ee-a3a7-329e88a00ffc"
    ),
}


async def test_a_good_token_is_answered_with_a_token_of_ours(ann: Person, side: Microsoft) -> None:
    sent = await ann.say("hearing support")
    assert sent.authorization == f"Bearer {OWN_TOKEN}"
    assert sent.path == "/teams/v3/conversations/a:ann-and-the-bot/activities"


@pytest.mark.parametrize("kind", BAD)
async def test_a_bad_token_is_refused_and_nothing_is_sent(
    ann: Person, side: Microsoft, engine: FakeEngine, kind: str
) -> None:
    response = await ann.post(ann.activity(text="hearing support"), BAD[kind](side))
    assert response.status_code == 401
    assert (side.sent, engine.got) == ([], [])


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic dTpw", "bearer {}", "{}"])
async def test_no_bearer_token_is_refused(ann: Person, side: Microsoft, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header.format(side.token())}
    response = await ann.client.post(PATH, json=ann.activity(text="hearing"), headers=headers)
    assert response.status_code == 401
    assert side.sent == []


async def test_the_service_is_the_one_that_the_token_names_whatever_the_activity_says(
    ann: Person, side: Microsoft
) -> None:
    activity = ann.activity(text="hearing", serviceUrl="https://evil.test/teams")
    assert (await ann.post(activity)).status_code == 401
    assert side.sent == []


async def test_five_minutes_of_a_clock_that_differs_are_forgiven_and_no_more(ann: Person, side: Microsoft) -> None:
    token = side.token()
    ends = jwt.decode(token, options={"verify_signature": False})["exp"]
    with time_machine.travel(ends + 290, tick=True):
        assert (await ann.post(ann.activity(text="hearing"), token)).status_code == 200
    with time_machine.travel(ends + 310, tick=True):
        assert (await ann.post(ann.activity(text="hearing"), token)).status_code == 401
    assert len(side.messages) == 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"channelData": {"tenant": {"id": OTHER_TENANT}}}, 403),
        ({"conversation": {"id": "a:1", "conversationType": "personal", "tenantId": OTHER_TENANT}}, 403),
        ({"channelData": {}, "conversation": {"id": "a:1", "conversationType": "personal"}}, 403),
        ({"channelData": "x", "conversation": []}, 403),
        ({"channelData": {"tenant": {"id": TENANT.upper()}}}, 200),
        ({"channelData": None}, 200),
    ],
    ids=["other in the data", "other in the conversation", "none named", "not even objects", "capitals", "no data"],
)
async def test_only_people_of_the_tenants_that_are_named_may_ask(
    ann: Person, side: Microsoft, fields: dict[str, Any], status: int
) -> None:
    assert (await ann.post(ann.activity(text="hearing", **fields))).status_code == status
    assert len(side.messages) == (status == 200)


async def test_another_tenant_can_be_let_in(side: Microsoft, engine: FakeEngine, tmp_path: Path) -> None:
    settings = {**SETTINGS, "teams_allowed_tenants": OTHER_TENANT}
    async with door(engine.url, tmp_path, cloud=side.cloud, **settings) as client:
        for tenant in (TENANT, OTHER_TENANT):
            assert await Person(client, side, tenant=tenant).say("hearing")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[1]", 400),
        (b'"text"', 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b"{}", 400),
        (b'{"serviceUrl": 7}', 400),
        (b'{"serviceUrl": "file:///etc/passwd"}', 400),
        (b" " * (LARGEST_BODY + 1), 413),
    ],
)
async def test_what_is_no_activity_is_refused_kindly(
    client: httpx.AsyncClient, side: Microsoft, body: bytes, status: int
) -> None:
    response = await client.post(PATH, content=body, headers={"authorization": f"Bearer {side.token()}"})
    assert response.status_code == status
    assert response.json()["error"]
    assert side.sent == []


async def test_a_body_that_does_not_say_how_large_it_is_is_measured(client: httpx.AsyncClient, side: Microsoft) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(400):
            yield b" " * 1024

    response = await client.post(PATH, content=endless(), headers={"authorization": f"Bearer {side.token()}"})
    assert response.status_code == 413


@pytest.mark.parametrize(
    "fields",
    [
        {"from": None},
        {"from": {"id": ""}},
        {"from": "ann"},
        {"conversation": {"id": 7, "tenantId": TENANT}},
        {"conversation": {"id": "..", "tenantId": TENANT}},
        {"conversation": {"id": "a/../../v3/other", "tenantId": TENANT}},
        {"conversation": {"id": "a?x=1#y", "tenantId": TENANT}},
        {"replyToId": "../../a:bea/activities/1"},
        {"recipient": None},
        {"type": None},
        {"type": 7},
        {"text": ["hearing"]},
        {"entities": {"type": "mention"}},
        {"id": "x" * 2000},
    ],
    ids=str,
)
async def test_an_activity_that_is_none_is_refused_without_saying_what_stood_in_it(
    ann: Person, side: Microsoft, fields: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    activity = ann.activity(**{"text": "Wilfredina cannot hear", **fields})
    response = await ann.post(activity)
    assert response.status_code == 400
    assert side.sent == []
    assert "Wilfredina" not in caplog.text + response.text


@pytest.mark.parametrize("kind", ["messageReaction", "messageUpdate", "event", "invoke", "somethingNew", "typing"])
async def test_what_is_not_for_us_is_taken_and_left(ann: Person, side: Microsoft, kind: str) -> None:
    assert (await ann.post(ann.activity(type=kind, text="hearing"))).status_code == 200
    assert side.sent == []


async def test_others_are_answered_while_the_key_server_is_slow(ann: Person, side: Microsoft) -> None:
    side.key_seconds = 2.0
    asking = asyncio.create_task(ann.post(ann.activity(text="hearing")))
    while not side.key_requests:
        await asyncio.sleep(0.005)
    seconds = []
    for _ in range(20):
        began = time.perf_counter()
        assert (await ann.client.get("/healthz")).status_code == 200
        seconds.append(time.perf_counter() - began)
        await asyncio.sleep(0.02)
    assert not asking.done(), "all were answered before the key server was"
    assert median(seconds) < 0.1
    assert (await asking).status_code == 200


def _later(client: Any, seconds: float) -> None:
    """Put the clock of the keys forward."""
    client.app.state.teams._keys._clock = lambda: time.monotonic() + seconds


async def test_a_key_that_nobody_knows_holds_up_nobody_whose_key_is_known(ann: Person, side: Microsoft) -> None:
    await ann.say("hearing")
    _later(ann.client, 400)  # so that the key server is asked again
    side.key_seconds = 1.5
    tokens = [side.token(key="key-two", kid=f"k{number}") for number in range(30)]
    strange = [asyncio.create_task(ann.post(ann.activity(text="hearing"), token)) for token in tokens]
    while side.key_requests < 2:
        await asyncio.sleep(0.005)
    assert await ann.say("hearing again")
    assert not all(task.done() for task in strange), "it was answered before the key server was"
    assert {(await each).status_code for each in strange} == {401}
    assert side.key_requests == 2, "they wait for one fetch"


async def test_a_known_key_goes_on_while_the_key_server_hangs(ann: Person, side: Microsoft) -> None:
    await ann.say("hearing")
    _later(ann.client, 400)
    side.key_seconds = 3.0
    for number in range(5):
        await ann.say(f"question {number}")
    assert side.key_requests == 2
    assert not ann.client.app.state.teams._keys._fetching.done()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "given", [b"<html>busy</html>", b"[]", b'{"keys": []}', b'{"keys": [{"kty": "oct", "k": "eA"}]}']
)
async def test_a_key_server_that_gives_no_keys_is_as_good_as_down(ann: Person, side: Microsoft, given: bytes) -> None:
    side.key_body = given
    assert (await ann.post(ann.activity(text="hearing"))).status_code == 503
    side.key_body = None
    _later(ann.client, 6)
    await ann.say("hearing")
    side.key_body = given
    _later(ann.client, 400)
    assert await ann.say("hearing again")


async def test_keys_are_fetched_once_for_many_messages(ann: Person, side: Microsoft) -> None:
    for number in range(5):
        await ann.say(f"question {number}")
    assert side.key_requests == 1


async def test_a_new_key_is_fetched_and_an_old_one_that_was_taken_back_is_not_believed(
    ann: Person, side: Microsoft
) -> None:
    await ann.say("hearing")
    side.keys = [public_jwk("key-two")]
    _later(ann.client, 400)
    assert (await ann.post(ann.activity(text="hearing"), side.token(key="key-two", kid="key-two"))).status_code == 200
    assert (await ann.post(ann.activity(text="hearing"))).status_code == 401


async def test_a_key_server_that_is_down_is_told_and_known_keys_go_on_for_a_day(ann: Person, side: Microsoft) -> None:
    side.key_status = 500
    refused = await ann.post(ann.activity(text="hearing"))
    assert (refused.status_code, refused.json()) == (503, {"error": "keys"})
    assert side.key_requests == 1
    await ann.post(ann.activity(text="hearing"))
    assert side.key_requests == 1, "it is left in peace for a while"
    side.key_status = 200
    _later(ann.client, 6)
    await ann.say("hearing")
    side.key_status = 500
    _later(ann.client, 20 * 3600)
    assert await ann.say("hearing again")
    _later(ann.client, 25 * 3600)
    assert (await ann.post(ann.activity(text="hearing"))).status_code == 503


async def test_the_library_asks_our_keys(client: httpx.AsyncClient) -> None:
    """The guard reaches into the library for this: if the place moves, this fails, and the version must not be used."""
    bot = client.app.state.teams  # type: ignore[attr-defined]
    validator = bot._app.server._token_validator._service_validator
    assert validator._jwks_client is bot._keys
    assert validator.options.valid_issuers == ["https://api.botframework.com"]


async def test_without_settings_teams_is_off_and_nothing_else_changes(engine: FakeEngine, tmp_path: Path) -> None:
    async with door(engine.url, tmp_path) as client:
        response = await client.post(PATH, json={})
        assert response.status_code == 503
        assert response.json() == {"error": "Signpost is not set up for Microsoft Teams here."}
        assert (await client.get("/healthz")).status_code == 200
        assert client.app.state.teams is None  # type: ignore[attr-defined]


async def test_in_development_a_message_may_come_without_a_token(
    side: Microsoft, engine: FakeEngine, tmp_path: Path
) -> None:
    settings = {"teams_dangerously_allow_unauthenticated_requests": True}
    async with door(engine.url, tmp_path, **settings) as client:
        ann = Person(client, side)
        assert (await client.post(PATH, json=ann.activity(text="hearing"))).status_code == 200
    assert len(side.messages) == 1


async def test_with_the_settings_of_a_real_installation_it_starts_and_asks_nobody_for_anything(
    side: Microsoft, engine: FakeEngine, tmp_path: Path
) -> None:
    """Microsoft's key server is asked when a token names its issuer, and not before: tests would refuse it."""
    async with door(engine.url, tmp_path, **SETTINGS) as client:
        ann = Person(client, side)
        assert (await client.post(PATH, json=ann.activity(text="hearing"))).status_code == 401
        assert (await ann.post(ann.activity(text="hearing"), side.token(iss="https://evil.test"))).status_code == 401
        keys = client.app.state.teams._keys  # type: ignore[attr-defined]
        assert keys._client.uri == "https://login.botframework.com/v1/.well-known/keys"


@pytest.mark.parametrize("channel", ["webchat", "directline", "", None, 7])
async def test_only_teams_is_answered(ann: Person, side: Microsoft, channel: object) -> None:
    assert (await ann.post(ann.activity(text="hearing", channelId=channel))).status_code == 403
    assert side.sent == []


@pytest.mark.parametrize("tenant", [[], {}, 7, ""])
async def test_a_tenant_that_is_no_text_is_none_of_ours(ann: Person, side: Microsoft, tenant: object) -> None:
    activity = ann.activity(text="hearing", channelData={"tenant": {"id": tenant}})
    assert (await ann.post(activity)).status_code == 403
    assert side.sent == []


async def test_a_body_is_not_read_before_the_token_is_checked(client: httpx.AsyncClient, side: Microsoft) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(10):
            read += 1
            yield b" " * 1024

    response = await client.post(PATH, content=body(), headers={"authorization": f"Bearer {side.token(key='key-two')}"})
    assert response.status_code == 401
    assert read <= 1


async def test_in_production_answers_go_to_https_only(side: Microsoft, engine: FakeEngine, tmp_path: Path) -> None:
    production = {"environment": "production", "secret": "an-invented-secret-of-forty-characters-xx"}
    async with door(engine.url, tmp_path, cloud=side.cloud, **SETTINGS, **production) as client:
        assert (await Person(client, side).post(Person(client, side).activity(text="hearing"))).status_code == 400
    assert side.sent == []


async def test_what_is_kept_cannot_be_found_from_the_ids_alone(
    side: Microsoft, engine: FakeEngine, tmp_path: Path
) -> None:
    for number in range(2):
        secret = f"an-invented-secret-of-forty-characters-{number}"
        async with door(engine.url, tmp_path / str(number), cloud=side.cloud, **SETTINGS, secret=secret) as client:
            await Person(client, side).say("hearing")
    first, second = (body["sender"] for body in engine.got)
    assert first != second, "they hang on the secret"
