"""Who may do what at the desk: one table. What is not in it is denied; a test holds it against the routes."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What a person signs in as; the values are those of the app roles, in lower case and without the prefix."""

    ADVISER = "adviser"
    SUPERVISOR = "supervisor"
    CONTENT_OWNER = "content_owner"


ANSWERING = frozenset({Role.ADVISER, Role.SUPERVISOR})
SUPERVISING = frozenset({Role.SUPERVISOR})
OWNING = frozenset({Role.CONTENT_OWNER})
LEADING = SUPERVISING | OWNING
EVERYBODY = frozenset(Role)

# Method and path, as the router has it -> who may. Routes of signing in and out are open and stand in OPEN.
ALLOWED: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/desk"): EVERYBODY,
    # enquiries
    ("GET", "/desk/enquiries"): ANSWERING,
    ("GET", "/desk/enquiries/new"): ANSWERING,
    ("POST", "/desk/enquiries"): ANSWERING,
    ("GET", "/desk/enquiries/{enquiry_id}"): ANSWERING,
    ("GET", "/desk/enquiries/{enquiry_id}/search"): ANSWERING,
    ("POST", "/desk/enquiries/{enquiry_id}/questions"): ANSWERING,
    ("POST", "/desk/enquiries/{enquiry_id}/statements"): ANSWERING,
    ("POST", "/desk/enquiries/{enquiry_id}/facts"): ANSWERING,
    ("POST", "/desk/enquiries/{enquiry_id}/assign"): ANSWERING,
    ("POST", "/desk/enquiries/{enquiry_id}/status"): ANSWERING,
    ("POST", "/desk/enquiries/{enquiry_id}/delete"): SUPERVISING,
    ("GET", "/desk/case"): ANSWERING,
    ("POST", "/desk/case"): ANSWERING,
    # replies
    ("GET", "/desk/enquiries/{enquiry_id}/reply"): ANSWERING,
    ("POST", "/desk/enquiries/{enquiry_id}/reply"): ANSWERING,
    ("POST", "/desk/enquiries/{enquiry_id}/reply/compose"): ANSWERING,
    ("POST", "/desk/enquiries/{enquiry_id}/reply/submit"): ANSWERING,
    ("POST", "/desk/enquiries/{enquiry_id}/reply/decide"): SUPERVISING,
    ("POST", "/desk/enquiries/{enquiry_id}/reply/sent"): ANSWERING,
    ("POST", "/desk/enquiries/{enquiry_id}/reply.eml"): ANSWERING,
    ("POST", "/desk/enquiries/{enquiry_id}/reply/print"): ANSWERING,
    ("POST", "/desk/enquiries/{enquiry_id}/reply/copy"): ANSWERING,
    # learning, the offers, use
    ("GET", "/desk/learning"): OWNING,
    ("POST", "/desk/learning"): OWNING,
    ("GET", "/desk/learning/phrasings.yml"): OWNING,
    ("GET", "/desk/offers"): LEADING,
    ("GET", "/desk/offers/{area}.csv"): LEADING,
    ("GET", "/desk/use"): LEADING,
    ("GET", "/desk/use.csv"): LEADING,
    ("GET", "/desk/content"): EVERYBODY,
    ("GET", "/desk/content/{statement_id:path}"): EVERYBODY,
    ("POST", "/desk/content/{statement_id:path}"): OWNING,
    # keeping order
    ("GET", "/desk/log"): SUPERVISING,
    ("GET", "/desk/switches"): LEADING,
    ("POST", "/desk/switches"): LEADING,
    ("GET", "/desk/people"): SUPERVISING,
    ("POST", "/desk/people"): SUPERVISING,
    ("POST", "/desk/sign-out"): EVERYBODY,
}
OPEN = frozenset(
    {
        ("GET", "/desk/sign-in"),
        ("POST", "/desk/sign-in"),
        ("GET", "/desk/signed-in"),
        ("GET", "/desk/signed-out"),
        ("POST", "/desk/development-sign-in"),
    }
)


def may(roles: Iterable[Role], method: str, path: str) -> bool:
    """Whether somebody with these roles may use a route. HEAD counts as GET."""
    allowed = ALLOWED.get(("GET" if method == "HEAD" else method, path), frozenset())
    return bool(allowed & frozenset(roles))
