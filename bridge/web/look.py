"""The institution's colour as a style sheet, with enough contrast to be read (WCAG 2.2 §1.4.3, §1.4.11)."""

from bridge.domain.colour import WHITE, channels, contrast

CARD, CARD_AT_NIGHT = "#ffffff", "#19222b"  # what buttons lie on; as in static/bridge.css
BLACK = "#000000"
MIN_CONTRAST = 3.0  # of the line round a button (WCAG 2.2 §1.4.11)
BLEND_STEPS = 20  # how finely a colour is moved towards black or white


def look_css(colour: str, of: str = ":root") -> str:
    """The style sheet for a colour (#rrggbb): the colour, the text on it, and the line round it.

    The line stands out from the page even where the colour itself does not. `of`: what has it,
    as a selector.
    """
    text, line, line_at_night = (
        text_colour_on(colour),
        visible_on(colour, CARD),
        visible_on(colour, CARD_AT_NIGHT),
    )
    return (
        f"{of}{{--accent:{colour};--accent-ink:{text};--accent-line:{line}}}\n"
        f"@media (prefers-color-scheme:dark){{{of}{{--accent-line:{line_at_night}}}}}\n"
    )


def text_colour_on(colour: str) -> str:
    """White or black, whichever is easier to read on the colour: one of them always has 4.5 to 1."""
    return max((WHITE, BLACK), key=lambda text_colour: contrast(text_colour, colour))


def visible_on(colour: str, background: str) -> str:
    """The colour, made lighter or darker until it has MIN_CONTRAST on the background."""
    towards = channels(text_colour_on(background))
    start = channels(colour)
    for step in range(BLEND_STEPS + 1):
        share = step / BLEND_STEPS
        mixed = _hex_colour([a + (b - a) * share for a, b in zip(start, towards, strict=True)])
        if contrast(mixed, background) >= MIN_CONTRAST:
            return mixed
    return text_colour_on(background)


def _hex_colour(mixed: list[float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in mixed)
