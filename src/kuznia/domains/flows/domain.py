"""The domain: how a flow is asked for, read, checked, mended and made without a model."""

from asyncio import to_thread
from collections.abc import Iterable, Mapping
from functools import partial
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, cast

from pydantic import Field, JsonValue, ValidationError

from kuznia.domains.flows.drafts import Found, Proof, Screen, Screens, Verdict, Way
from kuznia.domains.flows.exports import EXPORTS, Form
from kuznia.domains.flows.judge import Judgement, judge
from kuznia.domains.flows.mend import mend
from kuznia.domains.flows.planner import build, declined, read
from kuznia.domains.flows.planner.reading import Reading
from kuznia.domains.flows.proof import CHECKS, Study, prove, sound
from kuznia.domains.flows.rendered import CHECKS as UI_CHECKS
from kuznia.domains.flows.rendered import prompt as ui_prompt
from kuznia.domains.flows.rendered import rendered
from kuznia.domains.flows.reply import parse
from kuznia.domains.flows.schema import Flow, Language
from kuznia.domains.flows.screens.node import Node, html
from kuznia.domains.flows.screens.pages import View, overview, page
from kuznia.domains.flows.tree import told
from kuznia.forge.terms import (
    AnyPart,
    Bench,
    CannotExport,
    Check,
    Copy,
    Decline,
    Domain,
    Draft,
    Export,
    Finding,
    Input,
    Order,
    Part,
    Prompt,
)

_HERE = files("kuznia.domains.flows")
# So many ways through are listed; all of them were walked.
_LISTED = 64
_SCHEMA = cast("Mapping[str, JsonValue]", Flow.model_json_schema())
_SYSTEM = _HERE.joinpath("prompt.md").read_text("utf-8")


def _fingerprint(folder: Traversable) -> str:
    """Of every file in here: planner, lexicon, checks and pages all decide what an order gets."""
    waiting, seen = [folder], blake2b(digest_size=6)
    while waiting:
        for one in sorted(waiting.pop().iterdir(), key=lambda one: one.name):
            if one.is_dir():
                waiting.append(one)
            elif not one.name.endswith(".pyc"):
                seen.update(one.name.encode() + one.read_bytes())
    return seen.hexdigest()


VERSION = _fingerprint(_HERE)


class FlowInput(Input):
    """A service, described in a sentence or more, in Ukrainian, English or both."""

    prompt: Annotated[str, Field(min_length=10, max_length=2000)]
    # What the pages are written in; `auto` is the language of the prompt.
    language: Literal["auto", "uk", "en"] = "auto"


class _Desk:
    """One order's papers: a flow is studied once, however many checks look at it."""

    def __init__(self) -> None:
        self._study: Study | None = None
        self._findings: tuple[Finding, ...] | None = None
        self._pages: dict[str, Node] | None = None

    def study(self, flow: Flow) -> Study:
        if self._study is None or self._study.flow is not flow:
            self._study, self._findings, self._pages = Study(flow), None, None
        return self._study

    def findings(self, flow: Flow) -> tuple[Finding, ...]:
        study = self.study(flow)
        if self._findings is None:
            self._findings = prove(study)
        return self._findings

    def pages(self, flow: Flow) -> dict[str, Node]:
        self.study(flow)
        if self._pages is None:
            view = View(flow=flow, language=flow.language)
            self._pages = {step.id: page(view, step) for step in flow.steps}
        return self._pages


def reading_of(order: Order) -> Reading:
    return read(order.input.prompt)


def screen(order: Order) -> Decline | None:
    """Declined when it would do harm, or when questions have to be answered first."""
    return declined(reading_of(order))


def planned(order: Order) -> Flow:
    """The flow our own planner makes of an order that was not declined."""
    flow = build(reading_of(order))
    language = order.input.language if isinstance(order.input, FlowInput) else "auto"
    return flow if language == "auto" else flow.having(language=language)


def prompt(bench: Bench) -> Prompt:
    """What a model is asked; the request stands apart from what we say about it."""
    order = bench.order
    language = order.input.language if isinstance(order.input, FlowInput) else "auto"
    wanted = reading_of(order).language if language == "auto" else language
    user = f"Language of the pages: {wanted}\nRequest:\n<<<\n{order.input.prompt}\n>>>"
    return Prompt(system=_SYSTEM, user=user, schema=_SCHEMA, max_tokens=12_000)


def _flow(bench: Bench) -> Flow:
    return cast("Flow", bench.accepted["flow"])


def parts(_: Order) -> tuple[AnyPart, ...]:
    """The flow, its proof, its verdict and its pages."""
    desk = _Desk()
    flow: Part[Flow] = Part(
        name="flow",
        prompt=prompt,
        parse=lambda reply, _: parse(reply),
        mend=lambda flow, findings, _: mend(flow, findings),
        make=lambda bench: planned(bench.order),
        checks=tuple(_check(name, desk) for name in CHECKS),
    )
    needs = ("flow",)
    return (
        flow,
        Part(name="proof", needs=needs, make=lambda bench: proof(desk, _flow(bench))),
        Part(name="judge", needs=needs, make=lambda bench: judged(desk, _flow(bench))),
        Part(
            name="ui",
            needs=needs,
            # HTML is taken of no model but one that was set up to render it.
            specialist=True,
            prompt=ui_prompt,
            # Odd markup takes a while to clean.
            parse=lambda reply, bench: to_thread(
                rendered, reply, screens(desk, _flow(bench)), bench
            ),
            make=lambda bench: screens(desk, _flow(bench)),
            checks=UI_CHECKS,
            tries=2,
        ),
    )


def _check(name: str, desk: _Desk) -> Check[Flow]:
    def run(flow: Flow, _: Bench) -> Iterable[Finding]:
        return [finding for finding in desk.findings(flow) if finding.code == name]

    return Check(name, run)


def judged(desk: _Desk, flow: Flow) -> Judgement:
    return judge(desk.study(flow), desk.findings(flow), desk.pages(flow))


def proof(desk: _Desk, flow: Flow) -> Proof:
    findings = desk.findings(flow)
    failed = {finding.code for finding in findings if finding.stands}
    runs = desk.study(flow).runs
    return Proof(
        sound=sound(findings),
        checks=tuple(Verdict(name=name, passed=name not in failed) for name in CHECKS),
        findings=tuple(
            Found(code=one.code, severity=one.severity, where=one.where, message=one.message)
            for one in findings
        ),
        ways=len(runs),
        paths=tuple(Way(steps=run.path, end=run.end or run.at) for run in runs[:_LISTED]),
    )


def screens(desk: _Desk, flow: Flow) -> Screens:
    pages = desk.pages(flow)
    return Screens(
        html=document(overview(flow, flow.language)),
        pages=tuple(
            Screen(step=step.id, title=step.title.of(flow.language), html=document(pages[step.id]))
            for step in flow.steps
            if step.kind not in {"decision", "fork", "join"}
        ),
    )


def drafts(flow: Flow) -> tuple[dict[str, Draft], tuple[Finding, ...]]:
    """All parts of a flow that is there already, and everything the proof has to say of it."""
    desk = _Desk()
    parts: dict[str, Draft] = {
        "flow": flow,
        "proof": proof(desk, flow),
        "judge": judged(desk, flow),
        "ui": screens(desk, flow),
    }
    return parts, desk.findings(flow)


def document(root: Node) -> str:
    return f"<!doctype html>{html(root)}"


def taken(form: Form, copy: Copy) -> bytes:
    """An artefact's flow in a format; `language` chooses what its words are written in."""
    try:
        flow = Flow.model_validate(copy.parts.get("flow"))
    except ValidationError:
        raise CannotExport("This artefact holds no flow: there is nothing to write.") from None
    language = copy.options.get("language", flow.language)
    if language not in {"uk", "en"}:
        raise CannotExport("The option language is uk or en.")
    return form.write(flow.having(language=cast("Language", language)))


DOMAIN = Domain(
    name="flows",
    path="flows",
    summary="A public service from a sentence: its steps proven, its pages ready to be used.",
    input=FlowInput,
    version=VERSION,
    parts=parts,
    screen=screen,
    shown=told,
    page="preview/",
    exports={
        name: Export(form.media_type, form.ending, partial(taken, form), frozenset({"language"}))
        for name, form in EXPORTS.items()
    },
    examples=(
        {"prompt": "Реєстрація користувача: ім'я, прізвище, email, телефон"},
        {"prompt": "Довідка про несудимість: мета отримання, email, за бажанням телефон"},
        {"prompt": "Building permit: cadastral number, drawings; decision within 30 days"},
    ),
)
