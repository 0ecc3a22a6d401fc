"""What a model is asked: the schema in our words, the text apart from them."""

from importlib.resources import files

from kuznia.domains.records.examined import RecordBench
from kuznia.forge.terms import Prompt

_RECORD = files("kuznia.domains.records").joinpath("prompts/record.md").read_text("utf-8")
_MAX_TOKENS = 8_000


def record_prompt(bench: RecordBench) -> Prompt:
    """Ask for a record."""
    reading = bench.reading
    lines = [_RECORD.replace("SCHEMA", reading.schema.decode())]
    lines += [f"- {rule.message}" for rule in reading.rules if rule.message]
    user = f"Text:\n<<<\n{reading.prompt}\n>>>"
    return Prompt(
        system="\n".join(lines), user=user, schema=reading.json_schema, max_tokens=_MAX_TOKENS
    )
