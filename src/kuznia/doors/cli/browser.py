"""Opens a page of the server in a browser, and starts the server if none is running."""

import threading
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable

from kuznia.platform.errors import Invalid
from kuznia.platform.settings import Settings
from kuznia.platform.terminal import say

# Seconds a server has to get ready in.
PATIENCE = 20.0


def open_page(path: str | None, settings: Settings, serve: Callable[[Settings], None]) -> None:
    """Open a path of the server at HOST and PORT; start one there if none is running."""
    if path is None:
        raise Invalid("This artefact has no page to open.")
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{settings.port}"
    say(f"{address}{path}", err=True)
    if _answers(address):
        webbrowser.open(address + path)
        return
    threading.Thread(target=_open_when_ready, args=(address, path), daemon=True).start()
    serve(settings)


def _open_when_ready(address: str, path: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if _answers(address):
            webbrowser.open(address + path)
            return
        time.sleep(0.1)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:  # noqa: S310 - our own
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
