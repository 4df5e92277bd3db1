"""Signs in a message that a word is somebody's name."""

from functools import cached_property

from bot.privacy.cues import Cues
from bot.privacy.lexicon import Lexicon
from bot.privacy.people import Entities, LazyPeople
from bot.privacy.tokens import Token, tokenise

NONE, SOME, CLEAR, SURE = range(4)


class Message:
    """One message as tokens, and the questions that the name rules ask about the word at a place in it."""

    def __init__(self, text: str, lexicon: Lexicon, cues: Cues, entities: Entities) -> None:
        self.text = text
        self.lexicon = lexicon
        self.cues = cues
        self.tokens = tokenise(text, lexicon)
        self.people = LazyPeople(text, entities)

    @cached_property
    def closings(self) -> list[tuple[int, int]]:
        """Where a closing such as "Kind regards," starts, and where what follows it begins."""
        return [match.span() for match in self.cues.closing.finditer(self.text)]

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
        return short if alone and not lexicon.looks_misspelt(word) else word

    def sign(self, place: int) -> int:
        """NONE, SOME, CLEAR or SURE."""
        found = self._sign_before(place)
        return found if found is not None else self._sign_after(place)

    def _sign_before(self, place: int) -> int | None:
        token, cues = self.tokens[place], self.cues
        last, earlier = self.word(place - 1), self.word(place - 2)
        if last in cues["called"] or (earlier in ("name", "names") and last in ("is", "was")):
            return SURE
        if last in ("name", "names", "surname", "forename") and token.start - self.tokens[place - 1].end == 1:
            return SURE
        if self._labelled(place) or (last in cues["greetings"] and (self.tokens[place - 1].opens or last == "dear")):
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
        presented = last in ("im", "i'm", "its", "it's") or (earlier, last) in (("this", "is"), ("i", "am"))
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

    def _labelled(self, place: int) -> bool:
        """After "Pupil:" or "Parent name:", at most two words further."""
        back = place - 1
        while place - back < 3 and self.word(back) != ":" and self.joined(back):
            back -= 1
        return self.word(back) == ":" and self.word(back - 1) in self.cues["labels"]

    def title_before(self, place: int) -> int | None:
        """The place of a title ("Mrs", "Dr.") just before, if there is one."""
        back = place - 2 if self.word(place - 1) == "." else place - 1
        if self.word(back) not in self.cues["titles"] or (back < place - 1 and self.word(back) == "miss"):
            return None
        return back

    def titled(self, place: int) -> bool:
        """Does a title stand before, and can this word bear one?"""
        back, token, lexicon = self.title_before(place), self.tokens[place], self.lexicon
        if back is None or token.word in self.cues["never"]:
            return False
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
        return len(word) > 3 and self.lexicon.count(word) == 0 and not self.lexicon.looks_misspelt(word)

    def names_a_thing(self, place: int) -> bool:
        """Followed by "School", "syndrome", "scale" ...: a thing that bears a name."""
        for after in range(place + 1, min(place + 4, len(self.tokens))):
            if self.word(after) in self.lexicon.things and not (self.tokens[place].possessive and after == place + 1):
                return self.tokens[after].capital or after == place + 1
            if not self.tokens[after].capital or not self.joined(after - 1):
                return False
        return False
