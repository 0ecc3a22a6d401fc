"""Copies of a flow that no longer do what its prompt asks for, each damaged in one place."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from kuznia.domains.flows.schema import Flow

Tree = dict[str, Any]
Damaged = tuple[str, Tree]


def damaged(flow: Flow) -> Iterator[tuple[str, Flow]]:
    """Every damaged copy, with the kind of its damage."""
    tree = flow.model_dump(mode="json")
    for damage in (_fields, _guards, _steps, _moved, _asked, _paid, _decided, _refused):
        for kind, copy in damage(tree):
            yield kind, Flow.model_validate(copy)


def tests(guard: Tree | None) -> Iterator[Tree]:
    if guard is None:
        return
    if "fact" in guard:
        yield guard
    for part in (*guard.get("all", ()), *guard.get("any", ())):
        yield from tests(part)
    if "no" in guard:
        yield from tests(guard["no"])


def _deciding(tree: Tree) -> set[str]:
    steps = {step["id"] for step in tree["steps"]}
    moves = [move for step in tree["steps"] for move in step["next"]]
    return {test["fact"] for move in moves for test in tests(move["when"])} - steps


def _fields(tree: Tree) -> Iterator[Damaged]:
    """A field that is gone, or has another limit, or is required that was not."""
    deciding = _deciding(tree)
    for number, step in enumerate(tree["steps"]):
        for place, field in enumerate(step["fields"]):
            if field["id"] in deciding:
                continue
            yield "dropped", _changed(tree, number, place, None)
            for name in ("high", "max_length"):
                if field[name]:
                    yield "limit", _changed(tree, number, place, {name: field[name] + 7})
            if not field["required"]:
                yield "required", _changed(tree, number, place, {"required": True})


def _changed(tree: Tree, number: int, place: int, values: Tree | None) -> Tree:
    copy = deepcopy(tree)
    fields = copy["steps"][number]["fields"]
    if values is None:
        del fields[place]
    else:
        fields[place] |= values
    return copy


def _guards(tree: Tree) -> Iterator[Damaged]:
    """A branch whose two ways are exchanged."""
    deciding = _deciding(tree)
    for number, step in enumerate(tree["steps"]):
        first, *others = step["next"] or [None]
        facts = {test["fact"] for test in tests(first["when"])} if first else set()
        if len(others) == 1 and facts & deciding:
            copy = deepcopy(tree)
            one, two = copy["steps"][number]["next"]
            one["to"], two["to"] = two["to"], one["to"]
            yield "inverted", copy


def _steps(tree: Tree) -> Iterator[Damaged]:
    """Another fee, or another number of days."""
    for number, step in enumerate(tree["steps"]):
        copy = deepcopy(tree)
        if step["fee"]:
            copy["steps"][number]["fee"]["kopiykas"] += 1500
            yield "fee", copy
        elif step["days"]:
            copy["steps"][number]["days"] += 3
            yield "days", copy


def _moved(tree: Tree) -> Iterator[Damaged]:
    """A page of a branch, whose fields everybody is asked on the first page."""
    refusing = any(step["ending"] == "refused" for step in tree["steps"])
    first = next(step for step in tree["steps"] if step["kind"] == "form")
    deciding = _deciding(tree)
    for number, step in enumerate(tree["steps"]):
        leads = [m for other in tree["steps"] for m in other["next"] if m["to"] == step["id"]]
        branch = any({t["fact"] for t in tests(m["when"])} & deciding for m in leads)
        # A page behind a refusal is everybody's who may go on.
        if branch and step["kind"] == "form" and step is not first and not refusing:
            copy = deepcopy(tree)
            start = next(one for one in copy["steps"] if one["id"] == first["id"])
            start["fields"] += copy["steps"][number]["fields"]
            copy["steps"][number]["fields"] = []
            yield "moved", copy


def _asked(tree: Tree) -> Iterator[Damaged]:
    """A question about the person that the prompt does not ask."""
    copy = deepcopy(tree)
    field = {"id": "blood_group", "personal": True}
    _first_form(copy)["fields"].append(
        field | {"label": {"uk": "Група крові", "en": "Blood group"}}
    )
    yield "invented", copy


def _refused(tree: Tree) -> Iterator[Damaged]:
    """A refusal that the prompt does not speak of."""
    copy = deepcopy(tree)
    form = _first_form(copy)
    if len(form["next"]) == 1:
        label = {"uk": "Чи були ви засуджені?", "en": "Have you been convicted?"}
        form["fields"].append({"id": "convicted", "type": "yesno", "label": label})
        form["next"].insert(0, {"to": "end_convicted", "when": {"fact": "convicted"}})
        copy["steps"].append(_end("end_convicted", "Відмовлено", "Refused", "refused"))
        yield "invented", copy


def _paid(tree: Tree) -> Iterator[Damaged]:
    """A payment in a service without one."""
    if any(step["kind"] == "pay" for step in tree["steps"]):
        return
    copy = deepcopy(tree)
    for step in copy["steps"]:
        for move in step["next"]:
            move["to"] = "pay_more" if move["to"] == "submit" else move["to"]
    copy["steps"].append(
        {
            "id": "pay_more",
            "kind": "pay",
            "title": {"uk": "Сплатіть 50 грн", "en": "Pay 50 UAH"},
            "fee": {"kopiykas": 5000},
            "outcomes": [_outcome("paid"), _outcome("failed")],
            "next": [
                {"to": "submit", "when": {"fact": "pay_more", "value": "paid"}},
                {"to": "end_poor"},
            ],
        }
    )
    copy["steps"].append(_end("end_poor", "Не сплачено", "Not paid", "cancelled"))
    yield "invented", copy


def _decided(tree: Tree) -> Iterator[Damaged]:
    """Somebody who decides, and is not in the prompt."""
    copy = deepcopy(tree)
    submit = next(step for step in copy["steps"] if step["id"] == "submit")
    well = submit["next"][0]["to"]
    submit["next"][0]["to"] = "mayor"
    copy["steps"].append(
        {
            "id": "mayor",
            "kind": "wait",
            "title": {"uk": "Мер розглядає", "en": "The mayor considers it"},
            "who": {"uk": "Мер", "en": "The mayor"},
            "days": 23,
            "outcomes": [_outcome("agreed"), _outcome("against")],
            "next": [
                {"to": well, "when": {"fact": "mayor", "value": "agreed"}},
                {"to": "end_against"},
            ],
        }
    )
    copy["steps"].append(_end("end_against", "Мер проти", "The mayor is against", "refused"))
    yield "invented", copy


def _first_form(tree: Tree) -> Tree:
    return next(step for step in tree["steps"] if step["kind"] == "form")


def _outcome(name: str) -> Tree:
    return {"id": name, "label": {"uk": name, "en": name}}


def _end(name: str, uk: str, en: str, ending: str) -> Tree:
    return {"id": name, "kind": "end", "title": {"uk": uk, "en": en}, "ending": ending}
