"""Every setting in one typed place. The names are those of the environment, in lower case.

The descriptions are the documentation: docs/settings.md and .env.example are generated from them.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import PrivateAttr, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings

from kuznia.platform.errors import Fault
from kuznia.platform.settings.callers import CallerSettings
from kuznia.platform.settings.envfile import EnvFile, read, slips
from kuznia.platform.settings.jobs import JobSettings
from kuznia.platform.settings.limits import LimitSettings
from kuznia.platform.settings.models import ModelSettings
from kuznia.platform.settings.orders import OrderSettings
from kuznia.platform.settings.outbound import Outbound, OutboundSettings
from kuznia.platform.settings.profiles import PROFILES
from kuznia.platform.settings.rules import disagreements, notes
from kuznia.platform.settings.server import ServerSettings
from kuznia.platform.settings.store import StoreSettings
from kuznia.platform.settings.types import (
    LATER,
    billionths,
    is_loopback,
    parts_of,
    shown,
    wrong_fields,
)
from kuznia.platform.settings.values import DatabaseUrl

S = TypeVar("S", bound=BaseSettings)
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")


class SettingsWrong(Fault):
    """The server does not start; `details.settings` names every wrong or missing setting."""

    code = "VALIDATION_ERROR"

    def __init__(self, problems: Mapping[str, str]) -> None:
        count = "One setting is" if len(problems) == 1 else f"{len(problems)} settings are"
        lines = "".join(f"\n  {name}: {problem}" for name, problem in problems.items())
        super().__init__(f"{count} wrong:{lines}", details={"settings": dict(problems)})
        self.problems = dict(problems)


# The last comes first on the page of settings: fields are taken up from the far end.
class Settings(
    LimitSettings,
    CallerSettings,
    StoreSettings,
    JobSettings,
    OrderSettings,
    OutboundSettings,
    ModelSettings,
    ServerSettings,
):
    """What the operator decides. Made by `load`; never read from the machine on its own."""

    _notes: tuple[str, ...] = PrivateAttr(())
    # Those of domains, each of a class of its own.
    _others: tuple[BaseSettings, ...] = PrivateAttr(())

    @model_validator(mode="after")
    def _as_profiled(self) -> Self:
        # Not as if they had been set: what the operator set is what `changed` names.
        for name, value in PROFILES[self.model_profile].items():
            if name not in self.model_fields_set:
                object.__setattr__(self, name, value)
        return self

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if problems := disagreements(self):
            raise PydanticCustomError("disagree", "{problems}", {"problems": problems})
        return self

    @property
    def notes(self) -> tuple[str, ...]:
        """What looks like a slip but does not stop the server; said once at start."""
        return self._notes

    def of(self, kind: type[S]) -> S:
        """The settings of a domain, by their class."""
        return next((other for other in self._others if isinstance(other, kind)), None) or kind()

    def having(self, *others: BaseSettings, notes: tuple[str, ...] = ()) -> Self:
        """The same settings with those of domains, and with what `load` found odd."""
        copy = self.model_copy()
        copy._others, copy._notes = others, notes
        return copy

    @property
    def answers_to(self) -> frozenset[str]:
        """The names a request may call the server by; none: any."""
        if self.allowed_hosts or not is_loopback(self.host):
            return frozenset(self.allowed_hosts)
        return frozenset({"localhost", "127.0.0.1", "[::1]", self.host.lower()})

    @property
    def closed(self) -> bool:
        """Whether everyone needs a credential."""
        return bool(self.accounts or self.jwt_secret or self.keys_url)

    @property
    def keys_url(self) -> str | None:
        """Where the identity provider publishes its keys."""
        supabase = self.supabase_url and f"{self.supabase_url}/auth/v1/.well-known/jwks.json"
        return self.jwt_jwks_url or supabase

    @property
    def token_issuer(self) -> str | None:
        return self.jwt_issuer or (self.supabase_url and f"{self.supabase_url}/auth/v1")

    @property
    def token_audience(self) -> tuple[str, ...]:
        return self.jwt_audience or (("authenticated",) if self.supabase_url else ())

    @property
    def openai_url(self) -> str:
        """Where the first model is served."""
        return self.openai_base_url or "https://api.openai.com/v1"

    @property
    def outbound(self) -> Outbound:
        """The way to other servers."""
        return Outbound(
            https_proxy=self.https_proxy,
            http_proxy=self.http_proxy,
            no_proxy=self.no_proxy,
            ca_file=self.ssl_cert_file,
        )

    def price(self, model: Literal["openai", "fallback"]) -> tuple[int, int]:
        """Billionths of a dollar for a million tokens, in and out."""
        if model == "openai":
            return billionths(self.openai_price_input), billionths(self.openai_price_output)
        return billionths(self.fallback_price_input), billionths(self.fallback_price_output)

    @property
    def order_cost_limit(self) -> int | None:
        """Billionths of a dollar one order may cost."""
        return None if self.order_cost is None else billionths(self.order_cost)

    def public(self) -> dict[str, str]:
        """Every setting as text, by its name in the environment, with no secret in it."""
        return {
            name.upper(): shown(value)
            for settings in (self, *self._others)
            for name, value in settings.model_dump().items()
        }

    def changed(self) -> frozenset[str]:
        """The names of all settings that are set."""
        named = (settings.model_fields_set for settings in (self, *self._others))
        return frozenset[str]().union(*named)

    def secrets(self) -> tuple[str, ...]:
        """Every secret that is set, for the log to strike out wherever it turns up."""
        found: set[str] = set()
        for settings in (self, *self._others):
            for name in type(settings).model_fields:
                value: object = getattr(settings, name)
                if isinstance(value, SecretStr | DatabaseUrl):
                    found.update(parts_of(value))
        return tuple(sorted(found))


def load(
    environ: Mapping[str, str] | None = None,
    env_file: Path | str | None = ".env",
    over: Mapping[str, str] | None = None,
    *,
    in_this_folder: bool = False,
    also: Sequence[type[BaseSettings]] = (),
) -> Settings:
    """Read `over`, the environment and `.env`; raise one SettingsWrong naming all that is wrong.

    An empty value counts as unset, so that it neither hides the file's value nor a default. Where
    no database is named it is the user's own, the same from every folder, unless
    `in_this_folder`. `also` are the settings of domains.
    """
    if environ is None:
        environ = os.environ  # noqa: TID251 - the door the settings come in by
    written = read(Path(env_file)) if env_file else EnvFile({}, {})
    # These are known in small letters too, and to some programs only so.
    small = {name: environ.get(name.lower(), "") for name in PROXIES}
    fields = {
        name: field for kind in (Settings, *also) for name, field in kind.model_fields.items()
    }
    values = {
        name: value.strip()
        for source in (written.values, small, environ, over or {})
        for name, value in source.items()
        if name.lower() in fields and name.isupper() and value.strip()
    }
    if not in_this_folder and (folder := _data_folder(environ)):
        values.setdefault("DATABASE_URL", f"sqlite:///{folder / 'kuznia' / 'kuznia.db'}")
    problems = dict(written.problems)
    settings = _parse(Settings, values, problems)
    others = [_parse(kind, values, problems) for kind in also]
    if settings is None or problems:
        raise SettingsWrong(problems)
    odd = (*slips(written.values, fields), *_unread(values, fields), *notes(settings))
    return settings.having(*(other for other in others if other), notes=odd)


def _data_folder(environ: Mapping[str, str]) -> Path | None:
    """Where programs of this user keep their data, by the XDG base directories."""
    folder = Path(environ.get("XDG_DATA_HOME", ""))
    # A relative path is to be ignored, says their specification.
    if not folder.is_absolute():
        folder = Path(environ.get("HOME", ""), ".local", "share")
    return folder if folder.is_absolute() else None


def cache_folder() -> Path | None:
    """Where programs of this user keep what can be made again, by the same specification."""
    environ = os.environ  # noqa: TID251 - no setting: a specification of every desktop
    folder = Path(environ.get("XDG_CACHE_HOME", ""))
    if not folder.is_absolute():
        folder = Path(environ.get("HOME", ""), ".cache")
    return folder / "kuznia" if folder.is_absolute() else None


def _unread(values: Iterable[str], fields: Mapping[str, FieldInfo]) -> Iterator[str]:
    for name, field in fields.items():
        if name.upper() in values and (field.description or "").startswith(LATER):
            yield f"{name.upper()} is set, but this version does not read it."


def _parse(kind: type[S], values: Mapping[str, str], problems: dict[str, str]) -> S | None:
    own = {name: value for name, value in values.items() if name.lower() in kind.model_fields}
    try:
        return kind.model_validate({name.lower(): value for name, value in own.items()})
    except ValidationError as error:
        found = wrong_fields(error, kind.model_json_schema()["properties"])
    # The rules between settings are only tried once each is right by itself: take out what is
    # wrong and look again, so that one start names everything.
    kept = {name: value for name, value in own.items() if name not in found}
    if len(kept) < len(own):
        _parse(kind, kept, found)
    for name, problem in found.items():
        problems.setdefault(name, problem)
    return None
