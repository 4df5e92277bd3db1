"""Requests that are refused, headers, health, metrics and the log."""

import json
import logging
from pathlib import Path

import pytest

from bot.guidance.reply import Reply
from tests.integration.door_fakes import DISCLOSURE, NAME, WEBHOOK, FakeEngine, door, running, say


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "bad_json"),
        (b"", 400, "bad_json"),
        (b"[" * 50_000, 400, "bad_json"),
        (b'{"sender": "ann", "message": "\xff"}', 400, "bad_encoding"),
        (b"[]", 422, "not_an_object"),
        (b'"x"', 422, "not_an_object"),
        (b'{"message": "x"}', 422, "missing_sender"),
        (b'{"sender": 3, "message": "x"}', 422, "bad_sender"),
        (b'{"sender": null, "message": "x"}', 422, "bad_sender"),
        (b'{"sender": " ", "message": "x"}', 422, "bad_sender"),
        (b'{"sender": "\\ud800", "message": "x"}', 422, "bad_sender"),
        (b'{"sender": "%s", "message": "x"}' % (b"a" * 201), 422, "bad_sender"),
        (b'{"sender": "ann"}', 422, "missing_message"),
        (b'{"sender": "ann", "message": null}', 422, "bad_message"),
        (b'{"sender": "ann", "message": 3}', 422, "bad_message"),
        (b'{"sender": "ann", "message": ["x"]}', 422, "bad_message"),
        (b'{"sender": "ann", "message": {"text": "x"}}', 422, "bad_message"),
        (b'{"sender": "ann", "message": "x", "metadata": "suffolk"}', 422, "bad_metadata"),
        (b'{"sender": "ann", "message": "x", "metadata": [1]}', 422, "bad_metadata"),
        (b'{"sender": "ann", "message": "%s"}' % (b"x" * 70_000), 413, "too_large"),
    ],
)
async def test_a_wrong_request_is_refused_in_words(body: bytes, status: int, code: str, tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            response = await client.post(WEBHOOK, content=body)
    assert response.status_code == status
    assert response.json()["error"]["code"] == code
    assert response.json()["error"]["message"].endswith(".")
    assert engine.got == []


async def test_a_body_of_unknown_length_is_cut_off_at_the_limit(tmp_path: Path) -> None:
    async def endless():  # type: ignore[no-untyped-def]
        for _ in range(1_000_000):
            yield b"x" * 1000

    async with door("http://127.0.0.1:9", tmp_path) as client:
        response = await client.post(WEBHOOK, content=endless())
    assert response.status_code == 413


async def test_the_shortest_and_longest_sender_are_taken(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            assert (await say(client, "hello", sender="a"))["recipient_id"] == "a"
            assert (await say(client, "hello", sender="a" * 200))["recipient_id"] == "a" * 200
            nothing = await client.post(WEBHOOK, json={"sender": "ann", "message": "hello", "metadata": None})
            assert nothing.status_code == 200
    assert len(engine.got) == 3


@pytest.mark.parametrize("path", ["/", WEBHOOK, "/healthz", "/nothing", "/static/chat.js", "/static/../app.py"])
async def test_every_response_has_the_security_headers(path: str, tmp_path: Path) -> None:
    async with door("http://127.0.0.1:9", tmp_path, frame_ancestors="https://school.example") as client:
        response = await client.get(path)
    policy = dict(item.split(" ", 1) for item in response.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == ("https://school.example" if path == "/" else "'none'")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "cache-control" in response.headers


async def test_unknown_addresses_and_methods_are_refused_in_words(tmp_path: Path) -> None:
    async with door("http://127.0.0.1:9", tmp_path) as client:
        assert (await client.get("/nothing")).json()["error"]["code"] == "not_found"
        response = await client.get(WEBHOOK)
        assert (response.status_code, response.json()["error"]["code"]) == (405, "method_not_allowed")
        assert response.headers["allow"] == "POST"
        assert (await client.get("/docs")).status_code == 404


async def test_an_unexpected_error_shows_no_trace(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with door("http://127.0.0.1:9", tmp_path) as client:
        client.app.state.parts.turns.answer = None  # type: ignore[attr-defined]
        response = await client.post(WEBHOOK, json={"sender": "ann", "message": f"{NAME} here"})
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "internal"
    assert "TypeError" not in response.text
    assert "a request broke: TypeError" in caplog.text


async def test_senders_and_addresses_are_limited_and_loopback_is_exempt(tmp_path: Path) -> None:
    limits = {"messages_per_minute_per_sender": 2, "messages_per_minute_per_address": 5}
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path, address="192.0.2.7", **limits) as client:

            async def status(sender: str) -> int:
                response = await client.post(WEBHOOK, json={"sender": sender, "message": f"hello {len(engine.got)}"})
                if response.status_code == 429:
                    assert int(response.headers["retry-after"]) >= 1
                    assert response.json()["error"]["code"] == "rate_limited"
                return response.status_code

            assert [await status(sender) for sender in ("ann", "ann", "ann")] == [200, 200, 429]
            assert [await status(sender) for sender in ("ben", "ben", "cat")] == [200, 200, 429]
        for exempt, expected in ((True, 200), (False, 429)):
            async with door(engine.url, tmp_path, rate_limit_exempts_loopback=exempt, **limits) as client:
                assert [await status("dan") for _ in range(3)] == [200, 200, expected]


async def test_health_readiness_and_what_is_missing(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine, running(FakeEngine()) as actions:
        async with door(engine.url, tmp_path, actions_url=actions.url) as client:
            assert (await client.get("/healthz")).json() == {"status": "ok"}
            ready = await client.get("/readyz")
            assert (ready.status_code, ready.json()["missing"]) == (200, [])
            assert (await client.get("/webhooks/rest/")).json() == {"status": "ok"}
    async with door(engine.url, tmp_path, actions_url="http://127.0.0.1:9") as client:
        response = await client.get("/readyz")
        assert (response.status_code, response.json()["missing"]) == (503, ["engine", "actions"])
        assert (await client.get("/healthz")).status_code == 200


async def test_the_schema_of_replies_is_published(tmp_path: Path) -> None:
    async with door("http://127.0.0.1:9", tmp_path) as client:
        assert (await client.get("/schemas/reply.json")).json() == Reply.model_json_schema()


async def test_metrics_are_there_only_if_switched_on_and_hold_no_text(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            assert (await client.get("/metrics")).status_code == 404
        async with door(engine.url, tmp_path, metrics_enabled=True) as client:
            await say(client, "which form?")
            await say(client, "?")
            text = (await client.get("/metrics")).text
    assert 'signpost_replies_total{status="answered"} 1.0' in text
    assert 'signpost_replies_total{status="empty"} 1.0' in text
    assert "signpost_reply_seconds_count 2.0" in text
    assert "which" not in text


async def test_the_log_holds_no_text_and_no_sender(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            await say(client, f"{NAME} cannot zigzag", sender="sender-of-ann")
            await say(client, DISCLOSURE, sender="sender-of-ann")
            engine.answer = lambda body: (500, body["message"])
            await say(client, "zigzag again", sender="sender-of-ann")
            await client.get("/zigzag?zigzag=1")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("signpost")]
    lines = [json.loads(line) for line in ours if line.startswith("{")]
    assert [line["reply"] for line in lines] == ["answered", "safeguarding", "error", None]
    assert lines[0]["masked"] == ["name"]
    assert (lines[0]["route"], lines[3]["route"]) == (WEBHOOK, "other")
    for secret in (NAME, "zigzag", "hurt", "sender-of-ann"):
        assert secret not in "\n".join(ours)


async def test_other_sites_may_call_only_if_they_are_listed(tmp_path: Path) -> None:
    asked = {"origin": "https://school.example", "access-control-request-method": "POST"}
    async with door("http://127.0.0.1:9", tmp_path) as client:
        assert "access-control-allow-origin" not in (await client.options(WEBHOOK, headers=asked)).headers
    async with door("http://127.0.0.1:9", tmp_path, allowed_origins="https://school.example") as client:
        response = await client.options(WEBHOOK, headers=asked)
        assert response.headers["access-control-allow-origin"] == "https://school.example"
        other = await client.options(WEBHOOK, headers=asked | {"origin": "https://other.example"})
        assert "access-control-allow-origin" not in other.headers
