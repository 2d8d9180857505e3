"""What is wrong with one setting, in words for who wrote it; pydantic's own are for programmers."""

from collections.abc import Mapping
from typing import Any

WRONG_TYPE: Mapping[str, str] = {
    "int_type": "has to be a whole number",
    "int_parsing": "has to be a whole number",
    "int_parsing_size": "has to be a whole number",
    "int_from_float": "has to be a whole number",
    "float_type": "has to be a number",
    "float_parsing": "has to be a number",
    "finite_number": "has to be a number",
    "bool_type": "has to be true or false",
    "bool_parsing": "has to be true or false",
    "string_type": "has to be a text",
    "path_type": "has to be the name of a file",
    "tuple_type": "has to be a list",
    "list_type": "has to be a list",
    "dict_type": "has to be a table",
    "model_type": "has to be a table",
    "model_attributes_type": "has to be a table",
    "mapping_type": "has to be a table",
    "missing": "is missing",
}
BEYOND: Mapping[str, str] = {  # the name of its limit in pydantic's context is in braces
    "greater_than_equal": "has to be {ge} or more",
    "greater_than": "has to be more than {gt}",
    "less_than_equal": "has to be {le} or less",
    "less_than": "has to be less than {lt}",
    "literal_error": "has to be one of {expected}",
    "string_pattern_mismatch": "is not of its form ({pattern})",
}


def sentence(fault: Any) -> str:
    """A sentence for one of pydantic's errors."""
    path, kind = ".".join(str(step) for step in fault["loc"]), fault["type"]
    if kind == "extra_forbidden":
        return f"{path} is not a setting; see `bridge config show` for those that are."
    if kind in WRONG_TYPE:
        return f"{path}: {WRONG_TYPE[kind]}."
    if kind in BEYOND:
        return f"{path}: {BEYOND[kind].format(**fault['ctx'])}."
    if kind == "value_error":
        return f"{path}: {fault['ctx']['error']}."
    return f"{path}: {fault['msg']}."
