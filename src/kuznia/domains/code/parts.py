"""The parts of a code artefact: how each is asked for and how its reply is read."""

from kuznia.domains.code import asking, checks, checks_docs, checks_tests
from kuznia.domains.code.checks import asked, written
from kuznia.domains.code.document import document
from kuznia.domains.code.enough import enough
from kuznia.domains.code.extract import MOST_BYTES, extract
from kuznia.domains.code.languages import get
from kuznia.domains.code.mend import tidy
from kuznia.domains.code.metrics import METRICS
from kuznia.domains.code.paths import stem
from kuznia.domains.code.proof import proof_of
from kuznia.domains.code.reply import read
from kuznia.domains.code.schema import (
    CodeDraft,
    CodeInput,
    DocumentationDraft,
    File,
    TestsDraft,
)
from kuznia.forge.terms import AnyPart, Bench, Order, Part, Prompt, Unreadable

MOST_TOKENS = 8_192


def parts(order: Order, tests: Part[TestsDraft] | None = None) -> tuple[AnyPart, ...]:
    """Code and its metrics always; tests and documentation when asked for and where there are any.

    `tests` stands in for TESTS where tests are run as well as read.
    """
    given = order.input
    assert isinstance(given, CodeInput)
    wanted: list[AnyPart] = [CODE, METRICS]
    if given.include_tests and get(given.language).tests:
        wanted.append(tests or TESTS)
    if given.include_docs:
        wanted.append(DOCUMENTATION)
    return tuple(wanted)


def _ask_code(bench: Bench) -> Prompt:
    given = asked(bench)
    language = get(given.language)
    return Prompt(asking.system("code", language), given.prompt, max_tokens=MOST_TOKENS)


def _ask_tests(bench: Bench) -> Prompt:
    given = asked(bench)
    code = written(bench)
    system = asking.system("tests", get(given.language), _test_path(bench))
    return Prompt(system, _about(given.prompt, code), max_tokens=MOST_TOKENS)


def _ask_documentation(bench: Bench) -> Prompt:
    given = asked(bench)
    system = asking.system("documentation", get(given.language))
    return Prompt(system, _about(given.prompt, written(bench)), max_tokens=MOST_TOKENS)


def _about(request: str, code: CodeDraft) -> str:
    return f"The request:\n{request}\n\nThe code:\n\n{asking.shown(code.files)}"


def _test_path(bench: Bench) -> str:
    language, files = get(asked(bench).language), written(bench).files
    main = next((file for file in files if file.language == language.name), files[0])
    return language.test_file.format(stem(main.path))


async def _read_code(reply: str, bench: Bench) -> CodeDraft:
    found = extract(reply, get(asked(bench).language), "code")
    return CodeDraft(
        files=found.files,
        proof=await proof_of(found.files),
        truncated=found.truncated,
        requires=found.requires,
    )


async def read_tests(reply: str, bench: Bench) -> TestsDraft:
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
    text, cut = document(read(reply))
    if not text.strip():
        raise Unreadable("no-text", "The reply is empty.", "Reply with one Markdown document.")
    if len(text.encode()) > MOST_BYTES:
        raise Unreadable("too-large", "The document is far too long.", "Write much less.")
    page = File(path="README.md", language="markdown", content=text)
    return DocumentationDraft(files=(page,), truncated=cut)


CODE: Part[CodeDraft] = Part(
    name="code",
    prompt=_ask_code,
    parse=_read_code,
    enough=enough,
    mend=tidy,
    checks=checks.SOURCE,
)
TESTS: Part[TestsDraft] = Part(
    name="tests",
    needs=("code",),
    required=False,
    prompt=_ask_tests,
    parse=read_tests,
    mend=tidy,
    checks=checks_tests.TESTS,
)
DOCUMENTATION: Part[DocumentationDraft] = Part(
    name="documentation",
    needs=("code",),
    required=False,
    prompt=_ask_documentation,
    parse=_read_documentation,
    checks=checks_docs.DOCUMENTATION,
)
