"""Signing in at the desk with a real browser and a real provider, with and without a script, under the real policy."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import oidc_provider_mock
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from bot.door.app import create_app
from bot.settings import Settings
from tests.browser import looking
from tests.browser.axe import violations
from tests.browser.watching import Watch
from tests.desk.support import knowledge_url
from tests.guidance_support import CONTENT
from tests.integration.door_fakes import fake_is_disclosure, fake_mask, spelling
from tests.support import free_ports

TENANT = "11111111-1111-4111-8111-111111111111"
SECRET = "an-invented-client-secret-of-forty-characters"


@dataclass(frozen=True)
class Site:
    """A front door that is served, and the provider that it sends people to."""

    url: str
    provider: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A front door with the desk; nothing stands behind it, since signing in needs no engine."""
    folder: Path = tmp_path_factory.mktemp("desk")

    def person(sub: str, *roles: str) -> oidc_provider_mock.User:
        claims = {"tid": TENANT, "oid": f"object-{sub}", "name": sub, "roles": list(roles)}
        return oidc_provider_mock.User(sub=sub, claims=claims)

    people = [person("Sam Supervisor", "Signpost.Supervisor"), person("Nora Norole")]
    with oidc_provider_mock.run_server_in_thread(user_claims=people, require_nonce=True) as provider:
        provider_url = f"http://localhost:{provider.server_port}"
        (port,) = free_ports(1)
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            port=port,
            content_dir=CONTENT,
            var_dir=folder,
            knowledge_url=knowledge_url(),
            desk_oidc_metadata_url=f"{provider_url}/.well-known/openid-configuration",
            desk_oidc_issuer=provider_url,
            desk_oidc_tenant=TENANT,
            desk_oidc_client_id="the-desk",
            desk_oidc_client_secret=SECRET,  # type: ignore[arg-type]
        )
        app = create_app(settings, mask=fake_mask, is_disclosure=fake_is_disclosure, correct=spelling().correct)
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="on"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the front door did not start"
            time.sleep(0.02)
        yield Site(f"http://127.0.0.1:{port}", provider_url)
        server.should_exit = True
        thread.join(10)


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page whose faults at the desk fail the test; the provider's own pages may do what they like."""
    watch = Watch({site.url, site.provider})
    context = browser.new_context(locale="en-GB", java_script_enabled=request.param)
    context.set_default_timeout(20_000)
    opened = watch.follow(context).new_page()
    yield opened
    context.close()
    told = r"responded with a status of 40[34] "  # refusals are pages, which the console notes
    faults = [fault for fault in watch.result() if site.url in fault and not re.search(told, fault)]
    assert faults == []


def sign_in(page: Page, site: Site, name: str, path: str = "/desk/people") -> None:
    """From a page of the desk to the provider and back again."""
    page.goto(f"{site.url}{path}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to the Signpost desk")
    page.get_by_role("button", name="Sign in with your council account").click()
    page.wait_for_url(f"{site.provider}/**")
    page.locator(f"button[value='{name}']").click()
    page.wait_for_url(f"{site.url}/**")


def test_a_supervisor_signs_in_reaches_the_page_that_was_asked_for_and_signs_out(page, site):
    sign_in(page, site, "Sam Supervisor", "/desk/people?page=2")
    assert page.url == f"{site.url}/desk/people?page=2"
    expect(page.get_by_role("heading", level=1)).to_have_text("People at the desk")
    expect(page.get_by_role("row").filter(has_text="This is you.")).to_contain_text("Sam Supervisor")
    (cookie,) = page.context.cookies(site.url)
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == ("signpost-desk", True, "Lax")
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    assert page.context.cookies(site.url) == []
    page.goto(f"{site.url}/desk/people")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to the Signpost desk")


def test_somebody_without_a_role_is_told_so_and_stays_outside(page, site):
    sign_in(page, site, "Nora Norole")
    expect(page.get_by_role("heading", level=1)).to_have_text("You have no role at the desk")
    assert page.context.cookies(site.url) == []


@pytest.mark.parametrize("page", [True], indirect=True, ids=["with scripts"])
def test_the_pages_around_signing_in_are_accessible_and_fit_a_narrow_screen(page, site):
    pages = {"signing in": "/desk/sign-in", "signed out": "/desk/signed-out", "refused": "/desk/signed-in?code=a"}
    faults = []
    for name, path in pages.items():
        faults += look(page, site, name, path)
    sign_in(page, site, "Sam Supervisor")
    for name, path in {"people": "/desk/people?said=people.revoked", "nothing there": "/desk/zigzag"}.items():
        faults += look(page, site, name, path)
    assert faults == []


def look(page: Page, site: Site, name: str, path: str) -> list[str]:
    """What axe and a narrow screen find on a page."""
    faults = []
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 720})
        page.goto(f"{site.url}{path}")
        faults += [f"{name} {width}: {fault}" for fault in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{name} {width}: scrolls sideways")
        faults += [f"{name} {width}: small: {fault}" for fault in page.evaluate(looking.SMALL_TARGETS)]
    return faults
