"""What tests of the domains leave behind is ended with them."""

from collections.abc import Generator

import pytest

from kuznia.platform.process.workers import POOL


@pytest.fixture(scope="session", autouse=True)
def workers_end() -> Generator[None]:
    yield
    POOL.close()
