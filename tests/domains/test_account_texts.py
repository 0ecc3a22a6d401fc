"""Orders and artefacts that others wrote: what is there is found, and what is damaged is named.

Some copies are damaged in one thing: a wish dropped, inverted or moved, something invented, another
topic. The accounts were tuned on these texts, so their figures here are no measure of quality;
those are in docs/wishes.md. They may not fall.
"""

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest
from tests.makers import an_order

from kuznia.domains import load
from kuznia.domains.code.account import account_here
from kuznia.domains.code.schema import CodeDraft, TestsDraft
from kuznia.domains.flows.schema import Flow
from kuznia.domains.training.schema.plan import Plan
from kuznia.forge.terms import Bench, Draft
from kuznia.forge.wishes.account import account, is_open, read_wishes

TEXTS = Path(__file__).parent / "texts"
DRAFTS: Mapping[str, type[Draft]] = {
    "flow": Flow,
    "code": CodeDraft,
    "tests": TestsDraft,
    "plan": Plan,
}

# Code is accounted for in this process, where covered lines are counted.
DOMAINS = {**load(), "code": replace(load()["code"], account=account_here)}


async def is_complete(name: str, row: Mapping[str, Any]) -> bool:
    domain = DOMAINS[name]
    input_ = domain.input.model_validate(row["input"])
    reading = domain.read(input_)
    bench = Bench(
        an_order(domain=name, input=input_),
        await reading if isawaitable(reading) else reading,
        {part: DRAFTS[part].model_validate(draft) for part, draft in row["parts"].items()},
    )
    wishes = read_wishes(domain, input_.prompt, bench.reading)
    bench = Bench(bench.order, bench.reading, bench.accepted, wishes=wishes)
    return not any(map(is_open, await account(domain, bench, seconds=60)))


@pytest.mark.parametrize(
    ("name", "missed", "unseen"), [("flows", 1, 0), ("code", 2, 1), ("training", 2, 0)]
)
async def test_what_others_wrote_is_accounted_for(name: str, missed: int, unseen: int):
    with gzip.open(TEXTS / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]

    complete = {row["name"]: await is_complete(name, row) for row in rows}

    damaged = {row["name"] for row in rows if row["damage"]}
    assert len(damaged) == 14
    assert len(rows) == 44
    assert sum(complete[one] for one in damaged) <= unseen
    assert sum(not done for one, done in complete.items() if one not in damaged) <= missed
