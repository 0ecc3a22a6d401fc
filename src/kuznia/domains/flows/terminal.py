"""A flow as a tree of lines, for a terminal: what happens, what is asked, and the verdict."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kuznia.domains.flows.checks.judge.result import Judgement
from kuznia.domains.flows.checks.proof.result import FlowProof
from kuznia.domains.flows.exports.diagram import guard_label
from kuznia.domains.flows.schema import Flow, Guard, Language, Step
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
        "again": "again, {most} times at most, while {label}",
        "beside": "side by side",
        "sound": "sound: {ways} ways through, {checks} checks passed",
        "unsound": "not sound: {checks} of its checks failed",
        "passed": "judge {total:g} of 100, passed",
        "failed": "judge {total:g} of 100, not passed",
        "assumed": "assumed",
    },
    "uk": {
        "again": "ще раз, щонайбільше {most}, поки {label}",
        "beside": "одночасно",
        "sound": "коректний: шляхів {ways}, пройдено перевірок {checks}",
        "unsound": "некоректний: не пройдено перевірок {checks}",
        "passed": "оцінка {total:g} зі 100, прийнято",
        "failed": "оцінка {total:g} зі 100, не прийнято",
        "assumed": "припущено",
    },
}


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    below: tuple["_Line", ...] = ()


def render(parts: Mapping[str, Any]) -> str:
    """The steps as a tree, the verdicts with what every lost point needs, and what was guessed."""
    flow = Flow.model_validate(parts["flow"])
    lines = [flow.name.of(flow.language), *_drawn(_lines(flow))]
    if "proof" in parts and "judge" in parts:
        proof, judge = (
            FlowProof.model_validate(parts["proof"]),
            Judgement.model_validate(parts["judge"]),
        )
        lines += ["", *_verdict(proof, judge, flow.language)]
    assumed = _WORDS[flow.language]["assumed"]
    lines += [f"{assumed}: {one.of(flow.language)}" for one in flow.assumptions]
    return "\n".join(lines)


def _lines(flow: Flow) -> tuple[_Line, ...]:
    try:
        return _below(flow, blocks(flow.steps))
    except Unstructured:
        # A flow of a model's may jump about: then the list of its steps has to do.
        return tuple(_of_step(flow, step) for step in flow.steps)


def _below(flow: Flow, inside: Iterable[Block]) -> tuple[_Line, ...]:
    words, lines = _WORDS[flow.language], list[_Line]()
    for block in inside:
        match block:
            case Step():
                lines.append(_of_step(flow, block))
            case ChoiceBlock(branches):
                # A way that only goes on is the line below; the others hang on what was decided.
                asides = [
                    _Line(_label(flow, one.when), _below(flow, one.then))
                    for one in branches
                    if one.then
                ]
                lines[-1:] = [_Line(last.text, (*last.below, *asides)) for last in lines[-1:]]
            case LoopBlock(body, again, most):
                label = _label(flow, again)
                lines.append(
                    _Line(words["again"].format(most=most, label=label), _below(flow, body))
                )
            case ParallelBlock(fork, branches, _):
                sides = (
                    _Line(f"{words['beside']} {number}", _below(flow, branch))
                    for number, branch in enumerate(branches, 1)
                )
                lines.append(_Line(_of_step(flow, fork).text, tuple(sides)))
    return tuple(lines)


def _label(flow: Flow, when: Guard | None) -> str:
    return f"[{guard_label(flow, when, flow.language)}]"


def _of_step(flow: Flow, step: Step) -> _Line:
    title = step.title.of(flow.language)
    return _Line(f"{step.kind:<12} {title}", tuple(_fields(step, flow.language)))


def _fields(step: Step, language: Language) -> Iterator[_Line]:
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
    good = sum(one.passed for one in proof.checks)
    count = good if proof.sound else len(proof.checks) - good
    yield words["sound" if proof.sound else "unsound"].format(ways=proof.ways, checks=count)
    yield from (f"  ! {one.where}: {one.message}" for one in proof.findings)
    yield words["passed" if judge.passed else "failed"].format(total=judge.total)
    for metric in judge.metrics:
        yield f"  {metric.name:<14}{metric.score:6g}"
        for loss in metric.losses:
            yield f"    {loss.where}: {loss.reason.of(language)} {loss.fix.of(language)}"
