"""What can be taken away from a reply: draft e-mails to the address that it names, documents, dates. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.guidance.answer_parts import ADDRESS
from bot.guidance.area import AreaKnowledge, Knowledge
from bot.guidance.conditions import holds
from bot.guidance.reply import Reply, Status, Takeaway
from bot.guidance.turn import Memory
from bot.knowledge.model import Kind, Statement, Wording

MOST_DRAFTS = 2
TOLD = ("year", "ehcp", "needs")  # what an e-mail says of the pupil
GIVES_SOMETHING = frozenset({Status.ANSWERED, Status.PARTLY_ANSWERED, Status.NOT_STATED})


class Taking:
    """Adds to replies what can be taken away from them, for one version of the knowledge."""

    def __init__(self, knowledge: Knowledge, wording: Wording) -> None:
        self._areas = knowledge.areas
        self._words = wording.email
        self._titles = {t.id: t.title for t in knowledge.common.topics}
        self._conditions = {a.id: dict(_conditions(a)) for a in knowledge.areas.values()}

    def add(self, reply: Reply, memory: Memory) -> Reply:
        """The reply with its takeaways. `memory`: after the turn, for the facts and the one route it was about."""
        if reply.status not in GIVES_SOMETHING or not any(part.points for part in reply.parts):
            return reply
        found = [*self._drafts(reply, memory), Takeaway(kind="print")]
        if reply.dates:
            found.append(Takeaway(kind="calendar"))
        return reply.model_copy(update={"takeaways": [*reply.takeaways, *found]})

    def _drafts(self, reply: Reply, memory: Memory) -> list[Takeaway]:
        """A draft for each address that is named and each form that goes to it, those with a form first.

        Where an answer names more forms than that, the form is a blank to fill: none is picked by its place.
        """
        forms: dict[tuple[str, str], list[str]] = {}
        for area_id, statement in self._stated(reply):
            area = self._areas[area_id]
            for address in self._fitting(area, statement, memory.frame.facts):
                form = _form_in(area, statement) or _form_of_route(area, memory, address)
                named = forms.setdefault((area_id, address), [])
                if form and form not in named:
                    named.append(form)
        about = "" if len(memory.frame.each()) > 1 else self._about(reply)  # of several pupils a draft names none
        drafts = [
            self._draft(reply, address, form, about)
            for (_, address), named in sorted(forms.items(), key=lambda item: not item[1])
            for form in ([self._words.which_form] if len(named) > MOST_DRAFTS else named or [""])
        ]
        return drafts[:MOST_DRAFTS]

    def _stated(self, reply: Reply) -> Iterator[tuple[str, Statement]]:
        for part in reply.parts:
            area = self._areas.get(part.area or "")
            for point in part.points:
                if area is not None and point.statement_id in area.statements:
                    yield area.id, area.statements[point.statement_id]

    def _fitting(self, area: AreaKnowledge, statement: Statement, facts: Mapping[str, Any]) -> list[str]:
        """The offer's own e-mail addresses in a statement, less those that are for other pupils."""
        own = [a for a in ADDRESS.findall(statement.text) if a in area.content.authority.addresses]
        conditions = self._conditions[area.id]
        return [a for a in dict.fromkeys(own) if not _is_for_others(conditions.get(a, []), facts)]

    def _about(self, reply: Reply) -> str:
        """The pupil in a few words, where one is known and the answer is for one area."""
        labels = {chip.fact: chip.label for chip in reply.understood}
        facts = [labels[fact] for fact in TOLD if fact in labels]
        return self._words.about.format(facts=", ".join(facts)) if facts and reply.area else ""

    def _draft(self, reply: Reply, address: str, form: str, about: str) -> Takeaway:
        words = self._words
        topic = next((self._titles[p.topic] for p in reply.parts if p.topic in self._titles), words.question)
        body = (words.with_form if form else words.without_form).format(form=form)
        lines = [words.greeting, body, about, words.sign_off]
        return Takeaway(
            kind="email",
            title="" if form == words.which_form else form,
            to=address,
            subject=words.subject.format(what=form or topic),
            body="\n\n".join(line for line in lines if line),
        )


def _conditions(area: AreaKnowledge) -> Iterator[tuple[str, list[Statement]]]:
    """Each address with the statements that give it alone and for some pupils only."""
    facts = [s for s in area.content.statements if s.kind is Kind.FACT and s.when is not None]
    named = [(s, set(ADDRESS.findall(s.text))) for s in facts]
    for address in area.content.authority.addresses:
        yield address, [s for s, addresses in named if addresses == {address}]


def _is_for_others(given_for: list[Statement], facts: Mapping[str, Any]) -> bool:
    return bool(given_for) and all(holds(s.when, facts) is False for s in given_for)


def _form_in(area: AreaKnowledge, statement: Statement) -> str:
    """The longest name of a form in a statement: "School SES Referral Form" holds the name of another."""
    named = [f.name for f in area.content.authority.forms if f.name in statement.text]
    return max(named, key=len, default="")


def _form_of_route(area: AreaKnowledge, memory: Memory, address: str) -> str:
    """The form of the one route that was talked about, where it goes to this address."""
    routes = [area.routes[r] for r in memory.last.routes if r in area.routes]
    forms = {f.id: f.name for f in area.content.authority.forms}
    found = {forms.get(r.form or "", "") for r in routes if r.address == address}
    return found.pop() if len(found) == 1 else ""
