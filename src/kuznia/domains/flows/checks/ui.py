"""Checks of a page that a model wrote: safe, accessible, and asking exactly what the flow asks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from kuznia.domains.flows.checks.study import FlowBench, study_of
from kuznia.domains.flows.planner.order import FlowOrder
from kuznia.domains.flows.schema import Flow
from kuznia.domains.flows.screens.audit import audit
from kuznia.domains.flows.screens.element import Element, el, walk, words
from kuznia.domains.flows.screens.expected import ExpectedField, expected_fields
from kuznia.domains.flows.screens.markup import TooMuchMarkup, forbidden, read
from kuznia.domains.flows.screens.pages import PageView, document, frame
from kuznia.domains.flows.screens.result import RenderedScreens, Screens
from kuznia.domains.flows.screens.texts import WORDS
from kuznia.forge.terms import Check, Finding

# The controls that may ask for a field, by its type; for any other type, a line of text.
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


def _content(draft: RenderedScreens, flow: Flow) -> Element | None:
    """The content between our own frame, read anew; None when the frame is not ours."""
    before, after = frame(flow)
    if not (draft.html.startswith(before) and draft.html.endswith(after)):
        return None
    try:
        return el("main", *read(draft.html[len(before) : -len(after)]))
    except TooMuchMarkup:
        return None


def _safe(root: Element) -> Iterator[Finding]:
    for node in walk(root):
        if node is not root and (names := ", ".join(forbidden(node))):
            yield Finding(
                "ui-safe", "block", f"ui.{node.tag}", f"{names} is not allowed on a page."
            )


def _accessible(root: Element, flow: Flow) -> Iterator[Finding]:
    language = flow.language
    inner = [child for child in root.children if isinstance(child, Element)]
    page = document(PageView(flow=flow, language=language), flow.name.of(language), inner)
    for violation in audit({"ui": page}).broken:
        message = f"The page breaks the accessibility rule {violation.rule}."
        yield Finding("ui-accessible", "block", "ui", message, f"Keep the rule {violation.rule}.")


def _fields(root: Element, flow: Flow) -> Iterator[Finding]:
    """Every field is on the page once, with its label and options, and nothing else is asked."""
    expected = {field.id: field for fields in expected_fields(flow).values() for field in fields}
    controls: defaultdict[str, list[Element]] = defaultdict(list)
    for node in walk(root):
        if node.tag in {"input", "select", "textarea"}:
            controls[node.attributes.get("name", "")].append(node)
    for name in sorted(controls.keys() - expected.keys()):
        message = "A control asks for a field that the flow does not have."
        yield Finding(
            "ui-fields", "block", f"ui.{name[:48]}", message, "Ask for the described fields only."
        )
    # All labels of a control together: a second label beside the right one would mislead.
    labels: defaultdict[str, str] = defaultdict(str)
    for node in walk(root):
        if "for" in node.attributes:
            labels[node.attributes["for"]] += f"{words(node)} "
    legends = _legends(root)
    for name, field in expected.items():
        for message in _errors(field, controls.get(name, []), labels, legends, flow):
            hint = f"Write {name} as it is described."
            yield Finding("ui-fields", "block", f"ui.{name}", message, hint)


def _legends(root: Element) -> dict[str, str]:
    """The text of the legend round a control, by the control's name."""
    found: dict[str, str] = {}
    for fieldset in walk(root):
        if fieldset.tag == "fieldset":
            legend = next((words(n) for n in walk(fieldset) if n.tag == "legend"), "")
            inner = (n.attributes.get("name", "") for n in walk(fieldset) if n.tag == "input")
            found |= dict.fromkeys(inner, legend)
    return found


def _errors(
    field: ExpectedField,
    controls: list[Element],
    labels: Mapping[str, str],
    legends: Mapping[str, str],
    flow: Flow,
) -> Iterator[str]:
    if not controls:
        yield "The field is missing."
        return
    kinds = {_kind(node) for node in controls}
    if len(kinds) > 1 or not kinds <= _INPUTS.get(field.kind, _LINE):
        yield "The field has the wrong kind of control."
        return
    choices = kinds <= {"radio", "checkbox"}
    if not choices and len(controls) > 1:
        yield "The field is on the page twice."
    if kinds <= _LINE | {"date", "time", "file"} and "value" in controls[0].attributes:
        yield "The field is already filled in."
    if field.values and _options(controls, labels) != dict(field.values):
        yield "The options are not those of the flow."
    grouped = choices and field.kind != "agree"
    first = controls[0].attributes.get("id", "")
    label = legends.get(field.id, "") if grouped else labels.get(first, "")
    optional = WORDS["optional"].of(flow.language)
    if _plain(label.replace(optional, "")) != _plain(field.label):
        yield "The label is not the field's own."


def _kind(node: Element) -> str:
    return node.attributes.get("type", "text") if node.tag == "input" else node.tag


def _options(controls: list[Element], labels: Mapping[str, str]) -> dict[str, str]:
    """The options with their labels; the empty first line of a list is not an option."""
    if controls[0].tag == "select":
        options = (n for n in walk(controls[0]) if n.tag == "option")
        labelled = {n.attributes.get("value", words(n)): _plain(words(n)) for n in options}
        return {value: label for value, label in labelled.items() if value}
    return {
        n.attributes.get("value", "on"): _plain(labels.get(n.attributes.get("id", ""), ""))
        for n in controls
    }


def _plain(text: str) -> str:
    """A text with single spaces and without the marks that end a label."""
    return " ".join(text.split()).rstrip(" *:")


def _findings(draft: Screens, bench: FlowBench, name: str) -> Iterable[Finding]:
    # Our own pages are made from the flow itself, and the judge audits them.
    if not isinstance(draft, RenderedScreens):
        return ()
    flow = study_of(bench).flow
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
