"""What Teams adds to a turn: the same questions through the same door, over REST and as activities with signed tokens.

The connector is ours, on this machine: the way to Microsoft and back is not in it.

python -m tests.bench.teams
"""

from __future__ import annotations

import itertools
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import httpx

from tests.bench.questions import QUESTIONS
from tests.e2e.teams_door import teams_door
from tests.support import run_signpost
from tests.teams_support import Microsoft, activity_of, microsoft

ROUNDS = 20
AREA = {"area": "suffolk"}  # taken for granted on both, so that most questions are answered at once
WEBHOOK, MESSAGES = "/webhooks/rest/webhook", "/api/messages"


@dataclass(frozen=True)
class Figures:
    """Times in milliseconds. `sent`: until the connector had the card; `done`: until Teams had its answer."""

    turns: int
    rest: float
    rest_most: float  # 95th percentile
    sent: float
    sent_most: float
    done: float
    card_bytes: float
    card_bytes_most: int

    @property
    def added(self) -> float:
        """What the channel adds until the card is sent, of the medians."""
        return self.sent - self.rest


def measure(var_dir: Path) -> Figures:
    """Ask twelve questions in turn, twenty times, on both channels, one after the other.

    Raises: RuntimeError: a turn was not answered.
    """
    var_dir.mkdir(exist_ok=True)
    rest: list[float] = []
    sent: list[float] = []
    done: list[float] = []
    with (
        run_signpost(var_dir) as running,
        microsoft() as side,
        teams_door(running, side, var_dir, log_level="WARNING", teams_area="suffolk") as (url, _),
        httpx.Client(base_url=url, timeout=60, trust_env=False) as client,
    ):
        _ask(client, side, QUESTIONS[0], uuid.uuid4().hex)  # fetches the keys
        side.sent.clear()
        for number, question in itertools.product(range(ROUNDS), QUESTIONS):
            person = f"{number}-{uuid.uuid4().hex}"
            began = time.perf_counter()
            answer = client.post(WEBHOOK, json={"sender": person, "message": question, "metadata": AREA})
            rest.append(time.perf_counter() - began)
            if answer.status_code != httpx.codes.OK:
                raise RuntimeError("a question was not answered")
            began, at = _ask(client, side, question, person)
            done.append(time.perf_counter() - began)
            sent.append(at - began)
        sizes = [len(httpx.Request("POST", url, json=each.body).content) for each in side.messages]
    return Figures(
        turns=len(rest),
        rest=1000 * median(rest),
        rest_most=1000 * quantiles(rest, n=20)[-1],
        sent=1000 * median(sent),
        sent_most=1000 * quantiles(sent, n=20)[-1],
        done=1000 * median(done),
        card_bytes=median(sizes),
        card_bytes_most=max(sizes),
    )


def _ask(client: httpx.Client, side: Microsoft, question: str, person: str) -> tuple[float, float]:
    """When it was asked, and when the connector had the answer."""
    activity = activity_of(side, name=person, thread=f"a:{person}", text=question)
    headers = {"authorization": f"Bearer {side.token()}"}
    began = time.perf_counter()
    answer = client.post(MESSAGES, json=activity, headers=headers)
    if answer.status_code != httpx.codes.OK or not side.messages:
        raise RuntimeError("a message was not answered")
    return began, side.messages[-1].at


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="signpost-teams-") as folder:
        print(measure(Path(folder)))


if __name__ == "__main__":
    main()
