"""Signing in: with a real provider in a box, with a hostile one, on one machine; what is refused makes no session."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import oidc_provider_mock
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.desk.provider import Provider
from bot.desk.sessions import COOKIE
from bot.desk.sign_in import UNDER_WAY, local_path
from bot.records.models import AuditRow, SessionRow, StaffRow
from tests.desk.hostile_provider import (
    ANSWERS,
    CLIENT,
    NO_ROLE,
    SECRET,
    TENANT,
    TOKENS,
    HostileProvider,
    hostile_provider,
)
from tests.desk.support import ADDRESS, browser, desk_app, signed_in

CALLBACK = "/desk/signed-in"
FROM_HERE = {"sec-fetch-site": "same-origin"}

# For what a token is refused, so that no other fault passes for it.
OF_A_TOKEN = {
    "InvalidClaimError",
    "MissingClaimError",
    "ExpiredTokenError",
    "UnsupportedAlgorithmError",
    "BadSignatureError",
    "InvalidKeyIdError",
    "DecodeError",
    "audience",
    "tenant",
    "object id",
    "no id_token",
}
OF_ANOTHER_KIND = {"MismatchingStateError", "OAuthError", "HTTPStatusError", "ValueError", "too slow"}


def oidc(url: str, **changes: str) -> dict[str, Any]:
    """The five settings for a provider on this machine."""
    return {
        "desk_oidc_metadata_url": f"{url}/.well-known/openid-configuration",
        "desk_oidc_issuer": url,
        "desk_oidc_tenant": TENANT,
        "desk_oidc_client_id": CLIENT,
        "desk_oidc_client_secret": SECRET,
        **changes,
    }


def rows(app: FastAPI, table: Any) -> int:
    """How many rows a table has."""
    with app.state.desk.database.session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture(scope="module")
def hostile() -> Iterator[HostileProvider]:
    with hostile_provider() as provider:
        yield provider


@contextlib.asynccontextmanager
async def desk_of(folder: Path, provider: HostileProvider, misbehaves: str = "") -> AsyncIterator[FastAPI]:
    """The desk with the hostile provider, for which it waits half a second at most."""
    provider.misbehaves, provider.roles = misbehaves, ("Signpost.Adviser",)
    provider.issued.clear()
    async with desk_app(folder, **oidc(provider.url)) as app:
        quick = Provider(app.state.desk.settings, longest_seconds=0.5 if misbehaves == "slow" else 10)
        app.state.desk = dataclasses.replace(app.state.desk, provider=quick)
        yield app


async def way_back(client: httpx.AsyncClient, wanted: str = "/desk/people") -> str:
    """Begin to sign in and go to the provider; the address at which it sends the browser back."""
    begun = await client.post("/desk/sign-in", data={"next": wanted}, headers=FROM_HERE)
    assert begun.status_code == 303, begun.text
    async with httpx.AsyncClient(trust_env=False) as outside:
        back = (await outside.get(begun.headers["location"])).headers["location"]
    assert back.startswith(f"{ADDRESS}{CALLBACK}?")
    return back


# ---------------------------------------------------------------------- the provider in a box


@pytest.fixture(scope="module")
def box() -> Iterator[str]:
    """A real provider with five people. Its address has the name that it calls itself by."""

    def person(sub: str, **claims: Any) -> oidc_provider_mock.User:
        return oidc_provider_mock.User(sub=sub, claims={"tid": TENANT, "oid": f"object-{sub}", **claims})

    people = [
        person("adviser", name="Ivy Invented", roles=["Signpost.Adviser"]),
        person("both", name="Bo  Both\n", roles=["Signpost.Supervisor", "Signpost.ContentOwner", "Other"]),
        person("nobody", name="Nora Norole", roles=[]),
        person("stranger", name="Tess Tenant", roles=["Signpost.Adviser"], tid="22222222-2222-4222-8222-222222222222"),
        person("nameless", roles=["Signpost.Adviser"]),
    ]
    with oidc_provider_mock.run_server_in_thread(user_claims=people, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


async def sign_in_at_box(client: httpx.AsyncClient, sub: str, wanted: str = "/desk/people") -> httpx.Response:
    begun = await client.post("/desk/sign-in", data={"next": wanted}, headers=FROM_HERE)
    async with httpx.AsyncClient(trust_env=False) as outside:
        sent = await outside.post(begun.headers["location"], data={"sub": sub})
    return await client.get(sent.headers["location"])


async def test_somebody_of_the_council_signs_in_and_gets_to_the_page_that_was_asked_for(tmp_path, box):
    async with desk_app(tmp_path, **oidc(box)) as app, browser(app) as client:
        asked = await client.get("/desk/people?page=2")
        assert (asked.status_code, asked.headers["location"]) == (303, "/desk/sign-in?next=%2Fdesk%2Fpeople%3Fpage%3D2")
        page = await client.get(asked.headers["location"])
        wanted = re.search(r'name="next" value="([^"]+)"', page.text)
        assert wanted
        response = await sign_in_at_box(client, "both", wanted[1])
        assert (response.status_code, response.headers["location"]) == (303, "/desk/people?page=2")
        people = await client.get("/desk/people")
        assert people.status_code == 200
        assert "Bo Both" in people.text
        assert "supervisor, " not in people.text
        assert "content owner, supervisor" in people.text
        assert rows(app, SessionRow) == 1


async def test_a_person_is_known_by_object_id_and_may_have_no_name(tmp_path, box):
    async with desk_app(tmp_path, **oidc(box)) as app:
        for sub in ("adviser", "adviser", "nameless"):
            async with browser(app) as client:
                assert (await sign_in_at_box(client, sub)).status_code == 303
        with app.state.desk.database.session() as session:
            assert sorted(session.scalars(select(StaffRow.name))) == ["Ivy Invented", "object-nameless"]
        assert rows(app, SessionRow) == 3


@pytest.mark.parametrize(("sub", "words"), [("nobody", "You have no role"), ("stranger", "Signing in did not work")])
async def test_somebody_without_a_role_or_of_another_tenant_stays_outside(tmp_path, box, sub, words):
    async with desk_app(tmp_path, **oidc(box)) as app, browser(app) as client:
        response = await sign_in_at_box(client, sub)
        assert response.status_code == 403
        assert words in response.text
        assert COOKIE not in client.cookies
        assert rows(app, SessionRow) == rows(app, StaffRow) == 0


async def test_the_council_may_say_no(tmp_path, box):
    async with desk_app(tmp_path, **oidc(box)) as app, browser(app) as client:
        begun = await client.post("/desk/sign-in", data={"next": ""}, headers=FROM_HERE)
        async with httpx.AsyncClient(trust_env=False) as outside:
            sent = await outside.post(begun.headers["location"], data={"action": "deny"})
        response = await client.get(sent.headers["location"])
        assert response.status_code == 403
        assert rows(app, SessionRow) == 0


# ---------------------------------------------------------------------- the hostile one


async def test_the_hostile_provider_lets_in_as_long_as_it_behaves(tmp_path, hostile):
    async with desk_of(tmp_path, hostile) as app, browser(app) as client:
        response = await client.get(await way_back(client))
        assert (response.status_code, response.headers["location"]) == (303, "/desk/people")
        assert COOKIE in client.cookies
        assert UNDER_WAY not in client.cookies
        assert rows(app, SessionRow) == 1
        with app.state.desk.database.session() as session:
            line = session.scalars(select(AuditRow)).one()
            assert (line.action, line.name) == ("signed_in", "Ivy Invented")


@pytest.mark.parametrize("misbehaves", [*TOKENS, *ANSWERS, *NO_ROLE])
async def test_what_a_hostile_provider_says_lets_nobody_in(tmp_path, hostile, caplog, misbehaves):
    async with desk_of(tmp_path, hostile, misbehaves) as app, browser(app) as client:
        with caplog.at_level(logging.INFO):
            response = await client.get(await way_back(client))
        assert response.status_code == 403
        assert ("You have no role" if misbehaves in NO_ROLE else "Signing in did not work") in response.text
        assert COOKIE not in client.cookies
        assert UNDER_WAY not in client.cookies
        assert rows(app, SessionRow) == rows(app, StaffRow) == rows(app, AuditRow) == 0
    told = [record.getMessage() for record in caplog.records if record.name == "signpost.desk"]
    assert len(told) == 1
    cause = told[0].removeprefix("a sign-in was refused: ")
    assert cause in (OF_A_TOKEN if misbehaves in TOKENS else {*OF_ANOTHER_KIND, "no role", "no id_token"})
    written = "\n".join(record.getMessage() for record in caplog.records if record.name != "httpx")  # of the browser
    for private in ("zigzag", "Ivy", "an-object", "an-access-token", SECRET, *filter(None, hostile.issued)):
        assert private not in written


async def test_a_provider_that_is_down_is_told_in_words(tmp_path):
    async with desk_app(tmp_path, **oidc("http://127.0.0.1:9")) as app, browser(app) as client:
        response = await client.post("/desk/sign-in", data={"next": "/desk"}, headers=FROM_HERE)
        assert response.status_code == 403
        assert "Signing in did not work" in response.text
        assert "Traceback" not in response.text


async def test_an_answer_counts_once_and_in_the_browser_that_asked_only(tmp_path, hostile):
    async with desk_of(tmp_path, hostile) as app, browser(app) as client, browser(app) as other:
        back = await way_back(client)
        assert (await other.get(back)).status_code == 403
        assert rows(app, SessionRow) == 0
        kept = client.cookies[UNDER_WAY]
        assert (await client.get(back)).status_code == 303
        client.cookies.set(UNDER_WAY, kept, domain="127.0.0.1")
        assert (await client.get(back)).status_code == 403
        assert rows(app, SessionRow) == 1


async def test_a_sign_in_that_was_begun_elsewhere_or_tampered_with_is_refused(tmp_path, hostile):
    async with desk_of(tmp_path, hostile) as app, browser(app) as client:
        back = await way_back(client)
        kept = client.cookies[UNDER_WAY]
        for cookie in ("", "x", kept[:-2], "e30." + kept.split(".", 1)[1]):
            client.cookies.set(UNDER_WAY, cookie, domain="127.0.0.1")
            assert (await client.get(back)).status_code == 403
        sent = await client.post("/desk/sign-in", data={"next": ""}, headers={"sec-fetch-site": "cross-site"})
        assert sent.status_code == 403
        assert rows(app, SessionRow) == 0


async def test_a_sign_in_takes_ten_minutes_at_most(tmp_path, hostile, monkeypatch):
    async with desk_of(tmp_path, hostile) as app, browser(app) as client, browser(app) as other:
        back = await way_back(client)
        kept = {"cookie": f"{UNDER_WAY}={client.cookies[UNDER_WAY]}"}  # sent by hand: a browser would forget it
        for seconds, status in ((601, 403), (599, 303)):
            later = time.time() + seconds
            with monkeypatch.context() as patched:
                patched.setattr("itsdangerous.timed.TimestampSigner.get_timestamp", lambda _, later=later: int(later))
                assert (await other.get(back, headers=kept)).status_code == status


async def test_signing_in_again_gives_a_new_token_and_ends_the_old_session(tmp_path, hostile):
    async with desk_of(tmp_path, hostile) as app, browser(app) as client:
        client.cookies.set(COOKIE, "a-token-that-somebody-else-put-here", domain="127.0.0.1")
        await client.get(await way_back(client))
        first = client.cookies[COOKIE]
        await client.get(await way_back(client))
        second = client.cookies[COOKIE]
        assert len({"a-token-that-somebody-else-put-here", first, second}) == 3
        client.cookies.set(COOKIE, first, domain="127.0.0.1")
        assert (await client.get("/desk/people")).headers["location"].startswith("/desk/sign-in")


# ---------------------------------------------------------------------- on one machine


async def test_the_development_sign_in_is_not_there_unless_it_is_switched_on(tmp_path):
    async with desk_app(tmp_path) as app, browser(app) as client:
        page = await client.get("/desk/sign-in")
        assert "not set up yet" in page.text
        assert "SIGNPOST_DESK_OIDC_" in page.text
        assert "Development sign-in" not in page.text
        sent = await client.post("/desk/development-sign-in", data={"person": "everything"}, headers=FROM_HERE)
        assert sent.status_code == 404
        assert (await client.post("/desk/sign-in", data={}, headers=FROM_HERE)).status_code == 503
        assert (await client.get(f"{CALLBACK}?code=a&state=b")).status_code == 503
        assert rows(app, SessionRow) == 0


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ("adviser", "Ada Adviser"),
        ("supervisor", "Sam Supervisor"),
        ("content_owner", "Olive Owner"),
        ("everything", "Eve Everything"),
    ],
)
async def test_an_invented_person_signs_in_on_this_machine(tmp_path, person, name):
    async with desk_app(tmp_path, desk_dangerously_allow_development_sign_in=True) as app, browser(app) as client:
        page = await client.get("/desk/sign-in?next=/desk/content")
        assert "Development sign-in" in page.text
        assert f"Sign in as {name}" in page.text
        fields = {"person": person, "next": "/desk/content"}
        sent = await client.post("/desk/development-sign-in", data=fields, headers=FROM_HERE)
        assert (sent.status_code, sent.headers["location"]) == (303, "/desk/content")
        with app.state.desk.database.session() as session:
            assert session.scalars(select(StaffRow.name)).all() == [name]


@pytest.mark.parametrize(
    ("address", "base_url", "headers"),
    [
        ("10.0.0.7", ADDRESS, {}),
        ("127.0.0.1", "http://desk.example:8000", {}),
        ("127.0.0.1", ADDRESS, {"x-forwarded-for": "10.0.0.7"}),
        ("127.0.0.1", ADDRESS, {"forwarded": "for=10.0.0.7"}),
        ("127.0.0.1", ADDRESS, {"sec-fetch-site": "cross-site"}),
        ("127.0.0.1", ADDRESS, {"sec-fetch-site": "same-site"}),
    ],
)
async def test_the_development_sign_in_is_for_this_machine_itself_only(tmp_path, address, base_url, headers):
    async with (
        desk_app(tmp_path, desk_dangerously_allow_development_sign_in=True) as app,
        browser(app, address, base_url) as client,
    ):
        sent = await client.post("/desk/development-sign-in", data={"person": "adviser"}, headers=headers)
        assert sent.status_code in {403, 404}
        assert rows(app, SessionRow) == 0


async def test_a_session_is_of_no_use_from_elsewhere_while_the_development_sign_in_is_on(tmp_path):
    async with desk_app(tmp_path, desk_dangerously_allow_development_sign_in=True) as app:
        here = signed_in(app, "supervisor")
        assert (await here.get("/desk/people")).status_code == 200
        async with browser(app, "10.0.0.7") as there:
            there.cookies = here.cookies
            assert (await there.get("/desk/people")).status_code == 303


# ---------------------------------------------------------------------- signing out, and where to go


async def test_signing_out_ends_the_session_and_says_what_may_remain(desk):
    person = signed_in(desk, "adviser")
    token = person.cookies[COOKIE]
    sent = await person.post_form("/desk/sign-out")
    assert (sent.status_code, sent.headers["location"]) == (303, "/desk/signed-out")
    assert COOKIE not in person.cookies
    page = await person.get("/desk/signed-out")
    assert "You may still be signed in with your council account" in page.text
    person.cookies.set(COOKIE, token, domain="127.0.0.1")
    assert (await person.get("/desk/content")).status_code in {303, 404}
    assert (await person.post_form("/desk/sign-out")).status_code == 401


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/desk",
        "/desk@evil.example",
        "/deskevil",
        "\\\\evil.example",
        "/desk/../../evil",
        "/desk/%2e%2e/chat",
        "/desk\r\nset-cookie: a=b",
        "/desk/sign-in?next=/desk",
        "/desk/signed-in?code=x",
        "/desk/sign-out",
        " /desk/people",
        "javascript:alert(1)",
        "/",
        "",
        "/desk/" + "a" * 1000,
    ],
)
def test_nobody_is_led_elsewhere_after_signing_in(wanted):
    assert local_path(wanted) == "/desk"


@pytest.mark.parametrize("wanted", ["/desk", "/desk/people", "/desk/enquiries?status=open&text=a%20b", "/desk?x=/y"])
def test_pages_of_the_desk_are_found_again_after_signing_in(wanted):
    assert local_path(wanted) == wanted


@given(st.text(alphabet=st.sampled_from("/\\desk.?#@:%25e2f \t\n\r-")).map(lambda tail: f"/desk{tail}") | st.text())
def test_whatever_is_asked_for_stays_at_the_desk(wanted):
    parts = urlsplit(local_path(wanted))
    assert (parts.scheme, parts.netloc) == ("", "")
    assert parts.path == "/desk" or parts.path.startswith("/desk/")
