"""Source code, asked of a model and checked: the code, its tests, its documentation."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from importlib.resources import files

from kuznia.domains.code.analysis.analyse import VERSION
from kuznia.domains.code.checks.running import run_in
from kuznia.domains.code.languages import proof
from kuznia.domains.code.languages.find import LANGUAGES
from kuznia.domains.code.parts import CODE, DOCUMENTATION, TESTS, parts, read_tests
from kuznia.domains.code.prompt import fingerprint
from kuznia.domains.code.reply import extract
from kuznia.domains.code.sandbox.trial import open_sandbox
from kuznia.domains.code.schema import CodeInput
from kuznia.forge.terms import Domain


@asynccontextmanager
async def _opened(settings: Mapping[str, object]) -> AsyncGenerator[Domain]:
    """With the sandbox, if it is wanted."""
    if settings.get("code_run_tests") != "sandbox":
        yield DOMAIN
        return
    async with open_sandbox() as sandbox:
        tests = run_in(sandbox, TESTS, read_tests)
        yield replace(
            DOMAIN,
            parts=partial(parts, tests=tests),
            version=fingerprint((CODE, tests, DOCUMENTATION), *READERS),
            life=sandbox,
        )


_EXAMPLES = sorted(
    (file for file in files(__name__).joinpath("examples").iterdir()), key=lambda file: file.name
)

READERS = (extract.VERSION, proof.VERSION, VERSION)
DOMAIN = Domain(
    name="code",
    path="code",
    summary=f"Source code in {len(LANGUAGES)} languages, with tests and documentation, checked.",
    input=CodeInput,
    version=fingerprint((CODE, TESTS, DOCUMENTATION), *READERS),
    parts=parts,
    without_model="Code you have gets skeletons of its documentation and tests from "
    "POST /api/v1/code/skeletons, and its analysis from POST /api/v1/code/analyze.",
    opened=_opened,
    examples=tuple(json.loads(file.read_text("utf-8")) for file in _EXAMPLES),
)
