"""What happens behind the form: fees, and those who check and decide, as the prompt says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kuznia.domains.flows.planner import standard_steps as standard
from kuznia.domains.flows.planner.answers_left import AnswersLeft
from kuznia.domains.flows.planner.clauses.facts import FeeFact, Outcome, PromptFact, WaitFact
from kuznia.domains.flows.planner.road import Ids, Record, guard_of
from kuznia.domains.flows.schema import Fee, Guard, Text
from kuznia.domains.flows.structure.blocks import Block, Branch, ChoiceBlock, LoopBlock

_MAX_FEES = 8
_MAX_WAITS = 6
_FEE = Text(uk="Який збір", en="Which fee")
_WHO = Text(uk="Хто розглядає", en="Who decides")


@dataclass(frozen=True, slots=True)
class FeeRule:
    """A fee in one case; nothing is paid where the amount is 0."""

    guard: Guard
    fact: FeeFact

    @property
    def kopiykas(self) -> int:
        return self.fact.kopiykas or 0


def fee_rules(
    facts: Iterable[PromptFact], asked: frozenset[str]
) -> tuple[list[FeeRule], FeeFact | None]:
    """The fees by case, and what everybody else pays."""
    rules: list[FeeRule] = []
    base: FeeFact | None = None
    for fact in facts:
        if not isinstance(fact, FeeFact) or fact.kopiykas is None:
            continue
        if not fact.cases:
            base = fact if base is None or base.kopiykas == 0 else base
            continue
        guard = guard_of(fact.cases)
        known = all(case.decides is not None and case.decides.id in asked for case in fact.cases)
        if guard is not None and known and all(rule.guard != guard for rule in rules):
            rules.append(FeeRule(guard, fact))
    return rules[:_MAX_FEES], base


def payments(
    rules: Sequence[FeeRule], base: FeeFact | None, ids: Ids, record: Record, answers: AnswersLeft
) -> Iterator[Block]:
    """The payment that is due in each case."""
    if not rules:
        if base is not None and base.kopiykas:
            yield from _payment(base.kopiykas, ids, record)
        return
    first, *rest = rules
    cases = answers.simplified(first.fact.cases)
    if cases is None:
        yield from payments(rest, base, ids, record, answers)
        return
    deciders = (case.decides.id for case in first.fact.cases if case.decides)
    record.built += first.fact.cases
    record.add(first.fact.place, f"fee:{first.kopiykas}" if first.kopiykas else "steps", *deciders)
    paid = tuple(_payment(first.kopiykas, ids, record)) if first.kopiykas else ()
    guard = guard_of(cases) if cases else None
    if guard is None:
        # Everybody else is left.
        yield from paid
        return
    name = ids.free("which_fee")
    others = tuple(payments(rest, base, ids, record, answers.without(cases)))
    if paid or others:
        yield standard.step(name, "decision", _FEE)
        yield ChoiceBlock((Branch(guard, paid), Branch(None, others)))


def _payment(kopiykas: int, ids: Ids, record: Record) -> Iterator[Block]:
    name = ids.free("pay")
    record.add_step(f"fee:{kopiykas}", name)
    made = standard.pay_step(name, Fee(kopiykas=kopiykas))
    yield LoopBlock((made,), standard.equals(name, "failed"), 3)
    yield standard.well_or(name, "paid", otherwise=standard.UNPAID)


def waits_of(
    facts: Iterable[PromptFact], asked: frozenset[str], answers: AnswersLeft
) -> list[tuple[WaitFact, Guard | None]]:
    """Who works on an application, and in which case; what decides must be known of everybody."""
    rows: list[tuple[WaitFact, Guard | None]] = []
    for fact in facts:
        if not isinstance(fact, WaitFact):
            continue
        cases = answers.simplified(tuple(case for case in fact.cases if case.outcome is None))
        if cases is None:
            continue
        guard = guard_of(cases) if cases else None
        known = all(case.decides is not None and case.decides.id in asked for case in cases)
        if known and (guard is not None) == bool(cases):
            rows.append((fact, guard))
    return rows[:_MAX_WAITS]


def waiting(
    rows: Sequence[tuple[WaitFact, Guard | None]],
    ids: Ids,
    record: Record,
    outcomes: Mapping[Outcome, Text],
) -> Iterator[Block]:
    """Each who works on the application in turn, all of them or only in a case."""
    for number, (fact, guard) in enumerate(rows):
        name = ids.free("decision" if number == len(rows) - 1 else "check")
        last = number == len(rows) - 1
        own = {str(key): text for key, text in outcomes.items()} if last else {}
        record.add(fact.place, name, *(case.decides.id for case in fact.cases if case.decides))
        made = (
            standard.office(name, fact.who, fact.days, **own),
            standard.well_or(name, "approved", otherwise=standard.REFUSED),
        )
        record.built += fact.cases
        if guard is None:
            yield from made
            continue
        yield standard.step(ids.free("who_decides"), "decision", _WHO)
        yield ChoiceBlock((Branch(guard, made), Branch(None)))
