"""The list of models a server offers: whether ours is among them, and what it says of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase

import httpx2
from pydantic import JsonValue, TypeAdapter, ValidationError

from kuznia.llm.http import body_of, is_json

# The longest list there is has some hundred models and fills half of this.
MAX_BYTES, MAX_MODELS = 4_000_000, 2_000
MAX_NAME = 100
MAX_NEAREST, LIKENESS = 3, 0.4
# Where servers say how many tokens a model holds.
CONTEXT_KEYS = ("max_model_len", "context_length", "context_window", "max_context_length", "n_ctx")
# A server of one model answers under any name.
ANY_NAME = frozenset({"llamacpp"})


@dataclass(slots=True)
class ModelRow:
    """One model in a server's list."""

    id: JsonValue = None
    owned_by: JsonValue = None
    meta: JsonValue = None
    max_model_len: JsonValue = None
    context_length: JsonValue = None
    context_window: JsonValue = None
    max_context_length: JsonValue = None
    n_ctx: JsonValue = None


@dataclass(slots=True)
class ModelRows:
    data: list[ModelRow] | None = None


@dataclass(slots=True)
class GenerationDefaults:
    n_ctx: int


@dataclass(slots=True)
class ServerProps:
    default_generation_settings: GenerationDefaults


ROWS = TypeAdapter(ModelRows)
PROPS = TypeAdapter(ServerProps)


@dataclass(frozen=True, slots=True)
class ListedModels:
    """The models of a server by name, each with the tokens it holds where that is known."""

    contexts: Mapping[str, int | None] = field(default_factory=dict[str, int | None])
    any_name: bool = False

    def find(self, model: str) -> str | None:
        """The name under which the server lists a model."""
        for name in self.contexts:
            same = name.lower() in {model.lower(), f"{model}:latest".lower()}
            if same or name == f"models/{model}" or ("*" in name and fnmatchcase(model, name)):
                return name
        return next(iter(self.contexts), None) if self.any_name else None

    def misses(self, model: str) -> bool:
        """Whether there is a list, and the model is not on it."""
        return bool(self.contexts) and self.find(model) is None

    def nearest(self, model: str) -> tuple[str, ...]:
        """The names most like the model's, or the first ones."""
        names = list(self.contexts)
        close = get_close_matches(model, names, MAX_NEAREST, LIKENESS)
        return tuple(close or names[:MAX_NEAREST])

    def advice(self, model: str) -> str:
        """What is wrong, and the names to choose from."""
        names = ", ".join(self.nearest(model))
        return f"The server does not list the model {model}; it has {names}."


def read_models(body: bytes) -> ListedModels:
    """Read a server's list; what is not a list of models is an empty one."""
    try:
        rows = ROWS.validate_json(body).data or []
    except ValidationError:
        return ListedModels()
    contexts = {
        row.id: _context(row)
        for row in rows[:MAX_MODELS]
        # What is shown in a terminal or a page must not be able to do anything there.
        if isinstance(row.id, str) and row.id.isprintable() and 0 < len(row.id) <= MAX_NAME
    }
    return ListedModels(contexts, any(str(row.owned_by) in ANY_NAME for row in rows))


def _context(row: ModelRow) -> int | None:
    values = [getattr(row, key) for key in CONTEXT_KEYS]
    if isinstance(row.meta, dict):
        values += [row.meta.get(key) for key in CONTEXT_KEYS]
    return next((v for v in values if isinstance(v, int) and 0 < v < 10**9), None)


async def fetch_models(client: httpx2.AsyncClient) -> tuple[int, ListedModels]:
    """The status of the server's answer, and its list; an empty one where it has none."""
    async with client.stream("GET", "models") as response:
        if not response.is_success or not is_json(response):
            return response.status_code, ListedModels()
        body = await body_of(response, MAX_BYTES)
        return response.status_code, read_models(body or b"")


async def fetch_context(client: httpx2.AsyncClient) -> int | None:
    """The context of llama.cpp's server: as it was started, not what the model could hold."""
    try:
        async with client.stream("GET", client.base_url.join("../props")) as response:
            body = await body_of(response, MAX_BYTES) if response.is_success else None
    except httpx2.HTTPError:
        return None
    try:
        return PROPS.validate_json(body or b"").default_generation_settings.n_ctx
    except ValidationError:
        return None
