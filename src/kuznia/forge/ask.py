"""A part is asked of a model: the first time with its prompt, then with what was wrong."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing

from kuznia.forge.terms import Finding, Order, Prompt
from kuznia.llm.model import Account, Ask, Message, Model, Reply
from kuznia.llm.token_count import estimated

# A model is told the worst first and not drowned: more findings than this are one hint's echoes.
MAX_HINTS = 12
# Characters that are sent back of a reply without an end: enough to know it by.
CUT_SHOWN = 400
# How much a reply grows before it is looked at again, in letters and by its length so far: a look
# reads all of it, and a long reply that is read every few lines is read hundreds of times.
LOOK = 200
GROWN = 1 / 8


def messages(
    prompt: Prompt, last: Reply | None, findings: tuple[Finding, ...]
) -> tuple[Message, ...]:
    """The conversation so far: on a repair the model sees its own reply and what is wrong."""
    opening = (Message("system", prompt.system), Message("user", prompt.user))
    if last is None:
        return opening
    standing = sorted((f for f in findings if f.stands), key=lambda f: f.severity)[:MAX_HINTS]
    faults = "\n".join(f"- {f.where}: {f.message} {f.hint}".rstrip() for f in standing)
    again = (
        "Your reply was checked and not accepted:\n"
        f"{faults}\nMend these and nothing else; send the whole reply again in the same form."
    )
    text = f"{last.text[:CUT_SHOWN]}\n..." if last.truncated else last.text
    return (*opening, Message("assistant", text), Message("user", again))


async def ask(
    model: Model,
    prompt: Prompt,
    order: Order,
    account: Account,
    *,
    deadline: float,
    max_tokens: int | None,
    last: Reply | None = None,
    findings: tuple[Finding, ...] = (),
    show: Callable[[str], None],
    enough: Callable[[str], Awaitable[str | None]] | None = None,
) -> Reply:
    """One reply, before the deadline and within the budget; drafts are shown as they come.

    A stream whose beginning is `enough` is left there, and the server with it.
    """
    question = Ask(
        messages=messages(prompt, last, findings),
        deadline=deadline,
        account=account,
        max_tokens=min(prompt.max_tokens, max_tokens or prompt.max_tokens),
        schema=prompt.schema,
        request_id=order.request_id,
        whole=not order.drafts,
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
