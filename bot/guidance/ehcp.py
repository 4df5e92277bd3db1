"""Whether a text says that there is an EHCP: in its many words, with negation, and not where it only asks."""

from __future__ import annotations

import re


def any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE)


NEGATION = (
    r"(?:no|not|non|without|w/?o|hasn'?t|haven'?t|isn'?t|doesn'?t|don'?t|didn'?t|never|n'?t|nor|neither|none|lacks?"
    r"|lacking)"
)
EHCP = re.compile(
    r"\b(?:ehcp'?s?|ehc ?plans?|ehc|echp|educational?,? health,? (?:and|&) care plans?"
    r"|statement(?:ed)?(?: of (?:sen|special|need)\w*)?(?! of)(?<!progress statement))\b"
    r"|(?<!support )(?<!inclusion )(?<!action )(?<!send )(?<!mk )(?<!lesson )\bplan (?:kids?|pupils?|child(?:ren)?)\b"
    r"|\b(?:has|have|got|gets|with|had|without|no|w/o) (?:a |an |his |her |their )?(?:proper )?"
    r"plan\b(?! (?:of|to|for|is|on|and two))",
    re.IGNORECASE,
)
EHCP_ASKED = any_of(
    r"\b(?:need|needs|needing|require|requires|apply(?:ing)? for|request(?:ing)?|assessment for) (?:an? |the )?$"
)
EHCP_UNSURE = any_of(
    r"\b(?:not sure|unsure|not certain|unclear|don'?t know|dunno|no idea|no clue|can'?t (?:say|tell|remember)"
    r"|wonder(?:ing)?|check(?:ing)?|find(?:ing)? out) (?:if|whether)\b[^.?!]{0,25}$",
    r"\b(?:not sure|unsure|not certain|don'?t know)(?: that)? (?:he|she|they|it|(?:the|this) \w+)"
    r" (?:has|have|had|got)\b[^.?!]{0,12}$",
    r"\bwith or without (?:an? )?$",
)
EHCP_NOT_YET = any_of(
    r"\b(?:applied|applying|waiting|awaiting|wait for|gone in|refused|turned down|in process|pending|draft|going for)\b"
    r"[^.?!]{0,25}$"
)
# Nobody: "not one of them has an EHCP", "none of the five is on an EHCP".
NOBODY_HAS = any_of(
    r"\b(?:not (?:a single )?one|none|neither|nobody|no[ -]?one|no (?:child|pupil|student)\w*)\b"
    r"(?:(?!\b(?:but|and|that|he|she|they|said|told)\b)[^.?!,;]){0,28}"
    r"\b(?:has|have|having|had|got|with|on) (?:an? )?$"
)
# Gone: "she lost her EHCP", "her EHCP has lapsed"; not "we lost his EHCP" (mislaid), "lost his EHCP form".
EHCP_GONE = any_of(
    r"\b(?:lost|losing|used to have|no longer (?:has|have|got|had|on)|c[ao]me off|taken off)"
    r" (?:an? |the |his |her |their )?$"
)
MISLAID = any_of(r"\b(?:i|we)(?:'ve| have)?(?: just| now| accidentally)? (?:lost|losing) \w* ?$")
PAPER = re.compile(
    r"\s+(?:form|paper|document|letter|cop(?:y|ies)|report|review|e-?mail|file|folder|notes?)", re.IGNORECASE
)
EHCP_ENDED = re.compile(
    r"(?:,? (?:that|which))? ?(?:has |had |was |is |got |have |were )?(?:since |now |just |already |recently |then )*"
    r"(?:been )?(?:ceased|lapsed|ended(?! up)|withdrawn|cancelled|stopped|discontinued|removed|taken away|expired"
    r"|no longer (?:in place|there|valid|exists?))\b",
    re.IGNORECASE,
)
# "what if her EHCP is ceased": she still has it.
EHCP_MAY_END = any_of(r"\b(?:if|unless|before|until)\b[^.?!,;]*$")
SEN_SUPPORT = re.compile(
    r"\b(?:sen support|sen k|k code|on the register)\b(?! (?:service|line|plan|team|inbox))", re.IGNORECASE
)


UNSURE_NOW = any_of(
    r"\b(?:not|n'?t) (?:so |too |really |actually |even )?(?:sure|certain|know)\b[^.?!]{0,40}"
    r"\b(?:has|have|got|is) [^.?!]{0,12}(?:ehcp?|plan|one)\b(?! (?:is|was|says?))"
)


def is_unsure(text: str) -> bool:
    """Whether a text says that it is not known whether there is an EHCP."""
    return bool(UNSURE_NOW.search(text.replace("’", "'")))


def read_ehcp(text: str) -> bool | None:
    """True or False where a text says whether there is an EHCP; the last mention counts."""
    said: bool | None = None
    text = text.replace("’", "'")
    for m in EHCP.finditer(text):
        before, after = text[max(0, m.start() - 45) : m.start()], text[m.end() : m.end() + 40]
        if (
            EHCP_ASKED.search(before)
            or EHCP_UNSURE.search(before)
            or re.match(r"@|\s*or not\b|\s*:?\s*\(?(?:y|yes) ?/ ?(?:n|no)\b", after, re.IGNORECASE)
        ):
            continue
        near = re.search(
            rf"\b{NEGATION}\b(?:[ -](?:an?|any|got|have|has|had|yet|his|her|their|the|currently|on))*[ -]*$",
            before,
            re.IGNORECASE,
        )
        starts_negative = re.match(r"(?:without|no|w/o)\b", m.group(), re.IGNORECASE)
        told_after = re.match(
            r"\s*(?:[:=?-]+\s*(?:no|none|not)\b"
            r"|(?:is |was |been |got |has |still )?(?:been )?(?:refused|turned down|pending)\b)",
            after,
            re.IGNORECASE,
        )
        gone = (EHCP_GONE.search(before) and not MISLAID.search(before) and not PAPER.match(after)) or (
            EHCP_ENDED.match(after) and not EHCP_MAY_END.search(before)
        )
        if (
            near
            or gone
            or starts_negative
            or told_after
            or re.search(r"\bnon-?$", before, re.IGNORECASE)
            or EHCP_NOT_YET.search(before)
            or NOBODY_HAS.search(before)
        ):
            said = False
        else:
            said = True
    if said is None and SEN_SUPPORT.search(text):
        return False
    return said
