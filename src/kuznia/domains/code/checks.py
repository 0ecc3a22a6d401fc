"""What every part with source in it is held to, whatever it is for."""

from collections.abc import Iterator
from typing import Any

from kuznia.domains.code.languages import get
from kuznia.domains.code.schema import CodeDraft, CodeInput, Flaw
from kuznia.forge.terms import Bench, Check, Finding


def asked(bench: Bench) -> CodeInput:
    order = bench.order.input
    assert isinstance(order, CodeInput)
    return order


def parses(draft: CodeDraft, bench: Bench) -> Iterator[Finding]:
    """Code nobody could read is no code, whatever else it is."""
    doubt = get(asked(bench).language).doubt
    for flaw in draft.proof.errors:
        yield _finding(flaw, doubt)
    if draft.proof.level == "none" and not draft.proof.errors:
        yield Finding(
            "unproven",
            "block",
            draft.files[0].path,
            "It took too long to parse.",
            "Write it shorter and simpler, so that it can be parsed.",
        )


def _finding(flaw: Flaw, doubt: str | None) -> Finding:
    where = f"{flaw.path}:{flaw.line}:{flaw.column}"
    said = f"{flaw.message}: {flaw.text}" if flaw.text else flaw.message
    if doubt:
        return Finding("unverified", "warn", where, said)
    return Finding("syntax", "block", where, said, "Correct the syntax at this place.")


def is_the_asked_language(draft: CodeDraft, bench: Bench) -> Iterator[Finding]:
    """An answer in another language is the answer to another question."""
    wanted = get(asked(bench).language)
    if all(file.language != wanted.name for file in draft.files):
        came = ", ".join(sorted({file.language for file in draft.files}))
        yield Finding(
            "wrong-language",
            "block",
            draft.files[0].path,
            f"It is {came}, not {wanted.name}.",
            f"Write it in {wanted.title}, in fences opened with ```{wanted.name}.",
        )


def is_whole(draft: CodeDraft, _: Bench) -> Iterator[Finding]:
    """Half a file can parse, and still not be what was promised."""
    if draft.truncated:
        yield Finding(
            "truncated",
            "block",
            draft.files[-1].path,
            "The reply ends before the code does.",
            "Send every file whole; write it shorter if it does not fit.",
        )


# They stand in parts of code and of tests, whose drafts differ; Any is the price of one tuple.
SOURCE: tuple[Check[Any], ...] = (
    Check("parses", parses),
    Check("language", is_the_asked_language),
    Check("whole", is_whole),
)
