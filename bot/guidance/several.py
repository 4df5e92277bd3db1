"""One reply about several pupils, each answered for apart; what is the same for them is said once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from bot.guidance.answering import FIRST_GUESS, Answering
from bot.guidance.area import Knowledge
from bot.guidance.asking import FIND_ROUTE
from bot.guidance.dating import Dater
from bot.guidance.frame import Frame
from bot.guidance.framing import Framer
from bot.guidance.outcomes import repeats
from bot.guidance.reply import Answer, DateItem, Reply, Status
from bot.guidance.speaking import Speaker
from bot.guidance.turn import Clause, Memory, topic_clause

AnswerFor = Callable[[Frame, Memory, str], tuple[Reply, Memory]]
AND = "; "


class Several:
    """Answers for several pupils who are spoken of together; nobody is led to a route by questions."""

    def __init__(
        self, knowledge: Knowledge, answering: Answering, framer: Framer, dater: Dater, speaker: Speaker
    ) -> None:
        self._areas = knowledge.areas
        self._first_guess = next(t for t in knowledge.common.topics if t.id == FIRST_GUESS)
        self._answering = answering
        self._framer = framer
        self._dater = dater
        self._speaker = speaker

    def reply(
        self,
        asked: Sequence[Clause],
        frame: Frame,
        areas: Sequence[str],
        memory: Memory,
        today: date,
        notices: Sequence[str],
        text: str,
    ) -> tuple[Reply, Memory]:
        """The answers to what was asked, for each pupil of the frame.

        Args:
            text: the message, in which a day may be said of one of them.
        """
        each = frame.each()
        guess = topic_clause(self._first_guess)
        questions = [guess if c.intent == FIND_ROUTE else c for c in asked] or [guess]
        labels = [self._speaker.pupil(one, n) for n, one in enumerate(each, start=1)]
        texts = dict(zip(labels, self._framer.of_each(text), strict=False))

        def answer(one: Frame, known: Memory, label: str) -> tuple[Reply, Memory]:
            its_areas = [one.area] if one.area in self._areas else areas
            reply, after = self._answering.answer(
                questions, one, its_areas, known, today, notices, label=label, pupils=len(each)
            )
            return self._dater.add(reply, texts.get(label, ""), Memory(), today), after

        reply, after = answer_each(each, labels, replace(memory, frame=frame), self._speaker, answer)
        return reply, replace(after, frame=replace(frame, routes=()))


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
