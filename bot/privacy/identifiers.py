"""Numbers and addresses that point at one person, found by their form.

National Insurance and phone numbers use Presidio's recognisers (a pattern and libphonenumber, no download)
beside forms that those leave out. A postcode needs a real postcode area, so "y5 2nd week" is none.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from presidio_analyzer.predefined_recognizers import PhoneRecognizer, UkNinoRecognizer

from bot.privacy.addresses import addresses
from bot.privacy.lexicon import fold, read_yaml
from bot.privacy.spans import Span

WORDS = {
    "email": "an e-mail address",
    "upn": "a pupil number",
    "nhs_number": "an NHS number",
    "ni_number": "an NI number",
    "phone": "a phone number",
    "date_of_birth": "a date of birth",
    "address": "an address",
    "postcode_full": "a postcode",
    "number": "a number",
}

_EMAIL = re.compile(r"(?<![\w.+'’%-])[\w.+'’%-]++@[\w-]+(?:\.[\w-]+)+")
_UPN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z] ?\d{11}[\dA-Za-z](?![A-Za-z0-9])")
_UPN_LABELLED = re.compile(
    r"(?i)\bupn\W{0,3}(?:(?:number|no|is)\W{0,3}){0,2}(?P<value>(?=[a-z]*\d)[a-z]?\d{6,14}[a-z]?)(?![a-z0-9])"
)
_NHS = re.compile(r"(?<!\d)\d{3}[ \-–.]\d{3}[ \-–.]\d{4}(?!\d)")
_NHS_LABELLED = re.compile(
    r"(?i)\bnhs\b\W{0,3}(?:(?:number|num|no|nr|is)\b\W{0,3}){0,3}(?P<value>\d(?:[ \-]?\d){8,9})(?!\d)"
)
_NINO = re.compile(r"(?i)(?<![a-z0-9])[a-z]{2}[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[a-d](?![a-z0-9])")
_PHONE = re.compile(r"(?<![\w.])(?:\+44|0044|\+44 ?\(0\)|\(?0)(?:[ \t\-()]{0,2}\d){9,10}(?!\w)")
_PHONE_LABELLED = re.compile(
    r"(?i)\b(?:tel|telephone|phone|mob|mobile|cell|ring|call|fax|whatsapp)\b[^\d\n]{0,12}?"
    r"(?P<value>\+?\d(?:[ \-]?\d){5,13})(?!\w)"
)
_LONG_NUMBER = re.compile(r"(?<![\w.])(?:\d{9,}|[A-Z]{1,3}\d{5,})(?!\w)")  # also of a register ("SL01234")
_POSTCODE = re.compile(r"(?i)(?<![a-z0-9])(?P<area>[a-z]{1,2})\d[a-z\d]?[ \t]{0,2}\d[abd-hjlnp-uw-z]{2}(?![a-z0-9])")
# In capitals any letters will do: people mistype them.
_POSTCODE_TYPED = re.compile(r"(?<![A-Za-z0-9])(?P<area>[A-Z]{1,2})\d[A-Z\d]?[ \t]\d[A-Z]{2}(?![A-Za-z0-9])")

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b(?:\.(?=,? ?\d))?"
)
_DAY = r"[0-3]?\d(?: ?(?:st|nd|rd|th))?"
_YEAR = r"(?:\d{4}|'?\d{2})\b"
_DATE = "|".join(
    (
        r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}",
        r"\d{1,2} ?[-/.\\ ] ?\d{1,2} ?[-/.\\ ] ?(?:\d{4}|\d{2})\b",
        r"\d{8}\b|\d{6}\b",
        rf"{_DAY}[ ,.-]{{1,2}}(?:of )?(?:the )?{_MONTH}(?:[ ,.-]{{1,3}}{_YEAR})?",
        rf"{_MONTH}[ -]?{_DAY}\b(?:[ ,.-]{{1,3}}{_YEAR})?",
        rf"{_MONTH}[ ,.-]{{1,2}}\d{{4}}|\d{{1,2}}/\d{{4}}",
    )
)
_BIRTH = re.compile(
    rf"(?i)\b(?:d\.? ?o\.? ?b\b\.?|date of birth|birth ?dates?|birthdays?|born)[ \t:=(\[\-–|]{{0,4}}"
    rf"(?:(?:was|is|on|in|the|of|date|as)\b[ \t:]{{0,2}}){{0,3}}\n?(?P<value>{_DATE})"
)
_FULL_DATE = (
    rf"(?:\d{{1,2}}[-/. ]\d{{1,2}}[-/. ](?:\d{{4}}|\d{{2}})\b|\d{{4}}-\d{{2}}-\d{{2}}"
    rf"|{_DAY}[ ](?:of )?{_MONTH} \d{{4}})"
)
# Beside a name or a year group in brackets a date is a birth date without being called so.
_BIRTH_BESIDE = re.compile(
    rf"(?i)(?:\bthe (?:pupil|child)|\((?:y|yr|year) ?\d{{1,2}}|\((?:reception|nursery))[ ,(;–-]{{1,4}}"
    rf"(?P<value>{_FULL_DATE})"
)
_AGE = r"(?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen)"
_BIRTH_AGE = re.compile(
    rf"(?i)\b(?:was|is|be|turned|turns|turning|became) {_AGE}(?: years old)? on (?:the )?(?P<value>{_DATE})"
)
_BIRTH_AFTER = re.compile(rf"(?i)(?<!\w)(?P<value>{_DATE})[ ,]{{0,2}}\(?(?:d\.? ?o\.? ?b\b|date of birth|birthday)")


@dataclass
class IdentifierFinder:
    """Finds identifiers; `find` gives spans, most telling kind first (they may overlap)."""

    areas: frozenset[str] = field(default_factory=lambda: frozenset(fold(read_yaml("cues.yml")["areas"]).split()))
    nino: UkNinoRecognizer = field(default_factory=UkNinoRecognizer)
    phone: PhoneRecognizer = field(default_factory=lambda: PhoneRecognizer(supported_regions=("GB",), leniency=1))

    def find(self, text: str, keep: Collection[str] = ()) -> Iterator[Span]:
        """`keep`: e-mail addresses or numbers that stay, in any case."""
        kept = {fold(value) for value in keep}
        for kind, start, end in self._found(text):
            if fold(text[start:end].strip(".")) not in kept:
                yield Span(start, end, kind, WORDS[kind])

    def _found(self, text: str) -> Iterator[tuple[str, int, int]]:
        yield from _hits("email", _EMAIL, text)
        if not any(mark.isdigit() for mark in text):
            yield from (("address", *place) for place in addresses(text))
            return
        for kind, pattern in (
            ("date_of_birth", _BIRTH),
            ("date_of_birth", _BIRTH_AFTER),
            ("date_of_birth", _BIRTH_BESIDE),
            ("date_of_birth", _BIRTH_AGE),
            ("upn", _UPN_LABELLED),
            ("upn", _UPN),
            ("nhs_number", _NHS_LABELLED),
            ("nhs_number", _NHS),
            ("ni_number", _NINO),
            ("phone", _PHONE),
            ("phone", _PHONE_LABELLED),
        ):
            yield from _hits(kind, pattern, text)
        ni_hits = self.nino.analyze(text, ["UK_NINO"])
        phone_hits = self.phone.analyze(text, ["PHONE_NUMBER"])
        for kind, hits in (("ni_number", ni_hits), ("phone", phone_hits)):
            for hit in hits:
                found = text[hit.start : hit.end]
                yield kind, hit.end - len(found.lstrip()), hit.start + len(found.rstrip())
        for match in _LONG_NUMBER.finditer(text):
            yield ("nhs_number" if _is_nhs(match[0]) else "number"), match.start(), match.end()
        for place in addresses(text):
            yield "address", *place
        yield from (("postcode_full", *place) for place in self.postcodes(text))

    def postcodes(self, text: str) -> list[tuple[int, int]]:
        """Places of full postcodes of a real area."""
        found = [match for pattern in (_POSTCODE, _POSTCODE_TYPED) for match in pattern.finditer(text)]
        return [match.span() for match in found if fold(match["area"]) in self.areas]


def _hits(kind: str, pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, int, int]]:
    group = "value" if "value" in pattern.groupindex else 0
    for match in pattern.finditer(text):
        yield kind, match.start(group), match.end(group)


def _is_nhs(digits: str) -> bool:
    """Ten digits with a right check digit (modulo 11, as the NHS data dictionary has it)."""
    if len(digits) != 10:
        return False
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True)) % 11
    return check % 11 == int(digits[9])
