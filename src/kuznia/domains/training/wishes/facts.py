"""What a person has, has done, and plans to do: equipment, best lifts, races, units."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.language.named import exercises_of
from kuznia.domains.training.language.tokens import Tag
from kuznia.domains.training.wishes.exercises import Read, about, doubt
from kuznia.domains.training.wishes.pieces import WishPiece
from kuznia.domains.training.wishes.typed import Doubt, TypedWish

# A best is at least this heavy; lighter weights are those of one's dumbbells.
_MAX_REPS = 12
_EVENTS = ((5, "5k"), (10, "10k"), (21.1, "half"), (42.2, "marathon"))
_IMPLEMENTS = frozenset({"dumbbells", "kettlebell", "barbell", "sandbag", "medicine_ball"})
# Kinds of equipment that are as good as exercises: liked and hated, seldom owned.
_CARDIO = frozenset({"rower", "treadmill", "bike_machine", "jump_rope"})


def equipment(piece: WishPiece) -> Iterator[Read]:
    """What there is to train with, and what there is not."""
    items = [tag for tag in piece.all("equipment") if tag.name != "bodyweight"]
    bare = [tag for tag in piece.all("equipment") if tag.name == "bodyweight"]
    if bare and not items and not piece.says("hate", "drop", "not"):
        start, end = piece.span
        yield replace(about(piece, "lack"), name="all", start=start, end=end)
        return
    named = piece.all("group", "exercise")
    if named and piece.says("gone") and not piece.says("not", "without", "stop"):
        # A machine that is not there is an exercise that cannot be done.
        gone = (about(piece, "avoid", tag) for tag in named)
        yield from (doubt(piece, "unsure"),) if piece.free else gone
        return
    if not items or (named and not piece.says("have", "gone")):
        return
    yield from _items(piece, items)


def _items(piece: WishPiece, items: Sequence[Tag]) -> Iterator[Read]:
    owned = _owned(piece, items)
    if owned is None:
        return
    if piece.says("except"):
        yield from _excepted(piece, items, owned)
        return
    if isinstance(owned, str):
        yield doubt(piece, owned)
        return
    for tag in items:
        wish = about(piece, "own" if owned else "lack", tag)
        wish = weighed(piece, tag, wish) if owned else wish
        yield replace(wish, only=piece.says("only"))


def weighed(piece: WishPiece, tag: Tag, wish: TypedWish) -> TypedWish:
    """What a piece says of the weights of a thing that is owned: each, the heaviest, the plates."""
    heaviest = weight(piece, tag)
    if heaviest is None:
        return wish
    if tag.name == "barbell" and piece.says("plates"):
        return replace(wish, amount=heaviest, name="plates")
    kilos = [number for number in piece.all("kg") if number.high == heaviest]
    bounds = [bound.last for bound in piece.all("at_most")]
    is_range = any(number.low < number.high for number in kilos)
    near = any(0 <= number.first - last <= 1 for number in kilos for last in bounds)
    if tag.name == "barbell" or is_range or near or piece.says("up_to"):
        return replace(wish, amount=heaviest, name="up_to")
    return replace(wish, amount=heaviest, sizes=_sizes(piece, heaviest))


def _sizes(piece: WishPiece, heaviest: float) -> tuple[float, ...]:
    """ "Kettlebells of 12 and 16 kg": all of them, where they are of one thing."""
    if len(piece.all("equipment")) > 1:
        return (heaviest,)
    kilos = [number for number in piece.all("kg") if number.high >= 1]
    # "12 and 16 kg": the unit stands once.
    listed = [
        number
        for number in piece.all("number")
        if kilos and number.last == kilos[0].first - 1 and piece.words[number.last].text in _LISTED
    ]
    return tuple(sorted({number.high for number in (*kilos, *listed)}))


_LISTED = frozenset({"and", "і", "й", "та"})


def _excepted(piece: WishPiece, items: Sequence[Tag], owned: bool | Doubt) -> Iterator[Read]:
    """ "I have everything except a barbell", and "nothing except dumbbells"."""
    mark = piece.cued("except")[0]
    if owned is not True or any(tag.first < mark.last for tag in items) or piece.says("else"):
        yield doubt(piece, "incomplete")
    elif piece.says("any_day"):
        yield from (about(piece, "lack", tag) for tag in items)
    else:
        yield doubt(piece, "contradiction")


def _owned(piece: WishPiece, items: Sequence[Tag]) -> bool | Doubt | None:
    """Whether these are there; a doubt says why it cannot be told, None that nobody says."""
    if piece.says("only") and (
        piece.says("not") or (piece.says("gone") and not piece.says("have"))
    ):
        return "contradiction"
    denied, gone, have = _says_no(piece), piece.says("gone"), piece.says("have")
    if gone:
        return "contradiction" if denied else False
    if piece.says("not", "cannot", "stop") and (have or piece.all("kg")):
        # "I don't have access to a barbell"; "my bench is not 100 kg" says nothing of a bench.
        return False if have else "incomplete"
    if denied:
        others = piece.says("like", "hate", "drop", "add", "keep", "swap", "fine")
        return None if others else False
    if piece.says("hate", "drop", "swap", "like", "keep") and not have:
        return None
    weighed = bool(piece.all("kg", "at_most")) and not piece.says("too_hard", "too_easy")
    if piece.says("only") and not have and piece.free:
        return None
    if have or weighed or (piece.says("only") and not _CARDIO & {tag.name for tag in items}):
        return True
    return None


_NO = frozenset({"no", "zero", "without", "w/o", "без", "жодної", "жодного", "жодних", "ніяких"})


def _says_no(piece: WishPiece) -> bool:
    """ "No barbell", and not "don't like the barbell"."""
    return any(piece.words[tag.first].text in _NO for tag in piece.cued("not", "without"))


def weight(piece: WishPiece, tag: Tag) -> float | None:
    """The weight that stands nearest to a piece of equipment that has one."""
    if tag.name not in _IMPLEMENTS:
        return None
    # A number before it counts pieces, unless it has a unit: "two dumbbells of 5".
    behind = [number for number in piece.all("number") if number.first >= tag.last]
    weights = list(piece.all("kg")) or behind
    nearest = min(weights, key=lambda weight: abs(weight.first - tag.first), default=None)
    return None if nearest is None else nearest.high


_NO_BEST = (
    *("goal", "add", "not", "have", "without", "less", "more"),
    *("too_hard", "too_easy", "drop", "hate"),
)
_LOADED = frozenset({"barbell", "db", "machine", "cable"})


_BENCHES = frozenset({("group", "lying"), ("equipment", "bench")})


def _is_lift(tag: Tag) -> bool:
    return tag.kind in {"group", "exercise"} or (tag.kind, tag.name) in _BENCHES


def _lift(tag: Tag) -> Tag:
    """ "Лежачи 95" is a bench press, and so is "my bench is 90 kg"."""
    lying = (tag.kind, tag.name) in _BENCHES
    return replace(tag, kind="group", name="bench_press") if lying else tag


def _is_loaded(tag: Tag) -> bool:
    """Whether it is a lift with a load: thirty push-ups are no weight."""
    ids = exercises_of(tag).core
    return any(catalogue()[name].load_type in _LOADED for name in ids if name in catalogue())


def best(piece: WishPiece) -> Iterator[Read]:
    """A best lift, with its repetitions."""
    lifts = tuple(_lift(tag) for tag in piece.things if _is_lift(tag))
    weights = piece.all("kg")
    if not lifts or piece.says(*_NO_BEST):
        return
    if not weights and all(_is_loaded(tag) for tag in lifts):
        weights = tuple(tag for tag in piece.all("number") if tag.high >= 30)
    if len(weights) != 1 or len(lifts) != 1:
        if weights:
            yield doubt(piece, "incomplete")
        return
    reps = [
        int(tag.high)
        for tag in piece.all("number", "reps", "count")
        if tag != weights[0] and tag.first > weights[0].first and 1 <= tag.high <= _MAX_REPS
    ]
    yield replace(about(piece, "best", lifts[0]), amount=weights[0].high, reps=(reps or [1])[0])


def event(piece: WishPiece) -> Iterator[Read]:
    """A race with its date."""
    dates, distances = piece.all("date"), piece.all("km")
    several = piece.all("multisport")
    if several and not piece.says("not", "cannot", "drop", "without", "stop", "past"):
        # One sport is planned: what becomes of the others is said in the plan.
        yield replace(about(piece, "event"), name=several[0].name)
        return
    if not (piece.says("race") or (dates and distances)):
        return
    weeks = piece.all("weeks")
    if piece.says("not", "cannot", "drop", "without", "stop") or not (dates or distances or weeks):
        yield doubt(piece, "incomplete")
        return
    day = dates[0].numbers if dates else ()
    date = (day[0], day[1], day[2]) if len(day) == 3 else None
    left = weeks[0].high if weeks and not dates else None
    yield replace(about(piece, "event"), date=date, name=_event_name(distances), amount=left)


def _event_name(distances: Sequence[Tag]) -> str:
    for tag in distances:
        for size, name in _EVENTS:
            if abs(tag.high - size) < 0.3:
                return name
    return ""


def units(piece: WishPiece) -> Iterator[Read]:
    """Units and language."""
    if piece.says("not", "without", "stop"):
        return
    for kind, name in (("language_en", "en"), ("language_uk", "uk")):
        if piece.all(kind):
            yield replace(about(piece, "language"), name=name)
    if piece.says("show", "polite", "add") and not piece.all("exercise", "group", "sport"):
        for cue, name in (("imperial", "lb"), ("metric", "kg")):
            if piece.says(cue):
                yield replace(about(piece, "units"), name=name)


def split(piece: WishPiece) -> Iterator[Read]:
    """How the week is split: "push, pull, legs"."""
    splits = piece.all("split")
    if not splits:
        return
    if piece.says("not", "without", "stop", "drop", "hate", "cannot"):
        yield doubt(piece, "contradiction")
    else:
        yield replace(about(piece, "split"), name=splits[0].name)
