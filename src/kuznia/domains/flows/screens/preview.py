"""The preview: a flow that can be walked page by page, checked on the server, nothing stored.

The answers so far travel with the form, sealed. Each request walks the flow from its start with
them, by the interpreter that proved it, to the first step without an answer.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias, cast

from pydantic import JsonValue

from kuznia.domains.flows.schema import SILENT_KINDS, Fact, Flow, FlowStep, Language
from kuznia.domains.flows.screens.controls import error_of
from kuznia.domains.flows.screens.element import el, html_document
from kuznia.domains.flows.screens.pages import (
    AGREED,
    CHANGE,
    GO,
    LANGUAGE,
    OUTCOME,
    STATE,
    PageView,
    document,
    page,
)
from kuznia.domains.flows.screens.sealed import reference, seal, unseal
from kuznia.domains.flows.screens.texts import WORDS
from kuznia.domains.flows.screens.values import InvalidAnswer, read
from kuznia.domains.flows.structure.formats import EXAMPLES
from kuznia.domains.flows.structure.guards import Facts, Known
from kuznia.domains.flows.structure.interpreter import execute

Posted: TypeAlias = Mapping[str, Sequence[str]]
# Answers that one walk may hold.
_MAX_ANSWERS = 200


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """The page to answer with, and its HTTP status."""

    status: int
    html: str
    step: str


@dataclass(frozen=True, slots=True)
class _StepAnswer:
    step: str
    facts: Facts


class _Unanswered(Exception):
    """The walk reached a step that has no answer yet."""

    def __init__(self, step: FlowStep) -> None:
        super().__init__(step.id)
        self.step = step


def preview(
    flow: Flow,
    form: Posted | None,
    *,
    key: bytes,
    today: date,
    language: Language | None = None,
    link: str = "",
    open_wishes: tuple[str, ...] = (),
) -> PreviewPage:
    """The page that follows a posted form, or the first page.

    `link` is where a page posts to, relative to itself; empty when that is its own address.
    """
    if form is None:
        return _PreviewRequest(flow, key, language or flow.language, link, open_wishes).show(())
    go = _first_value(form, GO)
    chosen = _language(go, _first_value(form, LANGUAGE)) or language or flow.language
    walk = _PreviewRequest(flow, key, chosen, link, open_wishes)
    if go == "again":
        return walk.show(())
    answers = walk.opened(_first_value(form, STATE))
    if answers is None:
        return walk.lost()
    if _language(go):
        return walk.repeat(answers, form)
    if go == "back":
        return walk.show(answers[:-1], old=answers)
    if change := _first_value(form, CHANGE):
        return walk.show(_until(answers, change), old=answers)
    return walk.take(answers, form, today)


def _language(*codes: str) -> Language | None:
    """The first of these codes that is a language of the pages."""
    languages: tuple[Language, ...] = ("uk", "en")
    return next((known for code in codes for known in languages if known == code), None)


def _first_value(form: Posted, name: str) -> str:
    values = form.get(name, ())
    return values[0] if values else ""


def _until(answers: tuple[_StepAnswer, ...], step: str) -> tuple[_StepAnswer, ...]:
    """The answers before a step was first reached."""
    for place, answer in enumerate(answers):
        if answer.step == step:
            return answers[:place]
    return answers


class _PreviewRequest:
    """One request to a preview: its flow, language and key."""

    def __init__(
        self, flow: Flow, key: bytes, language: Language, link: str, open_wishes: tuple[str, ...]
    ) -> None:
        self.flow = flow
        self.key = key
        self.language: Language = language
        self.link = link
        self.open_wishes = open_wishes
        # Answers belong to one version of a flow: a changed flow starts anew.
        self.about = hashlib.sha256(flow.model_dump_json().encode()).hexdigest()

    def opened(self, sealed: str) -> tuple[_StepAnswer, ...] | None:
        if not sealed:
            return ()
        value = unseal(sealed, self.key, self.about)
        if not isinstance(value, list):
            return None
        # Sealed by us, so of the shape we gave it.
        rows = cast("list[tuple[str, dict[str, JsonValue]]]", value)
        return tuple(
            _StepAnswer(step, {n: _known(v) for n, v in facts.items()}) for step, facts in rows
        )

    def position(self, answers: tuple[_StepAnswer, ...]) -> tuple[FlowStep, Facts]:
        """The step these answers lead to, and what is known there."""
        left = list(answers)

        def answer(step: FlowStep, _: int) -> Facts:
            if step.kind in SILENT_KINDS:
                return {}
            if not left or left[0].step != step.id:
                raise _Unanswered(step)
            return left.pop(0).facts

        known = {name: value for taken in answers for name, value in taken.facts.items()}
        try:
            run = execute(self.flow, answer)
        except _Unanswered as stop:
            return stop.step, known
        return self.flow.by_id[run.end or run.stopped_at], known

    def show(
        self, answers: tuple[_StepAnswer, ...], old: tuple[_StepAnswer, ...] = ()
    ) -> PreviewPage:
        """The page these answers lead to, filled with earlier answers to it."""
        step, known = self.position(answers)
        earlier = tuple(answer.facts for answer in answers if answer.step == step.id)
        before = [answer for answer in old if answer.step == step.id][len(earlier) :]
        posted = {n: _typed(value) for answer in before[:1] for n, value in answer.facts.items()}
        return self.page(step, answers, known, posted, {}, 200)

    def repeat(self, answers: tuple[_StepAnswer, ...], form: Posted) -> PreviewPage:
        """The same page with what was typed, unchecked, because nothing was submitted."""
        step, known = self.position(answers)
        return self.page(step, answers, known, form, {}, 200)

    def take(self, answers: tuple[_StepAnswer, ...], form: Posted, today: date) -> PreviewPage:
        """The next page, or the same page with its errors."""
        step, known = self.position(answers)
        if step.kind == "end":
            return self.show(answers)
        if len(answers) >= _MAX_ANSWERS:
            return self.lost()
        facts, wrong = self.read(step, form, today)
        if wrong:
            return self.page(step, answers, known, form, wrong, 422)
        return self.show((*answers, _StepAnswer(step.id, facts)))

    def read(self, step: FlowStep, form: Posted, today: date) -> tuple[Facts, dict[str, str]]:
        """The facts in a page's form, and the errors by field."""
        outcomes = [outcome.id for outcome in step.outcomes]
        facts: dict[str, Known] = {}
        wrong: dict[str, str] = {}
        if outcomes:
            outcome = _first_value(form, OUTCOME)
            facts[step.id] = outcome if outcome in outcomes else outcomes[0]
            if facts[step.id] != outcomes[0]:
                # A person who reports wrong data need not fill in the rest.
                return facts, wrong
        if step.kind == "consent" and _first_value(form, step.id) != AGREED:
            wrong[step.id] = WORDS["agree-first"].of(self.language)
        for field in step.fields:
            value = read(field, form.get(field.id, ()), today)
            if isinstance(value, InvalidAnswer):
                wrong[field.id] = error_of(field, value, self.language)
            else:
                facts[field.id] = value
        facts |= {fact.id: sample(fact, self.language) for fact in step.provides}
        return facts, wrong

    def page(
        self,
        step: FlowStep,
        answers: tuple[_StepAnswer, ...],
        known: Facts,
        posted: Posted,
        wrong: Mapping[str, str],
        status: int,
    ) -> PreviewPage:
        rows: list[JsonValue] = [[answer.step, dict(_plain(answer.facts))] for answer in answers]
        sealed = seal(rows, self.key, self.about)
        records: dict[str, tuple[Facts, ...]] = {}
        for answer in answers:
            records[answer.step] = (*records.get(answer.step, ()), answer.facts)
        view = PageView(
            flow=self.flow,
            language=self.language,
            known=known,
            posted=posted,
            errors=wrong,
            records=records,
            passed=tuple(answer.step for answer in answers),
            state=sealed,
            link=self.link,
            open_wishes=self.open_wishes,
            reference=reference(sealed, self.key) if step.kind == "end" else "",
        )
        return PreviewPage(status, html_document(page(view, step)), step.id)

    def lost(self) -> PreviewPage:
        """A page to start again from: the answers cannot be read, or are too many."""
        view = PageView(flow=self.flow, language=self.language)
        again = el("button", view.say("start-again"), type="submit", name=GO, value="again")
        kept = el("input", type="hidden", name=LANGUAGE, value=self.language)
        content = (
            el("h1", view.say("expired")),
            el("form", kept, again, action=self.link or None, method="post", novalidate=True),
        )
        whole = document(view, view.say("expired"), content)
        return PreviewPage(400, html_document(whole), "")


def _known(value: JsonValue) -> Known:
    return tuple(cast("list[str]", value)) if isinstance(value, list) else cast("Known", value)


def _plain(facts: Facts) -> list[tuple[str, JsonValue]]:
    return [
        (name, list(value) if isinstance(value, tuple) else value) for name, value in facts.items()
    ]


def _typed(value: Known) -> list[str]:
    """A value as a form posts it, to fill its control again."""
    if isinstance(value, tuple):
        return [str(part) for part in value]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [] if value is None else [str(value)]


def sample(fact: Fact, language: Language) -> Known:
    """A sample of what a registry provides."""
    match fact.type:
        case "number":
            return 1
        case "date":
            return "1990-05-20"
        case "yesno":
            return True
        case "choice" if fact.options:
            return fact.options[0].id
        case "many":
            return tuple(option.id for option in fact.options[:1])
        case _:
            known = EXAMPLES.get(fact.format) if fact.format else None
            return known or WORDS["sample"].of(language)
