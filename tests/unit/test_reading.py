"""What a message says about the frame: EHCP, year, age, needs, places, routes, with the words of the real content."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.guidance.area import AreaKnowledge
from bot.guidance.frame import Frame
from bot.guidance.reading import Reading
from bot.guidance.understanding import named_routes
from bot.knowledge.content import AreaContent
from bot.knowledge.lookups import fold
from bot.knowledge.store import Phrases
from tests.guidance_support import content, reader


def read(text: str) -> Reading:
    """What the reader of the real content reads."""
    return reader().read(text)


def nothing_asked(area: AreaContent) -> AreaKnowledge:
    """An authority without its phrases: routes are named by words, not by likeness."""
    return AreaKnowledge(area, Phrases((), (), (), np.zeros((0, 384), np.float32)))


@pytest.mark.parametrize(
    ("text", "ehcp"),
    [
        ("he has an EHCP", True),
        ("pupil with an EHC plan", True),
        ("Y9 w EHCP", True),
        ("statemented pupil", True),
        ("he's got a plan", True),
        ("a plan kid in year 3", True),
        ("Y4, no EHCP", False),
        ("without an EHCP", False),
        ("non-EHCP", False),
        ("he hasn't got an EHCP", False),
        ("not one of the twins has an EHCP", False),
        ("none of my three is on an EHCP", False),
        ("nobody at the gate said so but she has an EHCP", True),
        ("he hasn’t got an EHCP", False),
        ("she doesn't have an EHCP yet", False),
        ("w/o plan", False),
        ("EHCP: no", False),
        ("EHCP was refused", False),
        ("we have applied for an EHCP", False),
        ("still waiting for the EHCP", False),
        ("a child on SEN support", False),
        ("does he need an EHCP", None),
        ("write to EHCP@milton-keynes.gov.uk", None),
        ("the SEND Support Plan", None),
        ("we have a plan of the building", None),
        ("consent", None),
        ("no EHCP last year but she has one, an EHCP, now", True),
    ],
)
def test_whether_there_is_an_ehcp(text, ehcp):
    assert read(text).facts.get("ehcp") is ehcp


@pytest.mark.parametrize(
    "text",
    [
        "what is a Core Offer Progress Statement",
        "not sure if he has an EHCP",
        "I don't know whether she has an EHCP",
        "is it for pupils with or without an EHCP",
        "EHCP or not",
    ],
)
def test_an_ehcp_is_not_read_where_nothing_is_said_of_one(text):
    assert "ehcp" not in read(text).facts


@pytest.mark.parametrize(
    "text",
    [
        "Y4, EHCP pending", "his EHCP has ceased", "she lost her EHCP", "her EHCP was ceased", "the EHCP has lapsed",
        "his EHCP has since been withdrawn", "an EHCP which lapsed in May", "her EHCP lapsed", "she used to have an EHCP",
        "he no longer has an EHCP", "they're losing their EHCP", "her EHCP is no longer in place",
    ],
)  # fmt: skip
def test_an_ehcp_that_is_not_there_yet_or_no_more(text):
    assert read(text).facts.get("ehcp") is False


@pytest.mark.parametrize(
    "text",
    [
        "we lost his EHCP", "I've lost her EHCP, who has a copy", "we have just lost the EHCP", "she lost her EHCP form", "his EHCP has ended up with us",
        "what if her EHCP is ceased", "before the EHCP was ceased, what did he get", "her EHCP has not lapsed",
        "he has an EHCP and lost his coat",
    ],
)  # fmt: skip
def test_an_ehcp_that_is_still_there(text):
    assert read(text).facts.get("ehcp") is True


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Y4", 4), ("yr 11", 11), ("year R", 0), ("Reception", 0), ("nursery", -1), ("sixth form", 12),
        ("a year 7 boy", 7), ("y10s", 10), ("Year-6 pupil", 6), ("year 13", 13), ("in Y3 last year, now Y4", 4),
        ("for 1 year 6 weeks", None), ("every year", None), ("year 17", None), ("Y99", None), ("KS2", None),
        ("reception staff", None), ("the reception desk", None), ("a nursery nurse", None), ("ring reception", None),
        ("nursery staff asked", None), ("reception class", 0), ("a reception child", 0), ("nursery child", -1),
    ],
)  # fmt: skip
def test_which_year_group(text, year):
    assert read(text).facts.get("year") == year


@pytest.mark.parametrize("text", ["year 17", "Y15", "yr 19"])
def test_a_year_group_that_cannot_be_is_said_to_be_invalid(text):
    assert read(text).invalid == ("year",)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("a 7 year old", 7), ("seven-year-old boy", 7), ("aged 16", 16), ("he's 5", 5), ("4yo", 4), ("18 months old", 1.5),
        ("16-17 year olds", 17), ("he's 6 weeks in", None), ("aged 45", None), ("for two years", None),
    ],
)  # fmt: skip
def test_which_age(text, age):
    assert read(text).facts.get("age") == age


def test_an_age_gives_a_year_group_only_where_none_is_said():
    assert read("a 7 year old").facts["year"] == 2
    assert read("a 7 year old in Y3").facts["year"] == 3


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("dyslexia", ("specific-learning",)),
        ("autistic girl", ("communication-interaction",)),
        ("he is deaf and has SEMH", ("deaf", "semh")),
        ("not dyslexia, autism", ("communication-interaction",)),
        ("no hearing loss", None),
        ("school refuser", ("ebsa",)),
        ("a video call", None),
        ("deafening noise", None),
        ("consent", None),
    ],
)
def test_which_needs(text, needs):
    found = read(text).facts.get("needs")
    assert (sorted(found) if found else None) == (sorted(needs) if needs else None)


@pytest.mark.parametrize(
    "text",
    [
        "anxious parents", "anxious foster parents", "mum is anxious about it", "his parents are very anxious", "I'm anxious too",
        "the TA is dyslexic", "a deaf dad", "he doesn't have dyslexia or autism", "no dyslexia, autism or hearing loss",
        "no dyslexia nor autism", "mum’s anxious",
    ],
)  # fmt: skip
def test_a_need_that_the_pupil_has_not(text):
    assert "needs" not in read(text).facts


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("mum says he is anxious", {"semh"}),
        ("mum is worried about his anxiety", {"semh"}),
        ("my autistic son", {"communication-interaction"}),
        ("we have an anxious boy", {"semh"}),
        ("autistic boy, anxious parents", {"communication-interaction"}),
        ("can EBSA parents come", {"ebsa"}),
        ("I am deaf unit lead", {"deaf"}),
        ("no dyslexia, but autism", {"communication-interaction"}),
        ("has dyslexia or autism", {"specific-learning", "communication-interaction"}),
        ("no hearing loss. autism or dyslexia?", {"specific-learning", "communication-interaction"}),
    ],
)
def test_a_need_that_the_pupil_has_beside_others(text, needs):
    assert set(read(text).facts.get("needs", ())) == needs


def test_what_the_engine_found_in_a_later_clause_is_looked_for_where_it_stands():
    """The engine counts from the beginning of a clause, the whole message is read at once."""
    text = "he's deaf, Y4. he doesn't have autism"
    found = [
        {"entity": "need", "value": "deaf", "start": 5, "end": 9},
        {"entity": "need", "value": "autism", "start": 16, "end": 22},
    ]
    assert reader().read(text, found).facts["needs"] == ("deaf",)
    twice = [{"entity": "need", "value": "deaf", "start": 3, "end": 7}] * 2
    spans = [(f.start, f.end) for f in reader().find("no deaf, deaf", twice)]
    assert spans == [(3, 7), (9, 13)]


@pytest.mark.parametrize(
    ("text", "areas"),
    [
        ("lowestoft", ("suffolk",)),
        ("we are in MK", ("milton-keynes",)),
        ("Suffolk and Milton Keynes", ("suffolk", "milton-keynes")),
        ("a school near Eye", ("suffolk",)),
        ("his eye", ()),
        ("an eye test", ()),
        ("IP33 school", ("suffolk",)),
        ("mk46", ("milton-keynes",)),
        ("mk41", ()),
        ("clare said so", ()),
        ("norfolk", ()),
        ("bedford", ()),
    ],
)
def test_which_areas(text, areas):
    assert read(text).areas == areas


@pytest.mark.parametrize("place", content().common.elsewhere.places)
def test_places_elsewhere_are_of_no_area(place):
    reading = read(f"our school is in {place}")
    assert (reading.areas, bool(reading.elsewhere)) == ((), True)


@pytest.mark.parametrize("area", content().areas, ids=lambda a: a.authority.id)
def test_every_place_of_an_area_is_read(area):
    places = area.places
    plain = [p for p in (*places.places, *places.postcodes) if read(f"our school, {p}").areas != (area.authority.id,)]
    assert plain == []
    marked = [p for p in places.ambiguous if read(f"a school in {p.title()}").areas != (area.authority.id,)]
    assert marked == []
    loose = [p for p in places.ambiguous if read(f"we like {p} a lot").areas]
    assert loose == []


@pytest.mark.parametrize("area", content().areas, ids=lambda a: a.authority.id)
def test_every_route_is_known_by_its_name_and_every_form_that_leads_to_one(area):
    here = nothing_asked(area)
    for route in area.routes:
        assert route.id in named_routes(read(f"about {route.name}"), here), route.name
    for form in area.authority.forms:
        assert f"{area.authority.id}/{form.id}" in read(f"the {form.name} please").forms


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("another pupil, year 3", True), ("a different child now", True), ("his sister is in Y2", True), ("next one", True),
        ("the other teacher", False), ("any other pupil to the room", False), ("the same pupil", False), ("consent?", False),
    ],
)  # fmt: skip
def test_a_new_pupil_is_noticed(text, new):
    assert read(text).new_pupil is new


@pytest.mark.parametrize(
    ("text", "cycles"),
    [("two cycles of APDR", 2), ("we have done 3 rounds", 3), ("a couple of cycles", 2), ("one full cycle", 1), ("cycling", None)],
)  # fmt: skip
def test_cycles_are_counted(text, cycles):
    assert read(text).facts.get("apdr_cycles") == cycles


@given(st.text(max_size=400))
@settings(max_examples=60, deadline=None)
def test_reading_never_fails_and_says_declared_facts_only(text):
    reading = read(text)
    declared = {f.id: f for f in content().common.facts}
    assert set(reading.facts) <= set(declared)
    Frame().with_facts(reading.facts, declared)
    year = reading.facts.get("year")
    assert year is None or -6 <= year <= 26


@given(st.sampled_from(["he has an EHCP", "Y4 no plan", "deaf pupil in lowestoft", "SES Section F Form", "MK, autism"]))
def test_case_and_curly_quotes_change_nothing(text):
    assert read(text.upper()).areas == read(text).areas
    assert read(text.lower()).facts == read(text).facts
    assert read(text.replace("'", "’")).facts == read(text).facts
    assert fold(text.upper()) == fold(text)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("a 16 year old, and I was told the service ends at Year 11", 11),
        ("does your help stop after Year 11?", None),
        ("I know bespoke goes up to Year 11, but she is in Year 8", 8),
        ("he has found it hard since Year 1", None),
        ("it began when she was in reception and she is in Year 3 now", 3),
        ("we have tried this ever since nursery", None),
        ("he was fine in nursery but is lost in Reception", 0),
    ],
)
def test_the_year_at_which_something_stops_is_not_the_pupils(text, year):
    assert read(text).facts.get("year") == year


def test_not_one_child_is_the_school():
    assert read("This isn't one child, everyone on the corridor struggles").facts["subject"] == "school"
