"""Whether reasons cite cards that exist, say only what those say, and titles are plain text."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from kuznia.domains.training.cards import cards
from kuznia.domains.training.checks.rules import Measure, PlanRule
from kuznia.domains.training.checks.view import PlanView
from kuznia.domains.training.schema.lesson import Minutes, MinutesOn

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_MARKUP = re.compile(r"[<>{}\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]|https?:|www\.", re.I)


def cited(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    for where, reason in view.reasons:
        missing = [name for name in reason.cites if name not in cards()]
        if missing or not reason.cites:
            yield Measure(where, (missing or ["none"])[0][:60], "a card", False)


def numbers(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    for where, reason in view.reasons:
        for number in _numbers(reason.text):
            if not any(number in _card_numbers(name) for name in reason.cites):
                yield Measure(where, number, "a number of the card", False)


@cache
def _all_card_numbers() -> Mapping[str, frozenset[str]]:
    return {
        name: frozenset(_numbers(f"{card.text} {card.text_uk}")) for name, card in cards().items()
    }


def _card_numbers(name: str) -> frozenset[str]:
    return _all_card_numbers().get(name, frozenset())


def _numbers(text: str) -> Iterator[str]:
    return (found.replace(",", ".") for found in _NUMBER.findall(text))


def _headings(view: PlanView) -> Iterator[tuple[str, str]]:
    yield "title", view.plan.title
    yield "summary", view.plan.summary
    for week in view.plan.weeks:
        yield f"weeks.{week.number}.theme", week.theme


def plain(view: PlanView, rule: PlanRule) -> Iterator[Measure]:
    longest = int(rule.number("longest"))
    for where, text in _headings(view):
        if not text.strip() or len(text) > longest or _MARKUP.search(text):
            yield Measure(where, f"{len(text)} characters", "short plain text", False)


def own_numbers(view: PlanView, _: PlanRule) -> Iterator[Measure]:
    athlete = view.athlete
    days = {sum(1 for day in week.days if day.kind != "rest") for week in view.plan.weeks}
    limits = (effect for _, effect in athlete.effects if isinstance(effect, Minutes | MinutesOn))
    minutes = {effect.minutes for effect in limits}
    known = {athlete.weeks, athlete.days, athlete.minutes, *days, *minutes}
    for where, text in _headings(view):
        for number in _numbers(text):
            if number not in {str(value) for value in known}:
                yield Measure(where, number, "weeks, days or minutes", False)


CHECKS = {"C01": cited, "C02": numbers, "C03": plain, "C04": own_numbers}
