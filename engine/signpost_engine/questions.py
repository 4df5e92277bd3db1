"""Word lists: how a question begins in English, what greets, what closes. No Rasa import, Python >= 3.10."""

from __future__ import annotations

from collections.abc import Sequence

CONNECTORS = frozenset({"and", "also", "plus", "but", "then", "so", "&", "additionally", "secondly", "lastly"})
# "and", "so" or "then" may stand before them: "and then also".
MAX_CONNECTORS = 3

QUESTION_WORDS = frozenset({"what", "who", "whom", "whose", "where", "when", "why", "which", "how"})
WH_CONTRACTIONS = frozenset(
    {"what's", "whats", "who's", "whos", "where's", "wheres", "when's", "whens", "how's", "hows", "what're"}
)
PRONOUNS = frozenset({"i", "we", "you", "he", "she", "they", "it", "there", "anyone", "someone", "somebody"})
DETERMINERS = frozenset(
    {
        "the",
        "a",
        "an",
        "my",
        "our",
        "his",
        "her",
        "their",
        "your",
        "this",
        "that",
        "these",
        "those",
        "any",
        "all",
    }
)
# Subjects people name without an article: "do parents sign", "does suffolk visit".
BARE_SUBJECTS = frozenset(
    {"parents", "schools", "children", "pupils", "families", "carers", "teachers", "settings", "academies"}
    | {"suffolk", "staff", "governors", "sencos", "nurseries", "colleges", "mum", "dad", "independent"}
)
MODALS = frozenset({"can", "could", "will", "would", "should", "shall", "must", "does", "did"})
MODALS_NOT = frozenset({"can't", "cant", "couldn't", "won't", "wouldn't", "shouldn't", "doesn't", "didn't", "don't"})
BE = frozenset({"is", "are", "was", "were", "isn't", "aren't", "wasn't"})
WITH_PRONOUN_ONLY = frozenset({"do", "have", "has", "had", "may", "might", "am", "haven't", "hasn't"})
AUXILIARIES = MODALS | MODALS_NOT | BE | WITH_PRONOUN_ONLY
STRONG_AFTER_HOW = frozenset({"long", "many", "much", "often", "soon", "far", "old", "quickly", "early", "big"})
STRONG_AFTER_WHAT = frozenset(
    {"about", "if", "happens", "form", "forms", "paperwork", "evidence", "else", "documents", "information"}
)
REQUESTS: tuple[tuple[str, ...], ...] = (
    ("tell", "me"),
    ("tell", "us"),
    ("let", "me", "know"),
    ("let", "us", "know"),
    ("i", "need", "to", "know"),
    ("we", "need", "to", "know"),
    ("i", "want", "to", "know"),
    ("i'd", "like", "to", "know"),
    ("i", "would", "like", "to", "know"),
    ("we'd", "like", "to", "know"),
    ("i", "wanted", "to", "ask"),
    ("i", "want", "to", "ask"),
    ("i", "was", "wondering"),
    ("i", "am", "wondering"),
    ("i'm", "wondering"),
    ("any", "idea"),
    ("any", "chance"),
    ("not", "sure"),
    ("i'm", "not", "sure"),
    ("i", "don't", "know"),
)
NOT_BEFORE_SO = frozenset({"if", "even", "or", "do", "think", "say", "is", "not", "why", "ever", "hope", "suppose"})
# Requests that begin a new clause even with no mark before them.
UNANNOUNCED_REQUESTS: tuple[tuple[str, ...], ...] = (
    ("can", "you", "tell"),
    ("could", "you", "tell"),
    ("please", "can", "you"),
    ("please", "could", "you"),
    ("please", "tell", "me"),
    ("please", "let", "me", "know"),
    ("can", "you", "let", "me", "know"),
    ("do", "you", "know", "if"),
)
# "Who writes it? Why?": these alone ask nothing that stands by itself.
TAGS = frozenset({"why", "ok", "okay", "right", "yes", "no", "please", "correct"})
POLITE = frozenset({"please", "pls", "ok", "okay", "well", "just", "firstly", "first", "finally", "anyway"})
ASKING_VERBS = frozenset(
    {
        "know",
        "tell",
        "ask",
        "asking",
        "wonder",
        "wondering",
        "explain",
        "clarify",
        "confirm",
        "advise",
        "sure",
    }
    | {"question", "questions", "understand", "remind", "idea", "check", "clear", "unsure", "say", "find"}
)
SUBORDINATORS = frozenset(
    {"if", "when", "once", "as", "because", "since", "after", "before", "for", "where", "although", "though"}
    | {"given", "while", "with", "in", "unless", "until", "assuming", "whenever", "at", "during", "on"}
)
# Before these a wh-word belongs to what stands in front: "to who", "ask when", "about how long".
NO_SPLIT_AFTER = frozenset(
    {
        "to",
        "for",
        "from",
        "with",
        "by",
        "about",
        "of",
        "on",
        "in",
        "at",
        "or",
        "than",
        "me",
        "us",
        "is",
        "not",
    }
) | (ASKING_VERBS | CONNECTORS | {"see", "decide", "matter", "regarding", "until", "the", "as", "please"})

_GREETING_FIRST = frozenset({"hi", "hello", "hey", "hiya", "hullo", "greetings", "dear", "morning", "afternoon"})
_GREETING_PHRASES = (("good", "morning"), ("good", "afternoon"), ("good", "evening"), ("good", "day"))
_GREETED = frozenset({"there", "all", "team", "everyone", "both", "again", "folks", "colleagues", "sir", "madam"})
_GREETED_MORE = _GREETED | {"or", "sirs", "and", "/", "whom", "to", "signpost", "ses", "colleague"}
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "mx"})
CLOSINGS: tuple[tuple[str, ...], ...] = (
    ("kind", "regards"),
    ("kindest", "regards"),
    ("best", "regards"),
    ("warm", "regards"),
    ("many", "regards"),
    ("regards",),
    ("best", "wishes"),
    ("all", "the", "best"),
    ("yours", "sincerely"),
    ("yours", "faithfully"),
    ("yours",),
    ("sent", "from", "my"),
)
THANKS = (
    ("thanks",),
    ("thank", "you"),
    ("thankyou",),
    ("many", "thanks"),
    ("cheers",),
    ("ta",),
    ("ok", "thanks"),
)
HOPES = (("hope", "you"), ("hope", "this"), ("hope", "all"), ("i", "hope", "you"), ("i", "hope", "this"))
# Thanks and good wishes are dropped only when every word is one of these: anything else may be content.
_SMALL_TALK_TEXT = """
    a advance advice again all and appreciate appreciated are back break brilliant bunch by bye cheers
    christmas day doing easter email everyone everything finds for getting good goodbye great had half
    have here help helping holiday hope i in info information is it keeping kindly lot lovely many me message
    million much nice of ok perfect quick quickly really reply replying response restful so summer
    support ta team term thank thanks thankyou that the there this time to us very week weekend well
    with you you're your youre
    """
_SMALL_TALK_WORDS = frozenset(_SMALL_TALK_TEXT.split())


def starts_with(words: Sequence[str], phrases: Sequence[tuple[str, ...]]) -> bool:
    """Whether `words` (lower case) begin with one of the phrases."""
    return any(tuple(words[: len(phrase)]) == phrase for phrase in phrases)


def is_inversion(words: Sequence[str]) -> bool:
    """Whether `words` begin like a yes/no question: auxiliary, then subject ("do we", "is the form")."""
    if len(words) < 2 or words[0] not in AUXILIARIES:
        return False
    if words[1] in PRONOUNS:
        return True
    if words[0] in WITH_PRONOUN_ONLY:
        return words[0] == "do" and (words[1] in BARE_SUBJECTS or words[1] in DETERMINERS - {"the", "a", "an"})
    return words[1] in DETERMINERS or words[1] in BARE_SUBJECTS


def is_strong_question(words: Sequence[str]) -> bool:
    """Whether `words` can hardly be anything but the start of a question or of a request to be told."""
    if not words:
        return False
    if words[0] in WH_CONTRACTIONS or starts_with(words, REQUESTS):
        return True
    if words[0] in QUESTION_WORDS:
        following = words[1] if len(words) > 1 else ""
        if words[0] == "how":
            return following in STRONG_AFTER_HOW or following in AUXILIARIES
        if words[0] == "what" and following in STRONG_AFTER_WHAT:
            return True
        if words[0] == "which":
            return any(word in AUXILIARIES for word in words[2:4])
        # "who is", "when will": a bare verb is enough here; is_inversion wants its subject too.
        return following in AUXILIARIES or any(is_inversion(words[skip:]) for skip in (2, 3))
    # "and is the only one who reads" is a statement, "and is he ..." seldom.
    return is_inversion(words) and not (words[0] in BE and words[1] in DETERMINERS)


def asks(words: Sequence[str]) -> bool:
    """Whether a clause of these words reads as a question even without its question mark."""
    rest = list(words)
    while rest and (rest[0] in POLITE or rest[0] in CONNECTORS):
        rest.pop(0)
    return bool(rest) and (rest[0] in QUESTION_WORDS or is_strong_question(rest) or is_inversion(rest))


def greeting_length(words: Sequence[str]) -> int:
    """How many leading words are a greeting ("hello there", "dear mrs example"); 0 for none."""
    if starts_with(words, _GREETING_PHRASES):
        length = 2
    elif words and words[0] in _GREETING_FIRST:
        length = 1
    else:
        return 0
    if words[0] == "dear":
        length += 2 if len(words) > 1 and words[1] in _TITLES else 1
    while length < min(len(words), 6) and words[length] in _GREETED_MORE:
        length += 1
    return min(length, len(words))


def is_closing(words: Sequence[str]) -> bool:
    """Whether the words close a letter ("kind regards"): what follows is a signature."""
    return starts_with(words, CLOSINGS) and len(words) <= 6


def is_signed_thanks(words: Sequence[str]) -> bool:
    """Whether the words end a note: thanks and at most two words more, a name ("Thanks, Jo")."""
    return starts_with(words, THANKS) and len(words) <= 4 and not any(word.isdigit() for word in words)


def is_small_talk(words: Sequence[str]) -> bool:
    """Whether a clause says nothing but hello, thanks or goodbye."""
    if not words or is_closing(words) or greeting_length(words) == len(words):
        return True
    if len(words) == 1 and words[0] in POLITE | CONNECTORS:
        return True
    return starts_with(words, THANKS + HOPES) and _SMALL_TALK_WORDS.issuperset(words)
