"""Misspelt words to the words that were meant, short forms to long ones.

A third of real messages hold a misspelling, and a sentence embedding made of word pieces reads "speshalist techers"
as something else. Only lower-case words that are in no dictionary and no vocabulary of ours are touched, so that
names of tests, services, places and abbreviations stay as they are.
"""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Iterable

from symspellpy import SymSpell, Verbosity

OURS_WEIGHS = 50_000_000  # our own words win against rare English ones at the same distance
SHORTEST = 4
FAR_FROM = 6  # from this length on two letters may be wrong

ALONE = r"(?<![\w@./'’-]){}(?![\w@/]|[.'’-]\w)"
WORD = re.compile(ALONE.format("[a-z](?:[a-z'’]*[a-z])?"))
# As people type them; each has one meaning in these messages.
SHORT_FORMS = {
    "wks": "weeks", "wk": "week", "yrs": "years", "mths": "months", "hrs": "hours", "mins": "minutes",
    "pls": "please", "plz": "please", "bc": "because", "cos": "because", "coz": "because", "prob": "probably",
    "probs": "probably", "defo": "definitely", "wud": "would", "cud": "could", "shud": "should", "dont": "don't",
    "doesnt": "doesn't", "didnt": "didn't", "cant": "can't", "wont": "won't", "isnt": "isn't", "arent": "aren't",
    "hasnt": "hasn't", "havent": "haven't", "hadnt": "hadn't", "wasnt": "wasn't", "shes": "she's", "hes": "he's",
    "theyre": "they're", "theyve": "they've", "weve": "we've", "youve": "you've", "ive": "i've", "thats": "that's",
    "whats": "what's", "wheres": "where's", "whos": "who's", "whens": "when's", "hows": "how's", "wot": "what",
    "owt": "anything", "nowt": "nothing", "summat": "something", "enuf": "enough", "thru": "through", "nite": "night",
    "tho": "though", "ppl": "people", "sch": "school", "tchr": "teacher", "tchrs": "teachers", "appt": "appointment",
    "mtg": "meeting", "mtgs": "meetings", "paperwrk": "paperwork", "obs": "observation", "refs": "referrals",
    "info": "information", "docs": "documents", "kno": "know", "dosnt": "doesn't", "wana": "want to",
    "wanna": "want to", "gonna": "going to", "gotta": "have to", "alot": "a lot", "aswell": "as well",
    "havnt": "haven't", "hasent": "hasn't", "couldnt": "couldn't", "shouldnt": "shouldn't", "wouldnt": "wouldn't",
    "werent": "weren't", "dnt": "don't", "didn": "didn't", "wernt": "weren't", "redy": "ready", "wen": "when",
    "skool": "school", "befor": "before", "agen": "again", "becuase": "because", "noone": "no one",
    "thier": "their", "recieve": "receive", "ur": "your",
}  # fmt: skip
# One letter may be a name as well ("year r", "n = 5"), so that what stands beside it decides. Put right in this order.
LETTERS = {"u": "you", "r": "are", "n": "and"}
LETTER_ALONE = [re.compile(ALONE.format(letter)) for letter in LETTERS]
NAMES_A_LETTER = re.compile(
    r"(?:\b(?:year|yr|y|class|group|form|set|stage|section|part|box|letters?|room|block|row|column|type|question|point"
    r"|appendix|annex|vitamin|grade|level|the|an?) |[&+('\"])$"
)
SIGN = re.compile(r" ?[=:<>&+)'\"]")
OTHER_LETTER = re.compile(r"\b[a-hj-mo-qstv-z],? $")
PLACES = re.compile(r"\b(?:in|of|for|from|to|at|with|as|into) $")
COUNTS = re.compile(r"\b(?:for|of|to|least|most|than|every|after|within|over|with|by|is|are|first|last) $")
ARE_WHO = r"(?:u|you|we|they|these|those|there|parents|teachers|staff|pupils|kids|children|schools)"
IS_SUBJECT = re.compile(rf"\b(?:{ARE_WHO}|who|what|how|where|when|why|which) $")
BEFORE_SUBJECT = re.compile(rf" (?:{ARE_WHO}|the|my|our|his|her|their)\b")


def _long_letter(m: re.Match[str]) -> str:
    """What a single letter stands for, or the letter itself where it is not surely a short form."""
    letter = m.group()
    before, after = m.string[max(0, m.start() - 16) : m.start()], m.string[m.end() : m.end() + 16]
    if NAMES_A_LETTER.search(before) or SIGN.match(after):
        return letter
    if letter == "u":
        safe = not OTHER_LETTER.search(before)
    elif letter == "r":
        asked = BEFORE_SUBJECT.match(after) and not PLACES.search(before)
        safe = bool(asked or (IS_SUBJECT.search(before) and re.match(r" \w", after)))
    else:
        joins = re.search(r"[A-Za-z]{2} $", before) and re.match(r" [A-Za-z]{2}", after)
        safe = bool(joins and not COUNTS.search(before))
    return LETTERS[letter] if safe else letter


# In no frequency list, but right.
KNOWN = frozenset({
    "boxall", "cpoms", "edpsych", "elsa", "fasd", "hltas", "inset", "lado", "lexia", "makaton", "neet", "nessy",
    "nuffield", "numicon", "ofsted", "oracy", "paeds", "pmld", "proforma", "qtod", "ringbinder", "sats",
    "stimming", "teams", "thrive", "timetable", "timetables", "tourettes", "ttrs",
})  # fmt: skip


class Speller:
    """Corrects messages. Stateless after it is built."""

    def __init__(self, own_words: Iterable[str] = ()) -> None:
        self._symspell = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        package = importlib.resources.files("symspellpy")
        with importlib.resources.as_file(package / "frequency_dictionary_en_82_765.txt") as path:
            self._symspell.load_dictionary(str(path), 0, 1)
        self._own = {w for text in own_words for w in re.findall(r"[a-z]+", text.casefold())} | KNOWN
        for word in sorted(self._own):
            if len(word) >= SHORTEST:
                self._symspell.create_dictionary_entry(word, OURS_WEIGHS)

    def correct(self, text: str) -> str:
        """The text with plain misspellings put right; everything else stays letter for letter."""
        text = WORD.sub(lambda m: self._word(m.group()), text)
        for letter in LETTER_ALONE:
            text = letter.sub(_long_letter, text)
        return text

    def _word(self, word: str) -> str:
        if word in SHORT_FORMS:
            return SHORT_FORMS[word]
        bare = word.replace("’", "'")
        stem = bare.removesuffix("'s")
        if len(stem) < SHORTEST or "'" in stem or stem in self._own or stem in self._symspell.words:
            return word
        distance = 2 if len(stem) >= FAR_FROM else 1
        found = self._symspell.lookup(stem, Verbosity.TOP, max_edit_distance=distance)
        if not found:
            return word
        meant = str(found[0].term)
        return SHORT_FORMS.get(meant, meant) + bare[len(stem) :]


def build_speller(own_words: Iterable[str] = ()) -> Speller:
    """A speller that knows English and `own_words` (texts whose words are right as they stand)."""
    return Speller(own_words)
