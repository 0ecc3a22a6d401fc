"""Whether words ask for something, or only tell of it: what was, and what is done."""

from kuznia.domains.training.language.tokens import Tag
from kuznia.domains.training.wishes.pieces import WishPiece

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
