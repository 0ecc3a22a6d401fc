"""Instructions that give another name: to a field, an option, a page or the service."""

from collections.abc import Iterable

from kuznia.domains.flows.edits.operations import Edit, Rename, SetOptions
from kuznia.domains.flows.edits.words.names import FlowName
from kuznia.domains.flows.edits.words.segment import EditReading, EditSegment, home_of
from kuznia.domains.flows.edits.words.texts import both, capital
from kuznia.domains.flows.edits.words.vocabulary import word_set
from kuznia.domains.flows.schema import Text

# What stands between a name and the new one.
_TO = word_set("to")
_TAGS = (
    "rename",
    "instead",
    "change",
    "field",
    "page",
    "option",
    "with_new",
    "arrow",
    "service",
    "not",
    "english",
    "ukrainian",
    "only",
    "pronoun",
    "keep",
    "heading",
    "tell",
    "where",
    "sign",
    "final",
    "last",
    "decision",
)
_FOREIGN = (
    "hint",
    "example",
    "if",
    "remove",
    "final",
    "at_least",
    "split",
    "join",
    "optional",
    "required",
    "chars",
    "mb",
)


def renamed(seg: EditSegment) -> EditReading | None:
    if seg.has(*_FOREIGN) or not _may_rename(seg):
        return None
    new, used = _new_text(seg)
    if new is None or not seg.stated(_TAGS, *used):
        return None
    edit = _target(seg, new, set(used))
    return (
        None
        if edit is None
        else EditReading(
            (edit,), (getattr(edit, "what", None) or getattr(edit, "field", "") or "",)
        )
    )


def _may_rename(seg: EditSegment) -> bool:
    if any(token.text in {"→", "->", "=>", "-->"} for token in seg.tokens):
        return True
    if seg.has("add") and not seg.has("instead") and not _names_renaming(seg):
        return False
    if seg.has("rename"):
        return True
    return any(token.kind == "quote" for token in seg.tokens) and (
        seg.has("instead", "change", "english", "ukrainian")
        or (seg.has("with_new") and bool(seg.names))
    )


def _names_renaming(seg: EditSegment) -> bool:
    """Whether a verb says that something is to be called otherwise."""
    return any(seg.tokens[cue.places[0]].text.startswith(_VERBS) for cue in seg.of("rename"))


_VERBS = (
    "rename",
    "call",
    "retitle",
    "relabel",
    "reword",
    "entitle",
    "перейменув",
    "назв",
    "зват",
    "зветь",
    "іменув",
)


def _new_text(seg: EditSegment) -> tuple[Text | None, tuple[int, ...]]:
    """The new text and the places of its words."""
    sides = _by_language(seg)
    if sides:
        return _sided(seg, sides), tuple(sides.values())
    quotes = [n for n, token in enumerate(seg.tokens) if token.kind == "quote"]
    if len(seg.quotes) == 1 or (not seg.quotes and len(quotes) == 2):
        place = (seg.quotes or quotes)[-1]
        return both(capital(seg.value(place))), (place,)
    if seg.quotes or (not seg.has("rename") and not seg.has("arrow") and not _arrow(seg)):
        return None, ()
    start = _start(seg)
    if not start:
        return None, ()
    text = capital(seg.raw(start, len(seg.tokens)))
    return (both(text), tuple(range(start, len(seg.tokens)))) if text else (None, ())


def _arrow(seg: EditSegment) -> bool:
    return any(token.text in {"→", "->", "=>", "-->"} for token in seg.tokens)


def _by_language(seg: EditSegment) -> dict[str, int]:
    """The quotations that belong to a language, by the word for it that stands before or behind."""
    sides = {
        language: place
        for place in seg.quotes
        for language, tag in (("uk", "ukrainian"), ("en", "english"))
        if any(cue.places[0] == place + 1 for cue in seg.of(tag))
    }
    if len(sides) == len(seg.quotes):
        return sides
    sides = dict[str, int]()
    for language, tag in (("uk", "ukrainian"), ("en", "english")):
        for cue in seg.of(tag):
            after = [
                place
                for place in seg.quotes
                if place > cue.places[-1] and place not in sides.values()
            ]
            if after and language not in sides:
                sides[language] = after[0]
    return sides if len(sides) == len(seg.quotes) else {}


def _sided(seg: EditSegment, sides: dict[str, int]) -> Text | None:
    """The text with only the languages changed that are named."""
    old = _old(seg)
    if old is None:
        return None
    texts = {language: capital(seg.value(place)) for language, place in sides.items()}
    return old.model_copy(update=texts)


def _old(seg: EditSegment) -> Text | None:
    if len(seg.fields) == 1:
        return seg.flow.asks[seg.fields[0]].label
    if len(seg.pages) == 1:
        return seg.flow.by_id[seg.pages[0]].title
    return seg.flow.name if not seg.names else None


def _start(seg: EditSegment) -> int:
    """Where an unquoted new text begins: after the words that announce it."""
    start = _announced(seg)
    while 0 < start < len(seg.tokens) and seg.tokens[start].text in _TO | _SKIPPED:
        start += 1
    if not 0 < start < len(seg.tokens):
        return 0
    rest = set(range(start, len(seg.tokens)))
    places = seg.places(*_OTHER_ASKS)
    has_more = bool(rest & places) or any(seg.tokens[n].kind == "quote" for n in rest)
    return 0 if has_more else start


# What an unquoted new text has no word for: it would be another instruction.
_OTHER_ASKS = (
    "page", "before", "after", "first", "last", "add", "remove", "option", "optional", "required",
    "uah", "mb", "chars", "hint", "days",
)  # fmt: skip


def _announced(seg: EditSegment) -> int:
    """The place behind a verb of naming, behind `to`, or behind a colon after `label`."""
    named = max((name.last for name in seg.names[:1]), default=0)
    cues = [cue for cue in seg.of("rename") if cue.places[0] >= named]
    later = [(n, token.text) for n, token in enumerate(seg.tokens) if n >= named]
    marks = [n for n, text in later if text in _TO]
    colons = [n for n, text in later if text == ":"]
    becomes = [cue.places[-1] for cue in seg.of("with_new") if cue.places[0] >= named]
    if cues and (named or colons):
        return cues[0].places[-1] + 1
    if marks:
        return marks[0] + 1
    announced = (colons or becomes) if seg.has("rename") else []
    return announced[0] + 1 if announced else 0


_SKIPPED = word_set("skipped")


def _target(seg: EditSegment, new: Text, used: Iterable[int]) -> Edit | None:
    names = [name for name in seg.names if name.first not in set(used)]
    if not names:
        # A page or a field that is meant is named: only the service may go without a name.
        return Rename(title=new) if _is_service(seg) else None
    if any(not _belongs(seg, names[0], other) for other in names[1:]):
        return None
    ids = names[0]
    fields, pages, options = ids.ids("field"), ids.ids("page"), ids.ids("option")
    if seg.has("page") and len(pages) == 1:
        return Rename(what=pages[0], title=new)
    if len(fields) == 1:
        return Rename(what=fields[0], title=new)
    if len(options) == 1 and not fields and not pages:
        return _option(seg, options[0], new)
    return Rename(what=pages[0], title=new) if len(pages) == 1 and not fields else None


def _belongs(seg: EditSegment, target: FlowName, other: FlowName) -> bool:
    """Whether another name only says where the target is: its field or its page, or itself."""
    homes = {name.partition(".")[0] for name in target.ids("option")}
    homes |= {home_of(seg.flow, name).id for name in target.ids("field")}
    near = set(other.ids("field")) | set(other.ids("page"))
    return bool(set(other.things) & set(target.things)) or bool(near & homes)


def _is_service(seg: EditSegment) -> bool:
    return (
        seg.has("service")
        and not seg.has("page")
        and not seg.has("field")
        and not seg.has("option")
    )


def _option(seg: EditSegment, name: str, new: Text) -> SetOptions:
    field, _, option = name.partition(".")
    options = tuple(
        known.model_copy(update={"label": new}) if known.id == option else known
        for known in seg.flow.asks[field].options
    )
    return SetOptions(field=field, options=options)


RENAME_RULES = (renamed,)
