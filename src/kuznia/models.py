"""Which models are asked: from the settings to each one in its layers."""

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from httpx2 import AsyncClient
from pydantic import SecretStr

from kuznia.forge.terms import AnyDomain, Assistant
from kuznia.llm.codemie.adapter import CodeMieModel
from kuznia.llm.codemie.signin import CodeMieSignIn, Credentials
from kuznia.llm.layers.build import Care, Source, layered
from kuznia.llm.layers.fallback import FallingBack
from kuznia.llm.layers.record import Observe
from kuznia.llm.model import Attempt, Model, Price
from kuznia.llm.openai.adapter import OpenAIModel
from kuznia.llm.service import Faults, Kind, Look, Service
from kuznia.platform.clock import Clock, SystemClock
from kuznia.platform.http.client import open_client
from kuznia.platform.log import get_log
from kuznia.platform.redis import Redis
from kuznia.platform.settings import Settings, SettingsWrong

log = get_log("models")

Slot = Literal["openai", "fallback"]
Reread = Callable[[], Settings]


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """Who is asked for any part, who for one part alone, and all of them one by one."""

    model: Model | None = None
    specialists: Mapping[str, Model] = field(default_factory=dict[str, Model])
    services: tuple[Service, ...] = ()
    faults: Faults


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCandidate:
    """A model that is set up, before its layers are put round it."""

    source: Source
    kind: Kind
    url: str = ""
    look: Look | None = None
    # Of CodeMie: which assistant it is, and what it makes, as `domain.part`.
    agent: str = ""
    part: str = ""
    # Whether any other model may be asked in its place.
    replaceable: bool = True


async def open_models(
    settings: Settings,
    domains: Iterable[AnyDomain],
    *,
    stand_in: Model | None,
    reread: Reread | None,
    clock: Clock,
    observe: Observe,
    opened: AsyncExitStack,
    redis: Redis | None = None,
) -> Models:
    """Open what is configured; `stand_in` replaces the general models, `opened` closes all."""
    faults = Faults(clock)

    def observed(attempt: Attempt) -> None:
        observe(attempt)
        faults.saw(attempt)

    wrap = partial(layered, clock=clock, observe=observed, redis=redis)
    services: list[Service] = []
    model: Model | None = None
    if stand_in is None:
        general = await _general(settings, clock, opened)
    else:
        general = [ModelCandidate(source=Source(stand_in, Price()), kind="given")]
    if general:
        stack = wrap(*(one.source for one in general), care=_care(settings))
        model = stack.model
        services += [
            Service(breaker, kind=one.kind, url=one.url, look=one.look, clock=clock)
            for one, breaker in zip(general, stack.breakers, strict=True)
        ]
    specialists: dict[str, Model] = {}
    assistants = await opened.enter_async_context(open_codemie(settings, domains, clock, reread))
    for one in assistants:
        stack = wrap(one.source, care=_care(settings, sharing=len(assistants)))
        specialists[one.part] = stack.model
        if model is not None and one.replaceable and settings.fallback_to_free:
            specialists[one.part] = FallingBack(stack.model, model)
        services.append(
            Service(
                stack.breakers[0],
                kind=one.kind,
                url=one.url,
                look=one.look,
                agent=one.agent,
                parts=(one.part,),
                clock=clock,
            )
        )
    return Models(model=model, specialists=specialists, services=tuple(services), faults=faults)


def _care(settings: Settings, sharing: int = 1) -> Care:
    return Care(
        # A call that waits for a connection would look like a model that is slow.
        concurrency=min(settings.model_concurrency, max(1, settings.http_connections // sharing)),
        attempts=settings.model_attempts,
        first_token=settings.model_first_token_timeout,
        idle=settings.model_idle_timeout,
        failures=settings.breaker_failures,
        cooldown=settings.breaker_pause,
    )


def asked(settings: Settings) -> Iterator[tuple[Slot, str]]:
    """Which general models are asked: the first unless it is switched off, then the second."""
    first = settings.openai_model if settings.premium_tier_enabled else None
    if first:
        yield "openai", first
    if settings.fallback_model and (settings.fallback_to_free or not first):
        yield "fallback", settings.fallback_model


async def _general(
    settings: Settings, clock: Clock, opened: AsyncExitStack
) -> list[ModelCandidate]:
    """The models in their order, each on a client of its own."""
    return [
        ModelCandidate(
            source=Source(adapter, Price(*settings.price(slot))),
            kind="openai",
            url=adapter.url,
            look=adapter.look,
        )
        for slot, adapter in await _adapters(settings, clock, opened)
    ]


async def _adapters(
    settings: Settings, clock: Clock, opened: AsyncExitStack
) -> list[tuple[Slot, OpenAIModel]]:
    adapters: list[tuple[Slot, OpenAIModel]] = []
    for slot, name in asked(settings):
        client = await opened.enter_async_context(_client_of(settings, slot))
        adapter = OpenAIModel(
            client,
            model=name,
            clock=clock,
            structured=settings.openai_structured,
            temperature=settings.openai_temperature,
            max_reply_bytes=settings.model_reply_bytes,
        )
        adapters.append((slot, adapter))
    return adapters


@asynccontextmanager
async def bare_models(settings: Settings) -> AsyncGenerator[list[OpenAIModel]]:
    """The general models with no layer round them, to be looked at."""
    async with AsyncExitStack() as opened:
        yield [adapter for _, adapter in await _adapters(settings, SystemClock(), opened)]


def _client_of(settings: Settings, slot: Slot) -> AsyncClient:
    """One pooled client for one model server."""
    url, key = settings.openai_url, settings.openai_api_key
    if slot == "fallback" and settings.fallback_base_url:
        url, key = settings.fallback_base_url, settings.fallback_api_key
    return _pooled(settings, url, key=key)


def _pooled(settings: Settings, url: str, *, key: SecretStr | None = None) -> AsyncClient:
    return open_client(
        url,
        key=key,
        connections=settings.http_connections,
        keepalive=settings.http_keepalive,
        expiry=settings.http_keepalive_expiry,
        connect_timeout=settings.model_connect_timeout,
        outbound=settings.outbound,
    )


@asynccontextmanager
async def open_codemie(
    settings: Settings,
    domains: Iterable[AnyDomain],
    clock: Clock,
    reread: Reread | None = None,
) -> AsyncGenerator[tuple[ModelCandidate, ...]]:
    """CodeMie's assistants that are set, on one client and one sign-in; none, when it is not."""
    if settings.codemie_base_url is None:
        yield ()
        return
    url = settings.codemie_base_url.removesuffix("/v1")
    async with AsyncExitStack() as opened:
        client = await opened.enter_async_context(_pooled(settings, url))
        keycloak = None
        if settings.codemie_auth_url is not None:
            keycloak = await opened.enter_async_context(
                _pooled(settings, settings.codemie_auth_url)
            )
        sign_in = CodeMieSignIn(
            keycloak,
            realm=settings.codemie_realm,
            read=_reader(settings, reread),
            clock=clock,
        )
        opened.push_async_callback(sign_in.aclose)
        yield tuple(
            _candidate(settings, client, sign_in, clock, url, domain, assistant)
            for domain in domains
            for assistant in domain.assistants
            if getattr(settings, assistant.setting)
        )


@asynccontextmanager
async def looks(
    settings: Settings, domains: Iterable[AnyDomain]
) -> AsyncGenerator[list[tuple[str, Look]]]:
    """Each of CodeMie's assistants by its name, and how to see whether it is there."""
    async with open_codemie(settings, domains, SystemClock()) as found:
        yield [(f"{one.source.adapter.name} ({one.agent})", one.look) for one in found if one.look]


def _candidate(
    settings: Settings,
    client: AsyncClient,
    sign_in: CodeMieSignIn,
    clock: Clock,
    url: str,
    domain: AnyDomain,
    assistant: Assistant,
) -> ModelCandidate:
    agent = str(getattr(settings, assistant.setting))
    adapter = CodeMieModel(
        client,
        sign_in,
        name=f"codemie-{assistant.part}",
        assistant=agent,
        clock=clock,
        max_reply_bytes=settings.model_reply_bytes,
    )
    return ModelCandidate(
        source=Source(adapter, Price()),
        kind="codemie",
        url=url,
        look=adapter.look,
        agent=agent,
        part=f"{domain.name}.{assistant.part}",
        replaceable=assistant.replaceable,
    )


def _reader(settings: Settings, reread: Reread | None) -> Callable[[], Credentials]:
    """The credentials as they stand in the settings now, or as they were last in good order."""
    last = credentials(settings)

    def read() -> Credentials:
        nonlocal last
        if reread is not None:
            try:
                last = credentials(reread())
            except SettingsWrong as wrong:
                log.warning("settings_not_read", wrong=sorted(wrong.problems))
        return last

    return read


def credentials(settings: Settings) -> Credentials:
    """Who we are to CodeMie, by the settings."""
    return Credentials(
        key=settings.codemie_api_key,
        client_id=settings.codemie_client_id,
        client_secret=settings.codemie_client_secret,
        username=settings.codemie_username,
        password=settings.codemie_password,
    )
