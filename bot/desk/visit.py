"""One request of a signed-in person: who it is, what the form holds, and how it is answered."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.desk.access import Role, may
from bot.desk.desk import Desk
from bot.desk.errors import DeskError
from bot.desk.forms import Form, read_form
from bot.desk.sessions import signed_in
from bot.records.switches import Switch

SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Visit:
    """What every page of the desk is handed."""

    desk: Desk
    request: Request
    staff_id: str
    name: str
    roles: frozenset[Role]
    csrf: str
    form: Form = field(default_factory=Form)

    @property
    def is_htmx(self) -> bool:
        """Whether only a fragment is wanted. Every page works whole, too; going back in history wants it whole."""
        headers = self.request.headers
        return headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"

    @property
    def switched_off(self) -> Sequence[Switch]:
        """What is switched off now, for the bar on every page."""
        return self.desk.switched_off()

    def may(self, method: str, path: str) -> bool:
        """Whether this person may use a route, for links and buttons."""
        return may(self.roles, method, path)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page, or a fragment of one."""
        html = self.desk.templates.get_template(template).render(
            visit=self, words=self.desk.words, path=self.request.url.path, **values
        )
        return HTMLResponse(html, status, headers={"vary": "HX-Request"})

    def go(self, path: str, said: str = "", **query: str) -> Response:
        """On to another page (303). `said`: name of a sentence in `said:` of wording.yml, shown there once."""
        query = {**query, **({"said": said} if said else {})}
        return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303)

    def go_to(self, path: str, place: str, said: str = "") -> Response:
        """On to a place within another page. `place`: the id of what is looked at there."""
        query = f"?{urlencode({'said': said})}" if said else ""
        return RedirectResponse(f"{path}{query}#{place}", 303)


async def visit(request: Request) -> Visit:
    """The visit of a request. Used by every route of the desk but those of signing in.

    Raises: DeskError: nobody is signed in, the role does not allow it, or a form does not come from our own page.
    """
    desk: Desk = request.app.state.desk
    session = await signed_in(desk, request)
    if session is None:
        raise DeskError("signed_out", 401)
    path = str(getattr(request.scope.get("route"), "path", ""))
    if not may(session.roles, request.method, path):
        raise DeskError("not_allowed", 403)
    form = Form()
    if request.method not in SAFE:
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise DeskError("not_from_here", 403)
        form = await read_form(request, desk.settings)
        if not secrets.compare_digest(form.get("csrf").encode(), session.csrf.encode()):
            raise DeskError("not_from_here", 403)
    return Visit(desk, request, session.staff_id, session.name, session.roles, session.csrf, form)


Visiting = Annotated[Visit, Depends(visit)]


def values_of(query: Mapping[str, str], *names: str) -> dict[str, str]:
    """Some of the query, "" where they are missing, cut to what anybody would type."""
    return {name: query.get(name, "")[:200].strip() for name in names}
