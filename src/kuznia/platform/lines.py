"""structlog, without the tracebacks it would draw: 5 MB of code that show what variables hold."""

import sys
from typing import Any

# Any: None stands for a module that is not to be had.
_modules: dict[str, Any] = sys.modules
_is_hidden = _modules.setdefault("rich", None) is None
import structlog  # noqa: E402 - it looks for what is hidden here when it is loaded
from structlog.typing import EventDict, FilteringBoundLogger  # noqa: E402 - as above

if _is_hidden:
    # Our commands draw tables with it.
    del _modules["rich"]

__all__ = ["EventDict", "FilteringBoundLogger", "structlog"]
