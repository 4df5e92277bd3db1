"""What is told as done, against what is asked, wished for or demanded; and told things that need counting. Pure."""

from __future__ import annotations

import re
from typing import Any

NUMBERS = {
    w: n for n, w in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])
}
NUMBERS |= {
    "a": 1,
    "single": 1,
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "couple of": 2,
    "a couple of": 2,
    "both": 2,
    "twelve": 12,
    "eleven": 11,
    "no": 0,
    "any": 0,
    "once": 1,
    "twice": 2,
}
ORDINALS = frozenset({"first", "second", "third", "1st", "2nd", "3rd"})
_WORDS = "|".join(sorted((w for w in NUMBERS if w not in ("once", "twice")), key=len, reverse=True))

_SUBJECT = (
    r"(?:we|i|you|they|he|she|it|there|the|our|my|his|her|their|this|that|these|those|parents?|mum|dad|mother|father"
    r"|family|carers?|head|slt|senco|all|both|everything|everyone)"
)
_OPENER = (
    r"(?:do|does|don't|doesn't|can|can't|could|should|must|shall|will|would|may|is|are|isn't|aren't|was|were|what"
    r"|what's|which|who|when|where|how|why|whether|if|unless|once|until"
    rf"|(?:have|has|had|did|haven't|hasn't|didn't) {_SUBJECT})\b"
)
# Where another clause begins: after a stop always, after a comma or "and" only before a new subject or a question.
_STOP = re.compile(r"[.?!;\n]+(?=\s|$)")
_CLAUSE = re.compile(
    rf"(?:,|:|\s[-–]|\b(?:and|but|so|or|because|although|though|then|anyway)\b)\s*"
    rf"(?=(?:(?:and|but|so|or|then|also|now)\s+)*(?:{_SUBJECT}(?:'\w+)?\s|{_OPENER}))",
    re.IGNORECASE,
)
_ASKED = re.compile(rf"^\W*(?:(?:and|but|so|or|then|also|ok|well|now|please|hi|hello)\W+)*{_OPENER}", re.IGNORECASE)
_DEMANDED = re.compile(
    r"\b(?:needs?|needed|needing|ha(?:s|ve|d) to|got to|must|should|supposed to|going to|will|want(?:s)? to"
    r"|hop(?:e|es|ing) to|plan(?:s|ning) to|meant to|waiting|awaiting|before|until|till|once|unless|if|whether|when"
    r"|ask(?:s|ed|ing)? (?:for|us)|requir\w+|how many|not sure|unsure|don't know|wonder\w*"
    r"|(?:it|offer|guidance) says)\b",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(rf"^\W*(?:have|has|had|did)(?:n't)? (?!{_SUBJECT}\b)\w+", re.IGNORECASE)


def is_told(text: str) -> bool:
    """Whether a clause that begins like a question leaves out its subject: "have done it" tells, "have we" asks."""
    return bool(_ELLIPSIS.match(text)) and "?" not in text


def told_at(text: str, start: int) -> bool:
    """Whether what stands at `start` is told, not asked, wished for or demanded: judged by what stands before it."""
    before = text[:start]
    stops = [m.end() for m in _STOP.finditer(before)]
    sentence = before[stops[-1] if stops else 0 :]
    rest = text[start:]
    begins = [m.end() for m in _CLAUSE.finditer(sentence + rest[:40]) if m.end() <= len(sentence)]
    clause = sentence[begins[-1] if begins else 0 :]
    whole = clause + rest[:40]
    if _ASKED.match(whole) and not is_told(whole.split("?")[0]):
        return False
    near = clause[clause.rfind(",") + 1 :]
    return not _DEMANDED.search(near)


CYCLES = re.compile(
    r"\b(\d{1,2}|" + _WORDS + r") (?:full |whole |complete |more )?"
    r"(?:apdr |graduated approach |assess[^.]{0,25}review )?(?:cycles?|rounds?)\b",
    re.IGNORECASE,
)
ROUND = re.compile(
    r"\b(once|twice) (?:round|through) [^.?!]{0,20}?cycle|\b(?:round|through) [^.?!]{0,20}?cycle (once|twice)\b"
    r"|\b(\d) ?x ?(?:apdr|cycles?)\b|\bapdr(?: cycles?)? ?x ?(\d)\b",
    re.IGNORECASE,
)
NONE_YET = re.compile(
    r"(?:\bno|n't|\bnot|\bnever)\b(?: (?:done|started|begun|got|had|have|any|yet|even|run|completed|a|an|the|of))*"
    r" (?:apdr|graduated approach|cycles)\b",
    re.IGNORECASE,
)
_NOT_DONE = re.compile(r"(?:n't|\bnot|\bnever|\byet to)\b[^.?!,;]{0,22}$", re.IGNORECASE)
_UNDER_WAY = re.compile(
    r"\b(?:half ?-?way through|part ?-?way through|midway through|in the middle of|starting|started|begun|beginning"
    r"|doing|into|in|on|during|through)(?: (?:the|our|his|her|their|a|just))*\s*$",
    re.IGNORECASE,
)
_TO_COME = re.compile(
    r"\W*(?:is |are |to |still |only )*(?:to go|to do|left|needed|required|minimum|next|half|under ?way|not|hasn't"
    r"|isn't|haven't|starts|in progress|nearly)\b",
    re.IGNORECASE,
)
_PLAN_OF_EBSA = re.compile(r"\bebsa\b", re.IGNORECASE)


def read_cycles(text: str) -> dict[str, int]:
    """Cycles done, as fact -> number: of the plan, or of an EBSA plan. Those under way or to come do not count."""
    found: dict[str, int] = {}
    for m in [*CYCLES.finditer(text), *ROUND.finditer(text)]:
        word = next(g for g in m.groups() if g).casefold()
        before, after = text[max(0, m.start() - 30) : m.start()], text[m.end() : m.end() + 30]
        count = int(word) if word.isdigit() else NUMBERS[word]
        if not told_at(text, m.start()) or re.search(r"\b(?:of the|out of|minimum|min)\s*$", before, re.IGNORECASE):
            continue
        if _NOT_DONE.search(before) or _TO_COME.match(after):
            count = max(0, count - 1)
        elif word in ORDINALS and _UNDER_WAY.search(before):
            count -= 1
        of_ebsa = _PLAN_OF_EBSA.search(re.split(r"[.,;?!]", before)[-1] + re.split(r"[.,;?!]", after)[0])
        name = "ebsa_cycles" if of_ebsa else "apdr_cycles"
        found[name] = max(count, found.get(name, 0))
    if "apdr_cycles" not in found and any(told_at(text, m.start()) for m in NONE_YET.finditer(text)):
        found["apdr_cycles"] = 0
    return found


WEEKS = {"day": 1 / 7, "week": 1.0, "fortnight": 2.0, "month": 52 / 12, "year": 52.0}
_TIME = (
    r"(?:(?P<n>\d{1,3}|" + _WORDS + r") (?P<unit>day|week|fortnight|month|year)s? (?:ago|back|old)"
    r"|(?:in|within|over) the (?:last|past) (?P<within>\d{1,2}|" + _WORDS + r") (?P<within_unit>day|week|month)s?"
    r"|last (?P<last>week|month|year)"
    r"|(?P<now>today|yesterday|this (?:week|morning|afternoon)"
    r"|(?:on|last) (?:mon|tues|wednes|thurs|fri)day|just now))\b"
)
_SEEN = r"\b(?:observ(?:ed|ation|ations)|obs)\b"
OBSERVED = (
    re.compile(_SEEN + r"[^.?!;]{0,45}?\b" + _TIME, re.IGNORECASE),
    re.compile(r"\b" + _TIME + r"[^.?!;,]{0,20}?" + _SEEN, re.IGNORECASE),
)
INVOLVED = re.compile(
    r"\b(?:stt|specialist teach(?:er|ers|ing)(?: team)?)\b[^.?!;,]{0,30}?"
    r"\b(?:involved|came|visited|saw|in|closed|left)\b"
    r"[^.?!;,]{0,20}?\b" + _TIME,
    re.IGNORECASE,
)


def read_ages(text: str) -> dict[str, Any]:
    """How long ago something was done, in months: the SENCo's observation, the last involvement of the team."""
    found: dict[str, Any] = {}
    for pattern in OBSERVED:
        for m in pattern.finditer(text):
            if "observation_age" not in found and told_at(text, m.start()) and not _NOT_DONE.search(text[: m.start()]):
                found |= {"observed": True, "observation_age": _months(m)}
    last = INVOLVED.search(text)
    if last and told_at(text, last.start()):
        found["stt_last_involved"] = _months(last)
    return found


def _months(m: re.Match[str]) -> float:
    if m["now"]:
        return 0.0
    word, unit = (m["n"], m["unit"]) if m["n"] else (m["within"], m["within_unit"])
    number = 1 if m["last"] else int(word) if word.isdigit() else NUMBERS[word.casefold()]
    return number * WEEKS[(m["last"] or unit).casefold()] * (12 / 52)
