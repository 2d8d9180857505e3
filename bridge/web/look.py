"""The institution's colour as a style sheet, with enough contrast to be read (WCAG 2.2 §1.4.3, §1.4.11)."""

Channels = tuple[float, float, float]  # red, green, blue, 0 to 1

CARD, CARD_AT_NIGHT = "#ffffff", "#19222b"  # what buttons lie on; as in static/bridge.css
WHITE, BLACK = "#ffffff", "#000000"
MIN_CONTRAST = 3.0  # of the line round a button (WCAG 2.2 §1.4.11)
BLEND_STEPS = 20  # how finely a colour is moved towards black or white


def look_css(colour: str) -> str:
    """The style sheet for a colour (#rrggbb): the colour, the text on it, and the line round it.

    The line stands out from the page even where the colour itself does not.
    """
    text, line, line_at_night = (
        text_colour_on(colour),
        visible_on(colour, CARD),
        visible_on(colour, CARD_AT_NIGHT),
    )
    return (
        f":root{{--accent:{colour};--accent-ink:{text};--accent-line:{line}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{--accent-line:{line_at_night}}}}}\n"
    )


def text_colour_on(colour: str) -> str:
    """White or black, whichever is easier to read on the colour: one of them always has 4.5 to 1."""
    return max((WHITE, BLACK), key=lambda text_colour: contrast(text_colour, colour))


def visible_on(colour: str, background: str) -> str:
    """The colour, made lighter or darker until it has MIN_CONTRAST on the background."""
    towards = _channels(text_colour_on(background))
    start = _channels(colour)
    for step in range(BLEND_STEPS + 1):
        share = step / BLEND_STEPS
        mixed = _hex_colour([a + (b - a) * share for a, b in zip(start, towards, strict=True)])
        if contrast(mixed, background) >= MIN_CONTRAST:
            return mixed
    return text_colour_on(background)


def contrast(colour: str, other_colour: str) -> float:
    """The contrast ratio of two colours (#rrggbb), from 1 to 21 (WCAG 2.2, contrast ratio)."""
    darker, lighter = sorted((_luminance(colour), _luminance(other_colour)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> Channels:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex_colour(channels: list[float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
