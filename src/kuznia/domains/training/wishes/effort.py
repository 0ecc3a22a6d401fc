"""What is wanted of the effort: easier or harder, more sets or fewer, of one lift or of all."""

from collections.abc import Iterator, Sequence

from kuznia.domains.training.language.tokens import Tag
from kuznia.domains.training.wishes.exercises import Read, about, doubt
from kuznia.domains.training.wishes.pieces import WishPiece
from kuznia.domains.training.wishes.stance import is_told
from kuznia.domains.training.wishes.typed import Do


def effort(piece: WishPiece, before: Sequence[Tag]) -> Iterator[Read]:
    """Easier or harder, of what was just named where it names nothing; what is both is asked."""
    hard, easy = _cues(piece)
    if not (hard or easy):
        return
    if piece.says("rather") or _is_complaint(piece, [*hard, *easy]):
        # "Harder than I thought": what it was like, and not what it is to be.
        yield doubt(piece, "unsure")
        return
    turned = bool(easy) and piece.says("less", "drop", "hate", "too_long")
    if (
        turned
        or (hard and easy)
        or piece.says("not", "without", "stop", "cannot")
        or _NOTHING & {word.text for word in piece.words[piece.first : piece.last]}
    ):
        yield doubt(piece, "contradiction")
        return
    do: Do = "easier" if hard else "harder"
    things = [tag for tag in piece.things if tag.kind not in {"muscle", "equipment"}]
    if not things and piece.all("number", "count"):
        yield doubt(piece, "incomplete")
        return
    if piece.all("equipment"):
        # "The weights jump too fast" is about no jump.
        things = []
    elif not things:
        things = [tag for tag in before if tag.kind not in {"muscle", "equipment"}]
    if things:
        yield from (about(piece, do, tag) for tag in things)
    else:
        yield about(piece, do)


_COMPARED = frozenset(
    [
        "harder",
        "heavier",
        "tougher",
        "easier",
        "lighter",
        "важче",
        "легше",
        "тяжче",
        "складніше",
        "простіше",
    ]
)
_BEING = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "it's",
        "they're",
        "got",
        "gets",
        "getting",
        "feels",
        "felt",
        "feel",
        "became",
        "become",
        "seems",
        "seem",
        "went",
        "стало",
        "стали",
        "стає",
        "було",
        "були",
        "дається",
        "йде",
        "йдуть",
    ]
)


def _is_complaint(piece: WishPiece, cues: Sequence[Tag]) -> bool:
    """ "Squats got heavier": what something has become, and not what it is to be."""
    words = {word.text for word in piece.words[piece.first : piece.last]}
    alone = [cue for cue in cues if cue.last - cue.first == 1]
    compared = any(piece.words[cue.first].text in _COMPARED for cue in alone)
    return compared and bool(words & _BEING) and not piece.says("polite", "add")


_NOTHING = frozenset({"nothing", "ніщо", "нічого"})


def _cues(piece: WishPiece) -> tuple[list[Tag], list[Tag]]:
    """The cues for too hard and for too easy; less weight is easier."""
    weight = piece.says("weight")
    hard = [*piece.cued("too_hard"), *(piece.cued("less") if weight else ())]
    return hard, [*piece.cued("too_easy"), *(piece.cued("more", "add") if weight else ())]


def volume(piece: WishPiece) -> Iterator[Read]:
    """More sets or fewer."""
    if not piece.says("volume"):
        return
    if is_told(piece):
        yield doubt(piece, "unsure")
        return
    more, less = piece.says("more", "add"), piece.says("less", "drop")
    if more == less:
        if more:
            yield doubt(piece, "contradiction")
        return
    if piece.says("not", "without", "stop", "cannot"):
        yield doubt(piece, "contradiction")
        return
    do: Do = "more" if more else "less"
    things = list(piece.things)
    if things:
        yield from (about(piece, do, tag) for tag in things)
    else:
        yield about(piece, do)


def focus(piece: WishPiece) -> Iterator[Read]:
    """Muscles that are to get more of the work."""
    muscles = piece.all("muscle")
    if not muscles or not piece.says("focus"):
        return
    if piece.says("not", "without", "stop", "less", "drop", "hate"):
        denied = piece.says("not", "without", "stop") and not piece.says("less", "drop", "hate")
        if denied or not piece.says("not", "without", "stop"):
            yield from (about(piece, "less_of", tag) for tag in muscles)
        else:
            yield doubt(piece, "contradiction")
        return
    yield from (about(piece, "focus", tag) for tag in muscles)
