"""The institution's colour, made so that it can be read and seen (WCAG 2.2 §1.4.3, §1.4.11)."""

Channels = tuple[float, float, float]  # red, green, blue, 0 to 1

CARD, CARD_AT_NIGHT = "#ffffff", "#19222b"  # what buttons lie on; as in static/bridge.css
WHITE, BLACK = "#ffffff", "#000000"
SEEN = 3.0  # the least contrast of what has to be seen
STEPS = 20


def look_css(colour: str) -> str:
    """The style sheet with the institution's colour, given as #rrggbb: the colour itself, what is written on
    it, and the line round it, which stands out from the page even where the colour does not."""
    return (
        f":root{{--accent:{colour};--accent-ink:{ink_on(colour)};--accent-line:{seen_on(colour, CARD)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{--accent-line:{seen_on(colour, CARD_AT_NIGHT)}}}}}\n"
    )


def ink_on(colour: str) -> str:
    """White or black, whichever is read better on the colour: one of them always has 4.5 to 1."""
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, colour))


def seen_on(colour: str, paper: str) -> str:
    """The colour, moved away from the paper until it is seen on it."""
    towards = _channels(ink_on(paper))
    start = _channels(colour)
    for step in range(STEPS + 1):
        share = step / STEPS
        mixed = _text([a + (b - a) * share for a, b in zip(start, towards, strict=True)])
        if contrast(mixed, paper) >= SEEN:
            return mixed
    return ink_on(paper)


def contrast(one: str, another: str) -> float:
    """From 1 to 21 (WCAG 2.2, contrast ratio)."""
    darker, lighter = sorted((_luminance(one), _luminance(another)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> Channels:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _text(channels: list[float]) -> str:
    return "#" + "".join(f"{round(one * 255):02x}" for one in channels)
