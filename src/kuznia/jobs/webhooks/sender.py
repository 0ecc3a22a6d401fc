"""The loop that empties the outbox: it sends messages, and looks for more while there are any."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import httpx2
from sqlalchemy.exc import SQLAlchemyError

from kuznia.jobs.job import Reached
from kuznia.jobs.webhooks.endpoints import Endpoints
from kuznia.jobs.webhooks.outbox import ClaimedDelivery, DeliveryOutcome, Outbox
from kuznia.llm.http import retry_after
from kuznia.platform.clock import Clock
from kuznia.platform.errors import Unavailable
from kuznia.platform.http.client import open_outward_client
from kuznia.platform.http.connecting import AddressRefused, admits_all
from kuznia.platform.http.public_addresses import is_public
from kuznia.platform.log import get_log
from kuznia.platform.process.turns import share
from kuznia.platform.settings.outbound import Outbound

log = get_log("webhooks")

# Seconds between looks while there is nothing to send: ever longer, and not in step with others.
FIRST_POLL, LAST_POLL = 0.05, 5.0
CLOSE_SECONDS = 2.0
# How much longer than the ladder says a wait may be.
STRETCH = 0.2


class WebhookSender:
    """The deliveries of one process, once it has begun."""

    def __init__(
        self,
        outbox: Outbox,
        endpoints: Endpoints,
        clock: Clock,
        reached: Reached,
        *,
        outbound: Outbound,
        timeout: float,
        private: bool,
        at_once: int,
    ) -> None:
        self._outbox = outbox
        self._endpoints = endpoints
        self._clock = clock
        self._reached = reached
        self._outbound = outbound
        self._timeout = timeout
        self._at_once = at_once
        self._admits = admits_all if private else is_public
        self._client: httpx2.AsyncClient | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        # Not the module's own: what nobody asked for must not change what others draw from it.
        self._chance = random.Random()  # noqa: S311 - spreads load, keeps no secret

    @asynccontextmanager
    async def sending(self) -> AsyncGenerator[None]:
        """While it is open messages are sent, unless that is left to other processes.

        What has not ended in a moment when it closes is sent by another process.
        """
        loop = asyncio.create_task(self._live()) if self._at_once else None
        try:
            yield
        finally:
            self._closing = True
            self._outbox.news.set()
            if loop is not None:
                # Not in the middle of a question to the database, unless that is silent.
                await asyncio.wait((loop,), timeout=CLOSE_SECONDS)
                loop.cancel()
                with suppress(asyncio.CancelledError):
                    await loop
            if self._tasks:
                _, late = await asyncio.wait(self._tasks, timeout=CLOSE_SECONDS)
                for task in late:
                    task.cancel()
                await asyncio.gather(*late, return_exceptions=True)
            if self._client is not None:
                await self._client.aclose()

    async def _live(self) -> None:
        news, pause = self._outbox.news, FIRST_POLL
        while not self._closing:
            news.clear()
            try:
                busy = len(self._tasks) < self._at_once and await self._take_up()
            except (Unavailable, SQLAlchemyError) as error:
                log.warning("outbox_not_looked_at", reason=type(error).__name__)
                busy = False
            if busy:
                pause = FIRST_POLL
                continue
            try:
                async with asyncio.timeout(pause * (0.5 + self._chance.random() / 2)):
                    await news.wait()
                # What it was set for may not be committed yet.
                pause = FIRST_POLL
            except TimeoutError:
                pause = min(2 * pause, LAST_POLL)

    async def _take_up(self) -> bool:
        """Take up one message, if there is one."""
        claimed = await self._outbox.claim() if await self._outbox.due() else None
        if claimed is None:
            return False
        task = asyncio.create_task(self._deliver(claimed))
        self._tasks.add(task)
        task.add_done_callback(self._delivered)
        return True

    def _delivered(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._outbox.news.set()

    async def _deliver(self, claimed: ClaimedDelivery) -> None:
        delivery = claimed.delivery
        # A name that resolves slowly holds up its owner's other work, and nobody else's.
        share.set(claimed.endpoint.owner)
        self._reached("before_webhook")
        outcome = await self._post(claimed)
        self._reached("after_webhook")
        stretch = 1 + STRETCH * self._chance.random()
        try:
            kept = await self._outbox.settle(claimed, outcome, stretch)
        except (Unavailable, SQLAlchemyError) as error:
            # Its lease will lapse, and it is sent once more under the same id.
            log.warning("delivery_not_settled", delivery=delivery.id, reason=type(error).__name__)
            return
        log.info(
            "webhook_sent",
            delivery=delivery.id,
            webhook=delivery.endpoint,
            attempt=delivery.attempts,
            status=outcome.status,
            error=outcome.error,
            lost=not kept,
        )

    async def _post(self, claimed: ClaimedDelivery) -> DeliveryOutcome:
        """Send it once. The answer's head is all that is read: its body is nobody's to see."""
        now = self._clock.now()
        message, endpoint, seconds = claimed.delivery.id, claimed.endpoint, int(now.timestamp())
        signature = self._endpoints.secrets.signature(
            endpoint.id, endpoint.generations(now), message, seconds, claimed.body
        )
        headers = {
            "content-type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signature,
        }
        asking = self._outward().stream("POST", endpoint.url, content=claimed.body, headers=headers)
        try:
            async with asyncio.timeout(self._timeout), asking as answer:
                later = retry_after(answer.headers, now)
                return DeliveryOutcome(answer.status_code, retry_after=later)
        except TimeoutError:
            return DeliveryOutcome(error="timeout")
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            refused = isinstance(error.__cause__, AddressRefused)
            return DeliveryOutcome(error="address_refused" if refused else "not_reached")

    def _outward(self) -> httpx2.AsyncClient:
        """The client, once there is something to send: its certificates take a while to read."""
        if self._client is None:
            self._client = open_outward_client(
                connections=self._at_once, admits=self._admits, outbound=self._outbound
            )
        return self._client
