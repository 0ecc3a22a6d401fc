"""What `kuznia doctor` finds out about a model: is it there, and what can it do?"""

import asyncio
from collections.abc import Iterable

from kuznia.forge.terms import Symptom
from kuznia.llm.model import ModelFault
from kuznia.llm.openai.adapter import OpenAIModel
from kuznia.llm.openai.listing import ListedModels
from kuznia.llm.openai.probe import Ability, probe
from kuznia.platform.clock import SystemClock
from kuznia.platform.settings import Settings

LOOK_SECONDS = 5.0
# For the short question; a model that needs longer to count to twenty is of no use in an order.
PROBE_SECONDS = 60.0

WHERE = "check its BASE_URL and the network"
STRUCTURED = {
    "enforced": "follows a JSON schema",
    "ignored": "takes a JSON schema and does not follow it",
    "refused": "takes no JSON schema, so it gets it in words",
}


def profile(settings: Settings) -> Symptom:
    """How models are asked, in one line."""
    calls = settings.model_concurrency
    temperature, longest = settings.openai_temperature, settings.openai_max_tokens
    wait = settings.model_wait
    values = (
        "one call at a time" if calls == 1 else f"{calls} calls at a time",
        f"{settings.model_first_token_timeout:g} s to the first token",
        f"{settings.model_idle_timeout:g} s between tokens",
        f"temperature {'as the server decides' if temperature is None else f'{temperature:g}'}",
        f"replies of {'any length a prompt asks for' if longest is None else f'{longest} tokens'}",
        f"planners answer after {wait:g} s" if wait else "planners answer at the end",
    )
    return Symptom("model", f"profile {settings.model_profile}: {', '.join(values)}")


async def look_at(model: OpenAIModel, settings: Settings) -> list[Symptom]:
    """Whether its server answers and lists it, and, if it can be asked, what it can do."""
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            status, models = await model.models()
            context = await model.context(models)
    except TimeoutError:
        state = f"the server is not reachable (no answer within {LOOK_SECONDS:g} seconds)"
        return [_symptom(model, state, well=False, advice=WHERE)]
    except ModelFault as fault:
        state = f"the server is not reachable ({fault.reason})"
        return [_symptom(model, state, well=False, advice=WHERE)]
    seen = _answer(model, status)
    if not seen.well:
        return [seen]
    return [seen, await _ability(model, settings, models, context)]


def _answer(model: OpenAIModel, status: int) -> Symptom:
    state = f"the server answers ({status})"
    if status in (401, 403):
        state = f"{state} and refuses the key"
        return _symptom(model, state, well=False, advice="check its API_KEY")
    # Not every server lists its models, and a wrong path looks the same.
    if status in (404, 405):
        return _symptom(model, state, advice="if orders fail: does its BASE_URL end in /v1?")
    odd = "the server answers with an error; check its BASE_URL and its log"
    return _symptom(model, state, well=status < 300, advice=odd if status >= 300 else "")


async def _ability(
    model: OpenAIModel, settings: Settings, models: ListedModels, context: int | None
) -> Symptom:
    """Ask the short question. A model that answers it is usable, whatever its server lists."""
    listed = f"{models.advice(model.name)} " if models.misses(model.name) else ""
    seconds = min(PROBE_SECONDS, settings.model_first_token_timeout)
    clock = SystemClock()
    try:
        async with asyncio.timeout(seconds):
            ability = await probe(model, clock, clock.monotonic() + seconds)
    except TimeoutError:
        state = f"did not answer a short question within {seconds:g} seconds"
        return _symptom(model, state, well=False, advice=f"{listed}See the server's log.")
    except ModelFault as fault:
        state = f"did not answer a short question ({fault.reason})"
        return _symptom(model, state, well=False, advice=listed.strip() or fault.message)
    advice = f"{listed}It answers all the same." if listed else ""
    return _symptom(model, ", ".join(_abilities(ability, context)), advice=advice)


def _abilities(ability: Ability, context: int | None) -> Iterable[str]:
    yield STRUCTURED[ability.structured]
    yield f"holds {context} tokens" if context else "does not say how many tokens it holds"
    yield f"first token after {ability.first_token:.1f} s"
    if ability.tokens_per_second is not None:
        yield f"{ability.tokens_per_second:.0f} tokens a second"


def _symptom(model: OpenAIModel, state: str, *, well: bool = True, advice: str = "") -> Symptom:
    return Symptom("model", f"{model.name}: {state}", well=well, advice=advice)
