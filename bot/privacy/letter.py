"""Names in an e-mail: what its parts tell beyond the single sentence.

These rules would be too bold in a short question. In an e-mail a rare word with a capital is a name, unless the
offers or the trade know it; a signature is taken whole but for jobs and places; and who was named once is known again.
"""

import re

from bot.privacy.lexicon import fold
from bot.privacy.signs import CLEAR, NONE, Message
from bot.privacy.tokens import Token

RARE = 1_000  # an ordinary word is counted more often than this in the list of English words
COMMON = 4_000
_SPLIT = re.compile(r"[|•·/,;()<>\"“”\n]|\s[-–—]+(?=\s)|\s(?:and|&|for|at|on behalf of)\s")
_CELTIC = re.compile(r"^(?:Mc|Mac|Fitz|[OD]['’])[A-Z]")


def names_of_letter(message: Message, names: list[bool]) -> None:
    """Marks in `names` (one entry a token) what is part of a name because of where it stands in the e-mail."""
    shape = message.shape
    for start, end in shape.signatures:
        _take_block(message, names, start, end)
    for start, end in shape.heads:
        _take_block(message, names, start, end, is_head=True)
    _take_last_word(message, names)
    for place in range(len(names)):
        if not names[place] and _is_rare_name(message, place):
            names[place] = True


def known_again(message: Message, names: list[bool]) -> None:
    """Marks neighbours in lists of names, and every further place where somebody is named who was named before."""
    for _ in range(3):
        before = sum(names)
        for place in range(len(names)):
            if names[place]:
                _take_listed(message, names, place)
        known = _known(message, names)
        letters = _initials_of(message, names)
        for place, token in enumerate(message.tokens):
            names[place] = names[place] or token.text in letters or _is_known(message, place, token, known)
        if sum(names) == before:
            return


def _take_last_word(message: Message, names: list[bool]) -> None:
    """Marks a word that ends the e-mail all by itself ("... sorry for typos. immy")."""
    last = len(message.tokens) - 1
    while last > 0 and message.word(last) in ("x", "xx", "xxx", "."):
        last -= 1
    if last > 8 and message.word(last - 1) in (".", "!", "?", "-", "–") and message.tokens[last].is_word:
        token = message.tokens[last]
        rare = message.lexicon.is_first(token.word) or message.lexicon.count(token.word) < 100
        names[last] = names[last] or (rare and len(token.text) > 1 and not _is_no_name(message, token))


def _take_block(
    message: Message, names: list[bool], block_start: int, block_end: int, *, is_head: bool = False
) -> None:
    """Marks the pieces of a signature (or of From, To, Cc) that are no job, no place and no number."""
    text, start = message.text, block_start
    ends = [match.span() for match in _SPLIT.finditer(text, block_start, block_end)]
    for number, (end, following) in enumerate([*ends, (block_end, block_end)]):
        places = [p for p in message.within(start, end) if message.tokens[p].is_word]
        piece = text[start:end]
        if places and not any(mark.isdigit() or mark in "@?" for mark in piece):
            _take_piece(message, names, places, is_first=is_head or number == 0)
        start = following


def _take_piece(message: Message, names: list[bool], places: list[int], is_first: bool) -> None:
    tokens, roles = [message.tokens[place] for place in places], message.cues["roles"]
    named = [place for place, token in zip(places, tokens, strict=True) if not _is_no_name(message, token)]
    if not named or len(tokens) > 5:
        return
    has_role = any(token.word in roles and token.word not in ("to", "of", "the", "and") for token in tokens)
    is_capital = all(token.capital or token.word in message.cues["particles"] for token in tokens)
    if is_capital and not has_role and (is_first or any(_is_telling(message, tok) for tok in tokens)):
        for place in places:
            names[place] = names[place] or message.tokens[place].word not in message.cues["titles"]
        return
    for place in named:
        token = message.tokens[place]
        if _is_telling(message, token) and (token.capital or len(tokens) < 4):
            names[place] = True


def _is_no_name(message: Message, token: Token) -> bool:
    cues, lexicon = message.cues, message.lexicon
    known = token.word in cues["roles"] or token.word in cues["never"] or token.word in lexicon.things
    return known or token.kept or token.word in cues["titles"] or token.word in cues["closing_words"]


def _is_telling(message: Message, token: Token) -> bool:
    """Can hardly be anything but a name, if it stands where one belongs."""
    lexicon, word = message.lexicon, token.word
    if _is_no_name(message, token) or len(token.text) < 2:
        return False
    parts = word.split("-")
    if lexicon.is_trade(word) or any(lexicon.is_kept(part) or part in message.cues["roles"] for part in parts if part):
        return False
    double = "-" in token.text and all(part[:1].isupper() for part in token.text.split("-") if part)
    surname = word in lexicon.surnames and lexicon.count(word) < COMMON
    unknown = lexicon.count(word) == 0 and (token.capital or not message.looks_misspelt(word))
    return lexicon.is_first(word) or double or surname or unknown


def _is_rare_name(message: Message, place: int) -> bool:
    """A rare word with a capital that nobody of the trade knows; or an ordinary one where only a name stands."""
    token, lexicon, cues = message.tokens[place], message.lexicon, message.cues
    if not token.is_word or not token.capital or len(token.text) < 2 or _is_no_name(message, token):
        return False
    if lexicon.is_trade(token.word) or message.names_a_thing(place) or message.title_like(place):
        return False
    if message.word(place - 1) in ("st", "saint") or (token.text.isupper() and len(token.text) < 4):
        return False
    if "-" in token.text:
        return _is_rare_double(message, place)
    if _CELTIC.match(token.text):
        return True
    count = lexicon.count(token.word)
    place_word = token.word in lexicon.name_places
    if message.word(place - 1) == "the":
        return _is_family(message, place)
    if token.opens:
        return not place_word and count < RARE and (_starts_row(message, place) or _acts(message, place))
    if count < 100 and not place_word and not token.text.isupper():
        return True
    last, earlier = message.word(place - 1), message.word(place - 2)
    if last in cues["kin"] or (last in ("is", ",", "(", "-") and earlier in cues["kin"] | cues["staff_nouns"]):
        return count < COMMON
    if message.initials_before(place) or (message.is_introduced(place) and count < COMMON):
        return True
    return count < RARE and (message.sign(place) > NONE or _acts(message, place) or _is_object(message, place))


def _is_rare_double(message: Message, place: int) -> bool:
    token, lexicon = message.tokens[place], message.lexicon
    parts = [part for part in token.text.split("-") if part]
    if len(parts) < 2 or not all(part[0].isupper() for part in (parts[0], parts[-1])):
        return False
    folded = [fold(part) for part in parts]
    if any(lexicon.is_kept(part) or lexicon.is_trade(part) for part in folded):
        return False
    if any(part in lexicon.strong or lexicon.count(part) < RARE for part in folded):
        return True
    before = message.at(place - 1)
    joined = before is not None and before.capital and message.joined(place - 1) and not _is_no_name(message, before)
    return joined or message.sign(place) >= CLEAR


def _is_family(message: Message, place: int) -> bool:
    """After "the": "the Brightwell boy", "his parents, the Goldwaters"; not "the Stour"."""
    if message.word(place + 1) in message.cues["of_family"]:
        return True
    told = {message.word(at) for at in range(max(0, place - 7), place)}
    return message.tokens[place].word.endswith("s") and bool(told & message.cues["families"])


def _starts_row(message: Message, place: int) -> bool:
    """First in a row of a table, or in a line with a dash or a bracket after it."""
    token, after = message.tokens[place], message.at(place + 1)
    if after is None:
        return False
    gap = message.text[token.end : after.start]
    return "\t" in gap or (len(gap) > 2 and "\n" not in gap) or (after.word in ("(", "-", "–", "+", "/") and gap != "")


def _acts(message: Message, place: int) -> bool:
    after = message.at(place + 1)
    return after is not None and (after.word in message.cues["person_verbs"] or after.word in message.cues["verbs_any"])


def _is_object(message: Message, place: int) -> bool:
    """After "for", "about" ... and not the start of a longer title."""
    after = message.at(place + 1)
    alone = after is None or not after.capital or not message.joined(place)
    return alone and message.word(place - 1) in message.cues["object_before"] | message.cues["person_before"]


_JOINTS = frozenset((",", "/", "and", "&", "+", ";", "or"))
_BETWEEN = frozenset(("and", "little", "baby", "or", "wee"))


def _take_listed(message: Message, names: list[bool], place: int) -> None:
    """Marks the next in a list ("Bertram (3), Ocean-Leigh (3), Mustafa J (4) and Bo"), both ways."""
    other = _next_listed(message, place, 1)
    if other is not None and not names[other]:
        names[other] = _may_be_listed(message, other)
    other = _next_listed(message, place, -1)
    if other is not None and not names[other]:
        names[other] = _may_be_listed(message, other)


def _next_listed(message: Message, place: int, step: int) -> int | None:
    at = place + step
    first = message.at(at)
    if first is not None and first.is_word and len(first.text) == 1:  # the initial of a surname
        at += step
    opening, closing = ("(", ")") if step > 0 else (")", "(")
    if message.word(at) == opening:
        end = next((at + step * n for n in range(1, 7) if message.word(at + step * n) == closing), None)
        if end is None:
            return None
        at = end + step
    if message.word(at) not in _JOINTS:
        return None
    at += step
    while message.word(at) in _BETWEEN:
        at += step
    token = message.at(at)
    if token is None or not token.is_word or (step > 0 and token.opens):
        return None
    return at


def _may_be_listed(message: Message, place: int) -> bool:
    token, lexicon = message.tokens[place], message.lexicon
    if not token.capital or _is_no_name(message, token) or lexicon.is_trade(token.word) or len(token.text) < 2:
        return False
    if message.names_a_thing(place) or token.word in lexicon.name_places or message.title_like(place):
        return False
    if token.opens and not lexicon.is_first(token.word):  # "Firstly, Ranulph"
        return lexicon.count(token.word) < 100
    return lexicon.count(token.word) < COMMON or "-" in token.text


def _initials_of(message: Message, names: list[bool]) -> frozenset[str]:
    """Three and more initials of whole names ("PGI"), but none that the trade uses."""
    found: set[str] = set()
    run = ""
    for place, token in enumerate(message.tokens):
        if names[place]:
            run += "".join(part[0] for part in token.text.split("-") if part)
        if not names[place] or not message.joined(place):
            found.add(run.upper())
            run = ""
    return frozenset(each for each in found if len(each) > 2 and each.lower() not in message.lexicon.terms)


def _known(message: Message, names: list[bool]) -> frozenset[str]:
    """Words that name somebody in this e-mail, without those that are common words or titles."""
    known: set[str] = set()
    for place, token in enumerate(message.tokens):
        if names[place] and len(token.text) > 1 and token.word not in message.cues["never"]:
            known.update((token.word, message.stem(place)))
            known.update(part for part in token.word.split("-") if len(part) > 2)
    return frozenset(known - message.cues["titles"] - message.cues["particles"])


def _is_known(message: Message, place: int, token: Token, known: frozenset[str]) -> bool:
    lexicon = message.lexicon
    word = token.word if token.word in known else token.word.removesuffix("s")
    if not token.is_word or word not in known or token.kept or token.word in message.cues["never"]:
        return False
    if message.names_a_thing(place) or lexicon.is_trade(token.word):
        return False
    count = lexicon.count(word)
    if word != token.word and not lexicon.is_first(word):
        count = max(count, lexicon.count(token.word))
    if token.capital:
        return count < COMMON or not token.opens
    return (word in lexicon.strong or count < 100) and word not in lexicon.name_places and not lexicon.is_kept(word)
