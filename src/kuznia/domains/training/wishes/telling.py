"""Whether words ask for something, or only tell of it: what was, what is done, what is vague."""

from collections.abc import Sequence

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
MAX_UNREAD = 2
# Words that ask for something only where little else is said.
_WEAK = frozenset({"do", "use", "put", "need", "give", "bring", "треба", "ще", "давай", "get"})
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


def is_vague(piece: WishPiece, things: Sequence[Tag]) -> bool:
    """Whether so much is said beside the cues that they may mean something else: "every time I see
    lunges I want to cry"; and whether a request behind the thing is for something unread."""
    if piece.free >= MAX_UNREAD and SAID & {cue.name for cue in piece.cues}:
        return True
    asked = [cue for cue in piece.cues if cue.name in SAID]
    behind = [cue for cue in asked if cue.name == "add" and cue.first >= things[-1].last]
    if behind and len(behind) == len(asked) and list(piece.unread(behind[-1].last, piece.last)):
        return True
    if piece.free and piece.says("not", "without", "cannot", "stop", "keep"):
        return True
    # "Unhappy without squats", "the plan without squats is useless".
    if piece.says("without") and piece.free:
        return True
    # "Without squats a day is no day".
    denials = piece.cued("without", "not", "cannot", "stop")
    return any(tag.last <= things[0].first for tag in denials[:1]) and any(
        tag.first >= things[-1].last and tag.last < piece.last and denials[0].name == "without"
        for tag in denials[1:]
    )


def is_told(piece: WishPiece) -> bool:
    """Whether it only tells of something, or compares it with what nothing was read from: "you
    removed squats", "removing squats would hurt", "rather than do burpees"."""
    if piece.says("rather", "worse") and len(piece.things) < 2:
        return True
    requests = [cue for cue in piece.cues if cue.name in {"drop", "add", "swap", "keep"}]
    told = [cue for cue in requests if _is_past(piece.words[cue.first].text)]
    asks = piece.says("polite", "not", "stop", "without") or len(told) < len(requests)
    if told and not asks:
        return True
    if any(is_own_doing(piece, cue) for cue in requests):
        return True
    weak = requests and all(piece.words[cue.last - 1].text in _WEAK for cue in requests)
    feels = piece.says("like", "hate", "more", "less", "polite", "not", "without", "cannot", "stop")
    return bool(weak) and not feels and piece.free >= MAX_UNREAD


def is_own_doing(piece: WishPiece, cue: Tag) -> bool:
    """ "I (only) do squats": what somebody does is no request."""
    if piece.words[cue.last - 1].text not in {"do", "use"}:
        return False
    before = [word.text for word in piece.words[max(piece.first, cue.first - 2) : cue.first]]
    return bool({"i", "i'll", "ill"} & set(before)) and set(before) <= _OWN_DOING


def _is_past(word: str) -> bool:
    """A past tense or a gerund, which tells and does not ask."""
    told = word.endswith(_PAST) or word in {"gave", "made", "took", "kept"}
    return told and word not in {"need", "bring"}
