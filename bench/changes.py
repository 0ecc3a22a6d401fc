"""How changes to files are judged: real ones, and copies damaged on purpose.

`python -m bench changes FOLDER` reads FOLDER/tune.jsonl and FOLDER/held.jsonl. Each line has the
`files` that come, the `prompt`, a `good` reply with the files it must give (`expected`), and
`damaged` replies, each with its `kind`. A scripted model says the same again whenever it is asked.
`--sandbox` runs the tests that came; `--show` prints what was wrong in the tuned half, and never
in the held one.
"""

import argparse
import asyncio
import json
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from kuznia.domains.code import DOMAIN
from kuznia.domains.code.changes.diff import patched
from kuznia.domains.code.schema import CodeInput
from kuznia.domains.code.settings import CodeSettings
from kuznia.forge.ledger import Ledger
from kuznia.forge.run import run
from kuznia.forge.shelf.shelf import Shelf, key_of
from kuznia.forge.terms import AnyDomain, Budget, Caller, Order, RunId
from kuznia.forge.work import Forge, Work
from kuznia.llm.layers.build import Care, Source, layered
from kuznia.llm.model import Price
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.clock import SystemClock

GOOD = "good"


@dataclass(frozen=True, slots=True)
class ChangeOutcome:
    """What became of one reply."""

    case: str
    kind: str
    status: str
    # The codes of what stands in the way, or is open.
    findings: tuple[str, ...]
    open_wishes: int
    messages: tuple[str, ...] = ()
    # Whether the files are those that the reply stands for.
    is_read: bool = True
    applies: bool = True
    # Whether tests that came were run, and passed before.
    is_tested: bool = False


async def outcome(domain: AnyDomain, case: dict[str, Any], kind: str, reply: str) -> ChangeOutcome:
    """One order, and a model that always says this."""
    scripted = ScriptedModel()
    scripted.always(lambda _: reply)
    clock = SystemClock()
    source = Source(scripted, Price(input=0, output=0))
    stack = layered(source, care=Care(), clock=clock).model
    forge = Forge({"code": domain}, stack, Shelf(None, clock, ttl=0, size=1), clock)
    order = Order(
        domain="code",
        input=CodeInput(prompt=case["prompt"], language="python", files=case["files"]),
        caller=Caller("bench"),
        deadline=clock.monotonic() + 300,
        budget=Budget(attempts=20, tokens=10_000_000),
    )
    work = Work(
        run_id=RunId("run_1"),
        order=order,
        key=key_of(order, domain, "m"),
        noted=(),
        ledger=Ledger(order.budget, clock),
        tell=lambda _kind, _data: None,
    )
    artefact = from_json((await run(forge, work)).body)
    return _read(case, kind, artefact)


def _read(case: dict[str, Any], kind: str, artefact: dict[str, Any]) -> ChangeOutcome:
    findings = [f for f in artefact["findings"] if f["severity"] != "warn"]
    findings += [f for unmet in artefact["unmet"] for f in unmet["findings"]]
    wishes = [wish for wish in artefact["wishes"] if wish["outcome"] not in ("met", "not_possible")]
    code = artefact["parts"].get("code")
    files = {file["path"]: file["content"] for file in code["files"]} if code else {}
    came = {file["path"]: file["content"] for file in case["files"]}
    return ChangeOutcome(
        case=case["id"],
        kind=kind,
        status=artefact["status"],
        findings=tuple(dict.fromkeys(finding["code"] for finding in findings)),
        open_wishes=len(wishes),
        messages=tuple(
            [f"{f['code']} {f['where']}: {f['message']}" for f in findings]
            + [f"wish {wish['quote']!r}: {wish['why']}" for wish in wishes]
        ),
        is_read=kind != GOOD or not code or files == case["expected"],
        is_tested=bool(code) and code["change"]["tests"]["status"] == "ran",
        applies=not code or patched(came, code["change"]["diff"]) == came | files,
    )


async def measure(domain: AnyDomain, cases: list[dict[str, Any]]) -> list[ChangeOutcome]:
    outcomes: list[ChangeOutcome] = []
    for case in cases:
        outcomes.append(await outcome(domain, case, GOOD, case["good"]))
        outcomes += [
            await outcome(domain, case, damaged["kind"], damaged["reply"])
            for damaged in case["damaged"]
        ]
    return outcomes


def table(name: str, outcomes: list[ChangeOutcome]) -> str:
    """How many of each kind are `complete`, and which findings the others have."""
    lines = [f"{name}: every diff applies: {all(one.applies for one in outcomes)}"]
    for kind in dict.fromkeys((GOOD, *sorted({one.kind for one in outcomes}))):
        these = [one for one in outcomes if one.kind == kind]
        statuses = Counter(one.status for one in these)
        codes = Counter(code for one in these for code in one.findings)
        wishes = sum(one.open_wishes > 0 for one in these)
        only = sum(one.open_wishes > 0 and not one.findings for one in these)
        lines.append(
            f"  {kind:14} {len(these):3}  complete {statuses['complete']:3}  "
            f"partial {statuses['partial']:3}  failed {statuses['failed']:3}  "
            f"open wishes {wishes} (alone {only})  tests ran {sum(o.is_tested for o in these)}"
            f" (complete {sum(o.is_tested and o.status == 'complete' for o in these)})  "
            + ", ".join(f"{code} {count}" for code, count in codes.most_common())
            + (f"  read wrong {sum(not o.is_read for o in these)}" if kind == GOOD else "")
        )
    return "\n".join(lines)


async def _bench(folder: Path, halves: list[str], *, sandbox: bool, show: bool, limit: int) -> None:
    settings = CodeSettings(code_run_tests="sandbox" if sandbox else "off")
    opened = DOMAIN.opened
    async with opened(settings) if opened else nullcontext(DOMAIN) as domain:
        for half in halves:
            text = (folder / f"{half}.jsonl").read_text("utf-8")
            cases = [json.loads(line) for line in text.splitlines()][:limit]
            outcomes = await measure(domain, cases)
            print(table(half, outcomes), flush=True)
            if show and half != "held":
                for one in outcomes:
                    is_well = one.status == "complete" and one.is_read
                    if is_well != (one.kind == GOOD) or not one.is_read:
                        print(one.case, one.kind, one.status, "" if one.is_read else "READ WRONG")
                        print(*(f"     {message}" for message in one.messages), sep="\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", action="append", choices=("tune", "held"))
    parser.add_argument("--sandbox", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--limit", type=int, default=10_000)
    given = parser.parse_args()
    halves = given.half or ["tune", "held"]
    asyncio.run(
        _bench(given.folder, halves, sandbox=given.sandbox, show=given.show, limit=given.limit)
    )


if __name__ == "__main__":
    main()
