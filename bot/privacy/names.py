"""Names of people: word lists, signs in the sentence and spaCy's entities, each one signal among others.

A word of the list of plain first names is a name wherever it stands. A name that is also a word or a town
wants a sign ("Will has an EHCP", "grace's mum", "called Chase"). A word that no list knows wants a sign and
must not look misspelt, or a capital and spaCy's agreement. Domain terms and places are never names.
"""

import re
from collections.abc import Iterator

from bot.privacy.cues import load_cues
from bot.privacy.letter import RARE, known_again, names_of_letter
from bot.privacy.lexicon import Lexicon, fold
from bot.privacy.people import Entities
from bot.privacy.signs import BEYOND, CLEAR, NONE, SOME, SURE, Message
from bot.privacy.spans import Span
from bot.privacy.wording import initials, replaced

_CONTRACTED = re.compile(r"'(?:ll|d|ve|re|m|t)$")


class NameFinder:
    """Finds names in a message; holds only lists and patterns, so one instance serves every request."""

    def __init__(self, lexicon: Lexicon, entities: Entities) -> None:
        self._lexicon = lexicon
        self.cues = load_cues()
        self._entities = entities

    def read(self, text: str) -> Message:
        """The message as the rules see it."""
        return Message(text, self._lexicon, self.cues, self._entities)

    def find(self, message: Message) -> Iterator[Span]:
        """Spans of kind "name" with their replacement; they may overlap."""
        names = self._names(message)
        place = 0
        while place < len(names):
            end = place + 1
            if names[place]:
                while end < len(names) and names[end] and message.joined(end - 1):
                    end += 1
                yield replaced(message, place, end)
            place = end
        yield from initials(message)

    def _names(self, message: Message) -> list[bool]:
        """For each token: is it (part of) a name?"""
        signed = set(_signatures(message))
        names = [
            token.is_word and len(token.text) > 1 and (place in signed or _is_name(message, place))
            for place, token in enumerate(message.tokens)
        ]
        is_letter = message.shape.is_letter
        if is_letter:
            names_of_letter(message, names)
        for place in range(len(names)):
            if names[place]:
                _extend(message, names, place)
        if is_letter:
            known_again(message, names)
        return names


def _is_name(message: Message, place: int) -> bool:
    token, lexicon, cues = message.tokens[place], message.lexicon, message.cues
    if message.titled(place):
        return True
    if (token.word in cues["never"] and token.word not in lexicon.hard) or message.names_a_thing(place):
        return False
    if token.word == "elsa" and not token.text.isupper():
        # The girl and the emotional literacy assistant: only a capital and a sign make it the girl.
        return token.capital and message.sign(place) > NONE
    if _CONTRACTED.search(token.word):
        return False
    if token.kept or not fold(token.text).replace("-", "").replace("'", "").isalpha():
        return False
    if token.capital and message.word(place - 1) in ("st", "saint"):
        return False
    if "-" in token.text:
        return _is_double(message, place)
    word = message.stem(place)
    if word in lexicon.name_places:
        return _place_is_name(message, place)
    if word in lexicon.strong:
        return len(word) > 3 or token.capital or message.sign(place) > NONE or message.listed(place)
    sign = message.sign(place)
    if word in lexicon.hard:
        return _hard_is_name(message, place, word, sign)
    if word in lexicon.soft:
        return (
            sign > NONE
            or (token.capital and not token.opens)
            or message.listed(place)
            or message.surname_follows(place)
        )
    if lexicon.is_word(word):
        bearable = token.capital or (word in lexicon.surnames and lexicon.count(word) < 3_000)
        return sign == BEYOND or (sign == SURE and bearable)
    return _unknown_is_name(message, place, sign)


def _hard_is_name(message: Message, place: int, word: str, sign: int) -> bool:
    """A word that is a name now and then ("Will", "summer", "chase")."""
    token, cues = message.tokens[place], message.cues
    if message.surname_follows(place):
        return True
    if word in cues["rarely"]:
        # "in May year 6 ..." is no child; "Will has ..." and "think May needs ..." are.
        # "Hope he ..." and "Will she ..." are verbs.
        if message.word(place + 1) in cues["pronouns"] | {"hes", "shes", "he's", "she's"}:
            return sign >= SURE
        subject = token.opens or message.word(place - 1) in cues["clause_before"] | cues["pupil_nouns"]
        inside = token.capital and not token.opens and word not in cues["never_inside"]
        return sign >= SURE or (sign == CLEAR and (subject or token.possessive)) or (inside and sign == SOME)
    return sign >= CLEAR or (token.capital and not token.opens and sign >= SOME) or message.listed(place)


def _unknown_is_name(message: Message, place: int, sign: int) -> bool:
    token = message.tokens[place]
    if sign >= SURE:
        return True
    if not token.capital:
        return (sign > NONE or message.listed(place)) and message.is_unknown(token.word)
    after = message.at(place + 1)
    in_title = after is not None and after.capital and after.kept
    surname = token.word in message.lexicon.surnames and not token.opens and not in_title
    return sign > NONE or surname or message.people.hold(token.start) or _is_pair(message, place)


def _is_pair(message: Message, place: int) -> bool:
    """Whether a word and the one beside it, both with a capital and in no list, make up a name."""

    def strange(at: int) -> bool:
        token = message.at(at)
        return token is not None and token.capital and not token.kept and message.is_unknown(token.word)

    return strange(place) and (
        (strange(place + 1) and message.joined(place)) or (strange(place - 1) and message.joined(place - 1))
    )


def _is_double(message: Message, place: int) -> bool:
    """A double name ("Lily-Mae", "adeyemi-clarke") rather than a word with a hyphen ("self-harm")."""
    token, lexicon = message.tokens[place], message.lexicon
    parts = message.stem(place).split("-")
    if all(lexicon.is_first(part) or part in lexicon.surnames for part in parts):
        if parts[0] in lexicon.strong or parts[-1] in lexicon.strong:
            return True
        return any(lexicon.is_first(part) for part in parts) and (token.capital or message.sign(place) > NONE)
    if token.capital and parts[0] in lexicon.strong:
        return True
    plain = any(lexicon.count(part) > 0 or lexicon.is_kept(part) for part in parts)
    return not plain and message.sign(place) > (NONE if token.capital else SOME)


def _place_is_name(message: Message, place: int) -> bool:
    """A word that is both a town and a first name ("Clare", "brandon")."""
    sign = message.sign(place)
    if message.word(place - 1) in message.cues["place_before"] and sign < CLEAR:
        return False
    if sign > NONE or message.listed(place) or message.surname_follows(place):
        return True
    token = message.tokens[place]
    return token.capital and not message.lexicon.is_kept(token.word) and message.people.hold(token.start)


def _signatures(message: Message) -> Iterator[int]:
    """Places of up to four name-like words straight after "Kind regards," and the like."""
    for _, end in message.closings:
        first = next(message.within(end, len(message.text)), None)
        if first is None or message.tokens[first].start > end:
            continue
        for place in range(first, min(first + 4, len(message.tokens))):
            broken = place > first and message.tokens[place].opens
            if broken or not _signs(message, place, alone=place == first):
                break
            yield place


def _signs(message: Message, place: int, alone: bool) -> bool:
    token, lexicon, cues = message.tokens[place], message.lexicon, message.cues
    if not token.is_word or token.kept or token.word in cues["never"] | cues["staff_nouns"]:
        return False
    if lexicon.is_first(token.word) or "-" in token.text:
        after = message.at(place + 1)
        ends = after is None or not after.is_word or after.opens
        return token.word not in lexicon.hard or token.capital or ends
    if token.capital:
        return not alone or not lexicon.is_word(token.word) or token.word in lexicon.surnames
    return (token.word in lexicon.surnames and not alone) or (lexicon.count(token.word) == 0 and len(token.word) < 12)


def _extend(message: Message, names: list[bool], place: int) -> None:
    """Marks the surname beside a name, and a capitalised first name that no list knows before one."""
    after = place + 1
    while after < len(names) and after - place <= 4 and not names[after]:
        if not message.joined(after - 1) or not _is_surname(message, after):
            break
        names[after] = True
        after += 1
    before = message.at(place - 1)
    if before is None or names[place - 1] or not (before.capital and message.tokens[place].capital):
        return
    ordinary = before.kept or before.word in message.cues["never"] | message.cues["titles"]
    known_word = message.lexicon.is_word(before.word)
    if message.shape.is_letter:
        known_word = message.lexicon.count(before.word) >= RARE or before.word in message.cues["roles"]
    names[place - 1] = message.joined(place - 1) and not ordinary and not known_word


def _titled_place(message: Message, place: int) -> bool:
    """Is it a village of the offers that is the surname in "Mr Ambrose Lidgate"?"""
    lexicon, token = message.lexicon, message.tokens[place]
    named = message.word(place - 1) in lexicon.strong and message.title_before(place - 1) is not None
    return named and token.word not in lexicon.places | message.cues["roles"] and not lexicon.is_trade(token.word)


def _is_surname(message: Message, place: int) -> bool:
    """Can the word be the surname of the name just before it?"""
    token, lexicon, cues = message.tokens[place], message.lexicon, message.cues
    if not token.is_word or token.word in cues["never"] | cues["staff_nouns"] | cues["labels"]:
        return False
    after, known = message.at(place + 1), token.word in lexicon.surnames
    particle = token.word in cues["particles"] and after is not None and after.is_word
    if message.tokens[place - 1].capital or message.word(place - 1) in cues["particles"]:
        if particle and after is not None and (after.capital or after.word in cues["particles"]):
            return True
        if not token.capital:
            return known and lexicon.count(token.word) < 300 and not token.kept
        free = not token.kept or (known and token.word in lexicon.places) or _titled_place(message, place)
        return not message.names_a_thing(place) and free
    if token.kept or token.word in cues["verbs_any"] | cues["person_verbs"]:
        return False
    if particle and token.word in cues["particles_always"]:
        return True
    if not known and "-" not in token.text:
        return message.is_unknown(token.word)
    return lexicon.count(token.word) < 3_000 or message.sign(place) >= CLEAR
