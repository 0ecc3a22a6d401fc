"""All open connections: a limit in total and per address; idle ones make room for new ones."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from kuznia.doors.http.address import client_address, within
from kuznia.platform.settings.types import is_loopback
from kuznia.platform.settings.values import Network


class Seat(Protocol):
    """A connection, as far as its place among the others matters."""

    def evict(self) -> None:
        """Close at once, without an answer."""
        ...


class Crowd:
    """The connection limits. An evicted connection counts as gone before it has closed."""

    def __init__(self, limit: int, limit_each: int, proxies: Sequence[Network]) -> None:
        self._limit = limit
        self._limit_each = limit_each
        self._proxies = proxies
        self._addresses: dict[Seat, str] = {}
        self._each = Counter[str]()
        # Without a whole request to work on; who has waited longest is the first.
        self._waiting: dict[Seat, None] = {}

    def enter(self, seat: Seat, host: str) -> bool:
        """Admit a connection if there is room, or if an idle one can be closed for it."""
        address = client_address({"client": (host, 0)}, ())
        # Behind a proxy all have its address, and what is on this machine is its owner's.
        shared = is_loopback(host) or within(host, self._proxies)
        if not shared and self._each[address] >= self._limit_each:
            room = self._evict(address)
        else:
            room = len(self._addresses) < self._limit or self._evict(None)
        if room:
            self._addresses[seat] = address
            self._each[address] += 1
            self._waiting[seat] = None
        return room

    def leave(self, seat: Seat) -> None:
        """Remove a connection that is closed, or about to be."""
        self._waiting.pop(seat, None)
        if (address := self._addresses.pop(seat, None)) is not None:
            self._each[address] -= 1
            if not self._each[address]:
                del self._each[address]

    def works(self, seat: Seat) -> None:
        """Mark a connection as busy: its request has arrived and must not be cut off."""
        self._waiting.pop(seat, None)

    def waits(self, seat: Seat) -> None:
        """Mark a connection as idle: its answer is sent."""
        if seat in self._addresses:
            self._waiting[seat] = None

    def _evict(self, address: str | None) -> bool:
        for seat in self._waiting:
            if address is None or self._addresses[seat] == address:
                self.leave(seat)
                seat.evict()
                return True
        return False
