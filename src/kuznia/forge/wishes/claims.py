"""What a model is asked about the wishes of a prompt, and what it says of each.

Its word is a claim: a domain's account looks where it points, and believes nothing else.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter, ValidationError
from pydantic_core import to_json

from kuznia.forge.terms import Outcome, Prompt, Wish

_OUTCOMES: dict[str, Outcome] = {
    "met": "met",
    "not_possible": "not_possible",
    "unclear": "unclear",
}
_AS_TEXT = """After everything else write what became of each, one line for each number:
Wishes:
1: met, <the file and the name in it where that can be seen>
2: not_possible, <why>
3: unclear, <what you would ask>"""
_AS_JSON = (
    "Say in `wishes` what became of each: its number, the outcome, and in `where` the id or the "
    "JSON pointer where that can be seen; `why` is the reason, or what you would ask."
)
_HONEST = "Every claim is looked up: claim only what is there."
# A list of claims in a text, with or without the marks of Markdown.
_HEADING = re.compile(r"^[#*_ \t]{0,8}(?:wishes|побажання)[*_: \t]{0,6}$", re.IGNORECASE)
_LINE = re.compile(r"^[-*_ \t]{0,6}(\d{1,3})[.:)][*_ \t]{0,4}([a-z]+[ _][a-z]+|[a-z]+)(.{0,600})$")
# One wish in so many that are open is enough to ask again.
MANY = 3
_MAX_REPLY = 400_000


class WishClaim(BaseModel):
    """What a model says of one wish."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int
    outcome: str
    where: str = ""
    why: str = ""


_REPLY: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])
_SCHEMA: JsonValue = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "number": {"type": "integer"},
            "outcome": {"type": "string", "enum": [*_OUTCOMES]},
            "where": {"type": "string"},
            "why": {"type": "string"},
        },
        "required": ["number", "outcome", "where", "why"],
        "additionalProperties": False,
    },
}


def asking(prompt: Prompt, wishes: Sequence[Wish]) -> Prompt:
    """The prompt with its wishes as a numbered list that the reply has to answer."""
    if not wishes:
        return prompt
    numbered = "\n".join(
        f"{number}. {' '.join(wish.quote.split())}" for number, wish in enumerate(wishes, 1)
    )
    form = _AS_TEXT if prompt.schema is None else _AS_JSON
    user = f"{prompt.user}\n\nThe request, wish by wish:\n{numbered}\n\n{form}\n{_HONEST}"
    return replace(prompt, user=user, schema=_with_wishes(prompt.schema))


def read_claims(
    text: str, wishes: Sequence[Wish], *, as_json: bool
) -> tuple[str, tuple[Wish, ...]]:
    """A reply without what it says of the wishes, and that, as far as it can be read."""
    if not wishes or len(text) > _MAX_REPLY:
        return text, ()
    rest, rows = _in_json(text) if as_json else _in_text(text)
    claims: dict[int, Wish] = {}
    for row in rows:
        outcome = _OUTCOMES.get(row.outcome.lower().replace(" ", "_"))
        if outcome and 1 <= row.number <= len(wishes):
            where = row.where.strip(" ,:;`")
            claims[row.number] = replace(
                wishes[row.number - 1],
                outcome=outcome,
                where=(where,) if where else (),
                why=row.why.strip(" ,:;"),
            )
    return rest, tuple(claims.values())


def worth_asking(left: Sequence[Wish], wishes: Sequence[Wish], claims: Sequence[Wish]) -> bool:
    """Whether a model should be asked again for the wishes that are left open.

    An account overlooks things, and a call costs money: of a single wish that the model says is met
    the caller is told, and no more. What it has not claimed to do, or a third of all, is asked for.
    """
    met = {(claim.start, claim.end) for claim in claims if claim.outcome == "met"}
    unclaimed = [wish for wish in left if (wish.start, wish.end) not in met]
    return bool(claims and unclaimed) or (bool(left) and MANY * len(left) >= len(wishes))


def _with_wishes(schema: Mapping[str, JsonValue] | None) -> Mapping[str, JsonValue] | None:
    if schema is None or schema.get("type") != "object":
        return schema
    properties, required = schema.get("properties"), schema.get("required")
    return {
        **schema,
        "properties": {**(properties if isinstance(properties, dict) else {}), "wishes": _SCHEMA},
        "required": [*(required if isinstance(required, list) else []), "wishes"],
    }


def _in_text(text: str) -> tuple[str, list[WishClaim]]:
    lines = text.split("\n")
    heading = next((n for n in range(len(lines) - 1, -1, -1) if _HEADING.match(lines[n])), None)
    if heading is None:
        return text, []
    claims: list[WishClaim] = []
    end = heading + 1
    for line in lines[end:]:
        if match := _LINE.match(line.rstrip()):
            number, outcome, rest = match.groups()
            claims.append(WishClaim(number=int(number), outcome=outcome, where=rest, why=rest))
        elif line.strip():
            break
        end += 1
    return ("\n".join([*lines[:heading], *lines[end:]]), claims) if claims else (text, [])


def _in_json(text: str) -> tuple[str, list[WishClaim]]:
    first, last = text.find("{"), text.rfind("}")
    try:
        reply = _REPLY.validate_json(text[first : last + 1] if 0 <= first < last else "")
    except ValidationError:
        return text, []
    if "wishes" not in reply:
        return text, []
    claims = list(_readable(reply.pop("wishes")))
    return to_json(reply).decode(), claims


def _readable(claims: JsonValue) -> Iterator[WishClaim]:
    """The entries that have the form asked for."""
    for claim in claims if isinstance(claims, list) else ():
        with suppress(ValidationError):
            yield WishClaim.model_validate(claim)
