"""A part is asked of a model: the first time with its prompt, then with what was wrong."""

from collections.abc import Callable
from contextlib import aclosing

from kuznia.forge.terms import Bench, Finding, Prompt
from kuznia.llm.model import Account, Ask, Message, Model, Reply

# A model is told the worst first and not drowned: more findings than this are one hint's echoes.
MOST_HINTS = 12


def messages(
    prompt: Prompt, said: Reply | None, findings: tuple[Finding, ...]
) -> tuple[Message, ...]:
    """The conversation so far: on a repair the model sees its own reply and what is wrong."""
    opening = (Message("system", prompt.system), Message("user", prompt.user))
    if said is None:
        return opening
    standing = sorted((f for f in findings if f.stands), key=lambda f: f.severity)[:MOST_HINTS]
    faults = "\n".join(f"- {f.where}: {f.message} {f.hint}".rstrip() for f in standing)
    again = (
        "Your reply was checked and not accepted:\n"
        f"{faults}\nMend these and nothing else; send the whole reply again in the same form."
    )
    return (*opening, Message("assistant", said.text), Message("user", again))


async def ask(
    model: Model,
    prompt: Prompt,
    bench: Bench,
    account: Account,
    *,
    most_tokens: int,
    said: Reply | None = None,
    findings: tuple[Finding, ...] = (),
    show: Callable[[str], None],
) -> Reply:
    """One reply, within what the order has left; drafts are shown as they come."""
    order = bench.order
    question = Ask(
        messages=messages(prompt, said, findings),
        deadline=order.deadline,
        account=account,
        max_tokens=min(prompt.max_tokens, most_tokens),
        schema=prompt.schema,
        request_id=order.request_id,
    )
    if not order.drafts:
        return await model.reply(question)
    reply: Reply | None = None
    async with aclosing(model.stream(question)) as deltas:
        async for delta in deltas:
            if delta.text:
                show(delta.text)
            reply = delta.reply or reply
    assert reply is not None, "a stream ends with its reply or with a fault"
    return reply
