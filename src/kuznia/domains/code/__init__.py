"""Source code, asked of a model and checked: the code, its tests, its documentation."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from importlib.resources import files

from kuznia.domains.code import extract, proof
from kuznia.domains.code.asking import fingerprint
from kuznia.domains.code.languages import LANGUAGES
from kuznia.domains.code.parts import CODE, DOCUMENTATION, TESTS, parts
from kuznia.domains.code.pool import POOL
from kuznia.domains.code.schema import CodeInput
from kuznia.forge.terms import Domain


@asynccontextmanager
async def _opened(_: Mapping[str, object]) -> AsyncGenerator[Domain]:
    """Workers start with the first large source; here they end."""
    try:
        yield DOMAIN
    finally:
        await asyncio.to_thread(POOL.close)


_EXAMPLES = sorted(
    (file for file in files(__name__).joinpath("examples").iterdir()), key=lambda file: file.name
)

DOMAIN = Domain(
    name="code",
    path="code",
    summary=f"Source code in {len(LANGUAGES)} languages, with tests and documentation, checked.",
    input=CodeInput,
    version=fingerprint((CODE, TESTS, DOCUMENTATION), extract.VERSION, proof.VERSION),
    parts=parts,
    opened=_opened,
    examples=tuple(json.loads(file.read_text("utf-8")) for file in _EXAMPLES),
)
