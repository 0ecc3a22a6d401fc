"""The parts of a code artefact: how each is asked for and how its reply is read."""

from kuznia.domains.code import asking
from kuznia.domains.code.checks import SOURCE, asked
from kuznia.domains.code.extract import extract
from kuznia.domains.code.languages import get
from kuznia.domains.code.paths import stem
from kuznia.domains.code.proof import proof_of
from kuznia.domains.code.schema import (
    CodeDraft,
    CodeInput,
    DocumentationDraft,
    File,
    TestsDraft,
)
from kuznia.forge.terms import AnyPart, Bench, Order, Part, Prompt, Unreadable

MOST_TOKENS = 8_192


def parts(order: Order) -> tuple[AnyPart, ...]:
    """Code always; tests and documentation when asked for, tests only where there are any."""
    given = order.input
    assert isinstance(given, CodeInput)
    wanted: list[AnyPart] = [CODE]
    if given.include_tests and get(given.language).tests:
        wanted.append(TESTS)
    if given.include_docs:
        wanted.append(DOCUMENTATION)
    return tuple(wanted)


def _written(bench: Bench) -> CodeDraft:
    draft = bench.accepted["code"]
    assert isinstance(draft, CodeDraft)
    return draft


def _ask_code(bench: Bench) -> Prompt:
    given = asked(bench)
    language = get(given.language)
    return Prompt(asking.system("code", language), given.prompt, max_tokens=MOST_TOKENS)


def _ask_tests(bench: Bench) -> Prompt:
    given = asked(bench)
    code = _written(bench)
    system = asking.system("tests", get(given.language), _test_path(bench))
    return Prompt(system, _about(given.prompt, code), max_tokens=MOST_TOKENS)


def _ask_documentation(bench: Bench) -> Prompt:
    given = asked(bench)
    system = asking.system("documentation", get(given.language))
    return Prompt(system, _about(given.prompt, _written(bench)), max_tokens=MOST_TOKENS)


def _about(request: str, code: CodeDraft) -> str:
    return f"The request:\n{request}\n\nThe code:\n\n{asking.shown(code.files)}"


def _test_path(bench: Bench) -> str:
    return get(asked(bench).language).test_file.format(stem(_written(bench).files[0].path))


async def _read_code(reply: str, bench: Bench) -> CodeDraft:
    found = extract(reply, get(asked(bench).language), "code")
    return CodeDraft(
        files=found.files,
        proof=await proof_of(found.files),
        truncated=found.truncated,
        requires=found.requires,
    )


async def _read_tests(reply: str, bench: Bench) -> TestsDraft:
    language = get(asked(bench).language)
    found = extract(reply, language, "tests", _test_path(bench))
    return TestsDraft(
        files=found.files,
        proof=await proof_of(found.files),
        truncated=found.truncated,
        requires=found.requires,
        framework=language.tests or "",
    )


def _read_documentation(reply: str, _: Bench) -> DocumentationDraft:
    text = reply.strip()
    if not text:
        raise Unreadable("no-text", "The reply is empty.", "Reply with one Markdown document.")
    return DocumentationDraft(
        files=(File(path="README.md", language="markdown", content=f"{text}\n"),)
    )


CODE: Part[CodeDraft] = Part(name="code", prompt=_ask_code, parse=_read_code, checks=SOURCE)
TESTS: Part[TestsDraft] = Part(
    name="tests",
    needs=("code",),
    required=False,
    prompt=_ask_tests,
    parse=_read_tests,
    checks=SOURCE,
)
DOCUMENTATION: Part[DocumentationDraft] = Part(
    name="documentation",
    needs=("code",),
    required=False,
    prompt=_ask_documentation,
    parse=_read_documentation,
)
