"""Every test here listens to the log as it is by default, whatever ran before it."""

import pytest
import structlog


@pytest.fixture(autouse=True)
def plain_log() -> None:
    structlog.reset_defaults()
