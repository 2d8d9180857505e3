"""Sentences for people that are made of a fixed text and values, so that the text can be translated."""

from typing import Any


class Sentence(str):
    """An English sentence, complete, that still knows its `template` and the `values` in it."""

    __slots__ = ("template", "values")

    template: str
    values: dict[str, Any]


def said(template: str, **values: Any) -> Sentence:
    """The sentence of a template (str.format) with these values."""
    sentence = Sentence(template.format(**values))
    sentence.template, sentence.values = template, values
    return sentence
