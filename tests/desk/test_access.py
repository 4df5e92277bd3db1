"""Who may do what at the desk: every route and every role; what is not in the table is denied."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from bot.desk.access import ALLOWED, OPEN, Role, may
from bot.desk.app import PAGES, is_desk
from tests.desk.support import browser, desk_app, signed_in

STATIC = "/desk/static"
VALUES = {"enquiry_id": "no-such-enquiry-000000", "area": "suffolk", "statement_id:path": "suffolk/no-such-statement"}
ANSWERED = {200, 303, 400, 404, 409, 422}
OTHER_METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "ZIGZAG")


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    """Method and path of every route under /desk; those of its static files but once."""
    contexts = (c for c in iter_route_contexts(app.routes) if c.path and is_desk(c.path))
    return {(method, str(c.path)) for c in contexts for method in (c.methods or {"mount"})}


def address(path: str) -> str:
    """An address that a route matches; nothing stands there."""
    for name, value in VALUES.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path
    return path


def asked(client: httpx.AsyncClient, method: str, path: str, **fields: str) -> httpx.Request:
    data = {"csrf": getattr(client, "csrf", ""), **fields} if method == "POST" else None
    return client.build_request(method, address(path), data=data)


def built(app: FastAPI) -> list[tuple[str, str]]:
    """What is in the table and there."""
    return sorted(set(ALLOWED) & routes_of(app))


async def test_every_route_of_the_desk_stands_in_the_table_and_the_other_way_round(desk):
    found = routes_of(desk) - {("mount", STATIC)}
    assert len(found) > 20
    assert found - set(ALLOWED) - OPEN == set(), "routes that nobody is allowed to use"
    assert (set(ALLOWED) | OPEN) - found == set(), "routes of the table that are not there"
    assert set(ALLOWED).isdisjoint(OPEN)


def test_every_module_of_pages_is_joined_in():
    joined = {routes.__module__.rsplit(".", 1)[-1] for routes in PAGES}
    folder = Path(__file__).resolve().parents[2] / "bot/desk"
    there = {path.stem for path in folder.glob("*.py") if f"def {path.stem}_routes(" in path.read_text("utf-8")}
    assert there - joined == set()


def test_what_is_not_in_the_table_is_denied():
    assert not may(Role, "GET", "/desk/nothing")
    assert not may(Role, "PUT", "/desk/log")
    assert not may([], "GET", "/desk")
    assert may([Role.SUPERVISOR], "GET", "/desk/log")
    assert may([Role.ADVISER, Role.SUPERVISOR], "HEAD", "/desk/log")
    assert not may([Role.ADVISER, Role.CONTENT_OWNER], "GET", "/desk/log")


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_may_use_what_the_table_says_and_nothing_else(desk, role):
    faults = []
    for method, path in built(desk):
        person = signed_in(desk, role)
        response = await person.send(asked(person, method, path))
        allowed = role in ALLOWED[(method, path)]
        fits = response.status_code in ANSWERED if allowed else response.status_code == 403
        if not fits or "/desk/sign-in" in response.headers.get("location", ""):
            faults.append(f"{method} {path}: {response.status_code}")
    assert faults == []


async def test_without_a_session_every_page_leads_to_signing_in_and_no_form_is_taken(desk):
    async with browser(desk) as client:
        for method, path in built(desk):
            response = await client.send(asked(client, method, path))
            if method == "GET":
                assert response.status_code == 303, path
                assert response.headers["location"].startswith("/desk/sign-in?next=%2Fdesk"), path
            else:
                assert response.status_code == 401, path
                assert "You are not signed in" in response.text
            request = asked(client, method, path)
            request.headers["hx-request"] = "true"
            part = await client.send(request)
            assert (part.status_code, part.headers["hx-redirect"]) == (401, "/desk/sign-in"), path
            assert "<html" not in part.text


async def test_a_form_needs_the_token_of_its_own_session(desk):
    other = signed_in(desk, *Role, name="Otto Other")
    person = signed_in(desk, *Role, name="Pia Person")
    for method, path in built(desk):
        if method == "POST" and path != "/desk/sign-out":
            for token in ("", "x", other.csrf, person.csrf[:-1], person.csrf + "x"):
                response = await person.send(asked(person, method, path, csrf=token))
                assert response.status_code == 403, f"{path} {token}"
            request = asked(person, method, path)
            request = person.build_request(method, address(path), content=b"", headers={"content-length": "0"})
            assert (await person.send(request)).status_code in {400, 403}
    assert (await person.post("/desk/sign-out", data={"csrf": other.csrf})).status_code == 403
    assert (await person.get("/desk/content")).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_a_form_from_another_site_is_refused_even_with_the_token(desk, site):
    person = signed_in(desk, *Role)
    for method, path in built(desk):
        if method == "POST":
            request = asked(person, method, path)
            request.headers["sec-fetch-site"] = site
            assert (await person.send(request)).status_code == 403, path


async def test_ids_that_are_guessed_lead_nowhere(desk):
    person = signed_in(desk, *Role)
    faults = []
    for method, path in built(desk):
        if "{" in path and "{area}" not in path:
            response = await person.send(asked(person, method, path))
            if response.status_code not in ({404} if method == "GET" else {400, 404}):  # an empty form may come first
                faults.append(f"{method} {path}: {response.status_code}")
    assert faults == []
    assert (await person.get("/desk/offers/nowhere.csv")).status_code == 404


async def test_other_methods_are_denied_on_every_address(desk):
    person = signed_in(desk, *Role)
    async with browser(desk) as nobody:
        for path in sorted({path for _, path in built(desk)} | {path for _, path in OPEN}):
            for method in OTHER_METHODS:
                for client in (person, nobody):
                    response = await client.request(method, address(path))
                    assert response.status_code == 405, f"{method} {path}"


async def test_what_is_open_gives_nothing_of_the_desk_away(desk):
    signed_in(desk, "supervisor", name="Sven Secret")
    async with browser(desk) as client:
        for method, path in sorted(OPEN):
            response = await client.send(asked(client, method, path))
            assert response.status_code in {200, 400, 404, 503}, path
            assert "Sven" not in response.text
        for path in ("/desk/static/desk.css", "/desk/static/desk.js"):
            assert (await client.get(path)).headers["cache-control"] == "no-cache"
        for path in (
            "/desk/static/../app.py",
            "/desk/static/%2e%2e/app.py",
            "/desk/static/",
            "/desk/static/words/log.yml",
        ):
            assert (await client.get(path)).status_code == 404, path


async def test_what_is_not_there_is_a_page_in_words_for_everybody(desk):
    async with browser(desk) as client:
        for who in (client, signed_in(desk, "adviser")):
            for path in ("/desk/zigzag", "/desk/enquiries/a/b/c/d"):
                response = await who.get(path)
                assert response.status_code == 404
                assert "There is nothing here" in response.text
                assert "zigzag" not in response.text
        assert (await client.get("/zigzag")).headers["content-type"] == "application/json"
        assert (await client.get("/desks")).headers["content-type"] == "application/json"


async def test_pages_of_the_desk_are_kept_by_nobody_and_framed_by_nobody(tmp_path):
    async with desk_app(tmp_path, frame_ancestors="'self' https://council.example") as app:
        person = signed_in(app, *Role)
        for path in ("/desk/content", "/desk/sign-in", "/desk/zigzag"):
            headers = (await person.get(path)).headers
            policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
            assert headers["cache-control"] == "no-store"
            assert policy["frame-ancestors"] == "'none'"
            assert policy["default-src"] == "'none'"
            assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
            assert "trusted-types" not in policy
        chat = (await person.get("/chat")).headers["content-security-policy"]
        assert "require-trusted-types-for 'script'" in chat
        assert "https://council.example" in chat


async def test_a_form_may_lead_to_the_provider_and_nowhere_else(tmp_path):
    oidc = {
        "desk_oidc_metadata_url": "https://idp.example/tenant/.well-known/openid-configuration",
        "desk_oidc_issuer": "https://idp.example/tenant",
        "desk_oidc_tenant": "a-tenant",
        "desk_oidc_client_id": "a-client",
        "desk_oidc_client_secret": "a-secret",
    }
    async with desk_app(tmp_path, **oidc) as app, browser(app) as client:
        policy = (await client.get("/desk/sign-in")).headers["content-security-policy"]
        assert "form-action 'self' https://idp.example;" in policy
        assert "idp.example" not in (await client.get("/chat")).headers["content-security-policy"]


async def test_a_database_that_is_away_and_a_fault_are_told_in_words_and_logged_without_what_was_typed(
    desk, tmp_path, caplog
):
    person = signed_in(desk, *Role)
    desk.state.desk.words.pop("people")
    response = await person.get("/desk/people?text=zigzag")
    assert response.status_code == 500
    assert "Something went wrong" in response.text
    assert "a request broke" in caplog.text
    with desk.state.desk.database.engine.begin() as connection:
        await asyncio.to_thread(connection.exec_driver_sql, "drop table sessions")
    response = await person.get("/desk/people?text=zigzag")
    assert response.status_code == 503
    assert "cannot reach its records" in response.text
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("signpost"))
    assert "zigzag" not in ours
    assert "Traceback" not in ours
