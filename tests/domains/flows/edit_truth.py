"""What became of an edit sentence, held against what it was to change and nothing else.

The sentences and their truth were written by somebody who did not know the reader; half of them
were not looked at while it was written.
"""

import gzip
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

from kuznia.domains.flows.edits.apply import apply_change
from kuznia.domains.flows.edits.operations import ImpossibleEdit
from kuznia.domains.flows.schema import Comparison, Flow, FlowStep, FormField, Text
from kuznia.domains.flows.structure.guards import holds

Row = dict[str, Any]
Verdict = Literal["right", "refused", "half", "wrong"]
DATA = Path(__file__).parent / "edits.json.gz"


@cache
def data() -> dict[str, Any]:
    """The flows by name, and the rows of each set."""
    return json.loads(gzip.decompress(DATA.read_bytes()))


@cache
def flow_named(name: str) -> Flow:
    return Flow.model_validate(data()["flows"][name])


def verdict(row: Row) -> Verdict:
    """Whether exactly what was asked for was changed; refused where it was not understood."""
    before = flow_named(row["flow"])
    try:
        edited = apply_change(before, row["text"])
    except ImpossibleEdit:
        return "right" if row["expect"] != "changed" else "refused"
    changed = {change.what for change in edited.diff}
    if row["expect"] != "changed":
        return "right" if not changed else "half" if row["kind"].startswith("two_") else "wrong"
    if not changed:
        return "refused"
    after = edited.study.flow
    done = [_is_done(before, after, change) for change in row["changes"]]
    if not all(done):
        return "half" if any(done) else "wrong"
    allowed = [pattern for change in row["changes"] for pattern in _allowed(before, after, change)]
    extra = [what for what in changed if not any(re.fullmatch(p, what) for p in allowed)]
    return "wrong" if extra else "right"


def _loose(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _same(text: Text | None, truth: dict[str, str] | str) -> bool:
    if text is None:
        return False
    if isinstance(truth, str):
        return _loose(truth) in {_loose(text.uk), _loose(text.en)}
    if "contains" in truth:
        return any(_loose(truth["contains"]) in _loose(side) for side in (text.uk, text.en))
    return all(_loose(getattr(text, side)) == _loose(value) for side, value in truth.items())


def _home(flow: Flow, name: str) -> FlowStep:
    return next(step for step in flow.steps if any(field.id == name for field in step.fields))


def _new_fields(before: Flow, after: Flow, label: str) -> list[FormField]:
    new = [field for name, field in after.asks.items() if name not in before.asks]
    wanted = _loose(label)
    return [
        field
        for field in new
        if any(
            _loose(side).startswith(wanted) or wanted in _loose(side)
            for side in (field.label.uk, field.label.en)
        )
    ]


def _is_done(before: Flow, after: Flow, change: Row) -> bool:
    check = _CHECKS.get((change["what"], change["attribute"])) or _CHECKS[change["what"], "*"]
    try:
        return check(before, after, change)
    except (KeyError, StopIteration, IndexError, AttributeError):
        return False


def _added_field(before: Flow, after: Flow, change: Row) -> bool:
    fields = _new_fields(before, after, change["target"])
    return len(fields) == 1 and all(
        _property(after, fields[0], name, value) for name, value in change["after"].items()
    )


def _property(flow: Flow, field: FormField, name: str, value: Any) -> bool:  # noqa: C901 - one line for each property
    home = _home(flow, field.id)
    ids = [other.id for other in home.fields]
    match name:
        case "label":
            return True
        case "type":
            return (
                field.type == value
                or (field.type == "yesno" and value == "choice")
                or (value == "text" and field.type == "long")
            )
        case "options":
            return field.type == "yesno" or _labels(field, value)
        case "page":
            return home.id == value
        case "after":
            return ids[ids.index(field.id) - 1] == value and ids.index(field.id) > 0
        case "before":
            return ids[ids.index(field.id) + 1] == value
        case "hint":
            return field.hint is not None and _loose(value) in _loose(field.hint.uk)
        case "file_types":
            return set(field.file_types) == set(value)
        case "max_size_mb":
            return field.max_megabytes == value
        case "min":
            return field.low == value
        case "max":
            return field.high == value
        case _:
            return getattr(field, name) == value


def _labels(field: FormField, labels: list[str]) -> bool:
    expected = [_loose(label) for label in labels]
    return expected in (
        [_loose(option.label.uk) for option in field.options],
        [_loose(option.label.en) for option in field.options],
    )


def _order(before: Flow, after: Flow, change: Row) -> bool:
    order, target = change["after"], change["target"]
    forms = [step.id for step in after.steps if step.kind == "form"]
    if set(order) <= set(forms):
        return forms == order
    home = _home(after, target) if target in after.asks else after.by_id[target]
    return [field.id for field in home.fields] == order


def _groups(before: Flow, after: Flow, change: Row) -> bool:
    return all([f.id for f in _home(after, group[0]).fields] == group for group in change["after"])


def _page_title(before: Flow, after: Flow, change: Row) -> bool:
    steps = (
        [after.by_id[change["target"]]]
        if change["target"] in after.by_id
        else [s for s in after.steps if s.id not in before.by_id]
    )
    return any(_same(step.title, change["after"]) for step in steps)


def _limit(before: Flow, after: Flow, change: Row) -> bool:
    return _property(after, after.asks[change["target"]], change["attribute"], change["after"])


def _hint(before: Flow, after: Flow, change: Row) -> bool:
    hint = after.asks[change["target"]].hint
    return hint is not None and all(
        _loose(text) in _loose(getattr(hint, side)) for side, text in change["after"].items()
    )


def _fee(before: Flow, after: Flow, change: Row) -> bool:
    pays = [step for step in after.steps if step.kind == "pay"]
    truth = change["after"]
    if truth is None:
        return not pays and after.fee is None
    if "by" not in truth:
        return (
            "per" not in truth
            and len(pays) == 1
            and pays[0].fee is not None
            and pays[0].fee.kopiykas == truth["kopiykas"]
        )
    decides = next(
        s
        for s in after.steps
        if any(m.to in {p.id for p in pays} and m.to != s.id for m in s.next)
        and s.kind == "decision"
    )
    for option, fee in truth["cases"].items():
        move = next(m for m in decides.next if holds(m.when, {truth["by"]: option}))
        step = after.by_id[move.to]
        if step.fee is None or step.fee.kopiykas != fee:
            return False
    return True


def _when(before: Flow, after: Flow, change: Row) -> bool:
    target, truth = change["target"], change["after"]
    field = after.asks.get(target) or _new_fields(before, after, target)[0]
    page = _home(after, field.id)
    guards = [move.when for step in after.steps for move in step.next if move.to == page.id]
    return any(
        isinstance(guard, Comparison)
        and (guard.fact, guard.op, guard.value) == (truth["fact"], truth["op"], truth["value"])
        for guard in guards
    )


def _exempt(before: Flow, after: Flow, change: Row) -> bool:
    pay = next(step for step in after.steps if step.kind == "pay")
    past = {move.to for move in pay.next} - {pay.id}
    return any(
        move.to in past
        and after.by_id[move.to].kind != "end"
        and _exempts(after, before, move.when, change["after"])
        for step in after.steps
        if step.kind == "decision"
        for move in step.next
    )


def _exempts(after: Flow, before: Flow, guard: Any, truth: Row) -> bool:
    if not isinstance(guard, Comparison):
        return False
    new = [field.id for field in _new_fields(before, after, truth["fact"])]
    value = guard.value == truth["value"] or (
        guard.value is True and truth["value"] in {"так", "yes"}
    )
    return guard.fact in {truth["fact"], *new} and guard.op == truth["op"] and value


def _move_limit(before: Flow, after: Flow, change: Row) -> bool:
    moves = [
        move
        for move in after.by_id[change["target"]].next
        if move.when and getattr(move.when, "value", None) == "returned"
    ]
    return all(move.limit == change["after"] for move in moves)


def _step_added(before: Flow, after: Flow, change: Row) -> bool:
    truth = change["after"]
    new = [s for s in after.steps if s.id not in before.by_id and s.kind == truth["kind"]]
    if len(new) != 1:
        return False
    step = new[0]
    who = truth.get("who")
    named = (
        who is None
        or step.who is None
        or any(
            _loose(who).removeprefix("the ") in _loose(side) for side in (step.who.uk, step.who.en)
        )
    )
    days = truth.get("days") in {None, step.days}
    follows = "after" not in truth or any(
        move.to == step.id for move in after.by_id[truth["after"]].next
    )
    leads = "before" not in truth or truth["before"] in _ahead(after, step.id)
    return named and days and follows and leads


def _ahead(flow: Flow, name: str) -> set[str]:
    seen, todo = set[str](), [name]
    while todo:
        step = flow.by_id[todo.pop()]
        for move in step.next:
            if move.to not in seen:
                seen.add(move.to)
                todo.append(move.to)
    return seen


_CHECKS: dict[tuple[str, str], Any] = {
    ("field", "required"): lambda b, a, c: a.asks[c["target"]].required == c["after"],
    ("field", "added"): _added_field,
    ("field", "removed"): lambda b, a, c: c["target"] not in a.asks,
    ("field", "label"): lambda b, a, c: _same(a.asks[c["target"]].label, c["after"]),
    ("field", "page"): lambda b, a, c: _home(a, c["target"]).id == c["after"],
    ("field", "order"): _order,
    ("field", "type"): lambda b, a, c: a.asks[c["target"]].type == c["after"],
    ("page", "order"): _order,
    ("page", "removed"): lambda b, a, c: c["target"] not in a.by_id,
    ("page", "joined"): _groups,
    ("page", "split"): _groups,
    ("page", "title"): _page_title,
    ("option", "*"): lambda b, a, c: _labels(a.asks[c["target"]], c["after"]),
    ("limit", "*"): _limit,
    ("hint", "*"): _hint,
    ("fee", "*"): _fee,
    ("days", "days"): lambda b, a, c: a.by_id[c["target"]].days == c["after"],
    ("days", "days_kind"): lambda b, a, c: (
        a.by_id[c["target"]].working_days == (c["after"] == "working")
    ),
    ("condition", "when"): _when,
    ("condition", "exempt"): _exempt,
    ("condition", "limit"): _move_limit,
    ("step", "added"): _step_added,
    ("step", "removed"): lambda b, a, c: c["target"] not in a.by_id,
    ("note", "*"): lambda b, a, c: _same(a.by_id[c["target"]].text, c["after"]),
    ("title", "*"): lambda b, a, c: _same(a.name, c["after"]),
}


_WIRING = (r".*\.next", r".*\.shows", "assumptions")
_LIMITS = {"min": "low", "max": "high", "max_size_mb": "max_megabytes"}


def _allowed(before: Flow, after: Flow, change: Row) -> Iterator[str]:
    """Patterns of the differences that a change may show as, with what follows from it."""
    key = change["what"], change["attribute"]
    follow = _FOLLOW.get(key) or _FOLLOW.get((change["what"], "*"))
    if follow is not None:
        yield from follow(before, after, change)


def _new_steps(before: Flow, after: Flow) -> list[str]:
    return [step.id for step in after.steps if step.id not in before.by_id]


def _gone_steps(before: Flow, after: Flow) -> list[str]:
    return _new_steps(after, before)


def _of_new_field(before: Flow, after: Flow, change: Row) -> Iterator[str]:
    name = _new_fields(before, after, change["target"])[0].id
    home = _home(after, name).id
    yield from (rf"\w+\.{name}", rf"{home}\.fields")
    yield from ((home, *_WIRING) if home not in before.by_id else ())


def _of_regrouping(before: Flow, after: Flow, change: Row) -> Iterator[str]:
    moved = {name for group in change["before"] for name in group}
    homes = {_home(before, name).id for name in moved}
    gone = [name for name in _gone_steps(before, after) if name in homes]
    yield from (*moved, *_new_steps(before, after), *gone, *_WIRING, r"\w+\.fields", "pages")
    yield from (rf"{name}\.title" for name in homes)


def _of_fee(before: Flow, after: Flow, change: Row) -> Iterator[str]:
    yield from ("fee", r"\w+\.fee", "end_unpaid", *_WIRING)
    steps = (*before.steps, *after.steps)
    yield from (step.id for step in steps if step.kind in {"pay", "decision"})


def _of_condition(before: Flow, after: Flow, change: Row) -> Iterator[str]:
    yield from ("fee", *_WIRING, *_new_steps(before, after))
    target = change["target"]
    field = after.asks.get(target) or next(iter(_new_fields(before, after, target)), None)
    if field is not None:
        yield from (field.id, rf"\w+\.{field.id}", r"\w+\.fields", "pages")


def _of_steps(before: Flow, after: Flow, change: Row) -> Iterator[str]:
    yield from (*_WIRING, *_new_steps(before, after), *_gone_steps(before, after))


def _attribute(change: Row) -> str:
    name = change["attribute"]
    more = "|format|low|high|max_length" if name == "type" else ""
    return rf"\w+\.{change['target']}\.({_LIMITS.get(name, name)}{more})"


_FOLLOW: dict[tuple[str, str], Any] = {
    ("field", "added"): _of_new_field,
    ("field", "removed"): lambda b, a, c: (rf"\w+\.{c['target']}", *_WIRING),
    ("field", "page"): lambda b, a, c: (c["target"], *_WIRING),
    ("field", "order"): lambda b, a, c: (r"\w+\.fields", "pages", *_WIRING),
    ("page", "order"): lambda b, a, c: (r"\w+\.fields", "pages", *_WIRING),
    ("page", "removed"): lambda b, a, c: (c["target"], *_WIRING),
    ("page", "joined"): _of_regrouping,
    ("page", "split"): _of_regrouping,
    ("page", "title"): lambda b, a, c: (rf"{c['target']}\.title",),
    ("field", "*"): lambda b, a, c: (_attribute(c),),
    ("limit", "*"): lambda b, a, c: (_attribute(c),),
    ("option", "*"): lambda b, a, c: (_attribute(c),),
    ("hint", "*"): lambda b, a, c: (_attribute(c),),
    ("fee", "*"): _of_fee,
    ("days", "*"): lambda b, a, c: (rf"{c['target']}\.(days|working_days)",),
    ("condition", "limit"): lambda b, a, c: (rf"{c['target']}\.next",),
    ("condition", "*"): _of_condition,
    ("step", "*"): _of_steps,
    ("note", "*"): lambda b, a, c: (rf"{c['target']}\.text",),
    ("title", "*"): lambda b, a, c: ("name",),
}
