"""A flow for a terminal: its steps and fields as a tree, and below them its score."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kuznia.domains.flows.checks.judge.result import Judgement
from kuznia.domains.flows.checks.proof.result import FlowProof
from kuznia.domains.flows.exports.diagram import guard_label
from kuznia.domains.flows.schema import Flow, FlowStep, Guard, Language
from kuznia.domains.flows.structure.blocks import (
    Block,
    ChoiceBlock,
    LoopBlock,
    ParallelBlock,
    Unstructured,
    blocks,
)

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "again": "repeated up to {rounds} times, while {label}",
        "parallel": "in parallel",
        "sound": "sound: {paths} paths, {checks} checks passed",
        "unsound": "not sound: {checks} checks failed",
        "passed": "score {total:g} of 100, passed",
        "failed": "score {total:g} of 100, not passed",
        "assumed": "assumption",
    },
    "uk": {
        "again": "повторюється до {rounds} разів, поки {label}",
        "parallel": "паралельно",
        "sound": "коректно: шляхів {paths}, пройдено перевірок {checks}",
        "unsound": "некоректно: не пройдено перевірок {checks}",
        "passed": "оцінка {total:g} зі 100, прийнято",
        "failed": "оцінка {total:g} зі 100, не прийнято",
        "assumed": "припущення",
    },
}


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    below: tuple["_Line", ...] = ()


def render(parts: Mapping[str, Any]) -> str:
    """Render the steps as a tree, the score with a fix for each lost point, and the guesses."""
    flow = Flow.model_validate(parts["flow"])
    lines = [flow.name.of(flow.language), *_drawn(_lines(flow))]
    if "proof" in parts and "judge" in parts:
        proof, judge = (
            FlowProof.model_validate(parts["proof"]),
            Judgement.model_validate(parts["judge"]),
        )
        lines += ["", *_verdict(proof, judge, flow.language)]
    assumed = _WORDS[flow.language]["assumed"]
    lines += [f"{assumed}: {text.of(flow.language)}" for text in flow.assumptions]
    return "\n".join(lines)


def _lines(flow: Flow) -> tuple[_Line, ...]:
    try:
        return _below(flow, blocks(flow.steps))
    except Unstructured:
        # A model's flow may have no block structure: then its steps are listed.
        return tuple(_of_step(flow, step) for step in flow.steps)


def _below(flow: Flow, inside: Iterable[Block]) -> tuple[_Line, ...]:
    words, lines = _WORDS[flow.language], list[_Line]()
    for block in inside:
        match block:
            case FlowStep():
                lines.append(_of_step(flow, block))
            case ChoiceBlock(branches):
                # A branch that only goes on is the next line; the others are below the decision.
                asides = [
                    _Line(_label(flow, branch.when), _below(flow, branch.then))
                    for branch in branches
                    if branch.then
                ]
                lines[-1:] = [_Line(last.text, (*last.below, *asides)) for last in lines[-1:]]
            case LoopBlock(body, again, rounds):
                label = _label(flow, again)
                lines.append(
                    _Line(words["again"].format(rounds=rounds, label=label), _below(flow, body))
                )
            case ParallelBlock(fork, branches, _):
                sides = (
                    _Line(f"{words['parallel']} {number}", _below(flow, branch))
                    for number, branch in enumerate(branches, 1)
                )
                lines.append(_Line(_of_step(flow, fork).text, tuple(sides)))
    return tuple(lines)


def _label(flow: Flow, when: Guard | None) -> str:
    return f"[{guard_label(flow, when, flow.language)}]"


def _of_step(flow: Flow, step: FlowStep) -> _Line:
    title = step.title.of(flow.language)
    return _Line(f"{step.kind:<12} {title}", tuple(_fields(step, flow.language)))


def _fields(step: FlowStep, language: Language) -> Iterator[_Line]:
    for field in step.fields:
        star = " *" if field.required else ""
        yield _Line(f"{field.label.of(language)}{star}  ({field.format or field.type})")


def _drawn(lines: tuple[_Line, ...], indent: str = "") -> Iterator[str]:
    for line in lines:
        last = line is lines[-1]
        yield f"{indent}{'└─' if last else '├─'} {line.text}".rstrip()
        yield from _drawn(line.below, f"{indent}{'   ' if last else '│  '}")


def _verdict(proof: FlowProof, judge: Judgement, language: Language) -> Iterator[str]:
    words = _WORDS[language]
    good = sum(check.passed for check in proof.checks)
    count = good if proof.sound else len(proof.checks) - good
    yield words["sound" if proof.sound else "unsound"].format(paths=proof.path_count, checks=count)
    yield from (f"  ! {finding.where}: {finding.message}" for finding in proof.findings)
    yield words["passed" if judge.passed else "failed"].format(total=judge.total)
    for metric in judge.metrics:
        yield f"  {metric.name:<14}{metric.score:6g}"
        for loss in metric.losses:
            yield f"    {loss.where}: {loss.reason.of(language)} {loss.fix.of(language)}"
