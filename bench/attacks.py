"""Requests that mean harm: each is the bytes on the wire, so that no client mends it on the way."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

JSON = "application/json"
# The longest body the server takes without being told otherwise.
MAX_BODY = 1_000_000
# Where a body is taken. The ids are those of artefacts the runner has ordered before.
BODIES = (
    "/api/v1/code",
    "/api/v1/code/batch",
    "/api/v1/code/analyze",
    "/api/v1/code/skeletons",
    "/api/v1/flows",
    "/api/v1/flows/batch",
    "/api/v1/flows/{flow}/edits",
    "/api/v1/training/plans",
    "/api/v1/training/plans/batch",
    "/api/v1/training/questions",
    "/api/v1/verify",
    "/api/v1/artefacts/{plan}/feedback",
    "/api/v1/auth/token",
    "/api/v1/auth/refresh",
    "/api/v1/auth/revoke",
    "/api/generate",
    "/api/generate/batch",
    "/api/analyze",
    "/api/trainingplan/initial-questions",
    "/api/trainingplan/generate/",
    "/api/trainingplan/feedback/",
)
# A field of each place that takes a list.
LISTS = {
    "/api/v1/code/batch": "orders",
    "/api/v1/flows/batch": "orders",
    "/api/v1/training/plans/batch": "orders",
    "/api/v1/code/analyze": "files",
    "/api/v1/code/skeletons": "files",
    "/api/v1/flows/{flow}/edits": "operations",
    "/api/v1/training/questions": "answers",
    "/api/generate/batch": "requests",
}
LANGUAGES = (
    *("python", "javascript", "typescript", "go", "rust", "java", "c", "cpp", "csharp", "ruby"),
    *("php", "bash", "kotlin", "swift", "scala", "sql", "html", "css", "yaml", "json"),
)
PUMPS = {
    "parentheses": "(",
    "brackets": "[",
    "braces": "{",
    "quotes": '"',
    "ticks": "```\n",
    "angles": "<",
    "blanks": " ",
    "lines": "\n",
    "nulls": "\0",
    "backslashes": "\\",
}
# What a person could type into any box, pumped up to what the box takes.
TEXTS = {
    "blanks": " ",
    "an angle and blanks": "<" + " " * 400,
    "a slash in angles": "</" * 3,
    "hyphens": "-",
    "commas": ", ",
    "a comma in a word": "а,б",
    "dots": ". ",
    "digits": "7",
    "one letter": "ї",
    "questions": "? ",
    "ors": "or ",
    "або": "або ",
    "ifs": "if not ",
    "якщо": "якщо ні, ",
    "lists": "\n- x",
    "brackets": "(x ",
    "quotes": "« ",
    "combining marks": "i̯̐",
    "directions": "\u202e\u2066x",
    "joiners": "\u200d",
    "emoji": "👩‍👩‍👧‍👦",
    "dates": "1.1.2026 ",
    "rename": "rename" + " " * 1000,
    "html": "<script>alert(1)</script>",
    "templates": "{{7*7}}${7*7}<%= 7*7 %>",
    "names of fields": "id: name: prompt: step: ",
}


@dataclass(frozen=True, slots=True)
class Attack:
    """One request, and what is odd about it."""

    name: str
    wire: bytes
    # False: its sender promises more and sends nothing.
    whole: bool = True


def attacks(ids: Mapping[str, str], credential: str) -> Iterator[Attack]:
    """All of them; the credential is a good one, for those who get past the door."""
    known = {"Authorization": f"Bearer {credential}"}
    return chain(
        _heads(), _paths(known), _tokens(), _queries(known), _bodies(ids, known), _texts(ids, known)
    )


def _request(
    method: str, target: str | bytes, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> bytes:
    target = target if isinstance(target, bytes) else target.encode("latin-1", "replace")
    lines = {"Host": "localhost", "Connection": "close", **(headers or {})}
    if body or method in ("POST", "PUT", "PATCH"):
        lines = {"Content-Type": JSON, "Content-Length": str(len(body)), **lines}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    start = method.encode() + b" " + target + b" HTTP/1.1\r\n"
    return start + head.encode("utf-8", "surrogateescape") + b"\r\n" + body


def _heads() -> Iterator[Attack]:
    big = "a" * 60_000
    heads = {
        "a language of blanks": {"Accept-Language": "a" + " " * 62_000 + "!"},
        "languages without end": {"Accept-Language": "uk;q=0.1," * 6_000},
        "a weight of digits": {"Accept-Language": "uk;q=0." + "9" * 60_000},
        "an accept without end": {"Accept": "text/html;q=0.1," * 3_900},
        "cookies without end": {"Cookie": "a=b; " * 12_000},
        "one cookie": {"Cookie": f"session={big}"},
        "a request id": {"X-Request-ID": big},
        "an origin": {"Origin": f"https://{big}.example"},
        "a host": {"Host": big},
        "a range": {"Range": "bytes=" + "0-1," * 15_000},
        "an encoding": {"Accept-Encoding": "gzip," * 12_000},
        "a trace": {"Traceparent": "00-" + "f" * 60_000},
        "an upgrade": {"Upgrade": "websocket", "Connection": "upgrade"},
        "preferences": {"Prefer": "respond-async, wait=" + "9" * 50_000},
        "a last event": {"Last-Event-ID": "9" * 60_000},
        "an etag": {"If-None-Match": '"a",' * 15_000},
        "a date": {"If-Modified-Since": "x" * 60_000},
    }
    for path in ("/admin/sign-in", "/api/v1/auth/token", "/health"):
        for name, headers in heads.items():
            yield Attack(f"{name} at {path}", _request("GET", path, headers))
    many = {f"X-{number}": "y" for number in range(3_000)}
    yield Attack("3,000 headers", _request("GET", "/health", many))
    yield Attack("a head that is too long", _request("GET", "/health", {"X": "y" * 200_000}))
    yield Attack("an address that is too long", _request("GET", "/" + "a" * 200_000))
    for method in ("TRACE", "CONNECT", "PROPFIND", "get", "X" * 5_000, "G\0T"):
        yield Attack(f"the method {method[:10]!r}", _request(method, "/health"))
    lengths = {
        "two lengths": b"Content-Length: 1\r\nContent-Length: 2\r\n",
        "a negative length": b"Content-Length: -1\r\n",
        "a length beyond reason": b"Content-Length: 99999999999999999999\r\n",
        "a length and chunks": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "chunks of another kind": b"Transfer-Encoding: gzip, chunked\r\n",
        "a folded header": b"X-A: b\r\n c\r\n",
        "a header without a name": b": b\r\n",
        "a blank before the colon": b"Host : b\r\n",
    }
    for name, lines in lengths.items():
        head = b"POST /api/v1/auth/token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        yield Attack(name, head + lines + b"\r\n0\r\n\r\n")
    chunks = b"POST /api/v1/auth/token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    chunks += b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield Attack("a chunk of no number", chunks + b"xyz\r\n{}\r\n0\r\n\r\n")
    yield Attack("a chunk beyond reason", chunks + b"ffffffffffffffff\r\n{}\r\n", whole=False)
    yield Attack("chunks of one byte", chunks + b"1\r\n \r\n" * 50_000 + b"0\r\n\r\n")
    yield Attack("an endless chunk extension", chunks + b"1;" + b"a" * 100_000 + b"\r\n \r\n")


def _paths(known: Mapping[str, str]) -> Iterator[Attack]:
    odd = (
        *("%00", "%0A", "%0D%0A", "%1B", "%7F", ";x", "%3Bx", "//", "/./", "/../", "%2F", "%5C"),
        *("%2e%2e%2f", "%FF", "%C0%AE", "%ED%A0%80", "%", "%zz", "?", "#x", "%E2%80%AE", "~"),
    )
    for path in ("/api/v1/artefacts", "/api/v1/me", "/admin", "/api/v1/artefacts/art_1/exports"):
        for ending in odd:
            yield Attack(f"GET {path}{ending}", _request("GET", path + ending, known))
    for id_ in (
        "%00",
        "a" * 20_000,
        "art_%27%20OR%201=1--",
        "%F0%9F%98%80",
        "..%2F..%2Fetc%2Fpasswd",
    ):
        for path in (
            *("/api/v1/artefacts/{}", "/api/v1/artefacts/{}/exports", "/api/v1/runs/{}/events"),
            *("/api/v1/artefacts/{}/preview/", "/api/v1/training/playbook/{}", "/api/v1/keys/{}"),
        ):
            target = path.format(id_)
            yield Attack(f"GET {path} of {id_[:20]}", _request("GET", target, known))
    yield Attack("POST edits of NUL", _request("POST", "/api/v1/flows/%00/edits", known, b"{}"))
    yield Attack("an address of its own", _request("GET", "http://other.example/health"))
    yield Attack("an address that is a star", _request("OPTIONS", "*"))


def _tokens() -> Iterator[Attack]:
    nested = "[" * 950 + "]" * 950
    heads = {
        "a list for an algorithm": '{"alg": []}',
        "no algorithm": '{"alg": "none"}',
        "nested heads": f'{{"alg": {nested}}}',
        "a kid of a path": '{"alg": "HS256", "kid": "../../etc/passwd"}',
        "a kid of a list": '{"alg": "HS256", "kid": ["a"]}',
        "a head that is a list": "[]",
        "a head that is a number": "1e999",
        "critical extensions": '{"alg": "HS256", "crit": [1, 2], "b64": false}',
        "surrogates": '{"alg": "\\ud800", "typ": "JWT"}',
    }
    for name, head in heads.items():
        sent = ".".join((_base64(head), _base64('{"sub": "a", "exp": 1e400}'), "c2ln"))
        yield Attack(
            name, _request("GET", "/api/v1/me/export", {"Authorization": f"Bearer {sent}"})
        )
    for name, value in {
        "an empty bearer": "Bearer ",
        "a bearer of dots": "Bearer " + "." * 60_000,
        "a bearer of letters": "Bearer " + "a" * 60_000,
        "a bearer that is no text": "Bearer \udcff\udcfe",
        "another scheme": "Basic " + "YTpi" * 10_000,
        "a digest": 'Digest username="' + "a" * 10_000,
    }.items():
        yield Attack(name, _request("GET", "/api/v1/me/export", {"Authorization": value}))
    for key in ("kz_", "kz_" + "_" * 60_000, "kz_\udcff_x", "kz_%00_x"):
        yield Attack(
            f"the key {key[:8]!r}", _request("GET", "/api/v1/artefacts", {"X-API-Key": key})
        )


def _base64(text: str) -> str:
    import base64

    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _queries(known: Mapping[str, str]) -> Iterator[Attack]:
    for query in (
        *("limit=-1", "limit=99999999999999999999", "limit=1e9", "limit=%00", "limit=ї"),
        *(
            "cursor=%00",
            "cursor=" + "a" * 50_000,
            "cursor=%F0%28%8C%28",
            "domain=cod",
            "domain=%00",
        ),
        *("status=none", "status=%0A", "a=b&" * 12_000, "domain=code&domain=flows", "=&=&=", "%"),
        *(
            "before=0000-99-99",
            "before=9999999999999",
            "before=-1",
            "order=random()",
            "q=" + "%25" * 9_000,
        ),
    ):
        target = f"/api/v1/artefacts?{query}"
        yield Attack(f"the query {query[:30]}", _request("GET", target, known))


def _bodies(ids: Mapping[str, str], known: Mapping[str, str]) -> Iterator[Attack]:
    whole = {
        "nothing": b"",
        "half of it": b'{"prompt": "a',
        "a list of zeros": b"[" + b"0," * 499_000 + b"0]",
        "a list of lists": b"[" * 400_000,
        "objects in objects": b'{"a":' * 150_000,
        "unknown fields": _fields(),
        "one field often": b"{" + b'"prompt":"a",' * 70_000 + b'"prompt":"b"}',
        "a long text": b'{"prompt": "' + b"a" * 900_000 + b'"}',
        "a number of digits": b'{"prompt": ' + b"9" * 900_000 + b"}",
        "a number beyond reason": b'{"prompt": 1e999999999}',
        "a lone surrogate": b'{"prompt": "\\ud800 and more words of it"}',
        "a null in a text": b'{"prompt": "a\\u0000b and more words of it"}',
        "no UTF-8": b'{"prompt": "\xff\xfe\xfa"}',
        "another encoding": '{"prompt": "ї"}'.encode("utf-16"),
        "a mark before it": b"\xef\xbb\xbf{}",
        "a proto": b'{"__proto__": {"admin": true}, "constructor": 1}',
    }
    for path in BODIES:
        target = path.format(**ids)
        for name, body in whole.items():
            yield Attack(f"{name} to {path}", _request("POST", target, known, body))
        for kind in (
            "text/plain",
            "application/xml",
            "multipart/form-data; boundary=x",
            "json" * 900,
        ):
            sent = {**known, "Content-Type": kind}
            yield Attack(f"{kind[:12]} to {path}", _request("POST", target, sent, b"{}"))
        packed = {**known, "Content-Encoding": "gzip"}
        yield Attack(f"gzip to {path}", _request("POST", target, packed, b"\x1f\x8b" * 1000))
    for path, field in LISTS.items():
        for name, item in {"nulls": "null", "objects": "{}", "texts": '""', "lists": "[]"}.items():
            count = (MAX_BODY - 100) // (len(item) + 1)
            body = f'{{"{field}": [{",".join([item] * count)}]}}'.encode()
            target = path.format(**ids)
            yield Attack(f"{field} of {name} to {path}", _request("POST", target, known, body))


def _fields() -> bytes:
    fields = ",".join(f'"a{number}":0' for number in range(80_000))
    return f"{{{fields}}}".encode()


def _texts(ids: Mapping[str, str], known: Mapping[str, str]) -> Iterator[Attack]:
    for name, pump in TEXTS.items():
        text = (pump * (4_000 // len(pump) + 1))[:4_000]
        places: dict[str, object] = {
            "/api/v1/flows": {"prompt": text},
            "/api/v1/training/plans": {
                "prompt": text,
                "profile": {"age": 34, "notes": text[:2_000]},
                "answers": {str(n): {"boolean": True, "text": text[:2_000]} for n in range(60)},
            },
            "/api/v1/code": {"prompt": text, "language": "python"},
            "/api/v1/flows/{flow}/edits": {"sentence": text[:2_000]},
            "/api/v1/artefacts/{plan}/feedback": {"text": text[:2_000]},
            "/api/v1/training/questions": {"profile": {"age": 34, "notes": text[:2_000]}},
        }
        for path, sent in places.items():
            body = json.dumps(sent).encode()
            yield Attack(f"{name} to {path}", _request("POST", path.format(**ids), known, body))
    for language in LANGUAGES:
        for name, pump in PUMPS.items():
            files = [
                {
                    "path": f"f{n}.{language}",
                    "language": language,
                    "content": pump * (60_000 // len(pump)),
                }
                for n in range(4)
            ]
            body = json.dumps({"files": files}).encode()
            yield Attack(
                f"{name} as {language} to analyze",
                _request("POST", "/api/v1/code/analyze", known, body),
            )
