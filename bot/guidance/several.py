"""One reply about several pupils, each answered for apart; what is the same for them is said once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.guidance.frame import Frame
from bot.guidance.outcomes import repeats
from bot.guidance.reply import Answer, DateItem, Reply, Status
from bot.guidance.speaking import Speaker
from bot.guidance.turn import Memory

AnswerFor = Callable[[Frame, Memory, str], tuple[Reply, Memory]]
AND = "; "


def answer_each(
    frames: Sequence[Frame], labels: Sequence[str], memory: Memory, speaker: Speaker, answer: AnswerFor
) -> tuple[Reply, Memory]:
    """The reply for several pupils, and the memory of the last of them with what was said of all.

    Args:
        labels: how each pupil is called in a heading.
        answer: the answer for one frame, with what is remembered, under a heading that begins with the label.
    """
    parts: list[tuple[str, Answer]] = []
    notices: list[str] = []
    dates: list[DateItem] = []
    said: list[str] = []
    after = memory
    for frame, label in zip(frames, labels, strict=True):
        reply, after = answer(frame, replace(memory, told=after.told), label)
        notices += reply.notices
        said += [p.statement_id for part in reply.parts for p in part.points]
        for part in reply.parts:
            days = [d for d in reply.dates if d.statement_id in {p.statement_id for p in part.points}]
            dates += [d.model_copy(update={"heading": part.question}) for d in days]
            alike = [n for n, (_, p) in enumerate(parts) if repeats(part, p) and repeats(p, part)]
            same = alike[0] if alike and not dates else None
            if same is None:
                parts.append((label, part))
            else:
                of, known = parts[same]
                both = f"{of}{AND}{label}"
                parts[same] = (both, known.model_copy(update={"question": known.question.replace(of, both, 1)}))
    answers = [part for _, part in parts]
    if len(answers) == 1:  # one part shows no heading
        answers = [answers[0].model_copy(update={"lead": " ".join([f"{parts[0][0]}:", answers[0].lead]).strip()})]
    statuses = {a.status for a in answers}
    status = answers[0].status if len(statuses) == 1 else Status.PARTLY_ANSWERED
    areas = list(dict.fromkeys(a.area for a in answers if a.area))
    reply = speaker.reply(status, answers, frames[-1], areas, notices, dates=dates)
    last = replace(after.last, statements=tuple(dict.fromkeys(said)))
    return reply, replace(after, last=last)
