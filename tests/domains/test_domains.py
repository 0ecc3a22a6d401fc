"""What every domain promises, tried on each that is there.

A domain brings replies of models in tests/domains/NAME/replies/, good ones and bad ones.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import cache
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from kuznia.domains import load
from kuznia.forge.check import check
from kuznia.forge.make import drafted
from kuznia.forge.terms import AnyDomain, AnyPart, Bench, Budget, Caller, Draft, Order, Unreadable

HERE = Path(__file__).parent
DOMAINS = load()
EXAMPLES = [(domain, example) for domain in DOMAINS.values() for example in domain.shown.examples]
each_domain = pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
each_example = pytest.mark.parametrize(("domain", "example"), EXAMPLES)
# What replies are full of, to be strewn over them: fences, braces, tags, nothing, half a pair.
SPLINTERS = ("```", "```python\n", "~~~", "\n", "<think>", "</think>", "|", "# ", "**a.py**\n")
SPLINTERS += ("{", "}", "[", "]", '"', ",", ":", "null", "0", "\0", "\ufeff", "\u202e", "\ud800")


@cache
def replies(domain: str) -> tuple[str, ...]:
    found = sorted((HERE / domain / "replies").glob("*"))
    return tuple(file.read_bytes().decode() for file in found)


@st.composite
def a_reply(draw: st.DrawFn, domain: str) -> str:
    """Any text, or a reply of the kind that comes, cut and strewn with splinters."""
    text = draw(st.sampled_from(replies(domain)) | st.text(max_size=200))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(text)))
        much = draw(st.integers(0, 40))
        text = text[:place] + draw(st.sampled_from(SPLINTERS)) + text[place + much :]
    return text


def an_order(domain: AnyDomain, example: Any) -> Order:
    return Order(
        domain=domain.name,
        input=domain.input.model_validate(example),
        caller=Caller("ivan"),
        deadline=1e9,
        budget=Budget(attempts=50, tokens=1_000_000),
    )


# Any: readings and prompts; where it awaits is what this is about.
async def settled(value: Any) -> Any:
    return await value if isawaitable(value) else value


async def order_of(domain: AnyDomain, example: Any) -> Bench[Any]:
    order = an_order(domain, example)
    return Bench(order, await settled(domain.read(order.input)))


async def a_bench(empty: Bench[Any], part: AnyPart, parts: tuple[AnyPart, ...]) -> Bench[Any]:
    """What this part needs, each from our own code or the first reply that passes."""
    accepted: dict[str, Draft] = {}
    studies: dict[str, Any] = {}
    for need in (one for one in parts if one.name in part.needs):
        draft, bench = await a_draft(need, await a_bench(empty, need, parts))
        accepted[need.name] = draft
        studies |= bench.studies
    return replace(empty, accepted=accepted, studies=studies)


async def a_draft(part: AnyPart, bench: Bench[Any]) -> tuple[Draft, Bench[Any]]:
    if part.make is not None:
        return await drafted(part, part.make(bench), bench)
    assert part.parse
    for text in replies(bench.order.domain):
        with suppress(Unreadable):
            draft, after = await drafted(part, part.parse(text, bench), bench)
            if not (await check(part, draft, after)).standing:
                return draft, after
    pytest.fail(f"none of the replies of {bench.order.domain} gives a good {part.name}")


@asynccontextmanager
async def opened(domain: AnyDomain) -> AsyncGenerator[AnyDomain]:
    """A domain as the application has it once it has started."""
    if domain.opened is None:
        yield domain
    else:
        async with domain.opened(domain.settings() if domain.settings else {}) as ready:
            yield ready


def test_no_two_domains_have_one_door() -> None:
    assert len({domain.path for domain in DOMAINS.values()}) == len(DOMAINS)


@each_domain
def test_a_domain_is_found_by_its_name_and_shows_what_can_be_asked(domain: AnyDomain) -> None:
    assert (HERE.parents[1] / "src/kuznia/domains" / domain.name).is_dir()
    assert domain.version
    assert domain.summary
    assert domain.shown.examples


@pytest.mark.smoke
@each_example
async def test_an_example_is_an_order_whose_parts_can_be_made(
    domain: AnyDomain, example: Any
) -> None:
    parts = domain.parts((await order_of(domain, example)).reading)
    before: set[str] = set()

    for part in parts:
        assert part.name not in before, f"two parts are named {part.name}"
        assert set(part.needs) <= before, f"{part.name} stands before what it needs"
        before.add(part.name)

    assert any(part.required for part in parts)


@each_example
async def test_two_checks_never_share_a_name(domain: AnyDomain, example: Any) -> None:
    parts = domain.parts((await order_of(domain, example)).reading)
    checks = {one for part in parts for one in part.checks}

    assert len({one.name for one in checks}) == len({one.run for one in checks})


@each_example
async def test_what_is_asked_for_is_in_every_prompt(domain: AnyDomain, example: Any) -> None:
    bench = await order_of(domain, example)

    async with opened(domain) as ready:
        parts = ready.parts(bench.reading)
        asked = [
            (p, await settled(p.prompt(await a_bench(bench, p, parts)))) for p in parts if p.prompt
        ]

    assert all(prompt.system.strip() for _, prompt in asked)
    # A specialist works on what the others made of it.
    said = bench.order.input.prompt
    assert all(said in prompt.user for part, prompt in asked if not part.specialist)


# Hundreds of replies that take the same ways: the tests of some measure them.
@pytest.mark.no_cover
@each_example
@bounded(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_reply_is_too_odd_to_be_read_checked_and_mended(
    domain: AnyDomain, example: Any, data: st.DataObject
) -> None:
    bench = asyncio.run(order_of(domain, example))
    names = [part.name for part in domain.parts(bench.reading) if part.parse]
    name = data.draw(st.sampled_from(names), label="part")
    text = data.draw(a_reply(domain.name), label="reply")

    asyncio.run(_through(domain, bench, name, text))


async def _through(domain: AnyDomain, empty: Bench[Any], name: str, text: str) -> None:
    async with opened(domain) as ready:
        parts = ready.parts(empty.reading)
        part = next(one for one in parts if one.name == name)
        bench = await a_bench(empty, part, parts)
        assert part.parse
        with suppress(Unreadable):
            draft, bench = await drafted(part, part.parse(text, bench), bench)
            findings = (await check(part, draft, bench)).findings
            if part.mend is not None:
                fresh, after = await drafted(part, part.mend(draft, findings, bench), bench)
                await check(part, fresh, after)
