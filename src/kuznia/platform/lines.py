"""structlog, without the tracebacks it would draw: 5 MB of code that show what variables hold."""

import sys
from types import ModuleType
from typing import cast

_is_hidden = sys.modules.setdefault("rich", cast("ModuleType", None)) is None
import structlog  # noqa: E402 - it looks for what is hidden here when it is loaded
from structlog.typing import EventDict, FilteringBoundLogger  # noqa: E402 - as above

if _is_hidden:
    # Our commands draw tables with it.
    del sys.modules["rich"]

__all__ = ["EventDict", "FilteringBoundLogger", "structlog"]
