"""How much of what prompts ask for the planner makes of them, without a model.

A file has a line for each prompt, with the facts that somebody wrote down before it was ever run:
fields, branches, fees, deadlines. A prompt scores 0.35 for the fields that are there, 0.15 for
fields that nobody asked for and that are not, 0.2 for their order, and 0.3 for the branches that
behave as the prompt says. `--labels FILE` lists every label and question, to be read by a person.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from statistics import mean
from typing import Any

from bench.flow_branches import behaves
from bench.flow_words import Stems, likeness, stems
from kuznia.domains.flows.account import answers, wishes_of
from kuznia.domains.flows.account.places import FlowPlaces
from kuznia.domains.flows.planner import build
from kuznia.domains.flows.planner.order import read_order
from kuznia.domains.flows.schema import Flow, FlowInput, FormField
from kuznia.forge.wishes.account import complete
from kuznia.forge.wishes.clauses import WORD

WEIGHTS = {"recall": 0.35, "precision": 0.15, "order": 0.2, "branches": 0.3}
# How much two names have in common that mean one field.
ALIKE = 0.5
_CYRILLIC = re.compile(r"[а-яіїєґ]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]{3,}", re.IGNORECASE)
# Names that are the same in every language.
_SHARED = re.compile(r"\b(?:[A-Z]{2,6}|Telegram|monobank|email)\b")


Row = dict[str, Any]


@dataclass(slots=True)
class Score:
    """What one prompt scores, and the words of it that nothing was made of."""

    parts: dict[str, float] = field(default_factory=dict[str, float])
    words: int = 0
    open_words: int = 0
    missed: list[str] = field(default_factory=list[str])
    effects: Counter[tuple[str, bool]] = field(default_factory=Counter[tuple[str, bool]])

    @property
    def item(self) -> float:
        return sum(WEIGHTS[name] * value for name, value in self.parts.items() if name in WEIGHTS)


def names_of(row: Row) -> tuple[Stems, ...]:
    """Everything a field of the expectation may be called."""
    texts = [row.get("name_uk"), row.get("name_en"), row.get("name"), row.get("quote")]
    return tuple(stems(text) for text in (*texts, *row.get("synonyms", ())) if text)


def labels_of(asked: FormField) -> tuple[Stems, Stems]:
    return stems(asked.label.uk), stems(asked.label.en)


def alike(names: Iterable[Stems], asked: FormField) -> float:
    return max((likeness(name, label) for name in names for label in labels_of(asked)), default=0.0)


def score(row: Row) -> tuple[Score, Flow | None]:
    """The score of one prompt; nothing for one that is declined."""
    result = Score()
    order = read_order(FlowInput(prompt=row["prompt"]))
    result.words = len(WORD.findall(row["prompt"]))
    if order.decline is not None:
        result.parts = dict.fromkeys(WEIGHTS, 0.0)
        result.open_words = result.words
        result.missed = [f"declined: {order.decline.code}"]
        return result, None
    flow = build(order.reading).having(language=order.language)
    wishes = answers(flow, order, complete(row["prompt"], wishes_of(order)))
    result.open_words = sum(
        len(WORD.findall(wish.quote)) for wish in wishes if wish.outcome == "not_understood"
    )
    _score_fields(row, flow, result)
    _score_branches(row, flow, result)
    _score_rest(row, flow, result)
    return result, flow


def _score_fields(row: Row, flow: Flow, result: Score) -> None:
    expected: list[Row] = list(row["fields"])
    documents: list[Row] = row.get("documents") or []
    asked = list({one.id: one for step in flow.steps for one in step.fields}.values())
    pairs = sorted(
        (
            (alike(names_of(one), candidate), -number, place)
            for number, one in enumerate(expected)
            for place, candidate in enumerate(asked)
        ),
        reverse=True,
    )
    matched: dict[int, int] = {}
    for value, number, place in pairs:
        if value >= ALIKE and -number not in matched and place not in matched.values():
            matched[-number] = place
    known = [fact.label for step in flow.steps for fact in step.provides]
    for number, one in enumerate(expected):
        names = names_of(one)
        again = number in matched or any(
            likeness(name, stems(text)) >= ALIKE
            for name in names
            for label in known
            for text in (label.uk, label.en)
        )
        result.missed += [] if again else [f"field {one['quote'][:60]}"]
    lost = sum(line.startswith("field") for line in result.missed)
    result.parts["recall"] = 1 - lost / len(expected) if expected else 1.0
    result.parts["precision"] = _precision(flow, asked, [*expected, *documents], matched)
    result.parts["order"] = _order(row, expected, matched)


def _precision(
    flow: Flow, asked: list[FormField], names: list[Row], matched: dict[int, int]
) -> float:
    """How many of the fields somebody asked for, or something decides by them."""
    deciding = FlowPlaces(flow).graph.decided_by
    every = [names_of(row) for row in names]
    good = 0
    for place, candidate in enumerate(asked):
        own = labels_of(candidate)
        inside = any(label and label <= name for row in every for name in row for label in own)
        near = any(alike(row, candidate) >= ALIKE for row in every)
        good += place in matched.values() or candidate.id in deciding or inside or near
    return good / len(asked) if asked else 0.0


def _order(row: Row, expected: list[Row], matched: dict[int, int]) -> float:
    """How many pairs of the fields that are there stand in the order of the prompt."""
    ranks: list[int] = []
    for name in row.get("order") or []:
        number = next(
            (
                n
                for n, one in enumerate(expected)
                if name in {one.get("name_uk"), one.get("name_en")}
            ),
            None,
        )
        if number in matched:
            ranks.append(matched[number])
    pairs = list(combinations(ranks, 2))
    if not pairs:
        return 1.0 if matched or not expected else 0.0
    return sum(first < second for first, second in pairs) / len(pairs)


def _score_branches(row: Row, flow: Flow, result: Score) -> None:
    branches: list[Row] = row.get("branches") or []
    places = FlowPlaces(flow)
    good = 0
    for branch in branches:
        holds = behaves(places, branch)
        result.effects[branch.get("effect") or "other", holds] += 1
        result.missed += [] if holds else [f"branch {branch.get('effect')}: {branch['quote'][:90]}"]
        good += holds
    result.parts["branches"] = good / len(branches) if branches else 1.0


def _score_rest(row: Row, flow: Flow, result: Score) -> None:
    """What does not count, but tells: fees, actors, documents, the deadline."""
    places = FlowPlaces(flow)
    text = stems(" ".join(places.step_text(step) for step in flow.steps))
    actors: list[Row] = row.get("actors") or []
    if actors:
        there = [likeness(stems(one["who"]), text & stems(one["who"])) >= ALIKE for one in actors]
        result.parts["actors"] = sum(there) / len(there)
    documents: list[Row] = row.get("documents") or []
    if documents:
        there = [
            any(alike(names_of(one), candidate) >= ALIKE for candidate in flow.asks.values())
            for one in documents
        ]
        result.missed += [
            f"document {one['quote'][:60]}"
            for one, is_there in zip(documents, there, strict=True)
            if not is_there
        ]
        result.parts["documents"] = sum(there) / len(there)
    deadline: Row = row.get("deadline") or {}
    if days := deadline.get("days"):
        result.parts["deadline"] = float(any(step.days == days for step in flow.steps))


def texts_of(flow: Flow) -> Iterator[tuple[str, str, str]]:
    """Every text that a person reads because of the prompt: what it is, and both languages."""
    yield "name", flow.name.uk, flow.name.en
    for step in flow.steps:
        yield f"title {step.id}", step.title.uk, step.title.en
        for asked in step.fields:
            yield f"label {asked.id}", asked.label.uk, asked.label.en
            for option in asked.options:
                yield f"option {asked.id}", option.label.uk, option.label.en
        if step.who:
            yield f"who {step.id}", step.who.uk, step.who.en


def untranslated(uk: str, en: str) -> bool:
    """Whether a text of one language has words of the other."""
    return bool(_CYRILLIC.search(en) or _LATIN.search(_SHARED.sub("", uk)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--crash", action="store_true", help="stop at the first prompt that fails")
    options = parser.parse_args()
    rows = [
        json.loads(line) for path in options.files for line in path.read_text("utf-8").splitlines()
    ]
    scores: list[Score] = []
    lines: list[str] = []
    crashed = 0
    mixed: list[str] = []
    for row in rows:
        try:
            result, flow = score(row)
        except Exception as error:
            if options.crash:
                raise
            crashed += 1
            result, flow = Score(dict.fromkeys(WEIGHTS, 0.0)), None
            result.missed.append(f"crashed: {error!r}"[:200])
        scores.append(result)
        lines.append(f"== {row['id']} {row['title']}")
        for what, uk, en in texts_of(flow) if flow else ():
            lines.append(f"{what} | {uk} | {en}")
            mixed += [lines[-1]] if untranslated(uk, en) else []
        if options.misses:
            print(f"{result.item:.3f} {row['id']}", *result.missed, sep="\n    ")
    if options.labels:
        options.labels.write_text("\n".join(lines) + "\n", "utf-8")
    _report(scores, crashed, len(mixed))
    return 0


def _report(scores: list[Score], crashed: int, mixed: int) -> None:
    print(f"prompts {len(scores)}, crashed {crashed}, untranslated texts {mixed}")
    print(f"item score   {mean(one.item for one in scores):.3f}")
    for name in (*WEIGHTS, "actors", "documents", "deadline"):
        values = [one.parts[name] for one in scores if name in one.parts]
        print(f"{name:12} {mean(values):.3f}" if values else f"{name:12} -")
    effects = sum((one.effects for one in scores), Counter[tuple[str, bool]]())
    for name in sorted({name for name, _ in effects}):
        total = effects[name, True] + effects[name, False]
        print(f"  branch {name:10} {effects[name, True]:3} of {total}")
    good = sum(count for (_, holds), count in effects.items() if holds)
    print(f"all branches {good / max(1, effects.total()):.3f}")
    words = sum(one.words for one in scores)
    print(
        f"not understood {sum(one.open_words for one in scores) / max(1, words):.3f} of the words"
    )


if __name__ == "__main__":
    sys.exit(main())
