"""The brands of areas: what is read, what is refused and in which words, and the style sheet made from one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.brands import Brand, brand_css, brands_in, contrast_with_white
from bot.settings import SettingsError, load_settings


def text(area: str = "suffolk", **brand: object) -> str:
    return json.dumps({area: {"name": "Suffolk SEND help", "colour": "#1d4f6e", **brand}})


def fault(given_text: str) -> str:
    with pytest.raises(ValueError) as caught:
        brands_in(given_text)
    return str(caught.value)


def test_a_name_and_a_colour_are_read_for_each_area():
    two = '{"suffolk": {"name": " Suffolk SEND help ", "colour": "#1D4F6E"}, "milton-keynes": {"name": "MK", "colour": "#000000"}}'
    assert brands_in(two) == {
        "suffolk": Brand(name="Suffolk SEND help", colour="#1D4F6E"),
        "milton-keynes": Brand(name="MK", colour="#000000"),
    }


@pytest.mark.parametrize("nothing", ["", "  ", "{}"])
def test_nothing_means_no_brand(nothing):
    assert brands_in(nothing) == {}


@pytest.mark.parametrize(
    ("colour", "contrast"),
    [("#ffffff", 1.0), ("#000000", 21.0), ("#767676", 4.54), ("#777777", 4.48), ("#ff0000", 4.0), ("#0000ff", 8.59)],
)
def test_contrast_is_that_of_wcag(colour, contrast):
    """Figures as the usual checkers give them."""
    assert contrast_with_white(colour) == pytest.approx(contrast, abs=0.005)


def test_a_colour_that_is_too_light_is_refused_with_its_area_and_its_contrast():
    assert brands_in(text(colour="#767676"))
    assert fault(text(colour="#777777")) == (
        "suffolk: white text on #777777 has a contrast of 4.47 to 1, and 4.5 is needed; please take a darker colour"
    )


@pytest.mark.parametrize(
    "colour", ["red", "#123", "#1d4f6", "#1d4f6e00", "1d4f6e", "#1d4f6g", "#1d4f6e}body{", "#1d4f6e\n"]
)
def test_anything_but_a_colour_is_refused(colour):
    told = fault(text(colour=colour))
    assert told.startswith("suffolk: the colour must be written as #rrggbb")


def test_all_faults_are_told_at_once():
    both = {"suffolk": {"name": "S", "colour": "#ffff00"}, "milton-keynes": {"name": "M", "colour": "blue"}}
    told = fault(json.dumps(both))
    assert "suffolk: white text on #ffff00 has a contrast of 1.07" in told
    assert "milton-keynes: the colour must be written" in told


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("{", "not valid JSON"),
        ("[]", 'it must be like {"suffolk"'),
        ('{"suffolk": "#1d4f6e"}', "suffolk: "),
        ('{"suffolk": {"name": "S"}}', "suffolk: colour: Field required"),
        (text(logo="x.png"), "suffolk: logo: "),
        (text(name=""), "suffolk: name: "),
        (text(name="x" * 61), "suffolk: name: "),
        (text(name=7), "suffolk: name: "),
        (text(name="S\u202eend"), "suffolk: the name holds a character"),
        (text(area="Suffolk County"), "'Suffolk County' is no area"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(wrong, words):
    assert words in fault(wrong)


def test_the_style_sheet_sets_one_colour_and_nothing_without_a_brand():
    assert brand_css(Brand(name="S", colour="#1d4f6e")) == ":root{--sp-brand:#1d4f6e}\n"
    assert "--sp-brand" not in brand_css(None)


@given(st.text(max_size=40), st.text(max_size=10))
def test_nothing_gets_into_the_style_sheet_but_a_colour(name, colour):
    try:
        (brand,) = brands_in(text(name=name, colour=colour)).values()
    except ValueError:
        return
    assert len(brand_css(brand)) == len(":root{--sp-brand:#123456}\n")


def test_a_wrong_brand_stops_the_start(monkeypatch):
    monkeypatch.setenv("SIGNPOST_BRANDS", text(colour="#ffff00"))
    with pytest.raises(
        SettingsError, match=r"^SIGNPOST_BRANDS: suffolk: white text on #ffff00 has a contrast of 1\.07"
    ):
        load_settings(None)
    monkeypatch.setenv("SIGNPOST_BRANDS", text())
    assert brands_in(load_settings(None).brands)["suffolk"].name == "Suffolk SEND help"
