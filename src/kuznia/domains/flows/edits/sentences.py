"""A sentence that asks for changes, read as edits: add, remove, move, rename, require."""

import re
from collections.abc import Iterator
from itertools import chain, islice

from kuznia.domains.flows.edits.operations import (
    AddBranch,
    AddField,
    Edit,
    ImpossibleEdit,
    MoveField,
    RemoveField,
    RemoveStep,
    Rename,
    RequireField,
)
from kuznia.domains.flows.planner import read
from kuznia.domains.flows.planner import standard_steps as standard
from kuznia.domains.flows.planner.conditions import BranchCondition
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.planner.prompt_text import GAP, clean, words
from kuznia.domains.flows.planner.titles import TOPICS
from kuznia.domains.flows.schema import Flow, FlowStep, FormField, Text


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# `(?>` keeps the first verb: a sentence of a thousand verbs would be searched again from each.
_RENAME = _pattern(
    r"^(?>.*?(?:перейменуй\w{0,9}|назви|назвати|змін\w{1,9} назву|rename|call)\s+)(?P<what>.+?)"
    rf"{GAP}(?:на|як|to|as|into)\s+(?P<to>.+)"
)
_MOVE = _pattern(
    r"^(?>.*?(?:перенес\w{0,9}|перемісти\w{0,9}|move)\s+)(?P<what>.+?)"
    rf"{GAP}(?:на|до|to|onto|into)\s+(?P<to>.+)"
)
_BRANCH = _pattern(r"\b(?:якщо|if)\b")
_OPTIONAL = _pattern(r"необов'язков|не обов'язков|за бажанням|\boptional\b")
_REQUIRED = _pattern(r"обов'язков|\brequired\b|\bmandatory\b")
_REMOVE = _pattern(
    r"\b(?:прибер\w*|прибрати|видали\w*|вилучи\w*|без|remove|delete|drop|without|don't ask)\b"
)
_ADD = _pattern(r"\b(?:додай\w*|додати|запитай\w*|add|ask(?: for)?|include)\b")
_CLAUSES = re.compile(r"[;\n]+|\.(?=\s|$)|,?(?<!\s)\s++(?:потім|а також|then)\s+", re.IGNORECASE)
_STEP_WORDS = {
    "consent": _pattern(r"згод|\bconsent"),
    "sign": _pattern(r"підпис|\bsign"),
    "pay": _pattern(r"оплат|\bpayment|\bpay\b"),
    "review": _pattern(r"перевірк|\breview"),
    "status": _pattern(r"\bстан|статус|\bstatus"),
}
_WHOLE_FLOW = _pattern(r"послуг|\bflow\b|\bservice\b")
_MAX_SENTENCES = 20


def read_edits(flow: Flow, sentence: str) -> tuple[Edit, ...]:
    """The edits that a sentence asks for; ImpossibleEdit when it names none."""
    clauses = [clause.strip() for clause in _CLAUSES.split(clean(sentence)) if clause.strip()]
    edits = tuple(edit for clause in clauses[:_MAX_SENTENCES] for edit in _read(flow, clause))
    if not edits:
        raise ImpossibleEdit(
            "Say what to add, remove, move, rename or make optional, and which field."
        )
    return edits


def _read(flow: Flow, clause: str) -> Iterator[Edit]:
    """The edits of one clause, by its first verb in this order.

    A clause that renames may hold "add", and one that removes may hold "optional".
    """
    if match := _RENAME.search(clause):
        yield _renamed(flow, match["what"], match["to"])
    elif match := _MOVE.search(clause):
        yield from _moved(flow, match["what"], match["to"])
    elif _BRANCH.search(clause):
        yield from _branched(flow, clause)
    elif _REMOVE.search(clause):
        yield from _removed(flow, clause)
    elif _ADD.search(clause):
        yield from _added(flow, clause)
    elif _OPTIONAL.search(clause):
        yield from (RequireField(field=name, required=False) for name in _fields(flow, clause))
    elif _REQUIRED.search(clause):
        yield from (RequireField(field=name, required=True) for name in _fields(flow, clause))


def _renamed(flow: Flow, what: str, name: str) -> Rename:
    name = name.strip(" .'\"«»")
    name = name[:1].upper() + name[1:]
    title = Text(uk=name, en=name)
    if _WHOLE_FLOW.search(what):
        return Rename(title=title)
    if fields := _fields_named(flow, what):
        return Rename(what=fields[0], title=title)
    return Rename(what=_page(flow, what).id, title=title)


def _moved(flow: Flow, what: str, to: str) -> Iterator[Edit]:
    target = _page(flow, to)
    for name in _fields(flow, what):
        yield MoveField(field=name, to=target.id)


def _branched(flow: Flow, clause: str) -> Iterator[Edit]:
    """A page for a case: what decides is asked on a page, and the new page follows it."""
    for condition in read(clause).conditions:
        fields = tuple(field for field in condition.then if field.id not in flow.facts)
        if not fields:
            raise ImpossibleEdit(f"This clause adds no new field: {clause[:80]}")
        yield from _branch(flow, condition, fields)


def _branch(
    flow: Flow, condition: BranchCondition, fields: tuple[FormField, ...]
) -> Iterator[Edit]:
    decides = condition.decides
    page = _page_of(flow, decides.id)
    if page is None:
        forms = (step for step in flow.steps if step.kind == "form" and len(step.next) == 1)
        page = next(forms, None)
        if page is None:
            raise ImpossibleEdit("The flow has no page to put the field on.")
        yield AddField(field=decides, step=page.id)
    name = f"ask_{decides.id}_yes"
    grouped = tuple(field.model_copy(update={"group": name}) for field in fields)
    topic = TOPICS.get(fields[0].group, TOPICS["details"])
    step = standard.step(name, "form", topic, fields=grouped)
    yield AddBranch(after=page.id, when=condition.guard, step=step)


def _removed(flow: Flow, clause: str) -> Iterator[Edit]:
    for kind, words_for_it in _STEP_WORDS.items():
        if words_for_it.search(clause):
            yield from (RemoveStep(step=step.id) for step in flow.steps if step.kind == kind)
            return
    for name in _fields(flow, clause):
        page = _page_of(flow, name)
        # A page that would ask nothing goes as a whole.
        if page is not None and len(page.fields) == 1 and len(page.next) == 1:
            yield RemoveStep(step=page.id)
        else:
            yield RemoveField(field=name)


def _added(flow: Flow, clause: str) -> Iterator[Edit]:
    """Read as a prompt is: options, bounds and what is optional come with the field."""
    listed = _ADD.sub("поля:", clause, count=1)
    for mention in read(listed).mentions:
        if mention.field.id not in flow.facts:
            yield AddField(field=mention.field, step=_page_for(flow, mention.field))


def _stems(text: str) -> set[str]:
    return {word[:5] for word in words(text) if len(word) > 3}


def _in_lexicon(text: str) -> list[str]:
    return [name for *_, phrase in LEXICON.find(words(text)) for name in phrase.fields]


def _fields_named(flow: Flow, text: str) -> list[str]:
    """The flow's fields that a text names, by the lexicon or else by a label of their own."""
    names = [name for name in _in_lexicon(text) if name in flow.asks]
    if names:
        return names
    stems = _stems(text)
    by_label = (
        name
        for name, field in flow.asks.items()
        if stems & _stems(f"{field.label.uk} {field.label.en}")
    )
    return list(islice(by_label, 1))


def _fields(flow: Flow, text: str) -> list[str]:
    names = _fields_named(flow, text)
    if not names:
        raise ImpossibleEdit(f"No field of this flow is named in: {text[:80]}")
    return names


def _page_of(flow: Flow, field: str) -> FlowStep | None:
    """The page that asks a field."""
    return next((step for step in flow.steps if any(f.id == field for f in step.fields)), None)


def _page(flow: Flow, text: str) -> FlowStep:
    """The page that a text names: by its title, by a word of it, or by a field that it asks."""
    forms = [step for step in flow.steps if step.kind == "form"]
    stems = _stems(text)
    by_title = (step for step in forms if _title_in(step, text.lower()))
    by_word = (step for step in forms if stems & _stems(f"{step.title.uk} {step.title.en}"))
    by_field = (page for name in _in_lexicon(text) if (page := _page_of(flow, name)))
    page = next(chain(by_title, by_word, by_field), None)
    if page is None:
        raise ImpossibleEdit(f"No page of this flow is named in: {text[:80]}")
    return page


def _title_in(step: FlowStep, text: str) -> bool:
    return step.title.uk.lower() in text or step.title.en.lower() in text


def _page_for(flow: Flow, field: FormField) -> str | None:
    """The planned page of a field's topic, if the flow has it."""
    names = {f"ask_{field.group}", "ask_details"}
    return next((s.id for s in flow.steps if s.kind == "form" and s.id in names), None)
