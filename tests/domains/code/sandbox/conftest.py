"""One sandbox for these tests; a host that cannot hold one fails them and says what to install."""

import asyncio
import os
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kuznia.domains.code.sandbox.probe import NO_GROUP, Probe, probe
from kuznia.domains.code.sandbox.trial import Sandbox


@pytest.fixture(scope="package")
def probed() -> Generator[Probe]:
    """What this host can do, found out once."""
    with TemporaryDirectory(prefix="kuznia-sandbox-") as folder:
        # With a package, so that whatever is tried is tried with one in sight.
        site = Path(folder) / "site"
        site.mkdir()
        (site / "added_package.py").write_text("ANSWER = 42\n")
        yield asyncio.run(probe(Path(folder), site))


@pytest.fixture
def sandbox(probed: Probe) -> Sandbox:
    if probed.reasons == (NO_GROUP,) and os.getuid():
        pytest.skip(NO_GROUP)
    if probed.box is None:
        pytest.fail(f"no sandbox here: {'; '.join(probed.reasons)} (see `make setup`)")
    return Sandbox(probed)
