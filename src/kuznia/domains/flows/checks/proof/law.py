"""Checks 9, 13, 14 and 16: what the law wants, what must not be asked, what is said, what runs."""

import re
from collections.abc import Iterator

from kuznia.domains.flows.checks.proof.run import MOST_RUNS, ROUNDS
from kuznia.domains.flows.checks.proof.study import Study, spread
from kuznia.domains.flows.schema import FormField, Kind, Move, Step, Text
from kuznia.forge.terms import Finding

# What changes something by law when it goes through, and therefore has to be signed.
SIGNED = frozenset({"benefit", "permit", "deal"})
# Nothing in these is decided about a person: no page to look everything over is needed.
LIGHT = frozenset({"survey"})


def legal_steps(study: Study) -> Iterator[Finding]:
    """Consent, identity, review, signature and payment stand on every way they are needed on."""
    targets = study.of_kind("submit") or study.of_kind("pay")
    if not targets:
        yield _lacks(study.flow.steps[0], "submit", "Nothing is ever handed in")
        return
    yield from _before_sending(study, targets)
    yield from _consent(study, targets)
    yield from _payment(study, targets)
    yield from _identity(study)
    yield from _order(study)
    yield from _good_ends(study)


def _lacks(step: Step, kind: Kind, what: str) -> Finding:
    return Finding(
        "legal-steps",
        "mend",
        step.id,
        f"{what}: a step of kind {kind} is missing.",
        f"Put a step of kind {kind} on every way to {step.id}, where it belongs in order.",
    )


def _before_sending(study: Study, targets: tuple[Step, ...]) -> Iterator[Finding]:
    flow = study.flow
    if flow.legal_effect or flow.archetype in SIGNED:
        unsigned = _past(study, "sign", [study.first])
        yield from (
            _lacks(step, "sign", f"{step.id} can be reached unsigned")
            for step in targets
            if step.id in unsigned
        )
    if flow.archetype in LIGHT:
        return
    asking = [step.id for step in flow.steps if step.kind == "form" and step.fields]
    unseen = _past(study, "review", asking)
    yield from (
        _lacks(step, "review", f"{step.id} can be reached without looking the answers over")
        for step in targets
        if step.id in unseen
    )


def _past(study: Study, kind: Kind, starts: list[str]) -> frozenset[str]:
    """What can be reached from the starts without going through a step of this kind."""
    return study.reach(starts, (step.id for step in study.of_kind(kind)))


def _consent(study: Study, targets: tuple[Step, ...]) -> Iterator[Finding]:
    """Asked for on each branch that learns something about a person, and only there."""
    unasked = _past(study, "consent", [study.first])
    personal = [
        step.id
        for step in study.flow.steps
        if step.id in unasked and (step.provides or any(field.personal for field in step.fields))
    ]
    reached = _past(study, "consent", personal)
    for step in targets:
        if step.id in reached:
            yield _lacks(step, "consent", f"{step.id} gets personal data nobody agreed to give")


def _payment(study: Study, targets: tuple[Step, ...]) -> Iterator[Finding]:
    flow = study.flow
    due = flow.archetype == "payment" or (flow.fee is not None and flow.fee.kopiykas > 0)
    pays = study.of_kind("pay")
    if due:
        unpaid = _past(study, "pay", [study.first])
        for step in targets:
            if step.id in unpaid and step.kind != "pay":
                yield _lacks(step, "pay", f"{step.id} can be reached unpaid")
    for step in pays:
        if not due and not (step.fee and step.fee.kopiykas):
            yield Finding(
                "legal-steps",
                "mend",
                step.id,
                f"Step {step.id} takes money, and there is no fee.",
                "State the fee, or leave the payment out.",
            )


def _identity(study: Study) -> Iterator[Finding]:
    """Who signs, or is looked up in a register about persons, has proven who they are."""
    unproven = _past(study, "authenticate", [study.first])
    about_persons = {"sign", *(["lookup"] if study.of_kind("authenticate") else [])}
    for step in study.flow.steps:
        if step.kind in about_persons and step.id in unproven:
            yield _lacks(step, "authenticate", f"{step.id} can be reached by anybody")


_ORDER: tuple[tuple[Kind, tuple[Kind, ...]], ...] = (
    # After the one on the left, none of those on the right.
    ("review", ("form",)),
    ("sign", ("form", "review", "consent")),
    ("pay", ("form", "review", "consent", "sign")),
    ("submit", ("form", "review", "consent", "sign", "pay")),
)


def _order(study: Study) -> Iterator[Finding]:
    for kind, forbidden in _ORDER:
        for step in study.of_kind(kind):
            ahead = study.ahead(step.id)
            for later in study.of_kind(*forbidden):
                if later.id in ahead and (later.kind != "form" or later.fields):
                    yield Finding(
                        "legal-steps",
                        "mend",
                        later.id,
                        f"{later.id} ({later.kind}) comes after {step.id} ({kind}).",
                        "Keep the order: forms, review, consent, sign, pay, submit.",
                    )


def _good_ends(study: Study) -> Iterator[Finding]:
    targets = [step.id for step in study.of_kind("submit", "pay")]
    early = study.reach([study.first], targets)
    for end in study.of_kind("end"):
        if end.ending in {None, "done"} and end.id in early:
            yield _lacks(end, "submit", f"{end.id} says it is done before anything was handed in")


# What opens somebody's money or accounts. A library card is a card too: only these words together.
_SECRET = re.compile(
    r"(?:^|\b(?:bank|credit|debit|payment|your|the)[ _-])card[ _-]?(?:number|no\b)"
    r"|\bcv[vc]2?\b|\bpin(?:[ _-]?code)?\b|\bpasswords?\b|\bpassphrase\b|\bone[ _-]time\b|\botp\b"
    r"|\bsms[ _-]?codes?\b|\bseed[ _-]?phrase\b|\bprivate[ _-]?keys?\b"
    r"|(?:банківськ|платіжн|кредитн|дебетов)\w{0,9}\s+карт"
    r"|номер\w{0,9}\s+(?:банківськ\w{0,9}\s+)?картк\w{0,9}$"
    r"|\bпін[ -]?код|\bпарол|\bодноразов\w{0,9}\s+(?:код|парол)"
    r"|\bкод\w{0,9}\s+(?:з|із)\s+(?:смс|sms)"
    r"|\bсек?ретн\w{0,9}\s+фраз|\bприватн\w{0,9}\s+ключ",
    re.IGNORECASE,
)


def secret(words: str) -> bool:
    """Whether these words ask for something that must never be given to anybody."""
    return _SECRET.search(words) is not None


def sensitive_field(study: Study) -> Iterator[Finding]:
    """Card numbers, codes and passwords are not a service's to ask for."""
    for step in study.flow.steps:
        for field in step.fields:
            words = (field.id.replace("_", " "), field.label.uk, field.label.en)
            if any(secret(said) for said in words):
                yield Finding(
                    "sensitive-field",
                    "mend",
                    step.id,
                    f"The field {field.id} asks for what must never be given away.",
                    f"Leave {field.id} out; payment and sign-in happen at the bank.",
                )


def texts(study: Study) -> Iterator[Finding]:
    """Everything said is said in both languages, and no two questions on a page look the same."""
    for step in study.flow.steps:
        empty = [place for place, text in _said(step) if not (text.uk.strip() and text.en.strip())]
        for place in empty:
            yield _text(step, f"{place} of step {step.id} says nothing in one of the languages")
        for language in ("uk", "en"):
            labels = [field.label.of(language).strip().lower() for field in step.fields]
            if len(set(labels)) < len(labels):
                yield _text(step, f"two fields of step {step.id} have the same label")
                break
        for field in step.fields:
            if field.type in {"choice", "many"} and not _tells_apart(field):
                yield _text(step, f"the options of {field.id} cannot be told apart")


def _tells_apart(field: FormField) -> bool:
    ids = {option.id for option in field.options}
    labels = {option.label.uk.strip().lower() for option in field.options}
    return len(ids) >= 2 and len(ids) == len(labels) == len(field.options)


def _said(step: Step) -> Iterator[tuple[str, Text]]:
    yield "the title", step.title
    if step.text is not None:
        yield "the text", step.text
    for outcome in step.outcomes:
        yield f"the outcome {outcome.id}", outcome.label
    for fact in step.provides:
        yield f"the label of {fact.id}", fact.label
    for field in step.fields:
        yield f"the label of {field.id}", field.label
        yield from ((f"option {one.id} of {field.id}", one.label) for one in field.options)
        if field.hint is not None:
            yield f"the hint of {field.id}", field.hint
        if field.error is not None:
            yield f"the error of {field.id}", field.error


def _text(step: Step, what: str) -> Finding:
    hint = "Give every text in Ukrainian and in English, and every question a label of its own."
    return Finding("texts", "mend", step.id, f"{what[0].upper()}{what[1:]}.", hint)


def execution(study: Study) -> Iterator[Finding]:
    """Every way is walked to its end, and every move is taken by at least one of them."""
    flow = study.flow
    if len(study.runs) > MOST_RUNS:
        yield Finding(
            "execution",
            "block",
            study.first,
            f"There are more than {MOST_RUNS} ways through: they cannot all be walked.",
            "Let fewer steps branch, or let the branches come together sooner.",
        )
        return
    # A strand that stopped early took no more moves; why it stopped is another check's to say.
    silent = spread([run.at for run in study.runs if run.stuck is not None], study.after)
    walked = {step for run in study.runs for step, _ in run.trail}
    for step in flow.steps:
        if step.id not in walked - silent or step.kind in {"fork", "end"} or _odd(study, step):
            continue
        for place, move in enumerate(step.next):
            if (step.id, place) not in study.taken and not _after_many(step, move):
                yield Finding(
                    "execution",
                    "mend",
                    step.id,
                    f"No way through the flow ever takes the move from {step.id} to {move.to}.",
                    "Take the move out: what was decided before rules it out.",
                )


def _after_many(step: Step, move: Move) -> bool:
    """Whether the move is for when a long loop is used up: that many rounds are not walked."""
    return move.when is None and any((one.limit or 0) > ROUNDS for one in step.next)


def _odd(study: Study, step: Step) -> bool:
    """Whether the guards of a step are wrong by themselves, which is said elsewhere."""
    return any(study.clashes(step))
