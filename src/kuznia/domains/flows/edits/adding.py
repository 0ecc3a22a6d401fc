"""Instructions that add a field: its label, type, options, limits, hint and place."""

import re
from dataclasses import dataclass

from kuznia.domains.flows.edits.names import Name
from kuznia.domains.flows.edits.operations import (
    AddBranch,
    AddField,
    Edit,
    ImpossibleEdit,
    OrderFields,
)
from kuznia.domains.flows.edits.places import Place, ordered, place_in
from kuznia.domains.flows.edits.segment import Number, Reading, Segment, forms, home_of, places_of
from kuznia.domains.flows.edits.texts import both, capital, option_of
from kuznia.domains.flows.planner import standard_steps as standard
from kuznia.domains.flows.planner.conditions import decided
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.planner.marks import invented
from kuznia.domains.flows.planner.prompt_text import slug, words
from kuznia.domains.flows.planner.titles import TOPICS
from kuznia.domains.flows.schema import FieldType, Flow, FlowOption, FormField, Guard

_TYPES: tuple[tuple[str, FieldType], ...] = (
    ("yesno_type", "yesno"),
    ("file_type", "file"),
    ("long_type", "long"),
    ("number_type", "number"),
    ("date_type", "date"),
    ("short_type", "text"),
)
_TYPE_TAGS = tuple(tag for tag, _ in _TYPES)
_MARKS = ("choice_type", *_TYPE_TAGS, "optional", "required", "at_most", "at_least", "hint", "example", "where", "filetype", "mb", "chars")
_TAGS = (*_MARKS, "add", "field", "page", "size", "before", "after", "first", "last", "move", "pronoun", "with_new", "change", "rename", "option", "request", "keep", "second", "final", "more_of", "service")
_FOREIGN = ("remove", "if", "only", "uah", "fee", "pay", "approve", "consent", "split", "join", "instead", "hide", "not", "free")
_ENDS = frozenset({",", "(", ")", ":", "—", "–", "-", ";", ".", "!", "?"})
_LIST = frozenset({":", "—", "–", "-", "("})
_ORS = frozenset({"or", "або", "чи", "and", "і", "й", "та", "/"})
_MAX_LABEL = 9
# Words that name nothing a person could be asked for.
_VAGUE = frozenset({"щось", "something", "anything", "stuff", "option", "options", "варіант", "page", "step", "language", "languages", "мову", "мова", "крок", "сторінку", "everything", "усе", "все", "logo", "логотип", "button", "кнопку", "link", "посилання", "translation", "переклад"})


@dataclass(frozen=True, slots=True)
class Label:
    """The label of the new field, and the tokens that it takes."""

    text: str
    first: int
    last: int


def added(seg: Segment) -> Reading | None:
    if not seg.has("add") and not _describes(seg):
        return None
    label = _label(seg)
    if label is None or (seg.has("final") and not seg.has("field")):
        return None
    options, listed = _options(seg, label)
    hint, hinted = _hint(seg, label)
    used = {*range(label.first, label.last), *listed, *hinted}
    if any(not set(cue.places) <= used for cue in seg.of(*_FOREIGN)):
        return None
    names = tuple(name for name in seg.names if not used & set(range(name.first, name.last)))
    place = place_in(seg, names, label.last if names and names[0].first > label.last else 0)
    free = [number for number in seg.numbers if number.first not in used]
    if place is None or not seg.explained(_TAGS, *used, *places_of(free)):
        return None
    if _is_about_known(seg, label) or set(words(label.text)) & _VAGUE:
        return None
    known = _known(seg, label, names)
    if known is not None:
        return Reading((), (known,))
    field = _field(seg, label, options, used)
    if field is None:
        return None
    if hint:
        field = field.model_copy(update={"hint": both(capital(hint))})
    return Reading(_edits(seg, field, place, names), (field.id,))


def _describes(seg: Segment) -> bool:
    """Whether a field is described that is not there: its word, its name in quotes, its type."""
    return seg.has("field") and bool(seg.quotes) and not any(name.ids("field") and name.last <= seg.quotes[0] for name in seg.names) and seg.has(
        "choice_type", "number_type", "optional", "required", "file_type", "chars", "long_type", "yesno_type"
    )


def _is_about_known(seg: Segment, label: Label) -> bool:
    """Whether words without quotes say more about a field that is there: `ask the phone twice`."""
    if seg.tokens[label.first].kind == "quote" or seg.has("field", *_TYPE_TAGS, "choice_type", "mb"):
        return False
    inside = [name for name in seg.names if label.first <= name.first and name.last <= label.last]
    size = label.last - label.first
    return any(name.is_whole and name.ids("field") and name.last - name.first < size for name in inside)


def _known(seg: Segment, label: Label, names: tuple[Name, ...]) -> str | None:
    """The field that is there already under this very label."""
    for name in seg.names:
        if name not in names and name.is_whole and name.first <= label.first + 1 and name.last >= label.last and len(name.ids("field")) == 1:
            return name.ids("field")[0]
    return None


def _label(seg: Segment) -> Label | None:
    """The label: in quotes, or the words behind the verb, the word for a field, or a colon."""
    hints = seg.places("hint", "example", "heading")
    quotes = [n for n, token in enumerate(seg.tokens) if token.kind == "quote" and not {n - 1, n - 2} & hints]
    named = {name.first: name for name in seg.names}
    free = [n for n in quotes if n not in named or not named[n].ids("page")]
    if free:
        return Label(capital(seg.value(free[0])), free[0], free[0] + 1)
    starts = [cue.places[-1] + 1 for cue in seg.of("field") if cue.tag == "field"]
    starts += [cue.places[-1] + 1 for cue in seg.of("add")]
    starts += [n + 1 for n, token in enumerate(seg.tokens) if token.text == ":"]
    for start in sorted(set(starts)):
        if label := _words(seg, start):
            return label
    return None


def _words(seg: Segment, start: int) -> Label | None:
    """The words from here up to a sign or a phrase that says how or where the field is asked."""
    stops = {cue.places[0] for cue in seg.of(*_MARKS, "page", "before", "after", "first", "last", "field", "add") if cue.tag != "with_new"}
    while start < len(seg.tokens) and seg.tokens[start].text in _ARTICLES:
        start += 1
    end = start
    while end < len(seg.tokens) and seg.tokens[end].kind == "word" and (end not in stops or (seg.tokens[end].text in _INSIDE and end > start) or (end == start and end in seg.places("file_type"))):
        end += 1
    while end > start and seg.tokens[end - 1].text in _TAIL:
        end -= 1
    if end == start or end - start > _MAX_LABEL or all(n in seg.places("filler") for n in range(start, end)):
        return None
    text = seg.raw(start, end)
    if start and start - 1 not in seg.places("field") and seg.tokens[start - 1].text != ":":
        text = _nominative(text)
    return Label(capital(text), start, end)


_ARTICLES = frozenset({"the", "a", "an", "for", "one", "more", "new", "ще", "також", "also", "про", "нове", "new", "people", "them", "their", "одне", "called", "чи", "їх", ","})
# Words of marks that may stand inside a label as well.
_INSIDE = frozenset({"of", "the", "в", "у", "на", "for", "and", "до", "від", "to", "in", "number", "date", "to", "за", "copy", "of", "file", "по"})
_TAIL = frozenset({"in", "on", "to", "at", "in", "в", "у", "на", "до", "та", "і", "й", "and", "with", "з", "із", "як", "as", "is", "a", "an", "the", "please", "для"})
_ACCUSATIVE = re.compile(r"^(\w*)(ію|ю|у)$")


def _nominative(text: str) -> str:
    """A Ukrainian accusative behind a verb, as a label has it: `копію` is `копія`."""
    first, _, rest = text.partition(" ")
    match = _ACCUSATIVE.match(first)
    if match is None or len(first) < 4:
        return text
    ending = {"ію": "ія", "ю": "я", "у": "а"}[match[2]]
    turned = f"{match[1]}{ending}"
    second, _, others = rest.partition(" ")
    if turned.endswith(("на", "ва", "ка", "ська", "ша", "та")) and _ACCUSATIVE.match(second or ""):
        rest = f"{_nominative(second)} {others}".strip()
    return f"{turned} {rest}".strip()


def _options(seg: Segment, label: Label) -> tuple[tuple[FlowOption, ...], set[int]]:
    """The options that are listed behind the label, or behind the word for a choice."""
    start = _list_start(seg, label)
    if not start:
        return (), set()
    end, items, item = start, list[list[int]](), list[int]()
    last = _list_end(seg, start)
    while end < last:
        token = seg.tokens[end]
        if token.text == "," or (token.kind == "word" and token.text in _ORS) or token.text == "/":
            items, item = [*items, item] if item else items, []
        else:
            item.append(end)
        end += 1
    items = [*items, item] if item else items
    labels = [_option_text(seg, item) for item in items]
    if len(labels) < 2 or any(len(text) > 80 for text in labels):
        return (), set()
    options: list[FlowOption] = []
    for text in labels:
        options.append(option_of(text, {option.id for option in options}))
    return tuple(options), set(range(start, end))


def _list_end(seg: Segment, start: int) -> int:
    """Where a list ends: at a sign, or at a phrase that says where and how the field is asked."""
    stops = {cue.places[0] for cue in seg.of("page", "where", "hint", "optional", "required", "example", "field") if cue.places[0] > start}
    ends = {n for n, token in enumerate(seg.tokens) if token.text in {".", ")", ";", "!"} and n >= start}
    last = min({*stops, *ends, len(seg.tokens)})
    while last > start and (seg.tokens[last - 1].text in _TAIL | {","} or last in stops and _names_page(seg, last - 1)):
        last -= 1
    return last


def _names_page(seg: Segment, place: int) -> bool:
    """Whether the word belongs to the name of a page, as in `on the Details page`."""
    return any(name.first <= place < name.last and name.ids("page") for name in seg.names)


def _option_text(seg: Segment, item: list[int]) -> str:
    return capital(seg.value(item[0]) if len(item) == 1 else seg.raw(item[0], item[-1] + 1))


def _list_start(seg: Segment, label: Label) -> int:
    choices = [cue.places[-1] + 1 for cue in seg.of("choice_type") if cue.places[0] >= label.last]
    for start in choices:
        while start < len(seg.tokens) and seg.tokens[start].text in _LIST | {"of", "of:", "between", "з", "із", "among"}:
            start += 1
        return start
    if label.last < len(seg.tokens) and seg.tokens[label.last].text in _LIST and label.last + 1 < len(seg.tokens):
        start = label.last + 1
        rest = set(range(start, min(len(seg.tokens), start + 2)))
        if not rest & seg.places(*_TYPE_TAGS, "optional", "required", "at_most", "where", "hint", "filetype", "page") and not seg.has("number_type"):
            return start
    return 0


def _hint(seg: Segment, label: Label) -> tuple[str, set[int]]:
    cues = [cue for cue in seg.of("hint", "example") if cue.places[0] >= label.last]
    if not cues:
        return "", set()
    start = cues[0].places[-1] + 1
    while start < len(seg.tokens) and seg.tokens[start].text in {":", "—", "-", ","}:
        start += 1
    if start < len(seg.tokens) and seg.tokens[start].kind == "quote":
        return seg.value(start), {start}
    return "", set()


def _field(seg: Segment, label: Label, options: tuple[FlowOption, ...], used: set[int]) -> FormField | None:
    """The field as the planner would ask it, with the type and limits that are stated."""
    taken = {*seg.flow.by_id, *seg.flow.facts}
    field = _planned(label.text, taken)
    stated = next((kind for tag, kind in _TYPES if _has_apart(seg, tag, used)), None)
    if options and {option.label.uk.lower() for option in options} <= _YES_NO:
        stated, options = "yesno", ()
    if _has_apart(seg, "choice_type", used) and not options and stated != "yesno":
        return None
    values: dict[str, object] = {"required": not seg.has("optional")}
    if options:
        values |= {"type": "choice", "options": options, "format": None, "low": None, "high": None}
    elif stated is not None and stated != field.type and not (stated == "text" and field.format):
        values |= {"type": stated, "format": None, "options": (), "low": None, "high": None}
    field = field.model_copy(update=values)
    return _limited(seg, field, used)


_YES_NO = frozenset({"так", "ні", "yes", "no"})


def _has_apart(seg: Segment, tag: str, used: set[int]) -> bool:
    return any(not set(cue.places) <= used for cue in seg.of(tag))


def _planned(label: str, taken: set[str]) -> FormField:
    known = [*LEXICON.find(words(label))]
    if len(known) == 1 and known[0][1] - known[0][0] == len(words(label)) and len(known[0][2].fields) == 1:
        field = LEXICON.fields[known[0][2].fields[0]]
        if field.id not in taken:
            return field.model_copy(update={"label": _labelled(label, field)})
    return invented(slug(label, taken), label).model_copy(update={"label": both(label)})


def _labelled(label: str, field: FormField) -> object:
    """The planner's own label where it is the same; else the words as they were written."""
    same = label.casefold() in {field.label.uk.casefold(), field.label.en.casefold()}
    return field.label if same else both(label)


def _limited(seg: Segment, field: FormField, used: set[int]) -> FormField | None:
    numbers = [number for number in seg.numbers if number.first not in used and seg.tokens[number.first].text not in {"one", "один", "одне", "одну", "одна"}]
    values = [number.value for number in numbers]
    types = tuple(seg.tokens[cue.places[0]].text for cue in seg.of("filetype") if cue.places[0] not in used)
    if types or _has_apart(seg, "mb", used):
        field = field.model_copy(update={"type": "file", "format": None, "options": ()})
        if len(values) != int(seg.has("mb")):
            return None
        return field.model_copy(update={"file_types": types, "max_megabytes": round(values[0]) if values else None})
    if not values:
        return field
    if seg.has("chars") and len(values) == 1:
        kind = "long" if values[0] > 100 or field.type == "long" else "text"
        return field.model_copy(update={"type": kind, "format": None, "max_length": round(values[0])})
    if field.type not in {"number", "text"} or len(values) > 2 or not (seg.has("at_most", "at_least") or _is_span(seg, numbers)):
        return None
    low, high = (min(values), max(values)) if len(values) == 2 else (field.low, values[0])
    return field.model_copy(update={"type": "number", "format": "integer", "low": low, "high": high})


def _is_span(seg: Segment, numbers: list[Number]) -> bool:
    """Whether two numbers are the ends of a span: `1–11`."""
    return len(numbers) == 2 and seg.tokens[numbers[0].last].text in {"-", "–", "—"} and numbers[0].last + 1 == numbers[1].first


def _edits(seg: Segment, field: FormField, place: Place, names: tuple[Name, ...]) -> tuple[Edit, ...]:
    page = place.page or _anchor_page(seg, place) or _last_page(seg, place) or _usual(seg, field)
    edits: list[Edit] = [AddField(field=field, step=page)]
    if (place.before or place.after or place.first) and page is not None:
        rest = [known.id for known in seg.flow.by_id[page].fields]
        edits.append(OrderFields(step=page, fields=ordered(rest, field.id, place)))
    return tuple(edits)


def _anchor_page(seg: Segment, place: Place) -> str | None:
    anchor = place.before or place.after
    if anchor is None:
        return None
    return home_of(seg.flow, anchor).id if anchor in seg.flow.asks else None


def _last_page(seg: Segment, place: Place) -> str | None:
    pages = forms(seg.flow)
    if not seg.has("page") or not pages:
        return None
    return pages[-1].id if place.last else pages[0].id if place.first else None


def _usual(seg: Segment, field: FormField) -> str | None:
    """The planned page of a field's topic, if the flow has it."""
    group = "files" if field.type == "file" else field.group
    names = [f"ask_{group}", "ask_details"]
    pages = {page.id for page in forms(seg.flow) if page.repeats == 1}
    return next((name for name in names if name in pages), None)


def branched(seg: Segment) -> Reading | None:
    """`If a company applies, ask for the code`: a page for a case that the planner knows."""
    start = next((cue.places[-1] + 1 for cue in seg.of("if")), 0)
    split = next((n for n, token in enumerate(seg.tokens) if n > start and token.text in _THEN), 0)
    if not start or not split or split - start > _MAX_CONDITION or seg.has("unless", "hide", "only"):
        return None
    if any(n not in seg.places("if", "filler") for n in range(start) if seg.tokens[n].kind != "sign"):
        return None
    decides, guard = decided(seg.raw(start, split), ())
    if decides.label.en.startswith(_GUESSED):
        return None
    field = _asked(seg.part(split + 1, len(seg.tokens)))
    return None if field is None else Reading(_branch(seg.flow, decides, guard, field), (field.id,))


# How the planner words a question for a condition that it does not know.
_GUESSED = "Is it so"
_THEN = frozenset({"—", "–", "-", ",", ":", "then", "то"})
_MAX_CONDITION = 5


def _asked(seg: Segment) -> FormField | None:
    """The one field that a part of a sentence adds."""
    reading = added(seg)
    edits = reading.edits if reading else ()
    return edits[0].field if len(edits) == 1 and isinstance(edits[0], AddField) else None


def _branch(flow: Flow, decides: FormField, guard: Guard, field: FormField) -> tuple[Edit, ...]:
    """What decides is asked on a page, and the new page follows it."""
    edits: list[Edit] = []
    if decides.id in flow.asks:
        page = home_of(flow, decides.id)
    else:
        page = next((step for step in forms(flow) if len(step.next) == 1), None)
        if page is None:
            raise ImpossibleEdit("The flow has no page to put the field on.")
        edits.append(AddField(field=decides, step=page.id))
    name = f"ask_{decides.id}_yes"
    topic = TOPICS.get(field.group, TOPICS["details"])
    grouped = field.model_copy(update={"group": name})
    step = standard.step(name, "form", topic, fields=(grouped,))
    return (*edits, AddBranch(after=page.id, when=guard, step=step))


ADDING_RULES = (branched, added)
