"""What is said of a thing: liked, avoided, kept or swapped, after every denial is counted.

Denials are resolved first, then one cue after another. What does not add up is a contradiction,
which is asked back: a wish is never guessed from two cues that disagree.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from kuznia.domains.training.language.tokens import Tag
from kuznia.domains.training.wishes.pieces import WishPiece

Stance = Literal["like", "hate", "add", "drop", "keep", "swap", "less", "more", "fine", "unclear"]

_NOT = frozenset({"not", "without", "cannot", "stop"})
# What a denial makes of a cue.
_DENIED: Mapping[str, Stance] = {
    "like": "hate",
    "hate": "fine",
    "add": "drop",
    "drop": "keep",
    "keep": "unclear",
    "swap": "keep",
    "less": "unclear",
    "more": "drop",
    "fine": "unclear",
}
# What two cues about one thing come to; pairs that are not here disagree.
_JOINED: Mapping[tuple[str, str], Stance] = {
    ("like", "add"): "add",
    ("like", "drop"): "drop",
    ("like", "keep"): "keep",
    ("like", "swap"): "swap",
    ("like", "more"): "more",
    ("like", "less"): "less",
    ("add", "like"): "add",
    ("add", "drop"): "drop",
    ("add", "keep"): "keep",
    ("add", "swap"): "swap",
    ("add", "less"): "less",
    ("add", "more"): "more",
    ("add", "fine"): "add",
    ("hate", "drop"): "drop",
    ("hate", "less"): "less",
    ("hate", "swap"): "swap",
    ("drop", "hate"): "drop",
    ("drop", "add"): "drop",
    ("keep", "like"): "keep",
    ("keep", "add"): "keep",
    ("keep", "fine"): "keep",
    ("swap", "hate"): "swap",
    ("less", "like"): "less",
    ("less", "add"): "less",
    ("less", "hate"): "less",
    ("more", "like"): "more",
    ("more", "add"): "more",
    ("fine", "keep"): "keep",
    ("like", "fine"): "like",
}


def stance(cues: Iterable[Tag], *, near: bool = True, bare: bool = True) -> Stance | None:
    """What these cues say of the thing beside them; `near` where they stand before it, and `bare`
    where a last denial that no cue follows is about the thing itself."""
    state: Stance | None = None
    denied: Tag | None = None
    without = was_denied = False
    for cue in cues:
        if cue.name in _NOT:
            # "не хочу ні плавати, ні бігати" denies once, however often it says so.
            if _undoes(cue, denied) or (was_denied and cue.name in _TURNING):
                without = True
            denied = cue
        elif cue.name in _DENIED:
            value = _denied(cue, denied) if denied is not None else _PLAIN[cue.name]
            was_denied = was_denied or denied is not None
            denied = None
            state = value if state is None else _join(state, value, near)
    if without:
        return "unclear"
    if denied is None or (was_denied and denied.name == "not"):
        return state
    return _bare(state, denied) if bare else "unclear"


def _denied(cue: Tag, denial: Tag) -> Stance:
    # "I can't do a single pull-up" may be a complaint or a goal.
    return "unclear" if (denial.name, cue.name) == ("cannot", "add") else _DENIED[cue.name]


# Behind another denial these turn its sense: "don't stop", "not without".
_TURNING = frozenset({"without", "stop"})


def _undoes(cue: Tag, denied: Tag | None) -> bool:
    names = {cue.name, denied.name} if denied is not None else set[str]()
    return len(names) > 1 and bool(names & _TURNING)


def _bare(state: Stance | None, denied: Tag) -> Stance:
    """A denial that is followed by no cue denies the thing itself."""
    if state == "hate" and denied.name == "without":
        # "Boring without squats".
        return "unclear"
    if state in {None, "drop", "hate", "add"}:
        return "drop"
    return "hate" if state == "like" and denied.name != "without" else "unclear"


_PLAIN: Mapping[str, Stance] = {
    "like": "like",
    "hate": "hate",
    "add": "add",
    "drop": "drop",
    "keep": "keep",
    "swap": "swap",
    "less": "less",
    "more": "more",
    "fine": "fine",
}


def _join(state: Stance, value: Stance, near: bool) -> Stance:
    if state == value:
        return state
    # "I'd hate to lose squats": before its thing, a request that is hated is none to carry out.
    if near and state == "hate":
        return "keep" if value == "drop" else "unclear"
    return _JOINED.get((state, value), "unclear")


SAID = frozenset(
    {
        "like",
        "hate",
        "add",
        "drop",
        "keep",
        "not",
        "without",
        "cannot",
        "stop",
        "less",
        "more",
        "fine",
    }
)
_PAST = ("ed", "ing", "ли", "ла", "ло")
_OWN_DOING = frozenset(
    {
        "but",
        "and",
        "so",
        "because",
        "i",
        "i'll",
        "ill",
        "only",
        "just",
        "always",
        "will",
        "still",
        "can",
    }
)


def is_told(piece: WishPiece) -> bool:
    """Whether it only tells of something, or compares it with what nothing was read from: "you
    removed squats", "removing squats would hurt", "rather than do burpees"."""
    if piece.says("rather", "worse") and len(piece.things) < 2:
        return True
    requests = [cue for cue in piece.cues if cue.name in {"drop", "add", "swap", "keep"}]
    told = [cue for cue in requests if _is_past(piece, cue)]
    asks = piece.says("polite", "not", "stop", "without") or len(told) < len(requests)
    if told and not asks:
        return True
    return any(is_own_doing(piece, cue) for cue in requests)


def is_own_doing(piece: WishPiece, cue: Tag) -> bool:
    """ "I (only) do squats": what somebody does is no request."""
    if piece.words[cue.last - 1].text not in {"do", "use"}:
        return False
    before = [word.text for word in piece.words[max(piece.first, cue.first - 2) : cue.first]]
    return bool({"i", "i'll", "ill"} & set(before)) and set(before) <= _OWN_DOING


def _is_past(piece: WishPiece, cue: Tag) -> bool:
    """A past tense, a gerund or a state, which tells and does not ask: "squats are gone"."""
    first, last = piece.words[cue.first].text, piece.words[cue.last - 1].text
    told = first.endswith(_PAST) or first in {"gave", "made", "took", "kept"} or last == "gone"
    return told and first not in {"need", "bring"}
