"""What the masker makes of the parts of an e-mail: head, greeting, signature, addresses, names of schools."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.privacy import Masker, build_masker
from bot.privacy.cues import load_cues
from bot.privacy.shape import shape_of


@pytest.fixture(scope="module")
def masker() -> Masker:
    return build_masker(keep_terms=["Zorblat Ladder", "Little Snoring"])


LETTER = "Hello,\n\n{}\n\nThank you"


@pytest.mark.parametrize(
    ("typed", "masked"),
    [
        ("Could you see Peregrine?", "Could you see the pupil?"),
        ("It is about Hesper Wainfleet-Obi (Y5).", "It is about the pupil (Y5)."),
        ("His mum (Rosamund) agrees.", "His mum (the parent) agrees."),
        ("We have his sister, Immaculata, too.", "We have his sister, the pupil, too."),
        (
            "We mean Jarvis P, Wren O, Tiberius K, Maeve and little Hamza-Lee.",
            "We mean the pupil, the pupil, the pupil, the pupil and little the pupil.",
        ),
        ("He and the Brightwell boy fight.", "He and the boy fight."),
        ("His parents, the Goldwaters, agree.", "His parents, the family, agree."),
        ("Dr Anneke van der Wouden wrote.", "a colleague wrote."),
        ("Mr and Mrs O'Hanrahan agree.", "the parents agree."),
        ("He saw a Mr Scatterby and your Mrs Crowhurst.", "He saw a colleague and your colleague."),
        ("Our chair, Lady Arbuthnott-Pym, asks.", "Our chair, a colleague, asks."),
        ("I'm Aurelie from the office.", "I'm a colleague from the office."),
        ("She is called Dilys. A lad called ludo hit her.", "She is called the pupil. A lad hit her."),
        ("We teach at Larkrise Primary.", "We teach at the primary school."),
        (
            "The Honeybourne Fields Juniors asked. Honeybourne is small.",
            "the junior school asked. the school is small.",
        ),
        ("He lives at Rose Cottage, Pound Lane, IP99 2XY.", "He lives at an address, a postcode."),
        ("He was 3 on the 2nd of April.", "He was 3 on the date of birth."),
        ("Our son Hyperion is in Y7.\nHyperion copes.", "Our son is in Y7.\nthe pupil copes."),
        ("We have Bertram (3), Lark (4) and Dell.", "We have the pupil (3), the pupil (4) and the pupil."),
        ("PGI is how we call Persephone Gaunt-Ibrahim.", "the pupil is how we call the pupil."),
        ("It is for Iolo Quorn (Y5, 06.12.2016).", "It is for the pupil (Y5, a date of birth)."),
    ],
)
def test_in_an_email_names_go_by_where_they_stand(masker: Masker, typed: str, masked: str) -> None:
    assert masker.mask(LETTER.format(typed)).text == LETTER.format(masked)


@pytest.mark.parametrize(
    "sentence",
    [
        "I'd like to know about the Zorblat Ladder.",
        "Firstly, we have EHCPs, TAFs and GCSEs to think of.",
        "The Suffolk Inclusion Toolkit has Section F in it.",
        "Dyslexia, Dyspraxia and Dyscalculia are on his plan, says the Paediatrician.",
        "We are just over the Stour, near Ipswich.",
        "The school at Great Cornard Upper School is in Suffolk.",
        "Is Little Snoring Primary yours?",
        "Our Special School and the Virtual School asked.",
        "In May we had an Annual Review, and the Graduated Response.",
        "Appendix B. Which pages?",
        "He was seen for Ophthalmology and for Orthodontist visits.",
    ],
)
def test_in_an_email_terms_places_and_ordinary_words_stay(masker: Masker, sentence: str) -> None:
    assert masker.mask(LETTER.format(sentence)).text == LETTER.format(sentence)


def test_a_signature_is_taken_whole_but_for_jobs_and_places(masker: Masker) -> None:
    typed = (
        "Hi\n\nWhich form?\n\nAll the best\nGrace Stone\nSENCo, Mon-Wed\nThornfleet Prim\n11-13 Chandler's Row\nIpswich"
    )
    masked = "Hi\n\nWhich form?\n\nAll the best\na colleague\nSENCo, Mon-Wed\nthe primary school\nan address\nIpswich"
    assert masker.mask(typed).text == masked


def test_the_heads_of_a_forwarded_message_are_taken(masker: Masker) -> None:
    typed = (
        'See below.\n\nFrom: "Threlkeld, Augusta" <a.t@health.example.net>\nCc: Ynez Carmody; Price, Stone\n'
        "Subject: Re: Placement of Rafferty I\n\nWhich form?"
    )
    masked = masker.mask(typed).text
    for name in ("Threlkeld", "Augusta", "Ynez", "Carmody", "Price", "Stone", "Rafferty"):
        assert name not in masked
    assert "Subject: Re: Placement of the pupil" in masked


def test_the_same_words_in_a_short_question_are_left(masker: Masker) -> None:
    for question in ("Can Larkrise Primary ask for a Calliope score?", "is Fieldmoor Juniors yours"):
        assert masker.mask(question).text == question


def test_marks_are_empty_where_words_were_dropped(masker: Masker) -> None:
    found = masker.mask("a boy called Rhys and Mrs Harkness")
    assert [(found.text[a:b], kind) for a, b, kind in found.marks] == [("", "name"), ("a colleague", "name")]


NAMES = st.sampled_from(
    [
        "Hesper Wainfleet-Obi",
        "Balthazar Quennell",
        "Ynez Carmody",
        "Oisin O'Rourke-Quist",
        "Xanthippe De Souza",
        "Wulfric",
    ]
)
CLOSINGS = st.sampled_from(
    [
        "Thanks,",
        "Kind regards",
        "All the best",
        "Yours sincerely,",
        "Cheers",
        "With many thanks and best wishes,",
        "Ta very much",
    ]
)
PARTS = st.sampled_from(
    [
        "Which form do I send?",
        "He has an EHCP.",
        "",
        "We have done two cycles.",
        "See you on Friday!",
        "SENCo",
        "01632 960111",
    ]
)


@settings(max_examples=100, deadline=None)
@given(name=NAMES, closing=CLOSINGS, before=st.lists(PARTS, min_size=1, max_size=5), after=st.lists(PARTS, max_size=3))
def test_whoever_signs_is_not_left(
    masker: Masker, name: str, closing: str, before: list[str], after: list[str]
) -> None:
    text = "\n".join(("Dear team,", *before, closing, name, *after))
    masked = masker.mask(text).text
    assert [part for part in name.split() if re.search(rf"\b{part}\b", masked)] == []
    assert masked.count("EHCP") == text.count("EHCP")


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet=st.sampled_from("Hi Regards,Bo.\n:>-|From12"), max_size=200))
def test_the_parts_of_any_text_lie_within_it_and_do_not_cross(text: str) -> None:
    shape = shape_of(text, load_cues())
    for places in (shape.heads, shape.subjects, shape.signatures):
        assert all(0 <= start <= end <= len(text) for start, end in places)
    if not shape.is_letter:
        assert shape.signatures == shape.heads == shape.subjects == ()
