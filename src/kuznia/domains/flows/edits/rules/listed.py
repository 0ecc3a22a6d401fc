"""What is listed or explained behind the label of a field that is added: options, a hint."""

from kuznia.domains.flows.edits.rules.labels import TAIL, TYPE_TAGS, NewLabel
from kuznia.domains.flows.edits.words.segment import EditSegment
from kuznia.domains.flows.edits.words.texts import capital, option_of
from kuznia.domains.flows.schema import FlowOption

_LIST = frozenset({":", "—", "–", "-", "("})


_ORS = frozenset({"or", "або", "чи", "and", "і", "й", "та", "/"})


def options_of(seg: EditSegment, label: NewLabel) -> tuple[tuple[FlowOption, ...], set[int]]:
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


def _list_end(seg: EditSegment, start: int) -> int:
    """Where a list ends: at a sign, or at a phrase that says where and how the field is asked."""
    stops = {
        cue.places[0]
        for cue in seg.of("page", "where", "hint", "optional", "required", "example", "field")
        if cue.places[0] > start
    }
    ends = {
        n for n, token in enumerate(seg.tokens) if token.text in {".", ")", ";", "!"} and n >= start
    }
    last = min({*stops, *ends, len(seg.tokens)})
    while last > start and (
        seg.tokens[last - 1].text in TAIL | {","} or (last in stops and _names_page(seg, last - 1))
    ):
        last -= 1
    return last


def _names_page(seg: EditSegment, place: int) -> bool:
    """Whether the word belongs to the name of a page, as in `on the Details page`."""
    return any(name.first <= place < name.last and name.ids("page") for name in seg.names)


def _option_text(seg: EditSegment, item: list[int]) -> str:
    return capital(seg.value(item[0]) if len(item) == 1 else seg.raw(item[0], item[-1] + 1))


def _list_start(seg: EditSegment, label: NewLabel) -> int:
    choices = [cue.places[-1] + 1 for cue in seg.of("choice_type") if cue.places[0] >= label.last]
    if choices:
        return _past(seg, choices[0])
    start = label.last + 1
    if start >= len(seg.tokens) or seg.tokens[label.last].text not in _LIST:
        return 0
    first = set(range(start, min(len(seg.tokens), start + 2)))
    other = seg.places(*TYPE_TAGS, *_NO_LIST)
    return 0 if first & other or seg.has("number_type") else start


# A colon before one of these begins no list.
_NO_LIST = ("optional", "required", "at_most", "where", "hint", "filetype", "page")


def _past(seg: EditSegment, start: int) -> int:
    """The first word of a list, past its colon and `of`."""
    while start < len(seg.tokens) and seg.tokens[start].text in _LIST | _BEFORE_LIST:
        start += 1
    return start


_BEFORE_LIST = frozenset({"of", "between", "з", "із", "among"})


def hint_of(seg: EditSegment, label: NewLabel) -> tuple[str, set[int]]:
    cues = [cue for cue in seg.of("hint", "example") if cue.places[0] >= label.last]
    if not cues:
        return "", set()
    start = cues[0].places[-1] + 1
    while start < len(seg.tokens) and seg.tokens[start].text in {":", "—", "-", ","}:
        start += 1
    if start < len(seg.tokens) and seg.tokens[start].kind == "quote":
        return seg.value(start), {start}
    return "", set()
