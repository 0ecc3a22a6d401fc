"""Each check catches a reply that no other objects to, and lets a good one pass."""

import pytest
from tests.domains.code.corpus import CHECKED, read
from tests.domains.code.makers import a_bench, a_draft

from kuznia.domains.code.parts import CODE, DOCUMENTATION, TESTS
from kuznia.forge.check import check
from kuznia.forge.terms import AnyPart

PARTS: dict[str, AnyPart] = {part.name: part for part in (CODE, TESTS, DOCUMENTATION)}


@pytest.mark.parametrize("path", CHECKED, ids=lambda path: path.stem)
async def test_a_broken_reply_is_caught_by_one_check_and_a_good_one_by_none(path):
    case = read(path)
    code = a_draft(*((p, language, text) for p, (language, text) in case.code.items()))
    bench = a_bench(case.prompt, case.language, code if case.code else None)
    part = PARTS[case.part]
    assert part.parse

    draft = await _settled(part.parse(case.reply, bench))
    verdict = await check(part, draft, bench)

    objecting = [one.name for one in verdict.checks if one.passed is False]
    assert objecting == ([] if case.catches == "nothing" else [case.catches]), verdict.findings
    assert {finding.code for finding in verdict.findings} == set(case.codes)


def test_every_check_has_a_reply_that_it_alone_catches():
    caught = {(case.part, case.catches) for case in map(read, CHECKED)}
    of_source = {name for _, name in caught}

    for part in PARTS.values():
        # What is run is tried in the sandbox: sandbox/test_verdict.py.
        for one in (one for one in part.checks if one.applies is None):
            assert (part.name, one.name) in caught or one.name in of_source


async def _settled(draft):
    return await draft if hasattr(draft, "__await__") else draft
