"""How many e-mails get a draft that is whole: for each question all that one of its answers needs, nothing plainly wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.desk.drafts import SUBJECT
from bot.desk.letters import read_pasted
from bot.guidance.drafting import Drafting
from tests.evaluation.engine import door, engine_work
from tests.guidance_support import embedder, knowledge

FOLDER = Path(__file__).resolve().parents[1] / "desk"
SETS = ("enquiries", "enquiries-2")


@dataclass(frozen=True)
class Drafted:
    """How a draft went. `missing`: what was asked and is not answered; `wrong`: ids; `statements`: how many it has."""

    name: str
    missing: tuple[str, ...]
    wrong: tuple[str, ...]
    statements: int

    @property
    def is_whole(self) -> bool:
        """Whether it could be sent as it is."""
        return not self.missing and not self.wrong


def judged(name: str, questions: Sequence[Mapping[str, Any]], said: AbstractSet[str]) -> Drafted:
    """A draft beside what a good reply needs.

    Args:
        questions: of the enquiry: `asks`, `any_of` (lists of ids that together answer it), `never` (ids).
        said: ids of all statements of the draft.
    """
    missing = [q["asks"] for q in questions if q.get("any_of") and not any(said.issuperset(a) for a in q["any_of"])]
    wrong = {statement for q in questions for statement in q.get("never", ()) if statement in said}
    return Drafted(name, tuple(missing), tuple(sorted(wrong)), len(said))


def drafted(model: Path, folders: Sequence[Path] = tuple(FOLDER / name for name in SETS)) -> dict[str, list[Drafted]]:
    """Drafts of all enquiries of some folders, by the name of the folder, as the desk makes them of pasted e-mails.

    Raises: subprocess.SubprocessError: the engine failed.
    """
    read = [
        (path, yaml.safe_load(path.read_text(encoding="utf-8"))) for f in folders for path in sorted(f.glob("*.yml"))
    ]
    letters = [read_pasted(f"Subject: {enquiry['subject']}\n\n{enquiry['email']}") for _, enquiry in read]
    texts = [door()(f"{SUBJECT}{letter.subject}\n\n{letter.body}").removeprefix(SUBJECT) for letter in letters]
    parses = engine_work("parse", {"model": str(model), "texts": texts})
    drafting = Drafting(knowledge(), embedder().embed)
    found: dict[str, list[Drafted]] = {folder.name: [] for folder in folders}
    for (path, enquiry), parse in zip(read, parses, strict=True):
        draft = drafting.draft(parse, enquiry["area"])
        said = {statement for question in draft.questions for statement in question.statements}
        found[path.parent.name].append(judged(path.stem, enquiry["questions"], said))
    return found


def told(drafts: Sequence[Drafted]) -> str:
    """Every draft in a line, for a person who looks for what went wrong."""
    return "\n".join(
        f"{'whole ' if d.is_whole else '------'} {d.name} ({d.statements}): missing {list(d.missing)}, wrong {list(d.wrong)}"
        for d in drafts
    )
