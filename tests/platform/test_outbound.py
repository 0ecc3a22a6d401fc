"""Model servers behind a proxy and with certificates of their own, through a real proxy process."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr
from tests.platform.upstream import Upstream, oks, serving, silence
from tests.proxy import PASSWORD, Proxy, proxying
from tests.servers.model import ModelServer, listening, reply
from tests.servers.process import process

from kuznia.platform.errors import Invalid
from kuznia.platform.http.client import open_client
from kuznia.platform.settings import SettingsWrong, load
from kuznia.platform.settings.outbound import Outbound

HOST = "models.test"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a company's own: nobody else vouches for `models.test`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "company.pem"
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(pem, form, serialization.NoEncryption())
    file.write_bytes(secret + made.public_bytes(pem))
    return file


@asynccontextmanager
async def company(certificate: Path, act=oks) -> AsyncIterator[tuple[Proxy, Upstream]]:
    """A server with that certificate, and the proxy that knows the way to it."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    async with proxying() as proxy, serving(act, tls=tls) as upstream:
        yield proxy, upstream


def way(proxy: Proxy, certificate: Path | None = None) -> Outbound:
    return Outbound(https_proxy=SecretStr(proxy.url), ca_file=certificate)


async def test_a_server_is_asked_by_the_proxy_and_its_connection_used_again(certificate: Path):
    async with company(certificate) as (proxy, upstream):
        url = f"https://{HOST}:{upstream.port}"
        async with open_client(url, outbound=way(proxy, certificate)) as client:
            answers = [await client.get("/v1") for _ in range(3)]

        assert [answer.content for answer in answers] == [b"ok"] * 3
        assert await proxy.asked() == [f"{HOST}:{upstream.port}"]
        assert upstream.connections == 1


async def test_behind_the_proxy_too_a_certificate_is_looked_at(certificate: Path):
    async with company(certificate) as (proxy, upstream):
        url = f"https://{HOST}:{upstream.port}"
        async with open_client(url, outbound=way(proxy)) as client:
            with pytest.raises(httpx2.ConnectError, match=r"(?i)certificate"):
                await client.get("/v1")

        assert upstream.heard == []


async def test_a_cancelled_request_hangs_up_behind_the_proxy(certificate: Path):
    async with company(certificate, silence) as (proxy, upstream):
        url = f"https://{HOST}:{upstream.port}"
        async with open_client(url, outbound=way(proxy, certificate)) as client:
            asking = asyncio.create_task(client.get("/v1"))
            while not upstream.heard:  # noqa: ASYNC110 - it has news of closing alone
                await asyncio.sleep(0.01)
            asking.cancel()
            took = await upstream.until_open(0)

        assert took < 20


async def test_a_proxy_that_wants_another_password_says_no_more_than_that(certificate: Path):
    async with company(certificate) as (proxy, upstream):
        wrong = Outbound(https_proxy=SecretStr(proxy.url.replace(PASSWORD, "wrong-password")))
        async with open_client(f"https://{HOST}:{upstream.port}", outbound=wrong) as client:
            with pytest.raises(httpx2.ProxyError) as caught:
                await client.get("/v1")

        assert "407" in str(caught.value)
        assert "wrong-password" not in repr(caught.value)


async def test_a_certificate_of_ones_own_needs_no_proxy():
    file = Path(__file__).with_name("test_transport_tls.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(file)
    async with (
        serving(oks, name="localhost", tls=tls) as upstream,
        open_client(upstream.url, outbound=Outbound(ca_file=file)) as client,
    ):
        assert (await client.get("")).content == b"ok"


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_file_of_certificates_that_cannot_be_read_is_named(tmp_path: Path, text: str | None):
    file = tmp_path / "company.pem"
    if text is not None:
        file.write_text(text)

    with pytest.raises(Invalid, match=r"SSL_CERT_FILE cannot be used"):
        open_client("https://models.test", outbound=Outbound(ca_file=file))


@pytest.mark.parametrize(
    ("url", "no_proxy", "by"),
    [
        ("https://api.openai.com/v1", (), "https"),
        ("http://gpu.corp/v1", (), "http"),
        ("http://localhost:11434/v1", (), None),
        ("https://127.0.0.1/v1", (), None),
        ("https://[::1]/v1", (), None),
        ("https://api.openai.com", ("*",), None),
        ("https://a.corp.test", ("corp.test",), None),
        ("https://A.Corp.Test", (".CORP.test",), None),
        ("https://a.corp.test", ("*.corp.test",), None),
        ("https://corp.test", (".corp.test",), None),
        ("https://notcorp.test", ("corp.test",), "https"),
        ("https://a.corp.test:8443", ("corp.test:8443",), None),
        ("https://a.corp.test", ("corp.test:8443",), "https"),
        ("https://a.corp.test", ("corp.test:443",), None),
        ("https://10.1.2.3", ("10.0.0.0/8",), None),
        ("https://10.1.2.3:8000", ("10.1.2.3:8000",), None),
        ("https://11.1.2.3", ("10.0.0.0/8", "1.2.3"), "https"),
        ("https://[fd00::1]", ("fd00::/8",), None),
        ("https://api.openai.com", ("", "10.0.0.0/8"), "https"),
    ],
)
def test_which_hosts_are_asked_by_which_proxy(
    url: str, no_proxy: tuple[str, ...], by: str | None
) -> None:
    outbound = Outbound(
        https_proxy=SecretStr("http://https.proxy:3128"),
        http_proxy=SecretStr("http://http.proxy:3128"),
        no_proxy=no_proxy,
    )

    asked = outbound.proxy(url)

    assert asked == (by and f"http://{by}.proxy:3128")


def test_a_proxy_is_read_by_the_names_other_programs_know():
    corp = {"https_proxy": f"kuznia:{PASSWORD}@proxy:3128", "no_proxy": "a.corp,10.0.0.0/8"}
    small = load(corp, None)
    both = load({"https_proxy": "http://small:1", "HTTPS_PROXY": "http://large:1"}, None)

    assert small.public()["HTTPS_PROXY"] == "http://proxy:3128"
    assert PASSWORD in small.secrets()
    assert small.no_proxy == ("a.corp", "10.0.0.0/8")
    assert both.public()["HTTPS_PROXY"] == "http://large:1"
    with pytest.raises(SettingsWrong, match="HTTPS_PROXY: expected http://host:port"):
        load({"HTTPS_PROXY": "socks5://proxy:1080"}, None)


async def test_a_model_is_asked_by_the_proxy_and_its_password_is_seen_nowhere(tmp_path: Path):
    async with proxying() as proxy, listening(ModelServer()) as model:
        model.will(reply('{"note": "good"}'))
        settings = {
            "OPENAI_BASE_URL": model.url.replace("127.0.0.1", HOST),
            "OPENAI_MODEL": "m",
            "HTTP_PROXY": proxy.url,
            "LOG_FILE": str(tmp_path / "log.json"),
            "LOG_LEVEL": "DEBUG",
        }
        async with process(tmp_path, **settings) as kuznia:
            state = await kuznia.client.get("/api/v1/status")

        assert state.json()["data"]["usable"] is True
        assert (await proxy.asked())[0].startswith(HOST)
        assert PASSWORD not in (tmp_path / "log.json").read_text("utf-8") + state.text
