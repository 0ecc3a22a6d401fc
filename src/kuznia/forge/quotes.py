"""Quotes of the text a finding speaks of, so that a model looks at the right place."""

import re
from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import JsonValue
from pydantic_core import from_json, to_json

from kuznia.forge.terms import Draft, Finding

MAX_QUOTE = 160
_LINE = re.compile(r"(.+?):(\d{1,6})(?::\d+)?")


def quote_of(finding: Finding, reply: str, draft: Draft | None) -> str:
    """The line of a file, or the value in a JSON object, that `where` names; empty without one."""
    named = _LINE.fullmatch(finding.where)
    if named is not None and draft is not None:
        return _shortened(_line_of(draft.model_dump(mode="json"), named[1], int(named[2])))
    return _shortened(_value_of(reply, finding.where)) if "." in finding.where else ""


def _line_of(draft: Mapping[str, JsonValue], path: str, number: int) -> str:
    """A line of one of the draft's `files`, if it has any."""
    files = draft.get("files")
    for file in files if isinstance(files, list) else []:
        match file:
            case {"path": str(name), "content": str(content)} if name == path:
                lines = content.splitlines()
                return lines[number - 1].strip() if 0 < number <= len(lines) else ""
            case _:
                continue
    return ""


def _value_of(reply: str, where: str) -> str:
    first, last = reply.find("{"), reply.rfind("}")
    try:
        value: object = from_json(reply[first : last + 1])
        for step in where.split("."):
            if isinstance(value, Mapping):
                inside = cast("Mapping[str, object]", value)
                # A name that is missing, or the kind of an object, is no step of the way.
                value = inside.get(step, inside)
            elif isinstance(value, Sequence) and not isinstance(value, str):
                value = cast("Sequence[object]", value)[int(step)]
            else:
                return ""
    except (ValueError, KeyError, IndexError):
        return ""
    return to_json(value).decode()


def _shortened(text: str) -> str:
    # A quote must not look like one that has ended, or like an instruction of ours on a new line.
    text = " ".join(text.replace("`", "'").split())
    return f"{text[:MAX_QUOTE]}..." if len(text) > MAX_QUOTE else text
