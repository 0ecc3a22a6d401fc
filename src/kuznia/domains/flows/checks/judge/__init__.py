"""The score: five metrics with fixed weights, and for every lost point a reason and a fix."""

from collections.abc import Mapping
from types import MappingProxyType

from kuznia.domains.flows.checks.judge.result import Judgement, Loss, Metric
from kuznia.domains.flows.checks.proof import sound
from kuznia.domains.flows.checks.proof.data import asked_twice, known_to_registries
from kuznia.domains.flows.schema import PAGE_KINDS, FlowStep, FormField, Text
from kuznia.domains.flows.screens.audit import Audit, audit
from kuznia.domains.flows.screens.element import Element
from kuznia.domains.flows.structure.components import worth
from kuznia.domains.flows.structure.graph import FlowGraph
from kuznia.domains.flows.structure.interpreter import FlowRun
from kuznia.domains.flows.structure.law import SIGNED_ARCHETYPES, UNREVIEWED_ARCHETYPES
from kuznia.domains.flows.structure.page_load import MAX_PAGE_LOAD, field_load
from kuznia.forge.terms import Finding

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


def judge(
    graph: FlowGraph, findings: tuple[Finding, ...], pages: Mapping[str, Element]
) -> Judgement:
    """The five metrics of a flow; `pages` are its screens as they will be shown."""
    metrics = (
        _length(graph),
        _components(graph),
        _accessibility(audit(pages)),
        _saturation(graph),
        _once_only(graph),
    )
    total = round(sum(WEIGHTS[metric.name] * metric.score for metric in metrics), 2)
    is_sound = sound(findings)
    return Judgement(
        metrics=tuple(
            metric.model_copy(update={"score": round(metric.score, 2)}) for metric in metrics
        ),
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


def _length(graph: FlowGraph) -> Metric:
    """A flow needs a page for each topic and each legal step; more or fewer cost points."""
    ended = [run for run in graph.runs if run.end is not None] or list(graph.runs)
    longest = max(ended, key=lambda run: len(_seen(graph, run)))
    seen, needed = len(_seen(graph, longest)), _pages_needed(graph, longest)
    score = 100.0 * min(seen, needed) / max(seen, needed) if seen and needed else 0.0
    losses: list[Loss] = []
    if seen > needed:
        losses.append(
            _loss(
                graph.first,
                (
                    f"сторінок {seen}, досить {needed}",
                    f"{seen} pages where {needed} are enough",
                ),
                ("Об'єднайте сторінки однієї теми.", "Join the pages of one topic."),
            )
        )
    elif seen < needed:
        losses.append(
            _loss(
                graph.first,
                (f"сторінок {seen} замість {needed}", f"{seen} pages instead of {needed}"),
                (
                    "Одна тема – одна сторінка; додайте обов'язкові кроки.",
                    "One topic is one page; add the steps that are missing.",
                ),
            )
        )
    return _metric("length", score, losses)


def _seen(graph: FlowGraph, run: FlowRun) -> list[FlowStep]:
    steps = (graph.flow.by_id[step] for step in dict.fromkeys(run.path))
    return [step for step in steps if step.kind in PAGE_KINDS]


def _pages_needed(graph: FlowGraph, run: FlowRun) -> int:
    """Count the topics of a path, and the pages that its legal steps need."""
    flow = graph.flow
    path = [flow.by_id[step] for step in dict.fromkeys(run.path)]
    groups = {field.group for step in path for field in step.fields}
    # A page that only shows registry data is a topic too.
    groups |= {f"shown {s.id}" for s in path if s.kind == "form" and s.shows and not s.fields}
    asks = any(step.fields for step in path)
    personal = any(s.provides or any(field.personal for field in s.fields) for s in path)
    legal = flow.legal_effect or flow.archetype in SIGNED_ARCHETYPES
    from_registry = any(step.provides and step.kind == "authenticate" for step in path)
    kinds = {step.kind for step in path}
    due = (flow.fee is not None and flow.fee.kopiykas > 0) or flow.archetype == "payment"
    needed = (
        from_registry or legal or (personal and "authenticate" in kinds),
        personal,
        asks and flow.archetype not in UNREVIEWED_ARCHETYPES,
        legal,
        due,
        # A status page is shown while something is still to come; the end is always shown.
        "status" in kinds and bool(kinds & {"submit"}),
        True,
    )
    return len(groups) + sum(needed)


def _components(graph: FlowGraph) -> Metric:
    asked = [(step, field) for step in graph.flow.steps for field in step.fields]
    marks = [worth(field) for _, field in asked]
    score = 100.0 * sum(marks) / len(marks) if marks else 100.0
    if 0.0 in marks:
        score = min(score, 50.0)
    losses = [_wrong_component(step, field) for step, field in asked if worth(field) < 1]
    return _metric("components", score, losses)


def _wrong_component(step: FlowStep, field: FormField) -> Loss:
    known = worth(field) > 0
    return _loss(
        f"{step.id}.{field.id}",
        (
            f"{field.component}: не для такого поля" if known else f"{field.component}: невідомий",
            f"{field.component} does not fit this field"
            if known
            else f"{field.component} is not a component of the design system",
        ),
        (
            "Приберіть component: його визначить тип поля.",
            "Remove `component`: the type selects it.",
        ),
    )


def _accessibility(result: Audit) -> Metric:
    losses = [
        _loss(
            violation.page,
            (f"порушено правило {violation.rule}", f"the rule {violation.rule} is broken"),
            (
                "Дайте кожному полю підпис, а сторінці заголовок, обома мовами.",
                "Give every field a label and the page a title, in both languages.",
            ),
        )
        for violation in result.broken
    ]
    return _metric("accessibility", result.score, losses)


def _saturation(graph: FlowGraph) -> Metric:
    # Only pages that can be reached count.
    pages = [step for step in graph.flow.steps if step.fields and step.id in graph.reached]
    loads = {step.id: sum(map(field_load, step.fields)) for step in pages}
    scores = {
        step: 100.0 if load <= MAX_PAGE_LOAD else max(0.0, 100.0 - 12 * (load - MAX_PAGE_LOAD))
        for step, load in loads.items()
    }
    if not scores:
        return _metric("saturation", 100.0, [])
    score = 0.7 * sum(scores.values()) / len(scores) + 0.3 * min(scores.values())
    losses = [
        _loss(
            step,
            (
                f"сторінка перевантажена: {loads[step]:g} із {MAX_PAGE_LOAD:g}",
                f"too much on one page: {loads[step]:g} of {MAX_PAGE_LOAD:g}",
            ),
            ("Поділіть сторінку на дві.", "Split the page in two."),
        )
        for step, reached in scores.items()
        if reached < 100
    ]
    return _metric("saturation", score, losses)


def _once_only(graph: FlowGraph) -> Metric:
    from_registry, asked = known_to_registries(graph)
    twice = list(asked_twice(graph))
    score = 100.0 * (1 - len(asked) / (len(from_registry) + len(asked))) if asked else 100.0
    score = max(0.0, score - 20 * len(twice))
    losses = [
        _loss(
            name,
            (
                f"{name} питають, хоча ці дані є в реєстрі",
                f"{name} is asked although a registry has it",
            ),
            ("Візьміть дані з реєстру і покажіть їх.", "Take it from the registry and show it."),
        )
        for name in sorted(asked)
    ]
    losses += [
        _loss(
            finding.where,
            ("те саме поле запитано двічі", "the same field is asked twice"),
            ("Запитайте один раз.", "Ask for it once."),
        )
        for finding in twice
    ]
    return _metric("once_only", score, losses)
