"""One sandbox for these tests; a host that cannot hold one fails them and says what to install."""

from collections.abc import AsyncGenerator

import pytest

from kuznia.domains.code.sandbox.trial import Sandbox, open_sandbox


@pytest.fixture
async def sandbox() -> AsyncGenerator[Sandbox]:
    async with open_sandbox() as opened:
        if opened.found.box is None:
            pytest.fail(f"no sandbox here: {'; '.join(opened.found.reasons)} (see `make setup`)")
        yield opened
