"""Sessions: how long they last, who ends them, what of them is kept, and the cookie that names them."""

from __future__ import annotations

import contextlib
import hashlib
import re
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.requests import Request
from starlette.responses import Response

from bot.desk.access import Role
from bot.desk.sessions import COOKIE, from_this_machine, set_cookie
from bot.desk.templating import age, day, load_words, templates, when
from bot.records.database import Database
from bot.records.models import AuditRow, SessionRow
from bot.records.staff import Staff, staff_id_of
from bot.settings import Settings
from tests.desk.support import ADDRESS, browser, desk_app, signed_in

BEGAN = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=10)
SECOND = timedelta(seconds=1)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'records.db'}")
    database.upgrade()
    yield database
    database.close()


@pytest.fixture
def staff(database: Database, clock: Clock) -> Staff:
    return Staff(database, idle=IDLE, longest=LONGEST, clock=clock)


def start(staff: Staff, name: str = "Ivy Invented") -> str:
    person = staff.seen("a-tenant", name, name, [Role.ADVISER])
    return staff.start_session(person.id, [Role.ADVISER])


def actions(database: Database) -> list[tuple[str, str]]:
    with database.session() as session:
        return [(row.action, row.name) for row in session.scalars(select(AuditRow).order_by(AuditRow.id))]


# ---------------------------------------------------------------------- how long


@pytest.mark.parametrize(("idle", "lasts"), [(IDLE - SECOND, True), (IDLE, False), (IDLE + SECOND, False)])
def test_a_session_ends_when_it_was_not_used_for_half_an_hour(staff, clock, idle, lasts):
    token = start(staff)
    clock.now += idle
    assert (staff.session(token) is not None) is lasts


@pytest.mark.parametrize(("after", "lasts"), [(LONGEST - SECOND, True), (LONGEST, False)])
def test_a_session_ends_after_ten_hours_however_much_it_is_used(staff, clock, after, lasts):
    token = start(staff)
    while clock.now + IDLE / 2 < BEGAN + after:
        clock.now += IDLE / 2
        assert staff.session(token) is not None
    clock.now = BEGAN + after
    assert (staff.session(token) is not None) is lasts


def test_using_a_session_is_noted_once_a_minute_at_most(staff, clock, database):
    token = start(staff)

    def seen_at() -> datetime:
        with database.session() as session:
            return session.scalars(select(SessionRow.seen_at)).one()

    for seconds, noted in ((59, 0), (60, 60), (119, 60), (121, 121)):
        clock.now = BEGAN + timedelta(seconds=seconds)
        assert staff.session(token) is not None
        assert seen_at() == BEGAN + timedelta(seconds=noted)


def test_the_shortest_idle_time_counts_from_the_last_use_but_for_a_quarter(database, clock):
    staff = Staff(database, idle=timedelta(minutes=1), longest=LONGEST, clock=clock)
    token = start(staff)
    for _ in range(5):
        clock.now += timedelta(seconds=44)
        assert staff.session(token) is not None


def test_a_busy_database_signs_nobody_out(staff, clock, database):
    token = start(staff)
    clock.now += timedelta(minutes=2)

    database.close()  # connections that are opened now wait 10 ms for another writer, not 10 s
    event.listen(database.engine, "connect", lambda connection, _: connection.execute("pragma busy_timeout = 10"))
    with contextlib.closing(sqlite3.connect(str(database.engine.url.database))) as writer:
        writer.execute("begin immediate")
        with pytest.raises(OperationalError):
            start(staff)
        assert staff.session(token) is not None


# ---------------------------------------------------------------------- who ends it


def test_a_session_that_was_signed_out_is_of_no_use_and_others_stay(staff, database):
    first, second = start(staff), start(staff)
    assert staff.revoke(first)
    assert not staff.revoke(first)
    assert staff.session(first) is None
    assert staff.session(second) is not None
    assert actions(database)[-1] == ("signed_out", "Ivy Invented")


def test_all_sessions_of_one_person_are_ended_at_once(staff, database):
    tokens, other = [start(staff), start(staff)], start(staff, "Otto Other")
    ivy, otto = staff.session(tokens[0]), staff.session(other)
    assert ivy
    assert otto
    assert staff.revoke_all(ivy.staff_id, by=otto.staff_id) == 2
    assert [staff.session(token) for token in tokens] == [None, None]
    assert staff.session(other) is not None
    assert actions(database)[-1] == ("sessions_revoked", "Otto Other")
    assert staff.revoke_all(ivy.staff_id, by=otto.staff_id) == 0
    assert len(actions(database)) == 4


async def test_a_supervisor_signs_a_person_out_everywhere(desk):
    sam, ada = signed_in(desk, "supervisor"), signed_in(desk, "adviser")
    signed_in(desk, "adviser")
    page = await sam.get("/desk/people")
    assert "in 2 places" in page.text
    assert "This is you." in page.text
    assert (await ada.get("/desk/content")).status_code == 200
    sent = await sam.post_form("/desk/people", staff_id=ada.staff_id)
    page = await sam.get(sent.headers["location"])
    assert "The person is signed out everywhere." in page.text
    assert (await ada.get("/desk/content")).status_code == 303
    assert (await sam.post_form("/desk/people", staff_id="nobody")).status_code == 404
    assert (await sam.get("/desk/people")).status_code == 200


async def test_limits_of_the_settings_hold_at_the_desk(tmp_path):
    clock = Clock()
    async with desk_app(tmp_path, clock=clock, desk_idle_minutes=5, desk_longest_hours=1) as app:
        person = signed_in(app, "adviser")
        clock.now += timedelta(minutes=4)
        assert (await person.get("/desk/content")).status_code == 200
        clock.now += timedelta(minutes=5)
        assert (await person.get("/desk/content")).status_code == 303
        assert (await person.post_form("/desk/sign-out")).status_code == 401


# ---------------------------------------------------------------------- what is kept


def test_only_a_digest_of_the_token_is_kept_and_tokens_are_long_and_never_the_same(staff, database, tmp_path):
    tokens = {start(staff) for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {43}
    with database.session() as session:
        rows = session.scalars(select(SessionRow)).all()
        assert {row.token_hash for row in rows} == {hashlib.sha256(t.encode()).hexdigest() for t in tokens}
        assert len({row.csrf for row in rows}) == 50
    database.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("records.db*"))
    assert b"Ivy Invented" in kept
    assert not [token for token in tokens if token.encode() in kept]


def test_a_token_that_was_not_given_out_opens_nothing(staff):
    token = start(staff)

    @given(st.text(max_size=120) | st.sampled_from([token[:-1], token + "=", token.lower(), token + "\n"]))
    def opens_nothing(guessed: str) -> None:
        assert staff.session(guessed) is None

    opens_nothing()


def test_somebody_unknown_cannot_be_signed_in(staff):
    with pytest.raises(IntegrityError):
        staff.start_session("nobody", [Role.ADVISER])


def test_the_same_object_id_in_another_tenant_is_another_person(staff):
    ids = {staff_id_of(*pair) for pair in (("a", "b"), ("b", "a"), ("a", "bb"), ("ab", "b"))}
    assert len(ids) == 4


def test_a_known_person_gets_the_newest_name_and_roles_and_open_sessions_keep_theirs(staff, clock):
    token = start(staff)
    clock.now += timedelta(minutes=1)
    again = staff.seen("a-tenant", "Ivy Invented", "Ivy Married" * 50, [Role.SUPERVISOR])
    assert (again.first_seen, again.last_seen) == (BEGAN, clock.now)
    assert len(again.name) == 200
    (person,) = staff.people()
    assert (person.roles, person.open_sessions) == (("supervisor",), 1)
    session = staff.session(token)
    assert session
    assert session.roles == {"adviser"}


def test_a_person_who_signs_in_twice_at_once_is_one_person(staff):
    threads = [threading.Thread(target=start, args=(staff,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(person.name, person.open_sessions) for person in staff.people()] == [("Ivy Invented", 8)]


# ---------------------------------------------------------------------- the cookie


def request(url: str, host: str = "127.0.0.1", **headers: str) -> Request:
    parts = httpx.URL(url)
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": parts.scheme,
        "server": (parts.host, parts.port or 80),
        "path": parts.path,
        "query_string": b"",
        "headers": [(b"host", parts.netloc), *raw],
        "client": (host, 50000),
    }
    return Request(scope)


def settings(**chosen: str) -> Settings:
    return Settings(_env_file=None, **chosen)  # type: ignore[arg-type]


PRODUCTION = {"environment": "production", "secret": "an-invented-secret-of-forty-characters-xx"}


@pytest.mark.parametrize(
    ("chosen", "url", "is_secure"),
    [
        (PRODUCTION, "https://desk.example/desk", True),
        (PRODUCTION, "http://127.0.0.1:8000/desk", True),
        ({}, "https://127.0.0.1/desk", True),
        ({"public_url": "https://desk.example"}, "http://127.0.0.1:8000/desk", True),
        ({}, "http://127.0.0.1:8000/desk", False),
    ],
)
def test_the_cookie_is_secure_everywhere_but_in_development_over_plain_http(chosen, url, is_secure):
    response = Response()
    set_cookie(settings(**chosen), request(url), response, COOKIE, "a-token")
    name, _, rest = response.headers["set-cookie"].partition("=")
    attributes = {part.strip().lower() for part in rest.split(";")[1:]}
    assert name == ("__Host-signpost-desk" if is_secure else "signpost-desk")
    assert attributes == {"httponly", "samesite=lax", "path=/", *(["secure"] if is_secure else [])}


async def test_in_production_a_cookie_without_the_prefix_opens_nothing(tmp_path):
    async with desk_app(tmp_path, **PRODUCTION) as app:
        person = signed_in(app, "supervisor")
        token = person.cookies[COOKIE]
        assert (await person.get("/desk/people")).status_code == 303
        person.cookies.set(f"__Host-{COOKIE}", token, domain="127.0.0.1")
        assert (await person.get("/desk/people")).status_code == 200
        async with browser(app, base_url="http://127.0.0.1") as other:
            assert (await other.get("/desk/people", headers={"cookie": f"{COOKIE}={token}"})).status_code == 303


@pytest.mark.parametrize(
    ("url", "host", "headers", "is_here"),
    [
        (ADDRESS, "127.0.0.1", {}, True),
        ("http://localhost:8000/", "::1", {}, True),
        ("http://[::1]:8000/", "::1", {}, True),
        (ADDRESS, "10.0.0.7", {}, False),
        ("http://127.0.0.1.evil.example/", "127.0.0.1", {}, False),
        (ADDRESS, "127.0.0.1", {"x_forwarded_for": "127.0.0.1"}, False),
        (ADDRESS, "127.0.0.1", {"x_real_ip": "127.0.0.1"}, False),
        (ADDRESS, "127.0.0.1", {"forwarded": "for=127.0.0.1"}, False),
    ],
)
def test_what_comes_from_this_machine_is_told_from_what_comes_through_a_proxy(url, host, headers, is_here):
    assert from_this_machine(request(url, host, **headers)) is is_here


# ---------------------------------------------------------------------- words and templates


def test_times_are_told_in_london():
    summer, winter = datetime(2026, 7, 1, 23, 5, tzinfo=UTC), datetime(2026, 11, 27, 13, 5, tzinfo=UTC)
    assert when(winter) == "27 November 2026, 1.05pm"
    assert when(summer) == "2 July 2026, 12.05am"
    assert when(datetime(2026, 7, 1, 11, 0, tzinfo=UTC)) == "1 July 2026, 12.00pm"
    assert (day(summer), day(winter.date())) == ("2 July 2026", "27 November 2026")


@pytest.mark.parametrize(
    ("ago", "told"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=3, hours=5), "3 days"),
    ],
)
def test_an_age_is_told_in_the_largest_unit(ago, told):
    assert age(BEGAN, BEGAN + ago) == told


@pytest.mark.parametrize(
    "source",
    ["{{ nothing }}", "{% if nothing %}{% endif %}", "{{ words.log.nothing }}", "{% for a in nothing %}{% endfor %}"],
)
def test_a_name_that_is_missing_in_a_template_of_ours_is_an_error(source):
    with pytest.raises(UndefinedError):
        templates().from_string(source).render(words={"log": {}})


def test_macros_of_govuk_work_beside_and_what_is_typed_is_escaped():
    source = (
        '{% from "govuk_frontend_jinja/components/input/macro.html" import govukInput %}'
        '{{ govukInput({"name": "n", "label": {"text": typed}}) }}'
    )
    html = templates().from_string(source).render(typed="<script>alert(1)</script>")
    assert 'class="govuk-input"' in html
    assert "&lt;script&gt;" in html
    assert "<script" not in html


def test_every_error_of_the_desk_has_a_heading_and_a_sentence():
    errors = load_words()["errors"]
    assert [name for name, words in errors.items() if set(words) != {"title", "text"}] == []
    folder = Path(__file__).resolve().parents[2] / "bot"
    source = "\n".join(path.read_text("utf-8") for part in ("desk", "door") for path in (folder / part).glob("*.py"))
    raised = set(re.findall(r'DeskError\(\s*"(\w+)"', source))
    assert len(raised) > 5
    assert raised - set(errors) == set()
