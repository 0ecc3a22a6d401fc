"""An identity provider's public keys: fetched when needed, kept, and renewed without waiting."""

import asyncio
import json
from collections.abc import Mapping
from typing import Protocol, cast

import httpx2
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from kuznia.platform.clock import Clock
from kuznia.platform.errors import Unavailable
from kuznia.platform.log import get_log

log = get_log("callers")

PublicKey = RSAPublicKey | EllipticCurvePublicKey

# A key taken out at the provider is forgotten here after this long.
FRESH_SECONDS = 600.0
# Made-up key ids must not become a flood of questions to the provider.
COOLDOWN_SECONDS = 30.0
# Without any key nobody gets in, so a provider that stumbled is asked again sooner.
EMPTY_SECONDS = 5.0
ANSWER_SECONDS = 5.0
MAX_BYTES = 200_000
MAX_KEYS = 50
# NIST has called shorter ones unsafe since 2014.
RSA_BITS = 2048
# Past these one token takes longer to check than a thousand take with any key in use.
MAX_RSA_BITS = 8192
MAX_EXPONENT_BITS = 33
# How a look at a provider's keys ends that brings none.
UNREAD = (httpx2.HTTPError, TimeoutError, ValueError, RecursionError)


class Keys(Protocol):
    """Where a token's public key is found."""

    async def find(self, kid: str | None, algorithm: str) -> PublicKey | None: ...


class KeySet:
    """Lives as long as the application; one fetch serves all who wait for it."""

    def __init__(self, client: httpx2.AsyncClient, url: str, clock: Clock) -> None:
        self._client = client
        self._url = url
        self._clock = clock
        self._keys: tuple[PyJWK, ...] = ()
        self._tried: float | None = None
        self._fetching: asyncio.Task[bool] | None = None

    async def find(self, kid: str | None, algorithm: str) -> PublicKey | None:
        """The key of this id, or the only one there is when the token names none."""
        if not self._keys:
            # Nothing can be judged without keys: that is no fault of the token.
            if not await self._fetched():
                raise Unavailable(
                    "The identity provider does not answer.", retry_after=EMPTY_SECONDS
                )
        elif self._age() > FRESH_SECONDS:
            # Nobody waits for what is only to be newer.
            self._start()
        found = self._known(kid, algorithm)
        if found is None and await self._fetched():
            found = self._known(kid, algorithm)
        return found

    async def close(self) -> None:
        """Stop asking."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait((self._fetching,))

    def _known(self, kid: str | None, algorithm: str) -> PublicKey | None:
        fitting = [one for one in self._keys if one.algorithm_name == algorithm]
        if kid is None:
            return fitting[0].key if len(fitting) == 1 else None
        return next((one.key for one in fitting if one.key_id == kid), None)

    def _age(self) -> float:
        return self._clock.monotonic() - (self._tried or 0.0)

    async def _fetched(self) -> bool:
        """Whether there was a fetch just now, our own or one under way, and it brought keys."""
        task = self._start()
        # One who leaves does not take the fetch away from the others.
        return task is not None and await asyncio.shield(task)

    def _start(self) -> "asyncio.Task[bool] | None":
        if self._fetching is not None and not self._fetching.done():
            return self._fetching
        pause = COOLDOWN_SECONDS if self._keys else EMPTY_SECONDS
        if self._tried is not None and self._age() < pause:
            return None
        self._tried = self._clock.monotonic()
        self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> bool:
        try:
            keys = await published(self._client, self._url)
        except UNREAD as error:
            # The keys we have stay good: a provider that is down locks nobody out.
            log.warning("keys_not_fetched", reason=type(error).__name__)
            return False
        if keys:
            self._keys = keys
        return bool(keys)


async def published(client: httpx2.AsyncClient, url: str) -> tuple[PyJWK, ...]:
    """The keys that are there now; raises one of UNREAD."""
    plain = {"accept": "application/json", "accept-encoding": "identity"}
    async with (
        asyncio.timeout(ANSWER_SECONDS),
        client.stream("GET", url, headers=plain) as response,
    ):
        if not response.is_success:
            raise ValueError(response.status_code)
        body = bytearray()
        # Decoded all the same: some servers compress whatever they are asked for.
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_BYTES:
                raise ValueError(len(body))
    return usable(json.loads(body))


def usable(document: object) -> tuple[PyJWK, ...]:
    """The keys a signature of ours can be checked with; a secret one in there is not for us."""
    listed = cast("Mapping[str, object]", document).get("keys") if _is_map(document) else None
    if not isinstance(listed, list):
        return ()
    return tuple(
        key
        for entry in cast("list[object]", listed)[:MAX_KEYS]
        if (key := _usable(entry)) is not None
    )


def _usable(entry: object) -> PyJWK | None:
    if not _is_map(entry):
        return None
    written = cast("dict[str, object]", entry)
    algorithm = {"RSA": "RS256", "EC": "ES256"}.get(str(written.get("kty")))
    if algorithm is None or written.get("alg", algorithm) != algorithm:
        return None
    if written.get("use", "sig") != "sig":
        return None
    try:
        key = PyJWK(written, algorithm)
    except (PyJWTError, ValueError, TypeError):
        return None
    # One whose private half is published as well is neither, and proves nothing any more.
    if isinstance(key.key, RSAPublicKey):
        sized = RSA_BITS <= key.key.key_size <= MAX_RSA_BITS
        quick = key.key.public_numbers().e.bit_length() <= MAX_EXPONENT_BITS
        return key if sized and quick else None
    good = isinstance(key.key, EllipticCurvePublicKey) and key.key.curve.name == "secp256r1"
    return key if good else None


def _is_map(value: object) -> bool:
    return isinstance(value, Mapping)
