"""How long an e-mail takes from being pasted to the page with its draft, through the running desk; and what it costs.

python -m tests.bench.desk
"""

from __future__ import annotations

import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import httpx
import yaml

from tests.bench.processes import memory, tree
from tests.support import PROJECT_ROOT, run_signpost

FOLDERS = ("tests/desk/enquiries", "tests/desk/enquiries-2")
SETTINGS = {"SIGNPOST_DESK_DANGEROUSLY_ALLOW_DEVELOPMENT_SIGN_IN": "true"}
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass(frozen=True)
class Figures:
    """Times in seconds, over all e-mails of both folders; memory of all processes in MB, before and after."""

    emails: int
    held_back: int  # that may tell of a child in danger: words instead of a draft
    first: float
    half: float
    most: float  # 95th percentile
    memory_before: float
    memory_after: float


def measure(var_dir: Path) -> Figures:
    """Paste every invented enquiry once, one after the other, and follow to the page of its draft.

    Raises: RuntimeError: the desk refused one.
    """
    enquiries = [
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for folder in FOLDERS
        for path in sorted((PROJECT_ROOT / folder).glob("*.yml"))
    ]
    with (
        run_signpost(var_dir, SETTINGS) as signpost,
        httpx.Client(base_url=signpost.base_url, follow_redirects=True, timeout=60, trust_env=False) as client,
    ):
        before = _resident(signpost.pid)
        csrf = _signed_in(client)
        seconds, held_back = [], 0
        for enquiry in enquiries:
            text = f"Subject: {enquiry['subject']}\n\n{enquiry['email']}"
            began = time.perf_counter()
            page = client.post("/desk/enquiries", data={"csrf": csrf, "text": text, "area": enquiry["area"]})
            seconds.append(time.perf_counter() - began)
            if page.status_code != httpx.codes.OK:
                raise RuntimeError("the desk refused an e-mail")
            held_back += "/desk/enquiries/" not in str(page.url)
        after = _resident(signpost.pid)
    warm = seconds[1:]  # the first loads the language model of the search
    return Figures(len(warm), held_back, seconds[0], median(warm), quantiles(warm, n=20)[-1], before, after)


def _signed_in(client: httpx.Client) -> str:
    client.post("/desk/development-sign-in", data={"person": "adviser", "next": "/desk/enquiries/new"})
    token = CSRF.search(client.get("/desk/enquiries/new").text)
    if token is None:
        raise RuntimeError("nobody was signed in")
    return token[1]


def _resident(pid: int) -> float:
    return sum(each.resident for each in memory(tree(pid)))


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="signpost-desk-") as folder:
        print(measure(Path(folder)))


if __name__ == "__main__":
    main()
