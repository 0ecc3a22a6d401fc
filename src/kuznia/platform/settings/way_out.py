"""The way to other servers."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from kuznia.platform.kinds import ProxyUrl, Words


class WayOut(BaseSettings):
    """Proxies and certificates, by the names other programs know them by too."""

    https_proxy: ProxyUrl | None = Field(
        default=None,
        description="The proxy by which `https` servers are asked: models, CodeMie, an identity "
        "provider. `http://user:password@host:port`. Also read as `https_proxy`.",
    )
    http_proxy: ProxyUrl | None = Field(
        default=None,
        description="The same for `http` servers. This machine is never asked by a proxy.",
    )
    no_proxy: Words = Field(
        default=(),
        description="Hosts that are asked without one, comma-separated: a name with all names "
        "below it, an address, a network, either with `:port`; `*` is every host.",
    )
    ssl_cert_file: Path | None = Field(
        default=None,
        description="A file of certificates (PEM) that are trusted instead of this machine's.",
    )
