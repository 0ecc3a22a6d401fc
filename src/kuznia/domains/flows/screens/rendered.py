"""Screens a model rendered: how they are asked for, read, cleaned, and checked once more."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import cast

from pydantic import JsonValue, TypeAdapter, ValidationError
from pydantic_core import to_json

from kuznia.domains.flows.planner.order import FlowOrder
from kuznia.domains.flows.schema import SEEN, Flow, FormField, Value
from kuznia.domains.flows.screens.audit import audit
from kuznia.domains.flows.screens.controls import hint_of
from kuznia.domains.flows.screens.markup import TooMuch, cleaned, inside, read, strange
from kuznia.domains.flows.screens.node import Node, el, html, walk, words
from kuznia.domains.flows.screens.pages import AGREED, View, document
from kuznia.domains.flows.screens.words import BUTTONS, WORDS
from kuznia.domains.flows.structure.drafts import Screens
from kuznia.forge.terms import Bench, Check, Finding, Prompt, Unreadable

_SYSTEM = files("kuznia.domains.flows").joinpath("prompts", "ui.md").read_text("utf-8")
_MOST_REPLY = 300_000
_MOST_TOKENS = 12_000
_HINT = "Answer with the content of one HTML page, and nothing else."
# How a field may be asked for, by its type; what is not here is a line of text.
_INPUTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "long": frozenset({"textarea"}),
        "date": frozenset({"date", "text"}),
        "time": frozenset({"time", "text"}),
        "file": frozenset({"file"}),
        "choice": frozenset({"radio", "select"}),
        "yesno": frozenset({"radio", "select"}),
        "many": frozenset({"checkbox"}),
        "agree": frozenset({"checkbox"}),
    }
)
_LINE = frozenset({"text", "email", "tel"})
_OBJECT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


class Rendered(Screens):
    """The first of them written by a model, the others by us."""


class Wanted(Value):
    """A field as it has to stand on the page."""

    id: str
    kind: str
    label: str
    input: str | None = None
    hint: str = ""
    optional: bool = False
    values: tuple[tuple[str, str], ...] = ()


def wanted(flow: Flow) -> dict[str, list[Wanted]]:
    """The fields of a whole service, topic by topic; one that is asked on two ways stands once."""
    known: set[str] = set()
    topics: dict[str, list[Wanted]] = {}
    for step in flow.steps:
        if step.kind not in SEEN:
            continue
        found = [_field(one, flow) for one in step.fields]
        if step.kind == "consent":
            agree = WORDS["agree"].of(flow.language)
            found.append(Wanted(id=step.id, kind="agree", label=agree, values=((AGREED, agree),)))
        fresh = [one for one in found if one.id not in known]
        known.update(one.id for one in fresh)
        if fresh:
            topics.setdefault(step.title.of(flow.language), []).extend(fresh)
    return topics


def _field(field: FormField, flow: Flow) -> Wanted:
    language = flow.language
    values = tuple((one.id, one.label.of(language)) for one in field.options)
    if field.type == "yesno":
        values = tuple((word, WORDS[word].of(language)) for word in ("yes", "no"))
    kind = field.type
    line = {"email": "email", "phone": "tel"}.get(field.format or "", "text")
    return Wanted(
        id=field.id,
        kind=kind,
        label=field.label.of(language),
        input=line if kind in {"text", "number"} else None,
        hint=hint_of(field, language),
        optional=not field.required,
        values=values,
    )


def prompt(bench: Bench[FlowOrder]) -> Prompt:
    """What the model is asked: the fields of the accepted flow, and what the page says."""
    flow = _flow(bench)
    language = flow.language
    said = {
        "language": language,
        "name": flow.name.of(language),
        "optional": WORDS["optional"].of(language),
        "button": BUTTONS["submit"].of(language),
        "topics": [{"title": title, "fields": fields} for title, fields in wanted(flow).items()],
    }
    user = f"Description:\n<<<\n{to_json(said, exclude_none=True).decode()}\n>>>"
    return Prompt(system=_SYSTEM, user=user, max_tokens=_MOST_TOKENS)


def rendered(reply: str, own: Screens, bench: Bench[FlowOrder]) -> Rendered:
    """The page in a reply, cleaned, and written again in our own frame and style."""
    flow = _flow(bench)
    if len(reply) > _MOST_REPLY:
        raise Unreadable("too-long", "The reply is too long for a page.", _HINT)
    try:
        content = read(cleaned(inside(_unwrapped(reply))))
    except TooMuch:
        raise Unreadable("too-much", "The page has far more elements than fields.", _HINT) from None
    nodes = [child for child in content if isinstance(child, Node)]
    if not nodes:
        raise Unreadable("no-page", "The reply holds no HTML.", _HINT)
    before, after = _frame(flow)
    page = f"{before}{''.join(map(html, nodes))}{after}"
    return Rendered(html=page, pages=own.pages)


def _unwrapped(reply: str) -> str:
    """HTML that came as JSON is taken out of it."""
    if not reply.lstrip().startswith("{"):
        return reply
    try:
        said = _OBJECT.validate_json(reply)
    except ValidationError:
        return reply
    return next((page for name in ("html", "ui") if isinstance(page := said.get(name), str)), "")


def _frame(flow: Flow) -> tuple[str, str]:
    """What stands before and after the content, the same as on our own pages."""
    view = View(flow=flow, language=flow.language)
    empty = html(document(view, flow.name.of(flow.language), ()))
    before, end, after = f"<!doctype html>{empty}".rpartition("</main>")
    return before, end + after


def _flow(bench: Bench[FlowOrder]) -> Flow:
    return cast("Flow", bench.accepted["flow"])


def _content(draft: Rendered, flow: Flow) -> Node | None:
    """What is delivered between our own frame, read anew; None when the frame is not ours."""
    before, after = _frame(flow)
    if not (draft.html.startswith(before) and draft.html.endswith(after)):
        return None
    try:
        return el("main", *read(draft.html[len(before) : -len(after)]))
    except TooMuch:
        return None


def _safe(root: Node) -> Iterator[Finding]:
    for node in walk(root):
        if node is not root and (found := ", ".join(strange(node))):
            yield Finding("ui-safe", "block", f"ui.{node.tag}", f"{found} may not stand here.")


def _accessible(root: Node, flow: Flow) -> Iterator[Finding]:
    language = flow.language
    inner = [child for child in root.children if isinstance(child, Node)]
    page = document(View(flow=flow, language=language), flow.name.of(language), inner)
    for one in audit({"ui": page}).broken:
        said = f"The page breaks the accessibility rule {one.rule}."
        yield Finding("ui-accessible", "block", "ui", said, f"Keep the rule {one.rule}.")


def _fields(root: Node, flow: Flow) -> Iterator[Finding]:
    """Every field is there once, with its label and its answers, and nothing else is asked."""
    expected = {one.id: one for fields in wanted(flow).values() for one in fields}
    controls: defaultdict[str, list[Node]] = defaultdict(list)
    for node in walk(root):
        if node.tag in {"input", "select", "textarea"}:
            controls[node.attributes.get("name", "")].append(node)
    for name in sorted(controls.keys() - expected.keys()):
        said = "A control is there that the flow does not have."
        yield Finding("ui-fields", "block", f"ui.{name[:48]}", said, "Ask for what is described.")
    # All that is said of a control: the label that counts must not stand beside another.
    labels: defaultdict[str, str] = defaultdict(str)
    for node in walk(root):
        if "for" in node.attributes:
            labels[node.attributes["for"]] += f"{words(node)} "
    legends = _legends(root)
    for name, field in expected.items():
        for said in _wrong(field, controls.get(name, []), labels, legends, flow):
            hint = f"Write {name} as it is described."
            yield Finding("ui-fields", "block", f"ui.{name}", said, hint)


def _legends(root: Node) -> dict[str, str]:
    """What the legend round a control says, by the control's name."""
    found: dict[str, str] = {}
    for fieldset in walk(root):
        if fieldset.tag == "fieldset":
            legend = next((words(n) for n in walk(fieldset) if n.tag == "legend"), "")
            inner = (n.attributes.get("name", "") for n in walk(fieldset) if n.tag == "input")
            found |= dict.fromkeys(inner, legend)
    return found


def _wrong(
    field: Wanted,
    controls: list[Node],
    labels: Mapping[str, str],
    legends: Mapping[str, str],
    flow: Flow,
) -> Iterator[str]:
    if not controls:
        yield "The field is missing."
        return
    kinds = {_kind(node) for node in controls}
    if len(kinds) > 1 or not kinds <= _INPUTS.get(field.kind, _LINE):
        yield "The field is asked for by the wrong kind of control."
        return
    choices = kinds <= {"radio", "checkbox"}
    if not choices and len(controls) > 1:
        yield "The field stands there twice."
    if kinds <= _LINE | {"date", "time", "file"} and "value" in controls[0].attributes:
        yield "The field is filled in already."
    if field.values and _answers(controls, labels) != dict(field.values):
        yield "The answers to choose from are not those of the flow."
    grouped = choices and field.kind != "agree"
    first = controls[0].attributes.get("id", "")
    label = legends.get(field.id, "") if grouped else labels.get(first, "")
    optional = WORDS["optional"].of(flow.language)
    if _plain(label.replace(optional, "")) != _plain(field.label):
        yield "The label is not the field's."


def _kind(node: Node) -> str:
    return node.attributes.get("type", "text") if node.tag == "input" else node.tag


def _answers(controls: list[Node], labels: Mapping[str, str]) -> dict[str, str]:
    """What can be chosen, with what is said of it; a list's empty first line is no answer."""
    if controls[0].tag == "select":
        options = (n for n in walk(controls[0]) if n.tag == "option")
        given = {n.attributes.get("value", words(n)): _plain(words(n)) for n in options}
        return {value: said for value, said in given.items() if value}
    return {
        n.attributes.get("value", "on"): _plain(labels.get(n.attributes.get("id", ""), ""))
        for n in controls
    }


def _plain(text: str) -> str:
    """A text without the marks people put behind labels, and with single spaces."""
    return " ".join(text.split()).rstrip(" *:")


def _findings(draft: Screens, bench: Bench[FlowOrder], name: str) -> Iterable[Finding]:
    # Ours are made of the flow itself, and looked at by the judge.
    if not isinstance(draft, Rendered):
        return ()
    flow = _flow(bench)
    root = _content(draft, flow)
    if root is None:
        return (Finding("ui-safe", "block", "ui", "The page's frame is not ours."),)
    look = {
        "ui-safe": lambda: _safe(root),
        "ui-fields": lambda: _fields(root, flow),
        "ui-accessible": lambda: _accessible(root, flow),
    }
    return tuple(look[name]())


def _check(name: str) -> Check[Screens, FlowOrder]:
    return Check(name, lambda draft, bench: _findings(draft, bench, name))


CHECKS = tuple(_check(name) for name in ("ui-safe", "ui-fields", "ui-accessible"))
