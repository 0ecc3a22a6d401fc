"""An order that brings files, and asks for a change to them or for what fits them."""

import pytest
from pydantic_core import from_json
from tests.clocks import TurnedClock
from tests.domains.code.makers import an_order, work_on
from tests.makers import a_forge

from kuznia.domains.code import DOMAIN
from kuznia.domains.code.changes.diff import patched
from kuznia.forge.run import run
from kuznia.forge.sanitise import clean
from kuznia.llm.scripted import ScriptedModel

NET = '''"""Fetching."""

import urllib.request

RETRIES = 3


def fetch(url: str) -> bytes:
    """The body of a page."""
    with urllib.request.urlopen(url) as answer:
        return answer.read()


def head(text: str, lines: int = 3) -> str:
    """The first lines."""
    return "\\n".join(text.split("\\n")[:lines])


def _clean(text: str) -> str:
    return text.strip()
'''
ASKED = "Add a `timeout` parameter to `fetch`, 10 seconds by default"
BLOCK = """**src/net.py**
```python
<<<<<<< SEARCH
def fetch(url: str) -> bytes:
    \"\"\"The body of a page.\"\"\"
    with urllib.request.urlopen(url) as answer:
=======
def fetch(url: str, timeout: float = 10) -> bytes:
    \"\"\"The body of a page.\"\"\"
    with urllib.request.urlopen(url, timeout=timeout) as answer:
>>>>>>> REPLACE
```
"""
GOOD = NET.replace("(url: str)", "(url: str, timeout: float = 10)").replace(
    "urlopen(url)", "urlopen(url, timeout=timeout)"
)


async def changed(*replies: str, prompt: str = ASKED, files: dict[str, str] | None = None):
    """The artefact as JSON, and what the model was told."""
    scripted, clock = ScriptedModel(*replies), TurnedClock()
    came = [{"path": p, "content": c} for p, c in (files or {"src/net.py": NET}).items()]
    order, _ = clean(an_order(prompt=prompt, files=came), DOMAIN)
    forge = a_forge(scripted, clock, domain=DOMAIN)
    return from_json((await run(forge, work_on(order, clock))).body), scripted.heard


def whole(content: str, path: str = "src/net.py") -> str:
    return f"**{path}**\n```python\n{content}```\n"


def codes(artefact) -> set[str]:
    return {finding["code"] for finding in artefact["findings"]}


@pytest.mark.parametrize(
    "reply", [BLOCK, whole(GOOD), whole(GOOD, "net.py"), f"```python\n{GOOD}```"]
)
async def test_a_change_is_told_as_the_files_and_one_diff(reply):
    artefact, heard = await changed(reply)

    code = artefact["parts"]["code"]
    assert artefact["status"] == "complete", (artefact["findings"], artefact["wishes"])
    assert [file["path"] for file in code["files"]] == ["src/net.py"]
    assert code["files"][0]["content"] == GOOD
    assert patched({"src/net.py": NET}, code["change"]["diff"]) == {"src/net.py": GOOD}
    assert code["change"]["files"] == [{"path": "src/net.py", "status": "changed"}]
    assert "as data" in heard[0]
    assert NET in heard[0]
