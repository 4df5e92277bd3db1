"""Name and colour of each area's pages, from one setting. White text must be readable on the colour: it is measured."""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3, for text of any size
LONGEST_NAME = 60
_AREA = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class Brand(BaseModel):
    """How one area's pages look. `colour`: "#rrggbb", behind white text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME)]
    colour: str


def brands_in(text: str) -> dict[str, Brand]:
    """The brands by area id, from JSON such as {"suffolk": {"name": "Suffolk SEND help", "colour": "#1d4f6e"}}.

    Empty text means none. Raises: ValueError: the text is not like that, or a colour is too light; all faults in
    one sentence, each with its area.
    """
    if not text.strip():
        return {}
    try:
        brands = TypeAdapter(dict[str, Brand]).validate_json(text, strict=True)
    except ValidationError as error:
        faults = [_told(fault["loc"], fault["type"], fault["msg"]) for fault in error.errors(include_url=False)]
        raise ValueError("; ".join(faults)) from None
    faults = [fault for area, brand in brands.items() if (fault := _fault_of(area, brand))]
    if faults:
        raise ValueError("; ".join(faults))
    return brands


def brand_css(brand: Brand | None) -> str:
    """The style sheet of a brand; a comment only where there is none, so that the usual colour stays."""
    return f":root{{--sp-brand:{brand.colour}}}\n" if brand else "/* the usual colour */\n"


def contrast_with_white(colour: str) -> float:
    """Contrast of white on "#rrggbb" by the formula of WCAG 2: from 1 (white) to 21 (black)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _fault_of(area: str, brand: Brand) -> str:
    if not _AREA.fullmatch(area):
        return f"{area[:LONGEST_NAME]!r} is no area: use the name of its folder in content/, such as suffolk"
    if not brand.name.isprintable():
        return f"{area}: the name holds a character that cannot be shown"
    if not _COLOUR.fullmatch(brand.colour):
        return f"{area}: the colour must be written as #rrggbb, such as #1d4f6e, not {brand.colour[:20]!r}"
    contrast = contrast_with_white(brand.colour)
    if contrast < LEAST_CONTRAST:
        # Cut, not rounded: 4.49 must not be told as 4.5.
        measured = int(contrast * 100) / 100
        return (
            f"{area}: white text on {brand.colour} has a contrast of {measured:.2f} to 1, and {LEAST_CONTRAST} is "
            "needed; please take a darker colour"
        )
    return ""


def _told(place: tuple[int | str, ...], kind: str, message: str) -> str:
    """One fault of the JSON in words."""
    if kind == "json_invalid":
        return f"it is not valid JSON ({message.removeprefix('Invalid JSON: ')})"
    where = ": ".join(str(part) for part in place[:2])
    return f"{where}: {message}" if where else 'it must be like {"suffolk": {"name": "...", "colour": "#1d4f6e"}}'
