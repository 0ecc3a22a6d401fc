"""Instructions that split a page in two, or join pages to one."""

from kuznia.domains.flows.edits.operations import JoinPages, SplitPage
from kuznia.domains.flows.edits.rules.places import MOVE_RULES, MOVE_TAGS
from kuznia.domains.flows.edits.words.segment import EditReading, EditSegment, home_of
from kuznia.domains.flows.edits.words.texts import both, capital
from kuznia.domains.flows.schema import FlowStep

_SPLIT = (*MOVE_TAGS, "split", "heading", "rename", "after", "add", "step", "option")


def split(seg: EditSegment) -> EditReading | None:
    if not seg.has("split", "apart") or len(seg.quotes) > 1 or seg.has("if", "remove", "join_only"):
        return None
    if not seg.explained(
        _SPLIT, *seg.quotes, *(p for n in seg.numbers for p in range(n.first, n.last))
    ):
        return None
    fields = seg.fields
    page = _split_page(seg, fields)
    if page is None or not seg.has("page", "split"):
        return None
    apart = _apart(seg, page, fields)
    if not apart:
        return None
    title = both(capital(seg.value(seg.quotes[0]))) if seg.quotes else None
    return EditReading((SplitPage(step=page.id, fields=apart, title=title),), (page.id,))


def _split_page(seg: EditSegment, fields: tuple[str, ...]) -> FlowStep | None:
    """The page that is named, or the one that asks the fields."""
    if len(seg.pages) == 1 and any(not name.ids("field") for name in seg.names):
        return seg.flow.by_id[seg.pages[0]]
    homes = {home_of(seg.flow, name).id for name in fields}
    return seg.flow.by_id[homes.pop()] if len(homes) == 1 else None


def _apart(seg: EditSegment, page: FlowStep, fields: tuple[str, ...]) -> tuple[str, ...]:
    """The fields of the second page."""
    mine = [
        name for name in seg.names if len(name.ids("field")) == 1 and name.ids("field")[0] in fields
    ]
    if not fields or any(all(f.id != name for f in page.fields) for name in fields):
        return ()
    if seg.has("halves") and len(fields) < len(page.fields):
        return ()
    if len(fields) == len(page.fields) == len(mine) == 2 and seg.has("apart", "split"):
        return mine[1].ids("field")
    if len(fields) == len(page.fields) or seg.has("keep"):
        gaps = [n for n in range(1, len(mine)) if _parts(seg, mine[n - 1].last, mine[n].first)]
        if len(gaps) != 1:
            return ()
        return tuple(name.ids("field")[0] for name in mine[gaps[0] :])
    return fields if len(fields) < len(page.fields) else ()


def _parts(seg: EditSegment, start: int, end: int) -> bool:
    """Whether the words between two names tell them apart."""
    between = {token.text for token in seg.tokens[start:end]}
    apart = any(start <= place < end for place in seg.places("apart", "page", "keep"))
    return apart or bool(between & {",", ";", "—", "–", "а"} and not between & {"та", "і", "й"})


def joined(seg: EditSegment) -> EditReading | None:
    pages = _pages(seg)
    if (
        not seg.has("join")
        or len(pages) < 2
        or len(seg.quotes) > 1
        or seg.has("not", "if", "remove")
    ):
        return None
    if not seg.explained(
        (
            "join",
            "page",
            "heading",
            "rename",
            "with_new",
            "change",
            "move",
            "keep",
            "request",
            "fields",
            "at_most",
        ),
        *seg.quotes,
    ):
        return None
    title = both(capital(seg.value(seg.quotes[0]))) if seg.quotes else None
    return EditReading((JoinPages(steps=pages, title=title),), pages)


def _pages(seg: EditSegment) -> tuple[str, ...]:
    pages = [name.ids("page")[0] for name in seg.names if len(name.ids("page")) == 1]
    return tuple(dict.fromkeys(pages)) if len(pages) == len(seg.names) else ()


PLACE_RULES = (joined, split, *MOVE_RULES)
