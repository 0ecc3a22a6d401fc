"""The composition root: settings -> resources -> Forge -> doors."""

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.types import Lifespan

from kuznia import __version__
from kuznia.callers.accounts import signing_secret
from kuznia.callers.identify import local
from kuznia.callers.limits.caller_limits import LimitsByCaller, default_limits
from kuznia.callers.open_callers import open_callers
from kuznia.callers.open_limits import Metering, open_metering
from kuznia.domains import find_routes, load
from kuznia.doors import api, panel
from kuznia.doors.api import artefacts, orders
from kuznia.doors.context import Doors
from kuznia.doors.database_state import DatabaseState
from kuznia.doors.http import faults
from kuznia.doors.http.access import RULES, domain_rules
from kuznia.doors.http.cors import cors
from kuznia.doors.http.gate import Gate
from kuznia.doors.http.idempotent import Idempotent
from kuznia.doors.http.routing import Dispatch, Targets
from kuznia.doors.http.turnstile import Turnstile, own_rates
from kuznia.doors.http.who import Who, describe
from kuznia.doors.job_orders import prepared
from kuznia.doors.mcp import http as mcp
from kuznia.doors.readiness import NO_MODEL
from kuznia.forge.memory import Memory
from kuznia.forge.runs.fleet import Fleet
from kuznia.forge.runs.supervisor import Runs
from kuznia.forge.shelf.retention import forgetting
from kuznia.forge.shelf.shelf import Shelf
from kuznia.forge.terms import AnyDomain, Caller, CannotOpen
from kuznia.forge.work import Forge
from kuznia.jobs.job import Reached, passed_by
from kuznia.jobs.retention import forgetting_jobs
from kuznia.llm.model import Model
from kuznia.llm.service import Service
from kuznia.models import Reread, asked, open_models
from kuznia.platform.clock import Clock, SystemClock
from kuznia.platform.db.database import Database
from kuznia.platform.db.journal import Journal
from kuznia.platform.db.postgres import CLOSE_SECONDS
from kuznia.platform.errors import Invalid
from kuznia.platform.log import get_log
from kuznia.platform.metrics import Metrics
from kuznia.platform.process.turns import Threads
from kuznia.platform.process.workers import POOL
from kuznia.platform.redis import Redis
from kuznia.platform.settings import Settings
from kuznia.platform.settings.types import is_loopback
from kuznia.resources import open_database, open_jobs, open_redis, open_shelf
from kuznia.web.document import name_bodies
from kuznia.web.route import ExactRoute

log = get_log("app")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a server is made of. Tests and benchmarks bring a model or domains of their own."""

    settings: Settings
    domains: Mapping[str, AnyDomain] = field(default_factory=load)
    # Stands in for the configured models, inside the same layers.
    model: Model | None = None
    # Reads the settings of this moment: credentials can change while the server runs.
    reread: Reread | None = None
    clock: Clock = field(default_factory=SystemClock)
    metrics: Metrics = field(default_factory=lambda: Metrics(version=__version__))
    # Called beside each write of a job; tests end the process there.
    reached: Reached = passed_by


@asynccontextmanager
async def open_doors(made: Made) -> AsyncGenerator[Doors]:
    """Open everything in order; close it in reverse."""
    settings = made.settings
    # As many as the loop would have, but nobody fills them all.
    asyncio.get_running_loop().set_default_executor(Threads(min(32, (os.cpu_count() or 1) + 4)))
    async with AsyncExitStack() as opened:
        # They start with the first work that needs them.
        opened.push_async_callback(POOL.end)
        db = await open_database(settings)
        opened.push_async_callback(db.close)
        made.metrics.watch_connections(db.checked_out)
        redis = await open_redis(settings, made.clock, made.metrics, opened)
        callers = await opened.enter_async_context(open_callers(settings, db, made.clock))
        models = await open_models(
            settings,
            made.domains.values(),
            stand_in=made.model,
            reread=made.reread,
            clock=made.clock,
            observe=made.metrics.attempt,
            opened=opened,
            redis=redis,
        )
        limits = LimitsByCaller(db, made.clock, default_limits(settings))
        journal = Journal(db)
        shelf = open_shelf(settings, made.clock, db, made.metrics, opened, limits, journal)
        await shelf.warm()
        await opened.enter_async_context(forgetting(db, made.clock, settings.artefact_retention))
        loaded = {name: await _open(one, settings, opened) for name, one in made.domains.items()}
        forge = Forge(
            domains=loaded,
            model=models.model,
            shelf=shelf,
            clock=made.clock,
            stands_in=settings.fallback_to_free,
            max_tokens=settings.openai_max_tokens,
            wait=settings.model_wait,
            specialists=models.specialists,
            memory=Memory(db),
            seal=(await signing_secret(db, "seals")).encode(),
        )
        fleet = _fleet(made, shelf, redis, opened) if redis else None
        metering = await opened.enter_async_context(_metering(made, db, redis, limits, journal))
        runs = Runs(
            forge,
            made.metrics,
            retention=settings.run_retention,
            max_bytes=settings.run_events_bytes,
            fleet=fleet,
            budgets=metering.budgets,
        )
        if fleet:
            fleet.begin(runs)
        jobs, tables, hooks = await open_jobs(settings, made.clock, db, journal, runs, made.reached)
        _started(made, models.services)
        try:
            yield Doors(
                settings=settings,
                forge=forge,
                runs=runs,
                db=db,
                metrics=made.metrics,
                callers=callers,
                services=models.services,
                faults=models.faults,
                redis=redis,
                metering=metering,
                ready=DatabaseState(db, shelf),
                jobs=jobs,
                job_tables=tables,
                webhooks=hooks,
            )
        finally:
            await asyncio.gather(*(some.close(settings.shutdown_grace) for some in (jobs, runs)))
            # What is still to be written has so long; a database that is silent holds up no end.
            asyncio.get_running_loop().call_later(CLOSE_SECONDS, db.cut)
            log.info("stopped")


def _started(made: Made, services: Sequence[Service]) -> None:
    """Log what the server stands on, and have its breakers measured."""
    for service in services:
        circuit = service.breaker.circuit
        made.metrics.watch_breaker(service.name, lambda circuit=circuit: circuit.state)
    log.info(
        "started",
        version=__version__,
        model=" ".join(service.name for service in services) or NO_MODEL,
        database=made.settings.public()["DATABASE_URL"],
    )


class Routed(NamedTuple):
    """All routes of some domains: the slow half of an application, the same for each of them."""

    routes: Sequence[BaseRoute]
    targets: Targets


def route(domains: Mapping[str, AnyDomain]) -> Routed:
    """The routes of these domains and of all doors, each with its rule."""
    app = _framework()
    app.router.route_class = ExactRoute
    rules = dict(RULES)
    for domain in domains.values():
        orders.add_makers(app, domain)
        more = find_routes(domain)
        rules |= domain_rules(domain.path, more.routes if more else ())
        if more:
            app.include_router(more)
    app.include_router(artefacts.many(domains.keys()))
    for router in (artefacts.single, mcp.router([*domains]), *api.ROUTERS, *panel.ROUTERS):
        app.include_router(router)
    if {"code", "flows", "training"} <= domains.keys():
        # They know these domains, which a server need not have.
        from kuznia.doors import legacy

        rules |= legacy.RULES
        for router in legacy.ROUTERS:
            app.include_router(router)
    return Routed(app.routes, Targets(app.routes, rules))


def _framework(lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    return FastAPI(
        title="Kuznia",
        version=__version__,
        summary="Turns a prompt into an artefact that has been checked.",
        lifespan=lifespan,
        openapi_url=None,
        responses=faults.ANYWHERE,
        # A client made from the document calls its methods by these.
        generate_unique_id_function=lambda route: "_".join((*map(str, route.tags), route.name)),
    )


def create_app(
    made: Made, routed: Routed | None = None, *, everyone: Caller | None = None
) -> FastAPI:
    """The web application. Its resources open when the server starts, not before.

    `everyone` is who asks where nobody shows a credential; the settings say so otherwise.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[dict[str, object]]:
        async with (
            open_doors(made) as doors,
            forgetting_jobs(doors.job_tables, made.settings),
            doors.webhooks.sender.sending(),
        ):
            doors.jobs.begin(partial(prepared, doors))
            yield {"doors": doors}

    app = _framework(lifespan)
    faults.install(app)
    name_bodies(app)
    routed = routed or route(made.domains)
    app.router.routes.extend(routed.routes)
    _guard(app, made, routed.targets, everyone or _everyone(made.settings))
    return app


def _guard(app: FastAPI, made: Made, targets: Targets, everyone: Caller | None) -> None:
    """Add the middleware in front of every route, the innermost first."""
    settings = made.settings
    describe(app, targets)
    app.router.routes.insert(0, Dispatch())
    app.add_middleware(Idempotent)
    app.add_middleware(
        Turnstile,
        own=own_rates(settings.rate_limit_routes, targets),
        proxies=settings.trusted_proxies,
    )
    app.add_middleware(
        Who,
        everyone=everyone,
        refusals=settings.rate_limit_unauthorized,
        proxies=settings.trusted_proxies,
    )
    app.add_middleware(
        Gate,
        targets=targets,
        cors=cors(settings),
        clock=made.clock,
        metrics=made.metrics,
        # An order ends at its own deadline first, with what it has by then.
        deadline=settings.request_timeout + 2,
        max_bytes=settings.max_body_bytes,
        hosts=settings.answers_to,
        unforwarded=not (settings.closed or settings.allow_remote),
    )


def _everyone(settings: Settings) -> Caller | None:
    """The caller of a server that needs no credential; None where one is needed."""
    if settings.closed:
        return None
    # On the loopback too: where strangers may come through a proxy, nobody is this machine's owner.
    return local(remote=settings.allow_remote or not is_loopback(settings.host))


def _dearest(made: Made) -> int:
    """The highest price of a million tokens among the configured models."""
    return max((max(made.settings.price(slot)) for slot, _ in asked(made.settings)), default=0)


def _metering(
    made: Made, db: Database, redis: Redis | None, caller_limits: LimitsByCaller, journal: Journal
) -> AbstractAsyncContextManager[Metering]:
    return open_metering(
        made.settings,
        db,
        made.clock,
        made.metrics,
        redis,
        caller_limits=caller_limits,
        journal=journal,
        dearest=_dearest(made),
    )


def _fleet(made: Made, shelf: Shelf, redis: Redis, opened: AsyncExitStack) -> Fleet:
    """This process among those that share Redis."""
    settings = made.settings
    fleet = Fleet(
        redis,
        shelf,
        made.clock,
        made.metrics,
        retention=settings.run_retention,
        longest=settings.request_timeout,
    )
    opened.push_async_callback(fleet.close)
    return fleet


async def _open(domain: AnyDomain, settings: Settings, opened: AsyncExitStack) -> AnyDomain:
    if domain.opened is None:
        return domain
    try:
        kept = settings.of(domain.settings) if domain.settings else dict(settings)
        return await opened.enter_async_context(domain.opened(kept))
    except CannotOpen as cannot:
        raise Invalid(str(cannot)) from None
