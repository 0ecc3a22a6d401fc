"""The peer we measure ourselves against: LiteLLM's proxy, in a virtual environment of its own."""

import json
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.procs import OUT, Running, clean_environment, free_port, running, scratch

VERSION = "1.105.0"
KEY = "sk-bench"
MODEL = "bench"

# Its production guide, without what would need a database: no debug output, no retries of its own,
# errors only in the log. JSON is YAML, so its config needs no library of ours.
CONFIG = {
    "general_settings": {"master_key": KEY},
    "litellm_settings": {
        "request_timeout": 600,
        "set_verbose": False,
        "json_logs": True,
        "num_retries": 0,
        "callbacks": [],
    },
}

# It asks the network at import for prices and headers; these are its documented switches.
OFFLINE = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_LOCAL_BLOG_POSTS": "True",
    "LITELLM_LOCAL_POLICY_TEMPLATES": "True",
    "LITELLM_LOCAL_AUTOROUTER_PRESETS": "True",
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_LOG": "ERROR",
}


def installed() -> Path:
    """The directory of its programs; made and filled on first use, which takes a minute."""
    home = OUT / "peers" / f"litellm-{VERSION}"
    if not (home / "complete").exists():
        print(f"installing litellm[proxy]=={VERSION} (first use, 740 MB) ...", file=sys.stderr)
        venv.create(home, with_pip=True, clear=True)
        pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        pip += ["--disable-pip-version-check", f"litellm[proxy]=={VERSION}"]
        subprocess.run(pip, check=True, stdout=sys.stderr)
        (home / "complete").touch()
    return home / "bin"


@contextmanager
def litellm(upstream: int, core: int) -> Iterator[Running]:
    """The proxy, one worker, forwarding to the fake upstream."""
    port = free_port()
    parameters = {"model": "openai/bench", "api_key": "none"}
    parameters["api_base"] = f"http://127.0.0.1:{upstream}/v1"
    config = {**CONFIG, "model_list": [{"model_name": MODEL, "litellm_params": parameters}]}
    programs = installed()
    with scratch() as place:
        path = place / "config.yaml"
        path.write_text(json.dumps(config))
        command = [str(programs / "litellm"), "--config", str(path), "--host", "127.0.0.1"]
        with running(
            "litellm",
            [*command, "--port", str(port), "--num_workers", "1"],
            port,
            ready="/health/liveliness",
            core=core,
            environment=clean_environment(**OFFLINE),
            patience=120,
            # It puts the directory two above its own on its path: there must be no module there.
            cwd=programs,
        ) as server:
            yield server
