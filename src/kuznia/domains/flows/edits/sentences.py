"""A sentence that asks for a change, read as operations: add, remove, move, rename, require."""

import re
from collections.abc import Iterator

from kuznia.domains.flows.edits.operations import (
    AddBranch,
    AddField,
    ChangeField,
    Edit,
    Impossible,
    MoveField,
    RemoveField,
    RemoveStep,
    Rename,
)
from kuznia.domains.flows.planner import parts, read
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.planner.topics import TOPICS
from kuznia.domains.flows.planner.words import GAP, clean, words
from kuznia.domains.flows.schema import Flow, FormField, Step, Text


def _verb(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# From the first verb alone, `(?>` sees to it: from every one of a thousand the whole sentence would
# be read again.
_RENAME = _verb(
    r"^(?>.*?(?:перейменуй\w{0,9}|назви|назвати|змін\w{1,9} назву|rename|call)\s+)(?P<what>.+?)"
    rf"{GAP}(?:на|як|to|as|into)\s+(?P<to>.+)"
)
_MOVE = _verb(
    r"^(?>.*?(?:перенес\w{0,9}|перемісти\w{0,9}|move)\s+)(?P<what>.+?)"
    rf"{GAP}(?:на|до|to|onto|into)\s+(?P<to>.+)"
)
_BRANCH = _verb(r"\b(?:якщо|if)\b")
_OPTIONAL = _verb(r"необов'язков|не обов'язков|за бажанням|\boptional\b")
_REQUIRED = _verb(r"обов'язков|\brequired\b|\bmandatory\b")
_REMOVE = _verb(
    r"\b(?:прибер\w*|прибрати|видали\w*|вилучи\w*|без|remove|delete|drop|without|don't ask)\b"
)
_ADD = _verb(r"\b(?:додай\w*|додати|запитай\w*|add|ask(?: for)?|include)\b")
_PARTS = re.compile(r"[;\n]+|\.(?=\s|$)|,?(?<!\s)\s++(?:потім|а також|then)\s+", re.IGNORECASE)
_STEP_WORDS = {
    "consent": _verb(r"згод|\bconsent"),
    "sign": _verb(r"підпис|\bsign"),
    "pay": _verb(r"оплат|\bpayment|\bpay\b"),
    "review": _verb(r"перевірк|\breview"),
    "status": _verb(r"\bстан|статус|\bstatus"),
}
_MOST_SENTENCES = 20


def operations(flow: Flow, sentence: str) -> tuple[Edit, ...]:
    """What the sentence asks for; Impossible when nothing in it can be told."""
    said = [part for part in _PARTS.split(clean(sentence)) if part.strip()][:_MOST_SENTENCES]
    found = tuple(edit for part in said for edit in _one(flow, part.strip()))
    if not found:
        raise Impossible("Say what to add, remove, move, rename or make optional, and which field.")
    return found


def _one(flow: Flow, said: str) -> Iterator[Edit]:
    if hit := _RENAME.search(said):
        yield _rename(flow, hit["what"], hit["to"])
    elif hit := _MOVE.search(said):
        target = _page(flow, hit["to"])
        yield from (MoveField(field=name, to=target.id) for name in _asked(flow, hit["what"]))
    elif _BRANCH.search(said):
        yield from _branches(flow, said)
    elif _REMOVE.search(said):
        yield from _removed(flow, said)
    elif _ADD.search(said):
        yield from _added(flow, said)
    elif _OPTIONAL.search(said) or _REQUIRED.search(said):
        required = not _OPTIONAL.search(said)
        yield from (ChangeField(field=n, required=required) for n in _asked(flow, said))


def _named(said: str) -> list[str]:
    return [name for *_, phrase in LEXICON.find(words(said)) for name in phrase.fields]


def _asked(flow: Flow, said: str) -> list[str]:
    """Fields of the flow that are named: by the tables, or by their own labels."""
    found = [name for name in _named(said) if name in flow.asks]
    if found:
        return found
    stems = {word[:5] for word in words(said) if len(word) > 3}
    by_label = [
        name
        for name, field in flow.asks.items()
        if stems
        & {word[:5] for word in words(f"{field.label.uk} {field.label.en}") if len(word) > 3}
    ]
    if not by_label:
        raise Impossible(f"No field of this flow is named in: {said[:80]}")
    return by_label[:1]


def _page(flow: Flow, said: str) -> Step:
    """The page that is named: by its title, or by a field that stands on it."""
    for step in flow.steps:
        titles = (step.title.uk.lower(), step.title.en.lower())
        if step.kind == "form" and any(title in said.lower() for title in titles):
            return step
    stems = {word[:5] for word in words(said) if len(word) > 3}
    for step in flow.steps:
        title = words(f"{step.title.uk} {step.title.en}")
        if step.kind == "form" and stems & {word[:5] for word in title if len(word) > 3}:
            return step
    for name in _named(said):
        for step in flow.steps:
            if any(field.id == name for field in step.fields):
                return step
    raise Impossible(f"No page of this flow is named in: {said[:80]}")


def _rename(flow: Flow, what: str, to: str) -> Rename:
    name = to.strip(" .'\"«»")
    title = Text(uk=name[:1].upper() + name[1:], en=name[:1].upper() + name[1:])
    if re.search(r"послуг|\bflow\b|\bservice\b", what, re.IGNORECASE):
        return Rename(title=title)
    try:
        return Rename(what=_asked(flow, what)[0], title=title)
    except Impossible:
        return Rename(what=_page(flow, what).id, title=title)


def _removed(flow: Flow, said: str) -> Iterator[Edit]:
    for kind, cue in _STEP_WORDS.items():
        if cue.search(said):
            steps = [step.id for step in flow.steps if step.kind == kind]
            yield from (RemoveStep(step=step) for step in steps)
            return
    for name in _asked(flow, said):
        home = next(s for s in flow.steps if any(field.id == name for field in s.fields))
        # A page that would ask nothing goes as a whole.
        if len(home.fields) == 1 and len(home.next) == 1:
            yield RemoveStep(step=home.id)
        else:
            yield RemoveField(field=name)


def _added(flow: Flow, said: str) -> Iterator[Edit]:
    """Read as a prompt is: options, bounds and what is optional come with the field."""
    listed = _ADD.sub("поля:", said, count=1)
    for mention in read(listed).mentions:
        if mention.field.id not in flow.facts:
            yield AddField(field=mention.field, step=_place(flow, mention.field))


def _place(flow: Flow, field: FormField) -> str | None:
    return next(
        (
            step.id
            for step in flow.steps
            if step.kind == "form" and step.id in {f"ask_{field.group}", "ask_details"}
        ),
        None,
    )


def _branches(flow: Flow, said: str) -> Iterator[Edit]:
    """A page for a case: what decides is asked on a page, and the new page follows it."""
    for condition in read(said).conditions:
        fields = tuple(one for one in condition.then if one.id not in flow.facts)
        if not fields:
            raise Impossible(f"Nothing new is asked in: {said[:80]}")
        decides = condition.decides
        home = next((s for s in flow.steps if any(f.id == decides.id for f in s.fields)), None)
        if home is None:
            form = next((s for s in flow.steps if s.kind == "form" and len(s.next) == 1), None)
            if form is None:
                raise Impossible("There is no page to ask it on.")
            yield AddField(field=decides, step=form.id)
            home = form
        name = f"ask_{decides.id}_yes"
        own = tuple(one.model_copy(update={"group": name}) for one in fields)
        topic = TOPICS.get(fields[0].group, TOPICS["details"])
        page = parts.step(name, "form", topic, fields=own)
        yield AddBranch(after=home.id, when=condition.guard, step=page)
