"""Signing in to CodeMie: one token for all callers, fetched again only when it has to be."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from urllib.parse import quote

import httpx2
from pydantic import JsonValue, SecretStr, TypeAdapter, ValidationError

from kuznia.llm.http import REST_BYTES, body_of, broken, fault, retry_after
from kuznia.llm.model import ModelFault, Reason
from kuznia.platform.clock import Clock

# Seconds: for one sign-in; a token is given up so long before its end; refused credentials are not
# shown again so soon, since a directory locks people out who keep trying.
SIGN_IN_SECONDS, MARGIN_SECONDS, REFUSED_SECONDS = 10.0, 30.0, 60.0
MAX_TOKEN_SECONDS = 86_400.0

MESSAGES: dict[Reason, str] = {
    "connect": "CodeMie's sign-in could not be reached; check CODEMIE_AUTH_URL and the network.",
    "timeout": "CodeMie's sign-in did not answer in time.",
    "rate_limited": "CodeMie's sign-in limits our attempts; try again later.",
    "server": "CodeMie's sign-in failed; try again later.",
    "rejected": "CodeMie's sign-in was not found; check CODEMIE_AUTH_URL and CODEMIE_REALM.",
    "credentials": "CodeMie refused our credentials; check CODEMIE_API_KEY, or CODEMIE_CLIENT_ID "
    "with its secret, or CODEMIE_USERNAME with its password.",
    "unreadable": "The answer of CodeMie's sign-in does not follow the protocol; check "
    "CODEMIE_AUTH_URL.",
    "busy": "All connections to CodeMie's sign-in are in use; try again shortly.",
}
_ANSWER: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who we are to CodeMie: a ready token, or a client, or a person at a client's door."""

    key: SecretStr | None = None
    client_id: str = ""
    client_secret: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None

    def form(self) -> dict[str, str]:
        """What the sign-in's form says; it is all secret."""
        said = {"client_id": self.client_id}
        if self.client_secret is not None:
            said["client_secret"] = self.client_secret.get_secret_value()
        if self.username is None or self.password is None:
            return said | {"grant_type": "client_credentials"}
        password = self.password.get_secret_value()
        return said | {
            "grant_type": "password",
            "username": self.username,
            "password": password,
        }


@dataclass(frozen=True, slots=True)
class Token:
    value: SecretStr
    until: float


class CodeMieSignIn:
    """Keeps one token. `read` tells the credentials of this moment: it is asked each time anew.

    Callers who need a token at once share one sign-in, whatever becomes of any of them.
    """

    def __init__(
        self,
        client: httpx2.AsyncClient | None,
        *,
        realm: str,
        read: Callable[[], Credentials],
        clock: Clock,
        timeout: float = SIGN_IN_SECONDS,
    ) -> None:
        self._timeout = timeout
        self._client = client
        self._path = f"realms/{quote(realm, safe='')}/protocol/openid-connect/token"
        self._read = read
        self._clock = clock
        self._held: Token | None = None
        self._fetching: asyncio.Task[Token | ModelFault] | None = None
        self._refused: tuple[Credentials, float] | None = None

    async def token(self, refused: str | None = None) -> str:
        """A token to show, and never the `refused` one; ModelFault when there is no other."""
        held = self._held
        if held is not None and self._clock.monotonic() < held.until:
            value = held.value.get_secret_value()
            if value != refused:
                return value
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch(refused))
            self._fetching.add_done_callback(self._fetched)
        got = await asyncio.shield(self._fetching)
        if isinstance(got, ModelFault):
            # All who wait raise the same object: without this each would add to its traceback.
            raise got.with_traceback(None)
        return got.value.get_secret_value()

    async def aclose(self) -> None:
        """Give up a sign-in that is under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])

    def _fetched(self, task: "asyncio.Task[Token | ModelFault]") -> None:
        self._fetching = None
        if not task.cancelled() and isinstance(got := task.result(), Token):
            self._held = got

    async def _fetch(self, refused: str | None) -> Token | ModelFault:
        # It reads a file.
        credentials = await asyncio.to_thread(self._read)
        if credentials.key is not None:
            if credentials.key.get_secret_value() == refused:
                return _fault("credentials")
            return Token(credentials.key, inf)
        now = self._clock.monotonic()
        if self._refused is not None and self._refused[0] == credentials and now < self._refused[1]:
            return _fault("credentials")
        try:
            async with asyncio.timeout(self._timeout):
                got = await self._ask(credentials)
        except TimeoutError:
            return _fault("timeout")
        except httpx2.HTTPError as error:
            return _fault(broken(error, "connect"))
        if isinstance(got, ModelFault) and got.reason == "credentials":
            self._refused = (credentials, self._clock.monotonic() + REFUSED_SECONDS)
        return got

    async def _ask(self, credentials: Credentials) -> Token | ModelFault:
        assert self._client is not None, "who has no ready token has somewhere to sign in"
        form = credentials.form()
        async with self._client.stream("POST", self._path, data=form) as response:
            if not response.is_success:
                wait = retry_after(response.headers, self._clock.now())
                return _fault(_reason_of(response.status_code), retry_after=wait)
            return self._token(await body_of(response, REST_BYTES))

    def _token(self, body: bytes | None) -> Token | ModelFault:
        try:
            said = _ANSWER.validate_json(body or b"")
        except ValidationError:
            return _fault("unreadable")
        match said:
            case {"access_token": str() as value} if value and _is_one_word(value):
                life = said.get("expires_in")
            case _:
                return _fault("unreadable")
        seconds = (
            min(float(life), MAX_TOKEN_SECONDS) if isinstance(life, int | float) else MARGIN_SECONDS
        )
        # A token that lives shorter than the margin is still good for half of its life.
        until = self._clock.monotonic() + max(seconds - MARGIN_SECONDS, seconds / 2)
        return Token(SecretStr(value), until)


def _fault(reason: Reason, *, retry_after: float | None = None) -> ModelFault:
    return fault(MESSAGES, reason, "codemie", retry_after=retry_after)


def _is_one_word(value: str) -> bool:
    """Whether it can stand in a header."""
    return all("!" <= letter <= "~" for letter in value)


def _reason_of(status: int) -> Reason:
    # Keycloak says 400 of a person who may not sign in this way, and 401 of a wrong password.
    if status in {400, 401, 403}:
        return "credentials"
    if status == 429:
        return "rate_limited"
    return "server" if status >= 500 else "rejected"
