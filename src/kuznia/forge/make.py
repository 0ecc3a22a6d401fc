"""One part is made: asked of a model until it is accepted or asking is no use, or by our code."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from inspect import isawaitable
from typing import Any

from kuznia.forge.artefact import PartEvidence
from kuznia.forge.ask import Refused, ask
from kuznia.forge.check import Verdict, check
from kuznia.forge.terms import (
    AnyPart,
    Bench,
    D,
    Draft,
    Ended,
    Finding,
    Prompt,
    Studied,
    Unreadable,
    Yield,
)
from kuznia.forge.trial import (
    NO_ANSWER,
    CheckedReply,
    Earlier,
    PartResult,
    Trial,
    cut_off,
    fault_finding,
    no_answer,
    too_late,
)
from kuznia.forge.wishes.account import account, is_open
from kuznia.forge.wishes.claims import asking, read_claims, worth_asking
from kuznia.forge.work import Forge, Work
from kuznia.llm.model import Model, ModelFault, Reply, Usage
from kuznia.platform.errors import BudgetSpent, ModelUnavailable, TimedOut

# The most our own code is left when a model has used up the time: to make a part, and to say what
# became of it.
OUR_SECONDS, WORD_SECONDS = 2.0, 0.1
DO_IT = "Do it, or say in the wishes why it cannot be done or what you would ask."
UNSET = "No model is configured: set OPENAI_BASE_URL and OPENAI_MODEL, see docs/models.md."


async def make(
    forge: Forge, work: Work, part: AnyPart, bench: Bench[Any], earlier: Earlier | None = None
) -> PartResult:
    """Ask for a part until it is accepted or asking is no use; then let our own code make it.

    A part that was made earlier begins with that reply, read again: it may be right by now.
    """
    began = forge.clock.monotonic()
    work.tell("part.started", {"part": part.name})
    trial = Trial()
    model = forge.model_for(work.order.domain, part)
    asked = part.prompt is not None and (model is not None or not part.specialist)
    may_stand_in = part.make is not None and (forge.stands_in or model is None or not asked)
    if asked:
        deadline = _leaving_time(forge, work, may_stand_in=may_stand_in)
        await _ask_for(forge, work, part, bench, trial, earlier, model=model, deadline=deadline)
    if trial.ended != "accepted" and part.make is not None and may_stand_in:
        # Without a model there is nothing to explain: the evidence says who made the part.
        why = _why(part, trial) if asked and model is not None else ()
        await _stand_in(part, bench, trial, why)
        trial.made_by = "planner" if asked else "computed"
    return _result(work, part, trial, forge.clock.monotonic() - began)


async def _stand_in(
    part: AnyPart, bench: Bench[Any], trial: Trial, why: tuple[Finding, ...]
) -> None:
    """Have the part made by our own code, and checked as any other."""
    assert part.make is not None
    draft, bench = await drafted(part, part.make(bench), bench)
    verdict = await check(part, draft, bench)
    trial.study = bench.studies.get(part.name)
    trial.ended = "tries" if verdict.standing else "accepted"
    trial.draft = draft
    trial.verdict = replace(verdict, findings=(*why, *verdict.findings))


def _result(work: Work, part: AnyPart, trial: Trial, seconds: float) -> PartResult:
    """What came of it, told to who listens."""
    accepted = trial.ended == "accepted"
    findings = (*trial.blames, *trial.verdict.findings)
    evidence = PartEvidence(
        part=part.name,
        made_by=trial.made_by if accepted else "nobody",
        model=trial.model if accepted and trial.made_by == "model" else None,
        tries=trial.tries,
        mended=trial.mended,
        checks=trial.verdict.checks,
        seconds=round(seconds, 6),
        ended=trial.ended,
        cut=trial.cut,
        sources=part.sources(trial.draft) if accepted and part.sources else (),
    )
    if accepted:
        work.tell("part.accepted", {"part": part.name, "draft": trial.draft, "by": trial.made_by})
        result = PartResult(trial.draft, findings, evidence, study=trial.study)
        if trial.best is None or trial.made_by != "model":
            return result
        best = trial.best
        return replace(result, claims=best.claims, wishes=best.wishes, best=best)
    if trial.fault is not None:
        reason = fault_finding(part, trial.fault)
        findings = (*(f for f in findings if f.code != reason.code), reason)
    work.tell("part.unmet", {"part": part.name, "findings": findings})
    # With a draft to speak of, the order failed; without one there was nobody to make it.
    hopeless = trial.draft is None or isinstance(trial.fault, TimedOut)
    return PartResult(None, findings, evidence, trial.fault if hopeless else None, best=trial.best)


def _leaving_time(forge: Forge, work: Work, *, may_stand_in: bool) -> float:
    """When a model's time is over, so that our own code can still make the part, or say why not."""
    now = forge.clock.monotonic()
    left = work.order.deadline - now
    if not may_stand_in:
        return now + left - min(WORD_SECONDS, left / 4)
    return now + min(left - min(OUR_SECONDS, left / 4), forge.wait or left)


def _why(part: AnyPart, trial: Trial) -> tuple[Finding, ...]:
    """What has to be said of a part that our own code made in a model's place."""
    if trial.fault is not None:
        return (replace(fault_finding(part, trial.fault), severity="warn"),)
    wrong = trial.verdict.standing[0]
    message = f"The model's draft was not accepted: {wrong.where}: {wrong.message}"
    return (Finding("model-not-accepted", "warn", part.name, message),)


async def _ask_for(
    forge: Forge,
    work: Work,
    part: AnyPart,
    bench: Bench[Any],
    trial: Trial,
    earlier: Earlier | None,
    *,
    model: Model | None,
    deadline: float,
) -> None:
    """Have it asked; a fault that ends the asking is kept."""
    try:
        if model is None:
            instead = forge.domains[work.order.domain].without_model
            raise ModelFault("unset", f"{UNSET} {instead}".rstrip())
        trial.ended = await _repair(forge, work, part, bench, trial, earlier, model, deadline)
    except (BudgetSpent, ModelUnavailable, TimedOut) as fault:
        if trial.accepted:
            # Only of what is open in it was the model reminded when this happened.
            trial.ended, trial.fault = "accepted", None
            return
        # With its traceback the fault would hold this frame and all the run has, in a cycle.
        trial.ended, trial.fault = "model", fault.with_traceback(None)
        if isinstance(fault, BudgetSpent):
            trial.ended = "budget"
        if isinstance(fault, TimedOut):
            waited = forge.wait if deadline < work.order.deadline - OUR_SECONDS else None
            trial.fault = too_late(trial, fault, waited)


async def _repair(
    forge: Forge,
    work: Work,
    part: AnyPart,
    bench: Bench[Any],
    trial: Trial,
    earlier: Earlier | None,
    model: Model,
    deadline: float,
) -> Ended:
    """The repair loop: ask, read, check; again until it is accepted or says the same again."""
    prompt = await _prompt(part, bench)
    reminded = False
    seen: set[frozenset[tuple[str, str, str]]] = set()
    tries = range(1, part.tries + 1)
    if earlier is not None and (best := earlier.result.best) is not None:
        answer = await _read_again(forge, work, part, bench, best, earlier.findings, prompt)
        trial.keep(answer)
        trial.tries = earlier.result.evidence.tries
        if trial.accepted or answer.fingerprint == best.fingerprint:
            # If nothing is changed by what was made anew, a model that is asked again gives in.
            return "accepted" if trial.accepted else "stalled"
        seen.add(answer.fingerprint)
        tries = range(trial.tries + 1, trial.tries + part.tries)
    for trial.tries in tries:
        trial.cut = False
        answer = await _answer(forge, work, part, bench, trial, model, prompt, deadline)
        if answer.draft is None and not trial.accepted and answer.blames:
            trial.blames = answer.verdict.findings
            return "blamed"
        trial.keep(answer)
        # Of what is open the model is reminded once; then it is told to the caller.
        if trial.accepted and (reminded or trial.answered):
            return "accepted"
        reminded = trial.accepted
        if answer.fingerprint in seen:
            return "accepted" if trial.accepted else "stalled"
        seen.add(answer.fingerprint)
        if trial.tries != tries[-1]:
            work.tell("part.reset", {"part": part.name})
    return "accepted" if trial.accepted else "tries"


async def _prompt(part: AnyPart, bench: Bench[Any]) -> Prompt:
    assert part.prompt is not None
    asked = part.prompt(bench)
    prompt = await asked if isawaitable(asked) else asked
    return asking(prompt, bench.wishes) if part.answers else prompt


async def _read_again(
    forge: Forge,
    work: Work,
    part: AnyPart,
    bench: Bench[Any],
    best: CheckedReply,
    causes: tuple[Finding, ...],
    prompt: Prompt,
) -> CheckedReply:
    """An earlier reply, read beside what was made since, with what another part says of it."""
    answer = await _judged(forge, work, part, bench, best.reply, prompt)
    findings = (*causes, *answer.verdict.findings)
    return replace(answer, verdict=replace(answer.verdict, findings=findings))


async def _answer(
    forge: Forge,
    work: Work,
    part: AnyPart,
    bench: Bench[Any],
    trial: Trial,
    model: Model,
    prompt: Prompt,
    deadline: float,
) -> CheckedReply:
    """Ask once, and read and check what comes."""
    try:
        reply = await ask(
            model,
            prompt,
            work.order,
            work.ledger,
            deadline=deadline,
            max_tokens=forge.max_tokens,
            refused=_refused(part, bench, trial),
            show=lambda text: work.tell("part.draft", {"part": part.name, "text": text}),
            enough=_enough(forge, part, bench, trial),
            tape=work.record.tape(part.name) if work.record else None,
        )
    except ModelFault as fault:
        if fault.reason not in NO_ANSWER:
            raise
        # The model is there and may answer if asked otherwise; else this is the reason.
        trial.fault = fault.with_traceback(None)
        answer = no_answer(fault)
        work.tell("part.checked", {"part": part.name, "findings": answer.verdict.findings})
        return answer
    trial.fault = None
    return await _judged(forge, work, part, replace(bench, before=trial.draft), reply, prompt)


def _refused(part: AnyPart, bench: Bench[Any], trial: Trial) -> Refused | None:
    refused = trial.refused
    if refused is None or part.beside is None:
        return refused
    return replace(refused, beside=part.beside(refused.findings, bench))


async def _judged(
    forge: Forge, work: Work, part: AnyPart, bench: Bench[Any], reply: Reply, prompt: Prompt
) -> CheckedReply:
    """A reply read, checked and accounted for."""
    wishes = bench.wishes if part.answers else ()
    text, claims = read_claims(reply.text, wishes, as_json=prompt.schema is not None)
    answer = await _read(work, part, bench, replace(reply, text=text))
    answer = await _accounted(forge, part, bench, replace(answer, reply=reply, claims=claims))
    if answer.reminders:
        work.tell("part.checked", {"part": part.name, "findings": answer.reminders})
    return answer


async def _accounted(
    forge: Forge, part: AnyPart, bench: Bench[Any], answer: CheckedReply
) -> CheckedReply:
    """The answer with what became of each wish, and with what the model should be told of that."""
    if not part.answers or not bench.wishes or answer.draft is None or not answer.accepted:
        return answer
    bench = replace(
        bench,
        accepted={**bench.accepted, part.name: answer.draft},
        studies={**bench.studies, part.name: answer.study},
        claims=answer.claims,
    )
    order = bench.order
    # Half of what is left: a draft that is accepted must not be lost over its account.
    seconds = (order.deadline - forge.clock.monotonic()) / 2
    wishes = await account(forge.domains[order.domain], bench, seconds=seconds)
    left = [wish for wish in wishes if is_open(wish)]
    if not worth_asking(left, bench.wishes, answer.claims):
        return replace(answer, wishes=wishes)
    # The quote is for the model: findings are shown where the prompt has no place.
    faults = tuple(
        Finding("wish-open", "mend", "wishes", wish.why, f"“{wish.quote}”: {DO_IT}")
        for wish in left
    )
    return replace(answer, wishes=wishes, reminders=faults)


async def _read(work: Work, part: AnyPart, bench: Bench[Any], reply: Reply) -> CheckedReply:
    """Reply to checked draft. What our code can mend costs no token and is mended first."""
    answer = await _checked(part, bench, reply)
    work.tell("part.checked", {"part": part.name, "findings": answer.verdict.findings})
    if part.mend is None or answer.draft is None or not answer.verdict.standing:
        return answer
    mended = part.mend(answer.draft, answer.verdict.findings, bench)
    draft, after = await drafted(part, mended, bench)
    verdict = await check(part, draft, after)
    if len(verdict.standing) >= len(answer.verdict.standing):
        return answer
    work.tell("part.mended", {"part": part.name, "findings": verdict.findings})
    return CheckedReply(reply, verdict, draft, after.studies.get(part.name), mended=True)


async def _checked(part: AnyPart, bench: Bench[Any], reply: Reply) -> CheckedReply:
    assert part.parse is not None
    if reply.truncated:
        return cut_off(reply)
    try:
        draft, bench = await drafted(part, part.parse(reply.text, bench), bench)
    except Unreadable as unreadable:
        return CheckedReply(reply, Verdict(unreadable.findings, ()))
    verdict = await check(part, draft, bench)
    return CheckedReply(reply, verdict, draft, bench.studies.get(part.name))


def _enough(
    forge: Forge, part: AnyPart, bench: Bench[Any], trial: Trial
) -> Callable[[str], Awaitable[str | None]] | None:
    """How a stream is asked whether it may end; every check has its say in that."""
    find = part.enough
    if find is None:
        return None

    async def enough(text: str) -> str | None:
        kept = await find(text, bench)
        trial.cut = kept is not None and await _is_right(forge, part, kept, bench)
        return kept if trial.cut else None

    return enough


async def _is_right(forge: Forge, part: AnyPart, text: str, bench: Bench[Any]) -> bool:
    """Whether nothing at all is found in a reply; only then is waiting for more of no use."""
    answer = await _checked(part, bench, Reply(text=text, model="", usage=Usage()))
    if answer.draft is None or answer.verdict.findings:
        return False
    return not (await _accounted(forge, part, bench, answer)).open


async def drafted(part: AnyPart, step: Yield[D], bench: Bench[Any]) -> tuple[D, Bench[Any]]:
    """The draft a step yields, and the bench with what was computed from it."""
    value = step if isinstance(step, Draft | Studied) else await step
    if not isinstance(value, Studied):
        return value, bench
    return value.draft, replace(bench, studies={**bench.studies, part.name: value.study})
