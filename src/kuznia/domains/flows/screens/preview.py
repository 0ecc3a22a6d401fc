"""A flow that runs: one page after another, checked on the server, and nothing of it kept.

The answers so far travel with the form, sealed. At each request the flow is walked from its start
with them, by the same interpreter that proved it, up to the first step that still has no answer.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias, cast

from pydantic import JsonValue

from kuznia.domains.flows.schema import Fact, Flow, Language, Step
from kuznia.domains.flows.screens.controls import error_of
from kuznia.domains.flows.screens.element import el, html
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
# Kinds that happen by themselves, without a page even in a preview.
_SILENT = frozenset({"decision", "fork", "join"})
# The most answers one walk may hold; a longer one is no preview any more.
_MAX_ANSWERS = 200


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """A page to answer with, and the HTTP status that tells how the last one went."""

    status: int
    html: str
    step: str


@dataclass(frozen=True, slots=True)
class _StepAnswer:
    step: str
    facts: Facts


class _Unanswered(Exception):
    """The walk has come to a step that has no answer yet."""

    def __init__(self, step: Step) -> None:
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
) -> PreviewPage:
    """The page that follows what was posted; the first page when nothing was.

    `link` is where a page posts to, relative to itself; nothing when that is where it came from.
    """
    if form is None:
        return _PreviewRequest(flow, key, language or flow.language, link).show(())
    go = _first_value(form, GO)
    spoken = _language(go, _first_value(form, LANGUAGE)) or language or flow.language
    walk = _PreviewRequest(flow, key, spoken, link)
    if go == "again":
        return walk.show(())
    answers = walk.opened(_first_value(form, STATE))
    if answers is None:
        return walk.lost()
    if _language(go):
        return walk.said_again(answers, form)
    if go == "back":
        return walk.show(answers[:-1], old=answers)
    if change := _first_value(form, CHANGE):
        return walk.show(_until(answers, change), old=answers)
    return walk.take(answers, form, today)


def _language(*given: str) -> Language | None:
    """The first of these that is a language of ours."""
    languages: tuple[Language, ...] = ("uk", "en")
    return next((known for one in given for known in languages if known == one), None)


def _first_value(form: Posted, name: str) -> str:
    values = form.get(name, ())
    return values[0] if values else ""


def _until(answers: tuple[_StepAnswer, ...], step: str) -> tuple[_StepAnswer, ...]:
    """The answers given before a step was first come to."""
    for place, answer in enumerate(answers):
        if answer.step == step:
            return answers[:place]
    return answers


class _PreviewRequest:
    """One request's walk through a flow."""

    def __init__(self, flow: Flow, key: bytes, language: Language, link: str) -> None:
        self.flow = flow
        self.key = key
        self.language: Language = language
        self.link = link
        # Answers are for the very flow they were given to: a changed one starts anew.
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

    def position(self, answers: tuple[_StepAnswer, ...]) -> tuple[Step, Facts]:
        """The step these answers lead to, and what is known there."""
        left = list(answers)

        def answer(step: Step, _: int) -> Facts:
            if step.kind in _SILENT:
                return {}
            if not left or left[0].step != step.id:
                raise _Unanswered(step)
            return left.pop(0).facts

        known = {name: value for one in answers for name, value in one.facts.items()}
        try:
            run = execute(self.flow, answer)
        except _Unanswered as stop:
            return stop.step, known
        return self.flow.by_id[run.end or run.stopped_at], known

    def show(
        self, answers: tuple[_StepAnswer, ...], old: tuple[_StepAnswer, ...] = ()
    ) -> PreviewPage:
        """The page these answers lead to, with what was answered there before still in it."""
        step, known = self.position(answers)
        earlier = tuple(one.facts for one in answers if one.step == step.id)
        before = [one for one in old if one.step == step.id][len(earlier) :]
        posted = {name: _typed(value) for one in before[:1] for name, value in one.facts.items()}
        return self.page(step, answers, known, posted, {}, 200)

    def said_again(self, answers: tuple[_StepAnswer, ...], form: Posted) -> PreviewPage:
        """The page as it is, with what was typed; nothing is checked, for nothing was handed in."""
        step, known = self.position(answers)
        return self.page(step, answers, known, form, {}, 200)

    def take(self, answers: tuple[_StepAnswer, ...], form: Posted, today: date) -> PreviewPage:
        """The next page, or the same one with what is wrong with it."""
        step, known = self.position(answers)
        if step.kind == "end":
            return self.show(answers)
        if len(answers) >= _MAX_ANSWERS:
            return self.lost()
        facts, wrong = self.read(step, form, today)
        if wrong:
            return self.page(step, answers, known, form, wrong, 422)
        return self.show((*answers, _StepAnswer(step.id, facts)))

    def read(self, step: Step, form: Posted, today: date) -> tuple[Facts, dict[str, str]]:
        """What a page's form says, and what is wrong with it."""
        outcomes = [outcome.id for outcome in step.outcomes]
        facts: dict[str, Known] = {}
        wrong: dict[str, str] = {}
        if outcomes:
            said = _first_value(form, OUTCOME)
            facts[step.id] = said if said in outcomes else outcomes[0]
            if facts[step.id] != outcomes[0]:
                # Whoever says that the data are wrong need not fill the rest in.
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
        step: Step,
        answers: tuple[_StepAnswer, ...],
        known: Facts,
        posted: Posted,
        wrong: Mapping[str, str],
        status: int,
    ) -> PreviewPage:
        rows: list[JsonValue] = [[one.step, dict(_plain(one.facts))] for one in answers]
        sealed = seal(rows, self.key, self.about)
        records: dict[str, tuple[Facts, ...]] = {}
        for one in answers:
            records[one.step] = (*records.get(one.step, ()), one.facts)
        view = PageView(
            flow=self.flow,
            language=self.language,
            known=known,
            posted=posted,
            errors=wrong,
            records=records,
            passed=tuple(one.step for one in answers),
            state=sealed,
            link=self.link,
            reference=reference(sealed, self.key) if step.kind == "end" else "",
        )
        return PreviewPage(status, "<!doctype html>" + html(page(view, step)), step.id)

    def lost(self) -> PreviewPage:
        """The answers cannot be read, or are too many: nothing is left but to begin again."""
        view = PageView(flow=self.flow, language=self.language)
        again = el("button", view.say("start-again"), type="submit", name=GO, value="again")
        kept = el("input", type="hidden", name=LANGUAGE, value=self.language)
        content = (
            el("h1", view.say("expired")),
            el("form", kept, again, action=self.link or None, method="post", novalidate=True),
        )
        whole = html(document(view, view.say("expired"), content))
        return PreviewPage(400, "<!doctype html>" + whole, "")


def _known(value: JsonValue) -> Known:
    return tuple(cast("list[str]", value)) if isinstance(value, list) else cast("Known", value)


def _plain(facts: Facts) -> list[tuple[str, JsonValue]]:
    return [
        (name, list(value) if isinstance(value, tuple) else value) for name, value in facts.items()
    ]


def _typed(value: Known) -> list[str]:
    """A value as it would be posted, to stand in its control again."""
    if isinstance(value, tuple):
        return [str(one) for one in value]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [] if value is None else [str(value)]


def sample(fact: Fact, language: Language) -> Known:
    """What a register would tell, of nobody in particular."""
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
