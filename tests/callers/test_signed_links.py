"""A pass opens one path for a while, whoever holds it, and says nothing that is not signed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clocks import TurnedClock

from kuznia.callers.credentials.signed_links import (
    MAX_SECONDS,
    PAGE_SECONDS,
    SignedLink,
    SignedLinks,
)
from kuznia.callers.credentials.tokens import CredentialRefused

KEY = "a key of this database"
PATH = "/api/v1/artefacts/art_1/preview/"
OWNER = "jwt:оля@example.org"


def links(clock: TurnedClock | None = None, key: str = KEY) -> SignedLinks:
    return SignedLinks(key, clock or TurnedClock())


def test_it_is_taken_by_every_process_that_has_the_key() -> None:
    given = links().sign(PATH, OWNER)

    assert links().renew(PATH, given.text).owner == OWNER


def test_it_stands_in_an_address_as_it_is() -> None:
    text = links().sign(PATH, OWNER).text

    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")


@pytest.mark.parametrize("path", ["/api/v1/artefacts/art_2/preview/", PATH[:-1], "/"])
def test_it_opens_nothing_else(path: str) -> None:
    text = links().sign(PATH, OWNER).text

    with pytest.raises(CredentialRefused, match=r"^pass$"):
        links().renew(path, text)


def test_a_key_of_another_database_takes_it_for_nothing() -> None:
    text = links(key="another").sign(PATH, OWNER).text

    with pytest.raises(CredentialRefused):
        links().renew(PATH, text)


def changed_anywhere() -> list[str]:
    text = links().sign(PATH, OWNER).text
    return [text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :] for place in
            range(len(text) - 1)]  # fmt: skip


@pytest.mark.parametrize("text", changed_anywhere())
def test_nothing_in_it_can_be_changed(text: str) -> None:
    with pytest.raises(CredentialRefused, match=r"^pass$"):
        links().renew(PATH, text)


@given(st.text() | st.text("0123456789.~-_AZ"))
def test_what_we_never_gave_is_refused(text: str) -> None:
    with pytest.raises(CredentialRefused, match=r"^pass$"):
        links().renew(PATH, text)


@pytest.mark.parametrize("more", ["~", "x", "~x", "A" * 100_000, "\ud800"])
def test_nothing_can_be_put_to_it(more: str) -> None:
    text = links().sign(PATH, OWNER).text

    for one in (text + more, more + text):
        with pytest.raises(CredentialRefused, match=r"^pass$"):
            links().renew(PATH, one)


def test_it_is_good_to_its_last_second() -> None:
    clock = TurnedClock()
    given = links(clock).sign(PATH, OWNER)

    clock.turn(PAGE_SECONDS - 1)
    links(clock).renew(PATH, given.text)
    clock.turn(1)

    assert given.until == clock.now()
    with pytest.raises(CredentialRefused, match=r"^pass_expired$"):
        links(clock).renew(PATH, given.text)


def walked(clock: TurnedClock, first: SignedLink, pace: int) -> int:
    """Seconds until somebody who opens a page now and then is sent away."""
    began, held = clock.now(), first
    while True:
        clock.turn(pace)
        try:
            held = links(clock).renew(PATH, held.text)
        except CredentialRefused:
            return int((clock.now() - began).total_seconds())


def test_walking_on_prolongs_it_but_not_for_ever() -> None:
    clock = TurnedClock()
    first = links(clock).sign(PATH, OWNER)

    assert PAGE_SECONDS < walked(clock, first, pace=600) == MAX_SECONDS


def test_one_who_rests_too_long_is_sent_away() -> None:
    clock = TurnedClock()
    first = links(clock).sign(PATH, OWNER)

    assert walked(clock, first, pace=PAGE_SECONDS) == PAGE_SECONDS
