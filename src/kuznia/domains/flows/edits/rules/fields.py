"""Instructions about fields that are there: required or not, removed, renamed, limited, explained.

Each rule looks at a segment as a whole. It answers only when every word of the segment is explained
by the phrases that it knows, so nothing is done on half an instruction.
"""

from kuznia.domains.flows.edits.operations import (
    Edit,
    HintField,
    ImpossibleEdit,
    RemoveField,
    RemoveStep,
    RequireField,
    SetOptions,
)
from kuznia.domains.flows.edits.words.segment import EditReading, EditSegment, home_of
from kuznia.domains.flows.edits.words.texts import both, capital, option_of
from kuznia.domains.flows.edits.words.vocabulary import word_set
from kuznia.domains.flows.schema import Flow, Text

_ACTIONS = ("remove", "add", "change", "move", "rename", "split", "join")


# Verbs that state a rule and order nothing: `should not have to sign` is no "do not".
_NO_ACTS = word_set("no_acts")


_SHORTEST_PAIR = 2


def unwanted(seg: EditSegment) -> EditReading | None:
    """`Do not remove the reason`, `leave the e-mail as it is`: nothing is to change."""
    covered = seg.places("remove", "optional", "hide", "free", "at_most")
    stops = {cue.places[-1] for cue in seg.of("not") if not set(cue.places) <= covered}
    acts = {
        cue.places[0] for cue in seg.of(*_ACTIONS) if seg.tokens[cue.places[0]].text not in _NO_ACTS
    }
    forbids = any(stop + 1 in acts for stop in stops)
    if not forbids and not seg.has("keep"):
        return None
    if not seg.names and not seg.has("sign", "consent", "fee", "pay", "pronoun"):
        return None
    tags = (
        *_ACTIONS,
        "not",
        "keep",
        "optional",
        "required",
        "field",
        "page",
        "step",
        "pronoun",
        "sign",
        "consent",
        "fee",
        "pay",
        "only",
        "with_new",
        "option",
    )
    if not forbids and seg.has("remove", "optional", "hide"):
        return None
    return EditReading((), seg.fields) if seg.explained(tags) else None


_REQUIRED_TAGS = (
    "optional", "required", "not", "change", "field", "pronoun", "keep", "with_new", "request",
    "add", "kind_word",
)  # fmt: skip


def required(seg: EditSegment) -> EditReading | None:
    if not seg.has("optional", "required") or seg.options or _is_limited(seg):
        return None
    fields = seg.subjects()
    if not fields and not seg.names and seg.has("optional"):
        fields = tuple(name for name in seg.before if name in seg.flow.asks)
    needs = _needs(seg)
    if not fields or needs is None or _is_choice(seg, fields) or not seg.stated(_REQUIRED_TAGS):
        return None
    return EditReading(tuple(RequireField(field=name, required=needs) for name in fields), fields)


def _needs(seg: EditSegment) -> bool | None:
    """Whether an answer is required; None when the words contradict each other."""
    optional = seg.places("optional")
    demands = [cue for cue in seg.of("required") if not set(cue.places) <= optional]
    negated = [cue for cue in seg.of("not") if not set(cue.places) <= optional]
    if len(negated) > 1 or (optional and (demands or negated)):
        return None
    return bool(demands) and not negated


def _is_choice(seg: EditSegment, fields: tuple[str, ...]) -> bool:
    """Whether only one of the fields is meant: `the phone or the e-mail`."""
    words = {token.text for token in seg.tokens}
    return len(fields) > 1 and bool(words & {"or", "або", "either", "чи"})


def _is_limited(seg: EditSegment) -> bool:
    """Whether it holds only in a case; an `only` right before the field limits nothing else."""
    starts = {name.first for name in seg.names}
    skip = {n for n, token in enumerate(seg.tokens) if token.text in {"the", "a", "field", "поле"}}
    covered = seg.places("optional", "required")
    for cue in seg.of("only", "if", "unless"):
        place = cue.places[-1] + 1
        while place in skip:
            place += 1
        if not set(cue.places) <= covered and (cue.tag != "only" or place not in starts):
            return True
    return False


_REMOVED_TAGS = ("remove", "field", "page", "pronoun", "change", "option", "step", "request")


def removed(seg: EditSegment) -> EditReading | None:
    if not _may_remove(seg):
        return None
    options = seg.options or _options_before(seg)
    if options and (not seg.fields or _of_options(seg, options)):
        return _option_removed(seg, options)
    on_page = [name for name in seg.names if name.ids("field") and not name.ids("page")]
    if seg.has("page") and len(seg.pages) == 1 and not on_page:
        return EditReading((RemoveStep(step=seg.pages[0]),), seg.pages)
    fields = seg.subjects()
    if not fields or seg.has("option") or (seg.has("page") and not seg.pages):
        return None
    if on_page:
        fields = tuple(name.ids("field")[0] for name in on_page if len(name.ids("field")) == 1)
    elsewhere = any(home_of(seg.flow, name).id not in seg.pages for name in fields)
    if on_page and seg.pages and elsewhere:
        return None
    return EditReading(_removals(seg.flow, fields), fields)


def _may_remove(seg: EditSegment) -> bool:
    """Whether something is to be removed, in every case and as a whole."""
    if seg.quotes or seg.numbers_left() or _is_limited(seg):
        return False
    goes = ("move",) if _goes(seg) else ()
    return bool(goes or seg.has("remove")) and seg.explained((*_REMOVED_TAGS, "kind_word", *goes))


def _goes(seg: EditSegment) -> bool:
    """`The phone can go`: the last word says that it is to be removed."""
    words = [token.text for token in seg.tokens if token.kind == "word"]
    return words[-1:] == ["go"] and bool({"can", "should", "must", "to"} & set(words[-3:-1]))


def _options_before(seg: EditSegment) -> tuple[tuple[str, str], ...]:
    """The options that `that option` means: those that the reason before it names."""
    if seg.names or not (seg.has("option") and seg.has("pronoun")):
        return ()
    parts = (name.partition(".") for name in seg.before if "." in name)
    return tuple((field, option) for field, _, option in parts)


def _of_options(seg: EditSegment, options: tuple[tuple[str, str], ...]) -> bool:
    """Whether the fields that are named are those of the options."""
    return set(seg.fields) <= {field for field, _ in options}


def _removals(flow: Flow, fields: tuple[str, ...]) -> tuple[Edit, ...]:
    """The removal of fields, and of each page that would ask nothing."""
    pages = {home_of(flow, name).id: home_of(flow, name) for name in fields}
    empty = [
        page.id
        for page in pages.values()
        if {field.id for field in page.fields} <= set(fields) and len(page.next) == 1
    ]
    kept = [name for name in fields if home_of(flow, name).id not in empty]
    return (
        *(RemoveStep(step=page) for page in empty),
        *(RemoveField(field=name) for name in kept),
    )


def _option_removed(seg: EditSegment, options: tuple[tuple[str, str], ...]) -> EditReading | None:
    if len({field for field, _ in options}) != 1:
        return None
    name = options[0][0]
    gone = {option for _, option in options}
    left = tuple(option for option in seg.flow.asks[name].options if option.id not in gone)
    if len(left) < _SHORTEST_PAIR:
        raise ImpossibleEdit(f"The field {name} would have fewer than two options.")
    return EditReading((SetOptions(field=name, options=left),), (name,))


def option_added(seg: EditSegment) -> EditReading | None:
    """`Add the genre "Detective"`: to a field with options."""
    if (
        not seg.has("add", "change", "more_of")
        or len(seg.fields) != 1
        or not seg.quotes
        or seg.options
    ):
        return None
    field = seg.flow.asks[seg.fields[0]]
    if field.type not in {"choice", "many"} or seg.has("hint", "example", "if", "only", "rename"):
        return None
    if not seg.explained(
        (
            "add",
            "change",
            "option",
            "field",
            "where",
            "with_new",
            "at_most",
            "last",
            "first",
            "second",
            "more_of",
        ),
        *seg.quotes,
    ):
        return None
    if not seg.has("add", "option", "more_of"):
        return None
    options = list(field.options)
    for place in seg.quotes:
        label = capital(seg.value(place))
        option = option_of(label, {known.id for known in options})
        options.insert(0 if seg.has("first") else len(options), option)
    return EditReading((SetOptions(field=field.id, options=tuple(options)),), (field.id,))


def option_added_bare(seg: EditSegment) -> EditReading | None:
    """`Add gas to the fuel types`: the words that nothing explains are the option."""
    if (
        not seg.has("add")
        or len(seg.fields) != 1
        or seg.quotes
        or seg.options
        or seg.numbers_left()
    ):
        return None
    field = seg.flow.asks[seg.fields[0]]
    if field.type not in {"choice", "many"} or seg.has(
        "hint", "example", "if", "only", "rename", "not"
    ):
        return None
    if not seg.has("option") and not seg.has("where", "at_most", "with_new"):
        return None
    left = seg.unexplained(
        ("add", "option", "field", "where", "with_new", "at_most", "last", "second", "more_of")
    )
    if len(left) == 0 or left[-1] - left[0] >= len(left) + 1 or len(left) > 4:
        return None
    label = capital(seg.raw(left[0], left[-1] + 1))
    option = option_of(label, {known.id for known in field.options})
    return EditReading((SetOptions(field=field.id, options=(*field.options, option)),), (field.id,))


def hinted(seg: EditSegment) -> EditReading | None:
    """A hint or an example: what is in quotes, or what follows the colon or the word itself."""
    if not seg.has("hint", "example") or len(seg.subjects()) != 1:
        return None
    name = seg.subjects()[0]
    tags = (
        "hint",
        "example",
        "add",
        "change",
        "field",
        "where",
        "after",
        "pronoun",
        "with_new",
        "tell",
        "rename",
        "before",
        "show",
        "at_most",
    )
    if seg.has("remove"):
        return (
            EditReading((HintField(field=name, hint=None),), (name,))
            if seg.explained((*tags, "remove"))
            else None
        )
    if len(seg.quotes) == 1:
        text, used = seg.value(seg.quotes[0]), seg.quotes
    else:
        start = _after_mark(seg)
        text, used = (
            (seg.raw(start, len(seg.tokens)), range(start, len(seg.tokens))) if start else ("", ())
        )
    if not text or not seg.stated(tags, *used):
        return None
    return EditReading((HintField(field=name, hint=_hint(seg, text)),), (name,))


def _hint(seg: EditSegment, text: str) -> Text:
    text = text.strip(" .;,")
    if seg.has("example") and not seg.has("hint"):
        return Text(uk=f"Наприклад: {text}", en=f"For example: {text}")
    return both(text[:1].upper() + text[1:])


def _after_mark(seg: EditSegment) -> int:
    """The place after the last word for a hint or an example, and after its colon."""
    cues = seg.of("hint", "example")
    place = cues[-1].places[-1] + 1
    colons = [n for n, token in enumerate(seg.tokens) if token.text == ":"]
    after = [colon + 1 for colon in colons if colon >= place - 1]
    start = after[0] if after else place
    while start < len(seg.tokens) and (
        seg.tokens[start].text in {":", ".", "-", "—", "–", ","} or start in seg.places("example")
    ):
        start += 1
    return start if start < len(seg.tokens) else 0


FIELD_RULES = (unwanted, required, removed, option_added, option_added_bare, hinted)
