"""A part is asked of a model: the first time with its prompt, then with what was wrong."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from kuznia.forge.quotes import quote_of
from kuznia.forge.terms import MAX_HINTS, Draft, Finding, Order, Prompt
from kuznia.llm.model import Account, Ask, CallTape, Message, Model, Reply
from kuznia.llm.token_count import estimated

# How much warmer a second repair is asked for: at the same temperature a small model sends the
# reply that was refused, letter for letter.
WARMTH = 0.4
# Characters that are sent back of a reply without an end: enough to know it by.
CUT_SHOWN = 400
# Characters by which a quote is known again; none are in every message.
KNOWN_BY = 12
# How much a reply grows before it is looked at again, in letters and by its length so far: a look
# reads all of it, and a long reply that is read every few lines is read hundreds of times.
LOOK = 200
GROWN = 1 / 8

MEND = "Mend these and nothing else; send the whole reply again in the same form."
RENEW = (
    "Do not send the same again: solve these places another way, and write the whole reply anew in "
    "the same form."
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A reply that was not accepted, and why; `number` counts the replies refused so far."""

    reply: Reply
    draft: Draft | None
    findings: tuple[Finding, ...]
    number: int = 1
    # What the findings are about, where it is not in the reply.
    beside: str = ""


def messages(prompt: Prompt, refused: Refused | None) -> tuple[Message, ...]:
    """The conversation so far: on a repair the model sees its own reply and what is wrong."""
    opening = (Message("system", prompt.system), Message("user", prompt.user))
    if refused is None:
        return opening
    reply = refused.reply
    if not reply.text:
        # There is nothing to mend, and some chat templates take no empty message.
        hints = " ".join(finding.hint for finding in refused.findings)
        return (opening[0], Message("user", f"{prompt.user}\n\n{hints}"))
    standing = sorted((f for f in refused.findings if f.is_asked), key=lambda f: f.severity)
    faults = "\n".join(_line(finding, refused) for finding in standing[:MAX_HINTS])
    again = (
        "Your reply was checked and not accepted:\n"
        f"{faults}\n{MEND if refused.number == 1 else RENEW}\n\n{refused.beside}"
    ).rstrip()
    text = f"{reply.text[:CUT_SHOWN]}\n..." if reply.truncated else reply.text
    return (*opening, Message("assistant", text), Message("user", again))


def _line(finding: Finding, refused: Refused) -> str:
    quote = quote_of(finding, refused.reply.text, refused.draft)
    # Some checks quote the place themselves.
    known = quote[:KNOWN_BY] in finding.message
    where = finding.where if known else f"{finding.where} `{quote}`"
    return f"- {where}: {finding.message} {finding.hint}".rstrip()


async def ask(
    model: Model,
    prompt: Prompt,
    order: Order,
    account: Account,
    *,
    deadline: float,
    max_tokens: int | None,
    refused: Refused | None = None,
    show: Callable[[str], None],
    enough: Callable[[str], Awaitable[str | None]] | None = None,
    tape: CallTape | None = None,
) -> Reply:
    """One reply, before the deadline and within the budget; drafts are shown as they come.

    A stream whose beginning is `enough` is left there, and the server with it.
    """
    question = Ask(
        messages=messages(prompt, refused),
        deadline=deadline,
        account=account,
        max_tokens=min(prompt.max_tokens, max_tokens or prompt.max_tokens),
        warmth=WARMTH if refused and (refused.number > 1 or not refused.reply.text) else 0.0,
        schema=prompt.schema,
        request_id=order.request_id,
        whole=not order.drafts,
        tape=tape,
    )
    reply: Reply | None = None
    text, looked = "", 0
    async with aclosing(model.stream(question)) as deltas:
        async for delta in deltas:
            reply = delta.reply or reply
            if question.whole or not delta.text:
                continue
            show(delta.text)
            text += delta.text
            if (
                enough is not None
                and len(text) - looked >= max(LOOK, GROWN * looked)
                and "\n" in delta.text
            ):
                looked = len(text)
                kept = await enough(text)
                if kept is not None:
                    return Reply(text=kept, model=delta.model, usage=estimated(question, text))
    assert reply is not None, "a stream ends with its reply or with a fault"
    return reply
