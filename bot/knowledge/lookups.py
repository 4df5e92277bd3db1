"""The words of the content, by entity: for the engine's lookup tables and for reading what was found."""

from __future__ import annotations

from collections.abc import Iterable

from bot.knowledge.content import AreaContent, CommonContent, Content

HEADER = "# Generated from content/ by `signpost content lookups`: do not edit.\n"
ENTITIES = ("area", "elsewhere", "need", "service", "route", "form", "term", "sign")


def fold(text: str) -> str:
    """Lower case, curly quotes made plain, white space folded: how words are compared."""
    return " ".join(text.replace("’", "'").replace("–", "-").casefold().split())


def entity_words(common: CommonContent, areas: Iterable[AreaContent]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Entity -> word as folded -> what it names.

    Names are ids; those of services, routes and forms begin with their authority (`suffolk/bespoke`), since the
    same word may name something in each. A term is named by its id.
    """
    found: dict[str, dict[str, list[str]]] = {e: {} for e in ENTITIES}

    def add(entity: str, words: Iterable[str], name: str) -> None:
        for word in words:
            names = found[entity].setdefault(fold(word), [])
            if name not in names:
                names.append(name)

    for need in common.needs:
        add("need", need.words, need.id)
    for term in common.terms:
        add("term", (term.term, *term.aliases), term.id)
    add("elsewhere", common.elsewhere.places, "elsewhere")
    for area in areas:
        a = area.authority
        add(
            "area",
            (a.name, *a.aliases, *area.places.places, *area.places.ambiguous, *area.places.postcodes),
            a.id,
        )
        for service in area.services:
            add("service", (service.name, *service.aliases), f"{a.id}/{service.id}")
        for route in area.routes:
            add("route", (route.name, *route.aliases), f"{a.id}/{route.id}")
        for form in a.forms:
            add("form", (form.name, *form.aliases), f"{a.id}/{form.id}")
        add("sign", a.signs, a.id)
        for term in area.terms:
            add("term", (term.term, *term.aliases), term.id)
    return {e: {w: tuple(n) for w, n in words.items()} for e, words in found.items()}


def lookup_file(content: Content) -> str:
    """The text of data/nlu/lookups.yml: one lookup table for each entity.

    Longer words first: the engine takes the first that matches, and Bury would hide Bury St Edmunds.
    """
    lines = [HEADER + 'version: "3.1"', "nlu:"]
    for entity, words in entity_words(content.common, content.areas).items():
        lines.append(f"- lookup: {entity}\n  examples: |")
        lines += [f"    - {word}" for word in sorted(words, key=lambda w: (-len(w), w))]
    return "\n".join(lines) + "\n"


def own_words(common: CommonContent, areas: Iterable[AreaContent]) -> list[str]:
    """Texts whose words are right as they stand: names, terms and statements, not how people ask."""
    areas = list(areas)
    texts = [w for words in entity_words(common, areas).values() for w in words]
    texts += [t.meaning for t in common.terms]
    for area in areas:
        texts += [s.text for s in area.statements] + [t.meaning for t in area.terms]
    return texts
