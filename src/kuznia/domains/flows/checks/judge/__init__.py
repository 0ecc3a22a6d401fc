"""The judge: five metrics with fixed weights, and for each point lost the reason and the cure."""

from collections.abc import Mapping
from types import MappingProxyType

from kuznia.domains.flows.checks.judge.components import worth
from kuznia.domains.flows.checks.proof import Study, sound
from kuznia.domains.flows.checks.proof.data import asked_twice, known_to_registers
from kuznia.domains.flows.checks.proof.law import LIGHT, SIGNED
from kuznia.domains.flows.checks.proof.run import Run
from kuznia.domains.flows.schema import SEEN, FormField, Step, Text, Value
from kuznia.domains.flows.screens.audit import Audit, audit
from kuznia.domains.flows.screens.node import Node
from kuznia.forge.terms import Draft, Finding

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "length": 0.25,
        "components": 0.30,
        "accessibility": 0.20,
        "saturation": 0.15,
        "once_only": 0.10,
    }
)
PASS = 70.0


class Loss(Value):
    """Points that were lost at one place, why, and what to do."""

    where: str
    reason: Text
    fix: Text


class Metric(Value):
    name: str
    weight: float
    score: float
    losses: tuple[Loss, ...] = ()


class Judgement(Draft):
    """The verdict: sound by the proof, and good enough by the metrics."""

    metrics: tuple[Metric, ...]
    total: float
    sound: bool
    passed: bool


def judge(study: Study, findings: tuple[Finding, ...], pages: Mapping[str, Node]) -> Judgement:
    """The five metrics of a flow; `pages` are its screens as they will be shown."""
    metrics = (
        _length(study),
        _components(study),
        _accessibility(audit(pages)),
        _saturation(study),
        _once_only(study),
    )
    total = round(sum(WEIGHTS[one.name] * one.score for one in metrics), 2)
    is_sound = sound(findings)
    return Judgement(
        metrics=tuple(one.model_copy(update={"score": round(one.score, 2)}) for one in metrics),
        total=total,
        sound=is_sound,
        passed=is_sound and total >= PASS,
    )


def _metric(name: str, score: float, losses: list[Loss]) -> Metric:
    return Metric(name=name, weight=WEIGHTS[name], score=score, losses=tuple(losses))


def _loss(where: str, reason: tuple[str, str], fix: tuple[str, str]) -> Loss:
    return Loss(
        where=where,
        reason=Text(uk=reason[0], en=reason[1]),
        fix=Text(uk=fix[0], en=fix[1]),
    )


def _length(study: Study) -> Metric:
    """As many pages as there are topics and legal steps: each one more or less costs."""
    ended = [run for run in study.runs if run.end is not None] or list(study.runs)
    longest = max(ended, key=lambda run: len(_seen(study, run)))
    seen, wanted = len(_seen(study, longest)), _wanted(study, longest)
    score = 100.0 * min(seen, wanted) / max(seen, wanted) if seen and wanted else 0.0
    losses: list[Loss] = []
    if seen > wanted:
        losses.append(
            _loss(
                study.first,
                (
                    f"{seen} сторінок там, де досить {wanted}",
                    f"{seen} pages where {wanted} would do",
                ),
                ("Об'єднайте сторінки однієї теми.", "Put pages on one topic together."),
            )
        )
    elif seen < wanted:
        losses.append(
            _loss(
                study.first,
                (f"{seen} сторінок замість {wanted}", f"{seen} pages instead of {wanted}"),
                (
                    "Одна тема – одна сторінка; додайте обов'язкові кроки.",
                    "One topic is one page; add the steps that are missing.",
                ),
            )
        )
    return _metric("length", score, losses)


def _seen(study: Study, run: Run) -> list[Step]:
    steps = (study.flow.by_id[step] for step in dict.fromkeys(run.path))
    return [step for step in steps if step.kind in SEEN]


def _wanted(study: Study, run: Run) -> int:
    """Topics on this way, and the pages that the law or good manners want on it."""
    flow = study.flow
    path = [flow.by_id[step] for step in dict.fromkeys(run.path)]
    groups = {field.group for step in path for field in step.fields}
    # A page that only shows what registers said is a topic too.
    groups |= {f"shown {s.id}" for s in path if s.kind == "form" and s.shows and not s.fields}
    asks = any(step.fields for step in path)
    personal = any(s.provides or any(field.personal for field in s.fields) for s in path)
    legal = flow.legal_effect or flow.archetype in SIGNED
    told = any(step.provides and step.kind == "authenticate" for step in path)
    kinds = {step.kind for step in path}
    due = (flow.fee is not None and flow.fee.kopiykas > 0) or flow.archetype == "payment"
    needed = (
        told or legal or (personal and "authenticate" in kinds),
        personal,
        asks and flow.archetype not in LIGHT,
        legal,
        due,
        # Where it went is shown while something is still to come; the end is always shown.
        "status" in kinds and bool(kinds & {"submit"}),
        True,
    )
    return len(groups) + sum(needed)


def _components(study: Study) -> Metric:
    asked = [(step, field) for step in study.flow.steps for field in step.fields]
    marks = [worth(field) for _, field in asked]
    score = 100.0 * sum(marks) / len(marks) if marks else 100.0
    if 0.0 in marks:
        score = min(score, 50.0)
    losses = [_wrong_component(step, field) for step, field in asked if worth(field) < 1]
    return _metric("components", score, losses)


def _wrong_component(step: Step, field: FormField) -> Loss:
    known = worth(field) > 0
    return _loss(
        f"{step.id}.{field.id}",
        (
            f"{field.component}: не для такого поля" if known else f"{field.component}: невідомий",
            f"{field.component} does not fit this field"
            if known
            else f"{field.component} is not a component of the design system",
        ),
        ("Приберіть component: його обере тип поля.", "Leave component out: the type chooses it."),
    )


def _accessibility(result: Audit) -> Metric:
    losses = [
        _loss(
            one.page,
            (f"порушено правило {one.rule}", f"the rule {one.rule} is broken"),
            (
                "Дайте кожному полю підпис, а сторінці заголовок, обома мовами.",
                "Give every field a label and the page a title, in both languages.",
            ),
        )
        for one in result.broken
    ]
    return _metric("accessibility", result.score, losses)


def cost(field: FormField) -> float:
    """How much of a page's attention a field takes; a line of text is one."""
    match field.type:
        case "yesno":
            return 0.5
        case "date" | "long":
            return 1.5
        case "file":
            return 2.0
        case "choice" | "many":
            return 1.0 + max(0, len(field.options) - 5) / 10
        case _:
            return 2.0 if "address" in field.id else 1.0


# What a page can hold before it begins to tire.
FULL = 5.0


def _saturation(study: Study) -> Metric:
    # A page nobody comes to tires nobody.
    pages = [step for step in study.flow.steps if step.fields and step.id in study.reached]
    loads = {step.id: sum(map(cost, step.fields)) for step in pages}
    scores = {
        step: 100.0 if load <= FULL else max(0.0, 100.0 - 12 * (load - FULL))
        for step, load in loads.items()
    }
    if not scores:
        return _metric("saturation", 100.0, [])
    score = 0.7 * sum(scores.values()) / len(scores) + 0.3 * min(scores.values())
    losses = [
        _loss(
            step,
            (
                f"сторінка перевантажена: {loads[step]:g} із {FULL:g}",
                f"too much on one page: {loads[step]:g} of {FULL:g}",
            ),
            ("Поділіть сторінку на дві.", "Split the page in two."),
        )
        for step, reached in scores.items()
        if reached < 100
    ]
    return _metric("saturation", score, losses)


def _once_only(study: Study) -> Metric:
    told, asked = known_to_registers(study)
    twice = list(asked_twice(study))
    score = 100.0 * (1 - len(asked) / (len(told) + len(asked))) if asked else 100.0
    score = max(0.0, score - 20 * len(twice))
    losses = [
        _loss(
            name,
            (f"{name} питають, хоча реєстр знає", f"{name} is asked although a register knows it"),
            ("Візьміть із реєстру і покажіть.", "Take it from the register and show it."),
        )
        for name in sorted(asked)
    ]
    losses += [
        _loss(
            finding.where,
            ("одне й те саме питають двічі", "the same is asked twice"),
            ("Запитайте один раз.", "Ask once."),
        )
        for finding in twice
    ]
    return _metric("once_only", score, losses)
