"""Source code: the code, its tests and its documentation, asked of a model and checked."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from kuznia.domains.code.account import account_of, wishes
from kuznia.domains.code.checks.running import with_examples_run, with_tests_run
from kuznia.domains.code.languages.find import LANGUAGES
from kuznia.domains.code.parts import CODE, TESTS, mend, mend_code, parts, read_code, read_tests
from kuznia.domains.code.sandbox.examine import examine
from kuznia.domains.code.sandbox.trial import open_sandbox
from kuznia.domains.code.schema import CodeInput
from kuznia.domains.code.settings import CodeSettings
from kuznia.forge.package import examples_of, version_of
from kuznia.forge.terms import AnyDomain, Domain, Presentation


@asynccontextmanager
async def _opened(settings: CodeSettings) -> AsyncGenerator[AnyDomain]:
    """The domain, with a sandbox where the settings ask for one."""
    if settings.code_run_tests != "sandbox":
        yield DOMAIN
        return
    async with open_sandbox(settings.code_packages) as sandbox:
        code = with_examples_run(sandbox, CODE, read_code, mend_code)
        tests = with_tests_run(sandbox, TESTS, read_tests, mend)
        yield replace(
            DOMAIN,
            parts=partial(parts, code=code, tests=tests),
            version=f"{DOMAIN.version}+run",
            life=sandbox,
        )


DOMAIN = Domain(
    name="code",
    package=__name__,
    path="code",
    summary=f"Source code in {len(LANGUAGES)} languages, with tests and documentation, checked.",
    input=CodeInput,
    read=lambda order: order,
    version=version_of(__name__),
    parts=parts,
    wishes=wishes,
    account=account_of,
    without_model="Code you have gets skeletons of its documentation and tests from "
    "POST /api/v1/code/skeletons, and its analysis from POST /api/v1/code/analyze.",
    settings=CodeSettings,
    opened=_opened,
    examine=examine,
    shown=Presentation(examples=examples_of(__name__)),
)
