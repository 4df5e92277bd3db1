"""Signs in a message that a word is somebody's name."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property

from bot.privacy.cues import Cues
from bot.privacy.lexicon import Lexicon
from bot.privacy.people import Entities, LazyPeople
from bot.privacy.shape import Shape, shape_of
from bot.privacy.tokens import Token, tokenise

NONE, SOME, CLEAR, SURE, BEYOND = range(5)
_INITIALS = re.compile(r"(?<![\w.])(?:[A-Z]\.[ ]?){1,3}$|(?<![\w.'’])(?:[B-HJ-Z] ){1,3}$")


class Message:
    """One message as tokens, and the questions that the name rules ask about the word at a place in it."""

    def __init__(self, text: str, lexicon: Lexicon, cues: Cues, entities: Entities) -> None:
        self.text = text
        self.lexicon = lexicon
        self.cues = cues
        self.tokens = tokenise(text, lexicon)
        self._misspelt: dict[str, bool] = {}
        self._starts = [token.start for token in self.tokens]
        self.people = LazyPeople(text, entities)

    @cached_property
    def closings(self) -> list[tuple[int, int]]:
        """Where a closing such as "Kind regards," starts, and where what follows it begins."""
        return [match.span() for match in self.cues.closing.finditer(self.text)]

    @cached_property
    def shape(self) -> Shape:
        """The parts of the message, if it is an e-mail."""
        return shape_of(self.text, self.cues)

    def looks_misspelt(self, word: str) -> bool:
        """As the lexicon has it, asked once a word: it tries some hundred other words."""
        if word not in self._misspelt:
            self._misspelt[word] = self.lexicon.looks_misspelt(word)
        return self._misspelt[word]

    def within(self, start: int, end: int) -> Iterator[int]:
        """Places of the words between two places in the text."""
        first, after = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return (place for place in range(first, after) if self.tokens[place].end <= end)

    def keep(self, start: int, end: int) -> None:
        """Words between two places in the text are something else than names of people."""
        for place in self.within(start, end):
            self.tokens[place].kept = True

    def at(self, place: int) -> Token | None:
        return self.tokens[place] if 0 <= place < len(self.tokens) else None

    def word(self, place: int) -> str:
        """The folded word at a place, "" outside the message."""
        return self.tokens[place].word if 0 <= place < len(self.tokens) else ""

    def joined(self, place: int) -> bool:
        """Do the words at `place` and the next stand together, with blanks only between them?"""
        if not 0 <= place < len(self.tokens) - 1:
            return False
        first, second = self.tokens[place], self.tokens[place + 1]
        return self.text[first.end : second.start].strip(" \t") == "" and second.is_word and not first.possessive

    def next_in(self, place: int, cue: str) -> bool:
        """Is the next word (after a possessive: one of the next two) of this kind?"""
        if self.word(place + 1) in self.cues[cue]:
            return True
        after = self.at(place + 1)
        return bool(
            after and after.is_word and self.tokens[place].possessive and self.word(place + 2) in self.cues[cue]
        )

    def owns(self, place: int) -> bool:
        return self.tokens[place].possessive and self.next_in(place, "relations")

    def stem(self, place: int) -> str:
        """The word, or without its last s where that is a possessive without apostrophe ("jaydens mum")."""
        word, lexicon = self.tokens[place].word, self.lexicon
        short = word.removesuffix("s")
        if short == word or (word in lexicon.strong and not lexicon.is_first(short)):
            return word
        if lexicon.is_first(short) and self.next_in(place, "relations"):
            return short
        alone = short in lexicon.strong and len(short) > 3 and not lexicon.is_word(word)
        return short if alone and not self.looks_misspelt(word) else word

    def sign(self, place: int) -> int:
        """NONE, SOME, CLEAR, SURE, or BEYOND doubt even for an ordinary word."""
        found = self._sign_before(place)
        return found if found is not None else self._sign_after(place)

    def _sign_before(self, place: int) -> int | None:
        token, cues = self.tokens[place], self.cues
        last, earlier = self.word(place - 1), self.word(place - 2)
        if last in cues["called"] and earlier in cues["pupil_nouns"] and self.lexicon.count(token.word) < 20_000:
            return BEYOND
        if last in cues["called"] or (earlier in ("name", "names") and last in ("is", "was")):
            return SURE
        if last in ("name", "names", "surname", "forename") and token.start - self.tokens[place - 1].end == 1:
            return SURE
        label = self._label(place)
        if label in ("subject", "re", "regarding"):
            return SOME  # a subject is no more than a sentence
        greeted = last in cues["greetings"] and (self.tokens[place - 1].opens or last == "dear")
        if label or (greeted and not token.opens):
            return SURE
        if self.owns(place):
            return SURE if self.next_in(place, "relations_family") else CLEAR
        if token.word.endswith("s"):
            known = self.lexicon.is_first(token.word[:-1])
            if self.next_in(place, "relations_family") and (known or self.lexicon.count(token.word) == 0):
                return CLEAR
            if self.next_in(place, "relations") and known:
                return SOME
        if last in ("(", ",") and earlier in cues.grown_ups():
            return CLEAR if last == "(" else SOME
        presented = (
            last in ("im", "i'm", "its") or self._is_it(place - 1) or (earlier, last) in (("this", "is"), ("i", "am"))
        )
        if presented and self.word(place + 1) in cues["introduced"]:
            return NONE if token.word in cues["rarely"] else CLEAR
        return None

    def _sign_after(self, place: int) -> int:
        token, cues = self.tokens[place], self.cues
        last, after = self.word(place - 1), self.at(place + 1)
        if token.opens and after and after.word == ":":
            return SOME
        if token.possessive:
            return NONE
        follows = self.text[token.end : token.end + 60].lstrip(" ")
        if cues.strong_after.match(follows):
            unclear = follows.lower().startswith(("is ", "was ", "isn")) and not cues.clear_is.match(follows)
            return SOME if unclear else CLEAR
        if last in cues["pupil_nouns"] and after and (after.word in cues["verbs_any"] or not after.is_word):
            return CLEAR
        bearable = token.capital or self.lexicon.is_first(token.word)
        if last in cues.grown_ups() and bearable and after and after.word in cues["verbs_any"] and not token.opens:
            return CLEAR
        if last in cues["pronouns"]:
            return NONE
        if last in cues["person_before"] or f"{self.word(place - 2)}_{last}" in cues["person_before"]:
            return CLEAR
        ends = after is None or not after.is_word or after.opens or after.word in cues["object_after"]
        if last in cues["object_before"] and ends:
            return SOME
        subject = token.opens or last in cues["clause_before"]
        if after and subject and after.word in cues["person_verbs"]:
            return CLEAR
        asked = last in cues["inverted"] and after is not None and after.word in cues["inverted_after"]
        return SOME if asked or (after and subject and after.word in cues["verbs_any"]) else NONE

    def _label(self, place: int) -> str:
        """The label before the word or up to two words earlier ("Pupil:", "Parent name:"), "" if there is none."""
        back = place - 1
        while place - back < 3 and self.word(back) != ":" and self.joined(back):
            back -= 1
        label = self.word(back - 1) if self.word(back) == ":" else ""
        return label if label in self.cues["labels"] else ""

    def title_before(self, place: int) -> int | None:
        """The place of a title ("Mrs", "Dr.") before the word, or before initials of it, if there is one."""
        back = place - 1
        while place - back < 6 and self._is_initial(back) and self.word(back) not in self.cues["titles"]:
            back -= 1
        token = self.at(back)
        if token is None or token.word not in self.cues["titles"] or (back < place - 1 and token.word == "miss"):
            return None
        if token.word in self.cues["capital_titles"]:
            own = self.word(back - 1) in self.cues["determiners"] | {"her", "little", "big", "younger", "older"}
            return back if token.capital and not own else None
        return back

    def _is_initial(self, place: int) -> bool:
        token = self.at(place)
        return token is not None and (token.text == "." or (len(token.text) == 1 and token.is_word))

    def initials_before(self, place: int) -> int:
        """How many characters before the word are initials ("P. ", "T "): 0 if none, and after "Section"."""
        start = self.tokens[place].start
        match = _INITIALS.search(self.text, max(0, start - 12), start)
        if match is None:
            return 0
        first = next((at for at in range(max(0, place - 7), place) if self.tokens[at].start >= match.start()), place)
        return 0 if self.word(first - 1) in self.cues["lettered"] else start - match.start()

    def is_introduced(self, place: int) -> bool:
        """After "I'm", "my name is", "it's" and the like, or before "from" at the start of a line."""
        last, earlier = self.word(place - 1), self.word(place - 2)
        if last in ("im", "i'm") or (earlier, last) in (("i", "am"), ("name", "is"), ("my", "name's")):
            return True
        origin = self.word(place + 1) in ("from", "at", "here")
        if last == "its" or self._is_it(place - 1) or (earlier, last) in (("this", "is"), ("it", "is")):
            return origin
        greeted = last == "," and earlier in self.cues["greetings"]
        return origin and (greeted or (self.tokens[place].opens and self.word(place + 1) != "at"))

    def _is_it(self, place: int) -> bool:
        """Is it "it's", which looks like a possessive?"""
        return self.word(place) == "it" and self.tokens[place].possessive

    def title_like(self, place: int) -> bool:
        """Part of a longer title with capitals ("Suffolk Inclusion Toolkit"), as words of the trade beside it tell."""
        cues, lexicon = self.cues, self.lexicon
        people = cues["roles"] | cues["kin"] | cues["parent_nouns"] | cues["staff_nouns"] | cues["pupil_nouns"]
        after, before = self.at(place + 1), self.at(place - 1)
        if after and after.capital and self.joined(place) and not self.tokens[place].possessive:
            plain = lexicon.count(after.word) > 4_000 and after.word not in lexicon.surnames
            if (after.kept or plain) and not lexicon.is_first(after.word) and after.word not in people:
                return True
        beside = before and before.capital and before.kept and self.joined(place - 1) and not before.possessive
        return bool(beside and before and before.word not in people | cues["titles"])

    def titled(self, place: int) -> bool:
        """Does a title stand before, and can this word bear one?"""
        back, token, lexicon = self.title_before(place), self.tokens[place], self.lexicon
        if back is None or token.word in self.cues["never"]:
            return False
        if self.word(back) in self.cues["capital_titles"] and self.names_a_thing(place):
            return False  # "Sir John Leman High School"
        named = token.word in lexicon.surnames or lexicon.is_first(token.word) or "-" in token.text
        if self.word(back) in self.cues["wordy_titles"] and not token.capital:
            return named and lexicon.count(token.word) < 20_000 and not token.kept
        return named or (token.capital and not token.kept) or lexicon.count(token.word) == 0

    def listed(self, place: int) -> bool:
        """Beside another name ("leo/luca", "ruby and pearl")."""
        for step in (1, -1):
            joint, other = self.word(place + step), self.word(place + 2 * step)
            if joint in ("/", "and", "&", "+", ",") and (
                other in self.lexicon.strong or (other in self.lexicon.soft and joint != ",")
            ):
                return True
        return False

    def surname_follows(self, place: int) -> bool:
        """Is the next word a surname, so that this one is a first name?"""
        if not self.joined(place):
            return False
        token, after, lexicon = self.tokens[place], self.tokens[place + 1], self.lexicon
        if after.kept or after.word in self.cues["never"] or after.word in lexicon.things:
            return False
        both = token.capital and after.capital
        if "-" in after.text:
            return both
        if after.word in lexicon.surnames:
            return both or (lexicon.count(after.word) < 3_000 and lexicon.count(token.word) < 20_000)
        return (both or token.word in lexicon.soft) and self.is_unknown(after.word)

    def is_unknown(self, word: str) -> bool:
        """In no list, and no slip of the pen for a common word."""
        known = self.lexicon.count(word) > 0 or self.lexicon.is_trade(word)
        return len(word) > 3 and not known and not self.looks_misspelt(word)

    def names_a_thing(self, place: int) -> bool:
        """Followed by "School", "syndrome", "scale" ...: a thing that bears a name."""
        for after in range(place + 1, min(place + 4, len(self.tokens))):
            if self.word(after) in self.lexicon.things and not (self.tokens[place].possessive and after == place + 1):
                return self.tokens[after].capital or after == place + 1
            if not self.tokens[after].capital or not self.joined(after - 1):
                return False
        return False
