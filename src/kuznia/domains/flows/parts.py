"""The domain: how a flow is asked for, read, checked, mended and made without a model."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, cast

from pydantic import Field, JsonValue, ValidationError

from kuznia.domains.flows.checks.judge import Judgement, judge
from kuznia.domains.flows.checks.proof import CHECKS, Study, prove, sound
from kuznia.domains.flows.exports import EXPORTS
from kuznia.domains.flows.mend import mend
from kuznia.domains.flows.planner import build, declined, read
from kuznia.domains.flows.reply import parse
from kuznia.domains.flows.schema import Flow, Language
from kuznia.domains.flows.screens.node import Node, html
from kuznia.domains.flows.screens.pages import View, overview, page
from kuznia.domains.flows.screens.rendered import CHECKS as UI_CHECKS
from kuznia.domains.flows.screens.rendered import prompt as ui_prompt
from kuznia.domains.flows.screens.rendered import rendered
from kuznia.domains.flows.structure.drafts import Found, Proof, Screen, Screens, Verdict, Way
from kuznia.domains.flows.terminal import told
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
from kuznia.platform.process.workers import POOL

_HERE = files("kuznia.domains.flows")
# So many ways through are listed; all of them were walked.
_LISTED = 64
_SCHEMA = cast("Mapping[str, JsonValue]", Flow.model_json_schema())
_SYSTEM = _HERE.joinpath("prompts/flow.md").read_text("utf-8")


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


@dataclass(frozen=True, slots=True)
class Studied:
    """A flow with all that our own code computes from it."""

    flow: Flow
    findings: tuple[Finding, ...]
    proof: Proof
    judge: Judgement
    screens: Screens


def studied(flow: Flow) -> Studied:
    """Everything our own code has to say of a flow."""
    study = Study(flow)
    findings = prove(study)
    view = View(flow=flow, language=flow.language)
    pages = {step.id: page(view, step) for step in flow.steps}
    verdict = judge(study, findings, pages)
    return Studied(flow, findings, proof(study, findings), verdict, screens(flow, pages))


class _Desk:
    """One order's papers: a flow is studied once, however many checks look at it."""

    def __init__(self) -> None:
        self._studied: Studied | None = None

    async def make_flow(self, bench: Bench) -> Flow:
        order = bench.order
        return await self._lay(partial(_planned, order.input.prompt, _language(order)))

    async def read_flow(self, reply: str, _: Bench) -> Flow:
        return await self._lay(partial(_replied, reply))

    async def mend_flow(self, flow: Flow, findings: tuple[Finding, ...], _: Bench) -> Flow:
        return await self._lay(partial(_mended, flow, findings))

    async def make_proof(self, bench: Bench) -> Proof:
        return (await self.studied(_flow(bench))).proof

    async def make_judgement(self, bench: Bench) -> Judgement:
        return (await self.studied(_flow(bench))).judge

    async def make_screens(self, bench: Bench) -> Screens:
        return (await self.studied(_flow(bench))).screens

    async def read_page(self, reply: str, bench: Bench) -> Screens:
        # Odd markup takes a while to clean.
        return await POOL.ease(partial(rendered, reply, await self.make_screens(bench), bench))

    async def studied(self, flow: Flow) -> Studied:
        if self._studied is None or self._studied.flow is not flow:
            # As it came back from where it was studied it would be another object.
            self._studied = replace(await POOL.ease(partial(studied, flow)), flow=flow)
        return self._studied

    async def _lay(self, work: Callable[[], Studied]) -> Flow:
        """A flow made and studied in one go, where it holds nobody up."""
        self._studied = await POOL.ease(work)
        return self._studied.flow


async def screen(order: Order) -> Decline | None:
    """Declined when it would do harm, or when questions have to be answered first."""
    return await POOL.ease(partial(_screened, order.input.prompt))


def _screened(prompt: str) -> Decline | None:
    return declined(read(prompt))


def _language(order: Order) -> Language | Literal["auto"]:
    return order.input.language if isinstance(order.input, FlowInput) else "auto"


async def prompt(bench: Bench) -> Prompt:
    """What a model is asked; the request stands apart from what we say about it."""
    said, language = bench.order.input.prompt, _language(bench.order)
    wanted = await POOL.ease(partial(_spoken, said)) if language == "auto" else language
    user = f"Language of the pages: {wanted}\nRequest:\n<<<\n{said}\n>>>"
    return Prompt(system=_SYSTEM, user=user, schema=_SCHEMA, max_tokens=12_000)


def _spoken(prompt: str) -> Language:
    return read(prompt).language


def _flow(bench: Bench) -> Flow:
    return cast("Flow", bench.accepted["flow"])


def parts(_: Order) -> tuple[AnyPart, ...]:
    """The flow, its proof, its verdict and its pages."""
    desk = _Desk()

    needs = ("flow",)
    return (
        Part(
            name="flow",
            prompt=prompt,
            parse=desk.read_flow,
            mend=desk.mend_flow,
            make=desk.make_flow,
            checks=tuple(_check(name, desk) for name in CHECKS),
        ),
        Part(name="proof", needs=needs, make=desk.make_proof),
        Part(name="judge", needs=needs, make=desk.make_judgement),
        Part(
            name="ui",
            needs=needs,
            # HTML is taken of no model but one that was set up to render it.
            specialist=True,
            prompt=ui_prompt,
            parse=desk.read_page,
            make=desk.make_screens,
            checks=UI_CHECKS,
            tries=2,
        ),
    )


def _planned(prompt: str, language: Language | Literal["auto"]) -> Studied:
    """The flow our own planner makes of a prompt that was not declined."""
    flow = build(read(prompt))
    return studied(flow if language == "auto" else flow.having(language=language))


def _replied(reply: str) -> Studied:
    return studied(parse(reply))


def _mended(flow: Flow, findings: tuple[Finding, ...]) -> Studied:
    return studied(mend(flow, findings))


def _check(name: str, desk: _Desk) -> Check[Flow]:
    async def run(flow: Flow, _: Bench) -> Iterable[Finding]:
        return [one for one in (await desk.studied(flow)).findings if one.code == name]

    return Check(name, run)


def proof(study: Study, findings: tuple[Finding, ...]) -> Proof:
    failed, runs = {finding.code for finding in findings if finding.stands}, study.runs
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


def screens(flow: Flow, pages: Mapping[str, Node]) -> Screens:
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
    known = studied(flow)
    parts: dict[str, Draft] = {
        "flow": flow,
        "proof": known.proof,
        "judge": known.judge,
        "ui": known.screens,
    }
    return parts, known.findings


def document(root: Node) -> str:
    return f"<!doctype html>{html(root)}"


def taken(name: str, copy: Copy) -> bytes:
    """An artefact's flow in a format; `language` chooses what its words are written in."""
    try:
        flow = Flow.model_validate(copy.parts.get("flow"))
    except ValidationError:
        raise CannotExport("This artefact holds no flow: there is nothing to write.") from None
    language = copy.options.get("language", flow.language)
    if language not in {"uk", "en"}:
        raise CannotExport("The option language is uk or en.")
    return EXPORTS[name].write(flow.having(language=cast("Language", language)))


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
        name: Export(form.media_type, form.ending, partial(taken, name), frozenset({"language"}))
        for name, form in EXPORTS.items()
    },
    examples=(
        {"prompt": "Реєстрація користувача: ім'я, прізвище, email, телефон"},
        {"prompt": "Довідка про несудимість: мета отримання, email, за бажанням телефон"},
        {"prompt": "Building permit: cadastral number, drawings; decision within 30 days"},
    ),
)
