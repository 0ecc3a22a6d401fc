"""What becomes of the recorded replies of small local models, for code.

`python -m bench local_models FILE` plays each first reply, and the repair that was recorded for it,
through a whole order: with the reader, the checks and the repair loop as they are now. FILE has one
JSON object a line: model, messages, finish, reply. Where no repair was recorded, the model says the
same again, as half of them did. No model is asked.
"""

import argparse
import asyncio
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from bench.report import table
from kuznia.domains.code import DOMAIN
from kuznia.forge.ledger import Ledger
from kuznia.forge.run import run
from kuznia.forge.shelf.shelf import Shelf, key_of
from kuznia.forge.terms import Budget, Caller, Order, RunId
from kuznia.forge.work import Forge, Work
from kuznia.llm.layers.build import Care, Source, layered
from kuznia.llm.model import ModelFault, Price, Reply, Usage
from kuznia.llm.scripted import ScriptedModel
from kuznia.llm.token_count import estimate
from kuznia.platform.clock import SystemClock
from kuznia.platform.errors import Fault
from kuznia.platform.process.workers import POOL

ASKED = re.compile(r"You write (\w+) that people run")
BUDGET = Budget(attempts=50, tokens=10_000_000)
SECONDS = 600.0


@dataclass(slots=True)
class Conversation:
    """An order as it was recorded: its prompt, the first reply and the repairs of it."""

    model: str
    language: str
    prompt: str
    replies: list[Reply] = field(default_factory=list[Reply])


def conversations(lines: list[dict[str, Any]]) -> Iterator[Conversation]:
    """The orders for code, each with what was answered in turn."""
    for first in lines:
        system, user, *repaired = (message["content"] for message in first["messages"])
        asked = ASKED.match(system)
        if asked is None or repaired:
            continue
        conversation = Conversation(first["model"], asked[1].lower(), user, [_reply(first)])
        conversation.replies += [
            _reply(line)
            for line in lines
            if line["model"] == first["model"]
            and len(line["messages"]) == 4
            and line["messages"][1]["content"] == user
            and line["messages"][2]["content"] == first["reply"]
        ]
        yield conversation


def _reply(line: dict[str, Any]) -> Reply:
    text = line["reply"]
    usage = Usage(0, estimate(text), estimated=True)
    # What was not finished was stopped by a limit of ours.
    return Reply(text=text, model=line["model"], usage=usage, truncated=line["finish"] != "stop")


async def replay(conversation: Conversation) -> Counter[str]:
    """What one order comes to."""
    clock = SystemClock()
    scripted = ScriptedModel(*conversation.replies, name="recorded")
    scripted.always(conversation.replies[-1])
    model = layered(Source(scripted, Price()), care=Care(), clock=clock).model
    forge = Forge({DOMAIN.name: DOMAIN}, model, Shelf(None, clock, ttl=0, size=1), clock)
    given = {"prompt": conversation.prompt, "language": conversation.language}
    order = Order(
        domain=DOMAIN.name,
        input=DOMAIN.input(**given, include_tests=False, include_docs=False),
        caller=Caller("bench"),
        deadline=clock.monotonic() + SECONDS,
        budget=BUDGET,
    )
    ledger = Ledger(BUDGET, clock)
    work = Work(
        run_id=RunId("run_bench"),
        order=order,
        key=key_of(order, DOMAIN, "recorded"),
        noted=(),
        ledger=ledger,
        tell=lambda *_: None,
    )
    result = Counter(orders=1)
    try:
        artefact = json.loads((await run(forge, work)).body)
        result["accepted"] += artefact["status"] in {"complete", "partial"}
        result[f"ended: {artefact['evidence']['parts'][0]['ended']}"] += 1
    except ModelFault as fault:
        result[f"ended: {fault.reason}"] += 1
    except Fault as fault:
        result[f"ended: {fault.code}"] += 1
    result["calls"] += len(ledger.attempts)
    result["tokens"] += ledger.output_tokens
    result["cut"] += sum(reply.truncated for reply in conversation.replies)
    return result


async def main(lines: list[dict[str, Any]]) -> None:
    """Print a row for each model."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    rows: dict[str, Counter[str]] = {}
    try:
        for conversation in conversations(lines):
            rows.setdefault(conversation.model, Counter()).update(await replay(conversation))
    finally:
        await POOL.end()
    rows["all"] = sum(rows.values(), Counter())
    ends = sorted({name for row in rows.values() for name in row if name.startswith("ended")})
    heads = ("orders", "accepted", "calls", "tokens", "cut", *ends)
    print(table(("model", *heads), [(m, *(str(row[n]) for n in heads)) for m, row in rows.items()]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    recorded = parser.parse_args().file.read_text("utf-8").splitlines()
    asyncio.run(main([json.loads(line) for line in recorded]))
