"""What is expected where an input is wrong, in words for people who do not know pydantic."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

# By pydantic's type of error; the names in braces are what it knows of the rule.
WORDS: Mapping[str, str] = {
    "missing": "This field is needed",
    "extra_forbidden": "There is no such field",
    "json_invalid": "This is not valid JSON: {error}",
    "model_type": "Expected an object",
    "model_attributes_type": "Expected an object",
    "dict_type": "Expected an object",
    "list_type": "Expected a list",
    "tuple_type": "Expected a list",
    "string_type": "Expected text",
    "int_type": "Expected a whole number",
    "int_parsing": "Expected a whole number",
    "int_from_float": "Expected a whole number",
    "int_parsing_size": "Expected a whole number that is not so long",
    "float_type": "Expected a number",
    "float_parsing": "Expected a number",
    "finite_number": "Expected a finite number",
    "bool_type": "Expected true or false",
    "bool_parsing": "Expected true or false",
    "date_type": "Expected a date, like 2026-03-01",
    "date_parsing": "Expected a date, like 2026-03-01",
    "date_from_datetime_parsing": "Expected a date, like 2026-03-01",
    "literal_error": "Expected {expected}",
    "enum": "Expected {expected}",
    # Of all its messages the one that quotes what was sent.
    "union_tag_invalid": "Expected one of {expected_tags}",
    "union_tag_not_found": "The field {discriminator}, which says what kind this is, is needed",
    "string_too_short": "Expected at least {min_length} character{s}",
    "string_too_long": "Expected at most {max_length} character{s}",
    "string_pattern_mismatch": "Expected text that matches {pattern}",
    "too_short": "Expected at least {min_length} item{s}",
    "too_long": "Expected at most {max_length} item{s}",
    "greater_than": "Expected more than {gt}",
    "greater_than_equal": "Expected {ge} or more",
    "less_than": "Expected less than {lt}",
    "less_than_equal": "Expected {le} or less",
}


def expected(error: Mapping[str, Any]) -> str:  # Any: pydantic's own
    """One line for a person who has never heard of pydantic; never what was sent."""
    words = WORDS.get(error["type"])
    context: Mapping[str, Any] = error.get("ctx") or {}
    if words is None or (not context and "{" in words):
        return error["msg"].removeprefix("Value error, ")
    count = context.get("max_length", context.get("min_length"))
    return words.format(**{**context, "s": "" if count == 1 else "s"})


def faulty_places(error: ValidationError, limit: int) -> list[tuple[str, str]]:
    """The first places that are wrong, as dotted paths, each with what is expected there."""
    faults = error.errors(include_url=False, include_input=False)[:limit]
    return [(".".join(str(step)[:40] for step in f["loc"]), expected(f)) for f in faults]
