"""A provider's keys: fetched once for many, renewed in time, and never waited for twice."""

import asyncio
import base64
import gzip
import json
from collections.abc import AsyncIterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from tests.callers.makers import Provider, a_jwk, ec_key, provider, rsa_key
from tests.clocks import TurnedClock

from kuznia.callers.credentials.keysets import COOLDOWN_SECONDS, FRESH_SECONDS, KeySet, usable
from kuznia.platform.errors import Unavailable
from kuznia.platform.http.client import open_client


@pytest.fixture
async def idp() -> AsyncIterator[Provider]:
    async with provider() as here:
        here.publishes(a_jwk(rsa_key(), "k1"))
        yield here


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
async def keys(idp: Provider, clock: TurnedClock) -> AsyncIterator[KeySet]:
    async with open_client(idp.url) as client:
        found = KeySet(client, idp.url, clock)
        yield found
        await found.close()


async def asked(idp: Provider, times: int) -> None:
    async with asyncio.timeout(60):
        while idp.asked < times:  # noqa: ASYNC110 - a count has no event for it
            await asyncio.sleep(0.002)


async def test_nothing_is_asked_before_a_key_is_needed(keys: KeySet, idp: Provider):
    assert idp.asked == 0


async def test_a_hundred_at_once_cost_one_question(keys: KeySet, idp: Provider):
    found = await asyncio.gather(*(keys.find("k1", "RS256") for _ in range(100)))

    assert all(one is not None for one in found)
    assert idp.asked == 1


async def test_the_only_key_is_found_without_its_id(keys: KeySet, idp: Provider):
    assert await keys.find(None, "RS256") is not None
    assert await keys.find(None, "ES256") is None


async def test_of_several_keys_none_is_guessed(keys: KeySet, idp: Provider):
    idp.publishes(a_jwk(rsa_key(), "k1"), a_jwk(rsa_key(1), "k2"))

    assert await keys.find(None, "RS256") is None


async def test_a_key_that_is_new_at_the_provider_is_found(
    keys: KeySet, idp: Provider, clock: TurnedClock
):
    await keys.find("k1", "RS256")
    idp.publishes(a_jwk(rsa_key(), "k1"), a_jwk(rsa_key(1), "k2"))
    clock.turn(COOLDOWN_SECONDS)

    assert await keys.find("k2", "RS256") is not None


async def test_made_up_key_ids_do_not_flood_the_provider(keys: KeySet, idp: Provider):
    for number in range(50):
        assert await keys.find(f"made-up-{number}", "RS256") is None

    assert idp.asked == 1


async def test_a_key_that_was_taken_back_is_forgotten(
    keys: KeySet, idp: Provider, clock: TurnedClock
):
    await keys.find("k1", "RS256")
    idp.publishes(a_jwk(rsa_key(1), "k2"))
    clock.turn(FRESH_SECONDS + 1)
    idp.go.clear()

    # While it is asked for anew nobody waits.
    assert await keys.find("k1", "RS256") is not None
    await asked(idp, 2)
    idp.go.set()
    assert await keys.find("k2", "RS256") is not None
    assert await keys.find("k1", "RS256") is None


@pytest.mark.parametrize("document", [b"<html>", b"\xff", b"[" * 100_000, b"9" * 5000, {"keys": 5}])
async def test_a_broken_answer_leaves_the_keys_there_are(
    keys: KeySet, idp: Provider, clock: TurnedClock, document: object
):
    await keys.find("k1", "RS256")
    idp.document = document
    clock.turn(COOLDOWN_SECONDS)

    assert await keys.find("k2", "RS256") is None
    assert await keys.find("k1", "RS256") is not None
    assert idp.asked == 2


async def test_an_answer_without_end_is_not_read_to_its_end(keys: KeySet, idp: Provider):
    idp.document = b" " * 300_000

    with pytest.raises(Unavailable):
        await keys.find("k1", "RS256")


async def test_without_any_key_the_token_is_not_to_blame(keys: KeySet, idp: Provider):
    idp.status = 503

    with pytest.raises(Unavailable, match="identity provider"):
        await keys.find("k1", "RS256")
    # Asked again only after a pause.
    with pytest.raises(Unavailable):
        await keys.find("k1", "RS256")
    assert idp.asked == 1


async def test_a_provider_that_stumbled_is_asked_again_soon(
    keys: KeySet, idp: Provider, clock: TurnedClock
):
    idp.status = 503
    with pytest.raises(Unavailable) as told:
        await keys.find("k1", "RS256")
    idp.status = 200
    clock.turn(told.value.retry_after or 0)

    assert await keys.find("k1", "RS256") is not None


async def test_keys_that_come_compressed_are_read(keys: KeySet, idp: Provider):
    idp.document = gzip.compress(json.dumps(idp.document).encode())
    idp.headers = "content-encoding: gzip\r\n"

    assert await keys.find("k1", "RS256") is not None


async def test_one_who_leaves_does_not_take_the_others_along(keys: KeySet, idp: Provider):
    idp.go.clear()
    first = asyncio.create_task(keys.find("k1", "RS256"))
    await asked(idp, 1)
    second = asyncio.create_task(keys.find("k1", "RS256"))
    await asyncio.sleep(0)
    first.cancel()
    idp.go.set()

    assert await second is not None


async def test_closing_stops_what_is_under_way(keys: KeySet, idp: Provider):
    idp.go.clear()
    waiting = asyncio.create_task(keys.find("k1", "RS256"))
    await asked(idp, 1)
    await keys.close()

    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_keys_of_no_use_are_left_out():
    odd = [
        5,
        {},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
        {"kty": "RSA", "kid": "no numbers"},
        a_jwk(rsa_key(), use="enc"),
        a_jwk(rsa_key(), alg="RS512"),
        a_jwk(rsa_key(bits=1024)),
        a_jwk(ec.generate_private_key(ec.SECP384R1())),
    ]

    assert usable({"keys": odd}) == ()
    assert usable([]) == ()


def numbers(bits: int, exponent: int) -> dict[str, str]:
    """An RSA key of this size that nobody made: a provider may publish any two numbers."""

    def written(number: int) -> str:
        raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    return {"kty": "RSA", "kid": "k", "n": written((1 << bits) - 1), "e": written(exponent)}


@pytest.mark.parametrize(
    "key", [numbers(16_384, 65_537), numbers(100_000, 65_537), numbers(4096, (1 << 4000) + 1)]
)
def test_a_key_that_takes_too_long_to_check_with_is_left_out(key: dict[str, str]):
    assert usable({"keys": [key]}) == ()
    assert len(usable({"keys": [numbers(4096, 65_537)]})) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FIELDS = ("kty", "alg", "use", "kid", "crv", "key_ops", "x5c", "n", "e", "d", "oth", "x", "y", "k")
KEYS = (a_jwk(rsa_key()), a_jwk(ec_key()), {"kty": "oct", "k": "AA"})


@given(
    st.sampled_from(KEYS),
    st.dictionaries(st.sampled_from(FIELDS), JSON | st.sampled_from(["RSA", "EC", "AA", "P-256"])),
)
def test_whatever_a_provider_publishes_it_is_a_key_or_none(
    key: dict[str, str], changes: dict[str, object]
):
    assert len(usable({"keys": [key | changes, a_jwk(rsa_key(1), "good")]})) in {1, 2}


@given(JSON)
def test_whatever_stands_for_the_list_of_keys_it_is_one_or_none(document: object):
    assert usable({"keys": document}) == usable(document) == ()


def test_a_key_whose_private_half_is_public_too_proves_nothing():
    from jwt.algorithms import RSAAlgorithm

    private = dict(RSAAlgorithm.to_jwk(rsa_key(), as_dict=True))

    assert usable({"keys": [private]}) == ()
    assert len(usable({"keys": [a_jwk(rsa_key()), a_jwk(ec_key())]})) == 2
