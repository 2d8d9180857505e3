"""Colours (#rrggbb) and how well one is read on another (WCAG 2.2 §1.4.3)."""

import re

Channels = tuple[float, float, float]  # red, green, blue, 0 to 1

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
MIN_TEXT_CONTRAST = 4.5  # level AA, of text
WHITE = "#ffffff"


def contrast(colour: str, other_colour: str) -> float:
    """The contrast ratio of two colours (#rrggbb), from 1 to 21 (WCAG 2.2, contrast ratio)."""
    darker, lighter = sorted((_luminance(colour), _luminance(other_colour)))
    return (lighter + 0.05) / (darker + 0.05)


def channels(colour: str) -> Channels:
    """Its red, green and blue."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
