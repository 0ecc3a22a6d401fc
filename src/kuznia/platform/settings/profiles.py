"""What suits a kind of model server: the defaults of settings, where no setting says otherwise."""

from collections.abc import Mapping
from typing import Literal

Profile = Literal["cloud", "local"]
# A server on one machine answers one call at a time, is cold at first and slow throughout, and a
# small model says the most sensible things when it is brief and not very inventive.
LOCAL: Mapping[str, float] = {
    "openai_temperature": 0.2,
    "openai_max_tokens": 2048,
    "model_first_token_timeout": 300.0,
    "model_idle_timeout": 120.0,
    "model_concurrency": 1,
    "model_wait": 60.0,
    "request_timeout": 600.0,
}
PROFILES: Mapping[Profile, Mapping[str, float]] = {"cloud": {}, "local": LOCAL}
