"""The text of docs/figures.md."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median

from tests.bench.authorities import Cost
from tests.bench.desk import Figures as DeskFigures
from tests.bench.load import Timings
from tests.bench.masking import Recall
from tests.bench.processes import Memory
from tests.bench.teams import Figures as TeamsFigures
from tests.bench.widget import LOADER, LONG, Figures
from tests.evaluation.report import of, table

SLOWEST_P50, LEAST_THROUGHPUT, LONGEST_START, MOST_MEMORY, MOST_GROWTH = 0.8, 1.5, 45.0, 2000.0, 2.0
MOST_FOR_FIVE = 3
LONGEST_TO_DRAFT = 2.0
TEAMS_LIMIT = 28 * 1024  # bytes of a message, by Microsoft's documentation
LARGEST_MEMORY = 2000
HEAVIEST_LOADER, HEAVIEST_WIDGET, LONGEST_TO_SIGN = 2000, 25_000, 100
BOTS = ("Signpost", "moodbot")
PARTS = {"bot.cli run": "launcher", "watchdog": "watchdog", "signpost_engine": "engine"} | {
    "-m actions": "actions",
    "bot.door": "front door",
    "rasa run": "moodbot",
}


def head(machine: str, when: datetime, busy_before: str, busy_after: str) -> str:
    """The top: how it was measured, on what."""
    return (
        "# Figures\n\nWritten by `make bench`; do not edit. Absolute times hold for this machine only: what "
        "counts is the ratio to Rasa's own `moodbot` (`rasa init`, default configuration, with TensorFlow, "
        "trackers in memory), measured in turn in the same run. How right the answers are: "
        f"[evaluation.md](evaluation.md).\n\n- Machine: {machine}\n- Measured: {when:%d %B %Y, %H:%M} UTC\n"
        f"- Load average (1 / 5 minutes) before: {busy_before}; after: {busy_after}. Load generator, all "
        "servers and whatever else ran share these cores."
    )


def starts(first: float, warm: Sequence[float]) -> str:
    """Section: start."""
    rows = [
        (
            "offers loaded and model trained before",
            f"{median(warm):.1f} s ({', '.join(f'{s:.1f}' for s in warm)})",
            verdict(median(warm), LONGEST_START, "s"),
        ),
        ("nothing loaded: offers read and embedded first", f"{first:.1f} s", ""),
    ]
    return "From `signpost run` until it is ready to answer.\n\n" + table(("start", "median (each)", "target"), rows)


def speed(timings: Mapping[int, Sequence[Timings]], missing: str) -> str:
    """Section: speed. `timings`: users -> Signpost's, then moodbot's unless it is `missing` (why)."""
    return "\n\n".join(
        [
            "Closed loop: each user writes again as soon as the reply has come, from a new sender every 6 "
            "messages; 12 real questions, through the front door (masking, spelling, engine, action, SQLite "
            "trackers).",
            table(
                ("users", "bot", "replies a second", "p50", "p95", "replies", "failed"),
                [
                    (users, name, f"{t.per_second:.1f}", *milliseconds(t), len(t.seconds), t.failed)
                    for users, both in timings.items()
                    for name, t in zip(BOTS, both, strict=False)
                ],
            ),
            f"moodbot could not be run here: {missing}"
            if missing
            else table(
                ("users", "p50 to moodbot's", "target", "throughput to moodbot's", "target"),
                [ratios(users, both[0], both[1]) for users, both in timings.items()],
            ),
        ]
    )


def milliseconds(timings: Timings) -> tuple[str, str]:
    """Median and 95th percentile as text."""
    return f"{timings.p50_ms:.0f} ms", f"{timings.p95_ms:.0f} ms"


def long(single: Timings, several: Timings) -> str:
    """A message of 150 words with five questions beside a single question."""
    ratio = several.p50_ms / single.p50_ms if single.p50_ms else 0.0
    return (
        f"A message of about 150 words with five questions (1 user, p50): {several.p50_ms:.0f} ms, a single question "
        f"{single.p50_ms:.0f} ms: {ratio:.2f} times ({verdict(ratio, MOST_FOR_FIVE)})."
    )


def door_share(door: Timings, engine: Timings) -> str:
    """What the front door adds."""
    return (
        f"The front door's own share (1 user, p50): {door.p50_ms - engine.p50_ms:.0f} ms, from "
        f"{door.p50_ms:.0f} ms through the door and {engine.p50_ms:.0f} ms at the engine directly (there as "
        "typed: neither masked nor spelt right)."
    )


def cost(
    timings: Mapping[int, Sequence[Timings]],
    memories: Sequence[Sequence[Memory]],
    used: Sequence[Mapping[int, float]],
    floor_start: float | None,
) -> str:
    """Memory and processor time of all processes. `used`: of each bot, process -> seconds during `timings`."""
    rows, sums = [], []
    for number, (found, seconds) in enumerate(zip(memories, used, strict=True)):
        replies = sum(len(both[number].seconds) for both in timings.values())
        for m in found:
            cpu = 1000 * seconds.get(m.pid, 0.0) / replies
            shown = f"{m.resident:.0f} MB", f"{m.shared:.0f} MB", f"{cpu:.1f} ms"
            rows.append((part_of(m.command), *shown))
        whole, each = sum(m.resident for m in found), 1000 * sum(seconds.values()) / replies
        target = f" ({verdict(whole, MOST_MEMORY, 'MB')})" if number == 0 else ""
        sums.append(f"{BOTS[number]}: {whole:.0f} MB{target}, {each:.0f} ms of processor time a reply.")
    start = f" moodbot's start took {floor_start:.1f} s." if floor_start else ""
    return "\n\n".join(
        [
            table(("process", "resident after the load", "of that shared files", "processor time a reply"), rows),
            " ".join(sums) + start,
        ]
    )


def ratios(users: int, ours: Timings, floor: Timings) -> tuple[object, ...]:
    """One line of ratios, with the target where there is one for that number of users."""
    slower = ours.p50_ms / floor.p50_ms if floor.p50_ms else 0.0
    more = ours.per_second / floor.per_second if floor.per_second else 0.0
    return (
        users,
        f"{slower:.2f}",
        verdict(slower, SLOWEST_P50) if users == 1 else "",
        f"{more:.2f}",
        verdict(more, LEAST_THROUGHPUT, at_least=True) if users == 8 else "",
    )


def many(costs: Sequence[Cost]) -> str:
    """Section: many authorities; the first is what is shipped."""
    few, most = costs[0], costs[-1]
    cached, embedding = most.reply / few.reply, most.reply_embedding / few.reply_embedding
    rows = [
        (
            c.authorities,
            c.statements,
            f"{c.reply * 1000:.1f} ms",
            f"{c.reply_embedding * 1000:.1f} ms",
            f"{c.build:.1f} s",
            f"{c.load:.1f} s",
        )
        for c in costs
    ]
    return "\n\n".join(
        [
            "Copies of a real authority under invented names; replies of the answer service in process, without "
            "engine and door, the numbers of authorities in turn. Embedding: the question embedded anew.",
            table(
                ("authorities", "statements", "a reply (p50)", "with embedding", "store to memory", "loading"),
                rows,
            ),
            f"Growth of a reply: {cached:.2f} times ({verdict(cached, MOST_GROWTH)}); with embedding "
            f"{embedding:.2f} times.",
        ]
    )


def desk(figures: DeskFigures) -> str:
    """Section: the desk."""
    rows = [
        ("e-mail pasted until the page with its draft, median", f"{figures.half:.2f} s"),
        ("95th percentile", f"{figures.most:.2f} s ({verdict(figures.most, LONGEST_TO_DRAFT, 's')})"),
        ("the first one after a start", f"{figures.first:.2f} s"),
        ("memory of all processes before the desk was used", f"{figures.memory_before:,.0f} MB"),
        ("and after", f"{figures.memory_after:,.0f} MB ({verdict(figures.memory_after, LARGEST_MEMORY, 'MB')})"),
    ]
    return "\n\n".join(
        [f"{figures.emails} invented e-mails of 60 to 200 words, one after the other.", table(("what", "figure"), rows)]
    )


def teams(figures: TeamsFigures) -> str:
    """Section: Teams."""
    rows = [
        ("the same questions over REST, median", f"{figures.rest:.1f} ms"),
        ("95th percentile", f"{figures.rest_most:.1f} ms"),
        ("in Teams until the card was sent, median", f"{figures.sent:.1f} ms"),
        ("95th percentile", f"{figures.sent_most:.1f} ms"),
        ("so the channel adds", f"**{figures.added:.1f} ms**"),
        ("until Teams has its answer, with what is kept written, median", f"{figures.done:.1f} ms"),
        ("size of a message with its card, median", f"{figures.card_bytes:,.0f} bytes"),
        ("the largest", f"{figures.card_bytes_most:,} bytes (at most {TEAMS_LIMIT:,})"),
    ]
    about = (
        f"{figures.turns} questions through one door on each channel, in turn. Tokens are signed and checked; the "
        "connector is ours and on this machine, so the way to Microsoft and back is not in it."
    )
    return "\n\n".join([about, table(("what", "figure"), rows)])


def widget(figures: Figures) -> str:
    """Section: the widget."""
    rows = [(f"`{path}`", f"{weight:,} bytes") for path, weight in figures.weights.items()]
    loader, whole = figures.weights[LOADER], sum(figures.weights.values())
    times = [
        ("click on the button until the question can be typed", f"{figures.click_to_ready:.0f} ms"),
        (
            "question sent until the typing sign is painted",
            f"{figures.send_to_sign:.0f} ms ({verdict(figures.send_to_sign, LONGEST_TO_SIGN, 'ms')})",
        ),
        ("reply arrived until it is painted", f"{figures.reply_to_painted:.0f} ms"),
        (f"the same after {LONG} replies", f"{figures.painted_when_long:.0f} ms"),
    ]
    return "\n\n".join(
        [
            "Gzipped (level 9), on a page of another origin. Headless Chromium beside all servers on these cores; "
            "medians. Painted: two animation frames later.",
            table(("part", "weight"), rows),
            f"Loader {loader:,} bytes ({verdict(loader, HEAVIEST_LOADER)}); everything, once opened, {whole:,} bytes "
            f"({verdict(whole, HEAVIEST_WIDGET)}). Layout shift on the host page: {figures.layout_shift:g}.",
            table(("what", "time"), times),
        ]
    )


def masking(recalls: Sequence[Recall]) -> str:
    """Section: masking."""
    rows = [
        (
            r.part,
            of(r.names_masked, r.names),
            of(r.identifiers_masked, r.identifiers),
            of(r.clean_touched, r.clean),
        )
        for r in recalls
    ]
    return (
        "Invented messages of `tests/data/masking_*.yml`; rules were tuned on the part `development` only.\n\n"
        + table(("part", "names masked", "identifiers masked", "clean messages touched"), rows)
    )


def set_up(measured: tuple[float, float]) -> str:
    """Section: first set-up."""
    seconds, size = measured
    return (
        f"`make setup` in a new folder: {seconds:.0f} s, {size:.0f} MB on disk. Packages come from this machine's "
        "cache where they are in it; the time to download them is not in here."
    )


def verdict(value: float, bound: float, unit: str = "", at_least: bool = False) -> str:
    """A target, and whether it is met."""
    met = value >= bound if at_least else value <= bound
    return f"{'at least' if at_least else 'at most'} {bound:g}{' ' if unit else ''}{unit}: {'met' if met else 'missed'}"


def part_of(command: str) -> str:
    """Which part of Signpost (or moodbot) a command line is."""
    return next((name for sign, name in PARTS.items() if sign in command), command.split()[0].rsplit("/")[-1])
