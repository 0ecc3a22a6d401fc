"""What the schema says of a value, told so that a model and a person can do something about it."""

from collections.abc import Iterator
from itertools import islice

from pydantic import JsonValue

from kuznia.domains.records.mend import is_mendable
from kuznia.domains.records.schemas.limits import compiled
from kuznia.forge.terms import Finding

# The first of them; a model that is told fifty mends none.
MAX_FINDINGS = 20


def faults(schema: bytes, value: JsonValue) -> Iterator[Finding]:
    """Where a value is not as the schema says."""
    for error in islice(compiled(schema).iter_errors(value), MAX_FINDINGS):
        kind = str(error.kind.name)
        where = "".join(f"/{step}" for step in error.instance_path) or "/"
        message = error.message.splitlines()[0][:300]
        severity = "mend" if is_mendable(error) else "block"
        hint = f"At {where}: {message}. Take the right value from the text; do not invent one."
        yield Finding(f"schema-{kind.lower()}", severity, where, message, hint)
