"""A message as words with what the name rules need to know of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.privacy.lexicon import Lexicon, fold

_WORD = re.compile(r"(?:[^\W\d_]|\.(?=[^\W\d_]\.))+(?:['’\-][^\W\d_]+)*['’]?|\d+\w*|[^\w\s]")
_WEB = re.compile(r"(?<!\S)[^\s@]++@\S++|(?:https?://|www\.)\S+|\b[\w-]+\.(?:co|org|gov|sch|ac|com|net)(?:\.uk)?\b\S*")
_LONGEST_ACRONYM = 8  # words in capitals of that many letters and more are shouted
_HARD_STOP = frozenset(".!?;:\n")


@dataclass(slots=True)
class Token:
    """One word or mark: place in the text, text, folded base without possessive, and signs about it."""

    start: int
    end: int
    text: str
    word: str
    possessive: bool
    is_word: bool
    capital: bool
    opens: bool
    kept: bool = False


def tokenise(text: str, lexicon: Lexicon) -> list[Token]:
    """Tokens in order. `opens`: first of a sentence or line; `kept`: never part of a name."""
    shouting = _is_shouting(text)
    web = [match.span() for match in _WEB.finditer(text)]
    tokens: list[Token] = []
    for match in _WORD.finditer(text):
        raw, start = match[0], match.start()
        is_word = raw[0].isalpha()
        base, possessive = _base(raw) if is_word else (raw, False)
        gap = text[tokens[-1].end : start] if tokens else ""
        opens = (
            not tokens
            or "\n" in gap
            or tokens[-1].text in _HARD_STOP
            or (tokens[-1].text in "•-–*" and tokens[-1].opens)
        )
        bare = base.removesuffix("s") if len(base) > 2 else base
        acronym = len(bare) > 1 and bare.isupper() and len(bare) < _LONGEST_ACRONYM and "-" not in bare
        tokens.append(
            Token(
                start=start,
                end=start + len(base),
                text=base,
                word=fold(base),
                possessive=possessive,
                is_word=is_word,
                capital=is_word and base[0].isupper() and not shouting,
                opens=opens,
                kept=any(a <= start < b for a, b in web)
                or lexicon.is_kept(fold(base))
                or (acronym and not shouting and not _shouted_name(fold(base), lexicon)),
            )
        )
    _keep_phrases(tokens, lexicon)
    return tokens


def _base(raw: str) -> tuple[str, bool]:
    for ending in ("'s", "’s", "'S", "’S", "'", "’"):
        if raw.endswith(ending) and len(raw) > len(ending):
            return raw.removesuffix(ending), True
    return raw, False


def _shouted_name(word: str, lexicon: Lexicon) -> bool:
    return len(word) > 3 and word in lexicon.strong


def _is_shouting(text: str) -> bool:
    words: list[str] = re.findall(r"[^\W\d_]{2,}", text)
    return len(words) > 3 and sum(word.isupper() for word in words) > 0.7 * len(words)


def _keep_phrases(tokens: list[Token], lexicon: Lexicon) -> None:
    for place, phrase in _phrases(tokens, lexicon):
        for token in tokens[place : place + len(phrase)]:
            token.kept = True


def _phrases(tokens: list[Token], lexicon: Lexicon) -> Iterator[tuple[int, tuple[str, ...]]]:
    full = [fold(token.text) + ("'s" if token.possessive else "") for token in tokens]
    bare = [token.word for token in tokens]
    for place in range(len(tokens)):
        for words in (full, bare):
            for phrase in lexicon.phrases.get(words[place], ()):
                if tuple(words[place : place + len(phrase)]) == phrase:
                    yield place, phrase
