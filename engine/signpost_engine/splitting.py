"""Splits a message into clauses that can each be understood alone. No Rasa import, any Python >= 3.10.

Two cuts: where a sentence ends, and where a coordination begins a new question ("... and how long does it
take"). "parents and carers" or "reading and maths" stay whole: what follows "and" there begins no question.
"""

from __future__ import annotations

from signpost_engine import questions
from signpost_engine.words import Word, words_of

MAX_CLAUSES = 24
MAX_CLAUSE_CHARACTERS = 400
# What lies beyond is not read: the front door allows less.
MAX_MESSAGE_CHARACTERS = 20_000
_SHORT = 3

Run = list[Word]


def split_clauses(text: str) -> list[tuple[int, int]]:
    """Character offsets of the clauses of `text`.

    Greetings, thanks, closings and signatures are left out unless there is nothing else; words that only
    connect ("and", "also") and list marks lie between clauses.

    Args: text: any text. Only its first 20,000 characters are read.
    Returns: at most 24 pairs (start, end), in order, not overlapping, each at most 400 characters long,
        neither beginning nor ending in a blank. A blank text gives none; any other text gives at least one.
    """
    words = words_of(text[:MAX_MESSAGE_CHARACTERS])
    runs = [clause for sentence in _sentences(words) for clause in _coordinated(sentence)]
    kept = _without_small_talk(runs)
    pieces = [piece for run in _joined_leftovers(kept) for piece in _cut_long(run)]
    return [_span(text, piece) for piece in _at_most(pieces, MAX_CLAUSES)] or _whole(text)


def _sentences(words: Run) -> list[Run]:
    sentences: list[Run] = []
    current: Run = []
    for word in words:
        if word.is_mark:
            continue
        current.append(word)
        if word.ends_sentence:
            sentences.append(current)
            current = []
    return [*sentences, current] if current else sentences


def _coordinated(sentence: Run) -> list[Run]:
    """Cut one sentence before each new question in it; its connectors are dropped."""
    cores = [word.core for word in sentence]
    is_question = sentence[-1].is_question
    clauses: list[Run] = []
    begin = index = 0
    greeting = questions.greeting_length(cores[:8])
    if 0 < greeting < len(sentence):
        clauses.append(sentence[:greeting])
        begin = index = greeting
    while index < len(sentence):
        opening = _opening(cores, sentence, begin, index, is_question)
        if opening is None:
            index += 1
            continue
        if index > begin:
            clauses.append(sentence[begin:index])
        begin = opening
        index = max(opening, index) + 1
    clauses.append(sentence[begin:])
    return [clause for clause in clauses if any(word.core for word in clause)]


def _opening(cores: list[str], sentence: Run, begin: int, index: int, is_question: bool) -> int | None:
    """Where a new clause opens if the current one, begun at `begin`, ends before `index`; None: nowhere."""
    after = index
    if index > begin and cores[index] == "so" and cores[index - 1] in questions.NOT_BEFORE_SO:
        return None
    limit = min(len(cores), index + questions.MAX_CONNECTORS)
    while after < limit and cores[after] in questions.CONNECTORS:
        after += 1
    ahead = cores[after : after + 8]
    if not ahead or (after == index and index == begin):
        return None
    if index == begin:
        return after
    # Windows, not the whole clause: a clause of thousands of words must not cost thousands of looks at each.
    first, recent = cores[begin : min(index, begin + 8)], cores[max(begin, index - 12) : index]
    if after > index:
        if questions.is_strong_question(_without_polite(ahead)):
            return after
        return after if _weak(ahead, first, recent, is_question) else None
    if sentence[index - 1].has_comma:
        return index if _after_comma(_without_polite(ahead), first) else None
    return index if _unannounced(ahead, first, recent) else None


def _weak(ahead: list[str], first: list[str], recent: list[str], is_question: bool) -> bool:
    """After "and": "where it goes", "is the form online", "if he has an EHCP": only among questions."""
    asking = questions.asks(first) or not questions.ASKING_VERBS.isdisjoint(recent)
    if ahead[0] in questions.QUESTION_WORDS:
        return len(ahead) > 1 and (is_question or asking)
    if ahead[0] == "if":
        return is_question and len(ahead) > 2
    return is_question and questions.is_inversion(ahead)


def _after_comma(ahead: list[str], first: list[str]) -> bool:
    """After a bare comma: not in "if he has one, can we ..." nor in "his mum, who is worried, ..."."""
    if not ahead or (first[0] in questions.SUBORDINATORS and not questions.is_strong_question(first)):
        return False
    if ahead[0] in {"who", "which", "when", "where", "whose"}:
        return any(questions.is_inversion(ahead[skip:]) for skip in (1, 2, 3))
    return questions.is_strong_question(ahead)


def _unannounced(ahead: list[str], first: list[str], recent: list[str]) -> bool:
    """No mark between: "what form do i use who do i send it to"."""
    if len(recent) < _SHORT or recent[-1] in questions.NO_SPLIT_AFTER or recent[-1] in questions.AUXILIARIES:
        return False
    if ahead[0] in questions.QUESTION_WORDS and ahead[0] != "which":
        how = ahead[0] == "how" and ahead[1:2] and ahead[1] in questions.STRONG_AFTER_HOW
        return questions.is_inversion(ahead[1:]) or bool(how and questions.asks(first))
    return questions.starts_with(ahead, questions.UNANNOUNCED_REQUESTS)


def _without_polite(words: list[str]) -> list[str]:
    skip = 0
    while skip < len(words) and words[skip] in questions.POLITE:
        skip += 1
    return words[skip:]


def _without_small_talk(runs: list[Run]) -> list[Run]:
    """Drop what greets, thanks and signs; but never everything."""
    kept: list[Run] = []
    signing = False
    for index, run in enumerate(runs):
        cores = [word.core for word in run if word.core]
        is_last = index == len(runs) - 1
        if questions.is_closing(cores) or (is_last and questions.is_signed_thanks(cores)):
            signing = True
        elif signing and len(cores) <= 8 and not run[-1].is_question and not questions.asks(cores):
            continue
        elif not questions.is_small_talk(cores):
            signing = False
            kept.append(run)
    return kept or ([[word for run in runs for word in run]] if runs else [])


def _joined_leftovers(runs: list[Run]) -> list[Run]:
    """Join clauses of one or two words that ask nothing to the clause before, else to the one after."""
    joined: list[Run] = []
    waiting: Run = []
    for run in runs:
        run, waiting = waiting + run, []
        if not _is_leftover(run):
            joined.append(run)
        elif joined and _length(joined[-1] + run) <= MAX_CLAUSE_CHARACTERS:
            joined[-1] = joined[-1] + run
        else:
            waiting = run
    return [*joined, waiting] if waiting else joined


def _is_leftover(run: Run) -> bool:
    cores = [word.core for word in run if word.core]
    if len(cores) >= _SHORT or _length(run) > MAX_CLAUSE_CHARACTERS:
        return False
    if len(cores) > 1 and questions.asks(cores):
        return False
    return not run[-1].is_question or cores[0] in questions.TAGS


def _cut_long(run: Run) -> list[Run]:
    pieces: list[Run] = []
    current: Run = []
    for word in run:
        if current and word.end - current[0].start > MAX_CLAUSE_CHARACTERS:
            pieces.append(current)
            current = []
        current.append(word)
    return [*pieces, current] if current else pieces


def _at_most(runs: list[Run], limit: int) -> list[Run]:
    """Too many clauses: join neighbouring statements, then keep questions rather than statements."""
    if len(runs) <= limit:
        return runs
    packed: list[Run] = []
    for run in runs:
        both_state = bool(packed) and not _asks(packed[-1]) and not _asks(run)
        if both_state and _length(packed[-1] + run) <= MAX_CLAUSE_CHARACTERS:
            packed[-1] = packed[-1] + run
        else:
            packed.append(run)
    ranked = sorted(range(len(packed)), key=lambda index: (not _asks(packed[index]), index))
    return [packed[index] for index in sorted(ranked[:limit])]


def _asks(run: Run) -> bool:
    return run[-1].is_question or questions.asks([word.core for word in run[:8]])


def _length(run: Run) -> int:
    return run[-1].end - run[0].start


def _span(text: str, run: Run) -> tuple[int, int]:
    start, end = run[0].start, run[-1].end
    # A comma, dash or bracket at the seam belongs to no clause; the mark that ends a sentence does.
    while end > start + 1 and (text[end - 1] in ",:-\u2013\u2014([" or text[end - 1].isspace()):
        end -= 1
    while start < end - 1 and (text[start] in ",;:)]-\u2013\u2014" or text[start].isspace()):
        start += 1
    return start, min(end, start + MAX_CLAUSE_CHARACTERS)


def _whole(text: str) -> list[tuple[int, int]]:
    """A text of punctuation only is still a message: one clause."""
    stripped = text.strip()
    if not stripped:
        return []
    start = text.index(stripped[0])
    return [(start, start + len(stripped[:MAX_CLAUSE_CHARACTERS].rstrip()))]
