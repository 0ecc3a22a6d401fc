"""How a reading of feedback is judged against what a stranger wrote beside the sentence."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from kuznia.domains.training.language.named import exercises_of
from kuznia.domains.training.language.tokens import Tag
from kuznia.domains.training.wishes.exercises import thing_of
from kuznia.domains.training.wishes.pieces import pieces
from kuznia.domains.training.wishes.reader import read_wishes
from kuznia.domains.training.wishes.typed import Thing, TypedWish

Verdict = Literal["right", "asked", "part", "wrong", "opposite"]
Row = Mapping[str, Any]
# The stranger's names of effects, and ours.
EFFECTS: Mapping[str, str] = {
    "avoid-exercise": "avoid",
    "prefer-exercise": "prefer",
    "keep-exercise": "keep",
    "swap-exercise": "swap",
    "own-equipment": "own",
    "no-equipment": "lack",
    "day-off": "day_off",
    "days-only": "days_only",
    "minutes-day": "minutes",
    "minutes-all": "minutes",
    "long-run-day": "long_day",
    "less-volume": "less",
    "more-volume": "more",
    "less-of": "less_of",
    "race": "event",
    "best-lift": "best",
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Effects that come to the same for the plan.
_ALIKE = {
    "prefer": {"prefer", "keep", "more_of", "more"},
    "more": {"more", "more_of", "prefer"},
    "less": {"less", "less_of"},
    "less_of": {"less_of", "less"},
    "lack": {"lack", "avoid"},
    "undo": {"undo", "prefer"},
}
_AGAINST = {
    "prefer": {"avoid", "less_of", "lack", "easier"},
    "keep": {"avoid", "less_of", "lack", "swap"},
    "focus": {"avoid", "less_of"},
    "more": {"avoid", "less_of", "less"},
    "harder": {"easier"},
    "avoid": {"prefer", "keep", "more_of", "more", "focus"},
    "less_of": {"prefer", "keep", "more_of", "more", "focus"},
    "easier": {"harder"},
    "less": {"more", "prefer"},
    "own": {"lack"},
    "lack": {"own"},
    "day_off": {"days_only"},
    "days_only": {"day_off"},
    "minutes": {"days_only", "day_off"},
    "long_day": {"day_off"},
    "undo": {"avoid", "less_of"},
    "swap": {"keep", "prefer"},
}
_MACHINES = ({"sport:rowing", "equipment:rower"}, {"sport:cycling", "equipment:bike_machine"})


def judged(row: Row) -> Verdict:
    """What a reading of this sentence is worth."""
    read, expected = read_wishes(row["text"]), row["wishes"]
    pairs = [(wish, truth) for wish in read.wishes for truth in expected]
    if any(_is_against(wish, truth) and not _fits(wish, truth, row) for wish, truth in pairs):
        return "opposite"
    if any(not any(_fits(wish, truth, row) for truth in expected) for wish in read.wishes):
        return "wrong"
    missed = [t for t in expected if not any(_fits(wish, t, row) for wish in read.wishes)]
    if not missed:
        return "right"
    # A condition is asked back, and never acted on.
    conditions = all((truth["scope"] or "").startswith("if") for truth in expected)
    if not read.wishes and (row["ask"] or (conditions and read.doubts)):
        return "right"
    return "part" if read.wishes and not read.doubts else "asked"


def _effect(truth: Row) -> str:
    name = str(truth["effect"])
    return EFFECTS.get(name, name.replace("-", "_"))


def _fits(wish: TypedWish, truth: Row, row: Row) -> bool:
    effect, what = _effect(truth), truth["what"] or ""
    if effect in {"day_off", "days_only", "long_day", "minutes"}:
        return wish.do == effect and _days_fit(wish, truth, row)
    if effect in {"prefer", "swap"} and truth["to"]:
        return _pair_fits(wish, truth, effect)
    if wish.do not in _ALIKE.get(effect, {effect}) or not _thing_fits(wish, what, effect):
        return False
    if truth["value"] is None or wish.amount is None:
        return True
    if effect == "best":
        weight, _, reps = str(truth["value"]).partition("x")
        return wish.amount == float(weight) and wish.reps == int(reps or 1)
    return effect not in {"own", "frequency"} or wish.amount == float(truth["value"])


def _days_fit(wish: TypedWish, truth: Row, row: Row) -> bool:
    days = _days(truth)
    if truth["value"] is not None and _effect(truth) == "minutes" and wish.amount != truth["value"]:
        return False
    alike = [other for other in row["wishes"] if other["effect"] == truth["effect"]]
    together = {day for other in alike for day in _days(other)}
    return days <= set(wish.days) <= together


def _days(truth: Row) -> set[int]:
    what = (truth["what"] or "").lower()
    return {number for number, name in enumerate(_DAYS, start=1) if name in what}


def _pair_fits(wish: TypedWish, truth: Row, effect: str) -> bool:
    """A swap and a preference over something else are the same, turned round."""
    liked, less = (
        (truth["what"], truth["to"]) if effect == "prefer" else (truth["to"], truth["what"])
    )
    if wish.do == "prefer":
        return _is_same(wish.thing, liked) and _is_same(wish.other, less)
    anything = wish.other is None and "other" in liked
    return (
        wish.do == "swap"
        and _is_same(wish.thing, less)
        and (anything or _is_same(wish.other, liked))
    )


def _liked_and_less(truth: Row, effect: str) -> tuple[str, str]:
    what, other = truth["what"], truth["to"]
    return (what, other) if effect == "prefer" else (other, what)


def _thing_fits(wish: TypedWish, what: str, effect: str) -> bool:
    if effect in {"event", "units", "language", "split"}:
        return True
    if what == "all" and effect == "lack":
        return wish.name == "all"
    if not _things(what):
        return wish.thing is None or effect in {"less", "more"}
    return wish.thing is not None and _is_same(wish.thing, what)


def _is_against(wish: TypedWish, truth: Row) -> bool:
    effect, what = _effect(truth), truth["what"] or ""
    if wish.do not in _AGAINST.get(effect, set[str]()):
        return _is_turned_round(wish, truth, effect)
    if effect in {"day_off", "days_only", "long_day", "minutes"}:
        return bool(set(wish.days) & _days(truth))
    if wish.thing is None:
        return effect in {"easier", "harder", "less", "more"}
    return _is_same(wish.thing, what, core=True)


def _is_turned_round(wish: TypedWish, truth: Row, effect: str) -> bool:
    if effect not in {"prefer", "swap"} or not truth["to"] or wish.thing is None:
        return False
    liked, less = (
        (truth["what"], truth["to"]) if effect == "prefer" else (truth["to"], truth["what"])
    )
    if wish.do == "swap":
        return _is_same(wish.thing, liked, core=True) and _is_same(wish.other, less, core=True)
    return wish.do in {"prefer", "keep"} and _is_same(wish.thing, less, core=True)


def _things(what: str) -> list[Thing]:
    text = re.sub(r"\brow\b(?!ing)", "rows", what)
    tags = (tag for piece in pieces(text) for tag in piece.things)
    return [thing_of(tag) for tag in tags]


def _is_same(thing: Thing | None, what: str, *, core: bool = False) -> bool:
    if thing is None:
        return not _things(what)
    mine = _ids(thing, core)
    theirs = [_ids(other, core) for other in _things(what)]
    machines = [] if core else _MACHINES
    return any(mine & ids or any(mine & both and ids & both for both in machines) for ids in theirs)


def _ids(thing: Thing, core: bool) -> set[str]:
    own = f"{thing.kind}:{thing.name}"
    if thing.kind not in {"exercise", "group"}:
        return {own}
    named = exercises_of(Tag(thing.kind, 0, 0, thing.name))
    return {own, *(named.core if core else named.wide)}
