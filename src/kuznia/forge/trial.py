"""A part being made and what came of it: the replies, the best of them, and why it ended."""

from collections.abc import Mapping
from dataclasses import dataclass

from kuznia.forge.artefact import PartEvidence
from kuznia.forge.ask import Refused
from kuznia.forge.check import Verdict
from kuznia.forge.terms import AnyPart, Draft, Ended, Finding, MadeBy, Wish
from kuznia.llm.model import ModelFault, Reason, Reply, Usage
from kuznia.platform.errors import Fault, TimedOut

NOTHING = Verdict((), ())
# What a model did instead of answering, and what it is told when it is asked another way.
NO_ANSWER: Mapping[Reason, str] = {
    "thought": "Answer at once, without thinking aloud.",
    "tool_call": "Call no tool: write the answer itself, as text.",
    "repetition": "Write the reply once, without repeating any part of it, and stop at its end.",
}


@dataclass(frozen=True, slots=True)
class CheckedReply:
    """A reply as it was read and checked: a draft with its verdict, or why there is none."""

    reply: Reply
    verdict: Verdict
    draft: Draft | None = None
    study: object = None
    mended: bool = False
    # What the model says became of each wish, what became of it, and what of that it is told.
    claims: tuple[Wish, ...] = ()
    wishes: tuple[Wish, ...] = ()
    reminders: tuple[Finding, ...] = ()

    @property
    def open(self) -> tuple[Finding, ...]:
        """What the model is reminded of once, though the draft can be accepted with it."""
        return (*self.verdict.open, *self.reminders)

    @property
    def accepted(self) -> bool:
        return self.draft is not None and not self.verdict.standing

    @property
    def blames(self) -> bool:
        """Whether another part is said to be wrong."""
        return any(finding.blames for finding in self.verdict.findings)

    @property
    def rank(self) -> tuple[int, int, int]:
        """Smaller is nearer to acceptance: readable, cut off, readable in places, not at all."""
        standing = self.verdict.standing
        if self.draft is not None:
            return 0, len(standing), len(self.open)
        if self.reply.truncated:
            return 1, 0, 0
        placed = [finding for finding in standing if finding.where != "reply"]
        return (2, len(placed), 0) if placed else (3, 0, 0)

    @property
    def fingerprint(self) -> frozenset[tuple[str, str, str]]:
        """What stands in its way, to be compared with what stood in another's."""
        faults = (*self.verdict.standing, *self.open)
        return frozenset((f.code, f.where, f.message) for f in faults)


def cut_off(reply: Reply) -> CheckedReply:
    """A reply without an end: what else is wrong with it, the missing end might have put right."""
    length = reply.usage.output_tokens
    message = f"The reply was cut off after {length} tokens, before it was finished."
    hint = "Say the same in fewer words, so that the whole reply fits; write JSON on one line."
    return CheckedReply(reply, Verdict((Finding("cut-off", "block", "reply", message, hint),), ()))


def no_answer(fault: ModelFault) -> CheckedReply:
    """A call that gave no text to read although the model was there."""
    code, hint = f"model-{fault.reason.replace('_', '-')}", NO_ANSWER[fault.reason]
    finding = Finding(code, "block", "reply", fault.message, hint)
    reply = Reply(text="", model=str(fault.details.get("model", "")), usage=fault.usage or Usage())
    return CheckedReply(reply, Verdict((finding,), ()))


@dataclass(slots=True)
class Trial:
    """How far the making of a part has come; `best` is the reply it would be mended from."""

    best: CheckedReply | None = None
    draft: Draft | None = None
    study: object = None
    verdict: Verdict = NOTHING
    tries: int = 0
    mended: bool = False
    cut: bool = False
    # What the model says of another part instead of mending this one.
    blames: tuple[Finding, ...] = ()
    made_by: MadeBy = "model"
    model: str = ""
    ended: Ended = "tries"
    fault: Fault | None = None

    def keep(self, answer: CheckedReply) -> None:
        """Keep it unless an earlier one was better; of two as good the later knows more."""
        if self.best is not None and answer.rank > self.best.rank:
            return
        self.best, self.model = answer, answer.reply.model
        self.draft, self.study = answer.draft, answer.study
        self.verdict, self.mended = answer.verdict, answer.mended

    @property
    def accepted(self) -> bool:
        """Whether a draft was accepted, wishes or not."""
        return self.best is not None and self.best.accepted

    @property
    def answered(self) -> bool:
        """Whether nothing is open in it that a model could do something about."""
        return self.best is not None and not any(finding.hint for finding in self.best.open)

    @property
    def refused(self) -> Refused | None:
        """What the model is shown of the tries before this one."""
        best = self.best
        if best is None:
            return None
        findings = (*best.verdict.findings, *best.reminders)
        return Refused(best.reply, best.draft, findings, self.tries - 1)


def too_late(trial: Trial, fault: TimedOut, waited: float | None) -> TimedOut:
    """The fault of a model whose time is over: what it had answered by then is part of the reason.

    `waited` are the operator's seconds, if they ended before the order's.
    """
    within = f"within {waited:g} seconds" if waited is not None else ""
    if trial.best is None:
        return TimedOut(f"The model had not answered {within}.") if within else fault
    wrong = trial.best.verdict.standing[0]
    when = within or "before the deadline passed"
    what = f"{wrong.where}: {wrong.message}"
    return TimedOut(f"The model answered, but nothing it sent was accepted {when}: {what}")


@dataclass(frozen=True, slots=True)
class PartResult:
    """What came of a part. Without a draft, `fault` says why nobody could even try."""

    draft: Draft | None
    findings: tuple[Finding, ...]
    evidence: PartEvidence
    fault: Fault | None = None
    # What the domain computed from the draft, for the parts that are made from it.
    study: object = None
    # What the model says became of each wish; and what did, as far as this part shows it.
    claims: tuple[Wish, ...] = ()
    wishes: tuple[Wish, ...] = ()
    # The best reply, accepted or not.
    best: CheckedReply | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What came of a part before it had to be made again, and what another part says of it."""

    result: PartResult
    findings: tuple[Finding, ...] = ()


def blames(made: Mapping[str, PartResult]) -> tuple[Finding, ...]:
    """What is said of accepted parts by those that were given up over them."""
    return tuple(
        finding
        for result in made.values()
        if result.draft is None and result.evidence.ended in ("tries", "stalled", "blamed")
        for finding in result.findings
        if finding.blames in made and made[finding.blames].draft is not None
    )


def is_partial(made: PartResult) -> bool:
    """Whether something is missing or open in it."""
    return made.draft is None or any(finding.severity == "open" for finding in made.findings)


def _nobody(part: AnyPart, ended: Ended) -> PartEvidence:
    return PartEvidence(
        part=part.name,
        made_by="nobody",
        model=None,
        tries=0,
        mended=False,
        checks=(),
        seconds=0.0,
        ended=ended,
    )


def late(part: AnyPart) -> PartResult:
    """A part that the deadline came before."""
    fault = TimedOut("The deadline passed before the order was made; the work was stopped.")
    return PartResult(None, (fault_finding(part, fault),), _nobody(part, "deadline"), fault)


def without(part: AnyPart, accepted: Mapping[str, Draft]) -> PartResult:
    """A part that stands on one that is missing."""
    missing = ", ".join(need for need in part.needs if need not in accepted)
    finding = Finding("needs", "block", part.name, f"It needs {missing}, which is missing.")
    return PartResult(None, (finding,), _nobody(part, "needs"))


def fault_finding(part: AnyPart, fault: Fault) -> Finding:
    """Why a part was not made, said as a finding."""
    code = f"model-{fault.reason}" if isinstance(fault, ModelFault) else fault.code.lower()
    code = code.replace("_", "-")
    return Finding(code, "block", part.name, fault.message)
