"""An order that brings files, and asks for a change to them or for what fits them."""

import pytest
from pydantic_core import from_json
from tests.clocks import TurnedClock
from tests.domains.code.makers import an_order, work_on
from tests.makers import a_forge

from kuznia.domains.code import DOMAIN
from kuznia.domains.code.changes.diff import patched, unified
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


async def test_files_come_as_they_are_and_keep_their_line_ends():
    odd = NET.replace("\n", "\r\n").replace("pages", "pa\u200bges").removesuffix("\r\n")

    artefact, _ = await changed(BLOCK, files={"src/net.py": odd})

    code = artefact["parts"]["code"]
    after = patched({"src/net.py": odd}, code["change"]["diff"])["src/net.py"]
    assert artefact["status"] == "complete", artefact["findings"]
    assert after == GOOD.replace("\n", "\r\n").removesuffix("\r\n")


async def test_new_code_may_fit_the_files_without_a_change_to_them():
    reply = whole(
        "from net import fetch\n\n\ndef words(url: str) -> int:\n"
        '    """How many words a page has."""\n    return len(fetch(url).split())\n',
        "src/words.py",
    )

    artefact, _ = await changed(
        reply, prompt="Write a function words(url) that counts the words of a page"
    )

    assert artefact["status"] == "complete", (artefact["findings"], artefact["wishes"])
    assert artefact["parts"]["code"]["change"]["files"] == [
        {"path": "src/words.py", "status": "created"}
    ]


@pytest.mark.parametrize(
    ("damaged", "code"),
    [
        (GOOD.replace("text.split", "text.strip().split"), "not-asked"),
        (GOOD.replace(GOOD[GOOD.index("def head") : GOOD.index("def _clean")], ""), "vanished"),
        (GOOD[: GOOD.index("def head")], "fragment"),
        (GOOD[: GOOD.index("def head")] + "# ... rest of the code unchanged ...\n", "placeholder"),
        (NET, "nothing-changed"),
        (GOOD.replace("= 10", "= 30"), ""),
        (f"x = undefined_thing\n{GOOD}", "undefined-name"),
    ],
)
async def test_a_damaged_change_is_not_complete(damaged, code):
    artefact, heard = await changed(*[whole(damaged)] * 3)

    found = {f["code"] for unmet in artefact["unmet"] for f in unmet["findings"]}
    assert artefact["status"] != "complete"
    assert not code or code in found | codes(artefact), (found, codes(artefact))
    assert len(heard) > 1


async def test_what_was_wrong_with_the_files_as_they_came_is_not_held_against_a_change():
    old = (
        NET
        + "\n\ndef later():\n    return missing_name\n"
        + "\n\ndef todo():\n    raise NotImplementedError\n"
    )

    artefact, _ = await changed(BLOCK, files={"src/net.py": old})

    assert artefact["status"] == "complete", artefact["findings"]


async def test_a_part_of_a_change_is_kept_when_the_rest_is_asked_for_again():
    first = whole(GOOD.replace("text.split", "text.strip().split"))
    second = (
        "**src/net.py**\n```\n<<<<<<< SEARCH\n"
        '    return "\\n".join(text.strip().split("\\n")[:lines])\n'
        '=======\n    return "\\n".join(text.split("\\n")[:lines])\n>>>>>>> REPLACE\n```\n'
    )

    artefact, heard = await changed(first, second)

    assert artefact["status"] == "complete", artefact["findings"]
    assert artefact["parts"]["code"]["files"][0]["content"] == GOOD
    assert "head is changed, and the request neither names nor needs that" in heard[1]


@pytest.mark.parametrize(
    ("prompt", "old", "new"),
    [
        ("Rename `fetch` to `download`, also where it is used", "fetch", "download"),
        ("Перейменуй `fetch` на `download` скрізь", "fetch", "download"),
        (
            "Fix the bug that `head` returns three lines too few: it should be 6",
            "= 3) ->",
            "= 6) ->",
        ),
        ("Raise RETRIES from 3 to 5", "RETRIES = 3", "RETRIES = 5"),
        ("Прибери функцію _clean, нею ніхто не користується", None, None),
    ],
)
async def test_what_a_change_is_asked_to_do_is_met(prompt, old, new):
    after = NET.replace(old, new) if old else NET[: NET.index("\n\ndef _clean")]

    artefact, _ = await changed(whole(after), prompt=prompt)

    assert artefact["status"] == "complete", (artefact["findings"], artefact["wishes"])


async def test_half_of_a_row_of_names_is_not_all():
    artefact, _ = await changed(
        *[BLOCK] * 3, prompt="Add a `timeout` parameter of 10 seconds to `fetch` and `head`"
    )

    assert artefact["status"] == "partial"
    assert "left-out" in codes(artefact)


async def test_a_fence_in_a_file_does_not_end_the_diff_that_shows_it():
    fenced = '"""The first lines.\n\n    ```\n    head("a")\n    ```\n    """'
    old = NET.replace('"""The first lines."""', fenced)
    new = old.replace("lines: int = 3", "lines: int = 5").replace("RETRIES = 3", "RETRIES = 5")
    diff = unified({"src/net.py": old}, {"src/net.py": new})

    artefact, _ = await changed(
        f"```diff\n{diff}```\n",
        prompt="RETRIES is 5 from now on, and so are the lines of head",
        files={"src/net.py": old},
    )

    assert artefact["parts"]["code"]["files"][0]["content"] == new
