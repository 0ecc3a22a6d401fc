"""The reader of wishes: a text as typed wishes, and what has to be asked before it is acted on.

Order and feedback are read alike. Scope comes first: a condition, a doubt, a question or a word
about somebody else is never acted on. Then each piece is read by the first reader that knows it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from kuznia.domains.training.language.tokens import Tag
from kuznia.domains.training.wishes import comparing, effort, exercises, facts, schedule
from kuznia.domains.training.wishes.carrying import WishReading, carried_on
from kuznia.domains.training.wishes.exercises import Read, doubt, is_bare, is_plain_no
from kuznia.domains.training.wishes.pieces import WishPiece, pieces
from kuznia.domains.training.wishes.typed import (
    Doubt,
    Doubtful,
    ReadWishes,
    TypedWish,
    agreed,
)


def _equipment(piece: WishPiece, _: Sequence[Tag]) -> Iterator[Read]:
    return facts.equipment(piece)


def _frequency(piece: WishPiece, _: Sequence[Tag]) -> Iterator[Read]:
    return schedule.frequency(piece)


_READERS: tuple[Callable[[WishPiece, Sequence[Tag]], Iterator[Read]], ...] = (
    lambda piece, _: exercises.whole_name(piece),
    lambda piece, _: facts.units(piece),
    lambda piece, _: facts.event(piece),
    lambda piece, _: facts.best(piece),
    lambda piece, _: facts.split(piece),
    lambda piece, _: schedule.long_day(piece),
    lambda piece, _: schedule.minutes(piece),
    lambda piece, _: schedule.days(piece),
    _frequency,
    _equipment,
    comparing.compared,
    lambda piece, _: effort.focus(piece),
    lambda piece, _: effort.volume(piece),
    effort.effort,
    exercises.about_things,
    lambda piece, _: exercises.unnamed(piece),
)
# A sentence of no more words may be about the thing before it: "Please remove."
_SHORT = 3
_TAKEN_OUT = frozenset({"avoid", "less_of", "less", "swap"})
_REQUESTS = frozenset({"add", "drop", "keep", "swap", "swap_in"})


def read_wishes(text: str) -> ReadWishes:
    """What a text wants, and what of it has to be asked back."""
    made = pieces(text)
    doubtful: dict[int, Doubt] = dict(_doubted(made))
    if any(piece.says("oops") or _is_slip(piece) for piece in made):
        # What is taken back in the same breath may be any of it.
        doubtful = {piece.sentence: "unsure" for piece in made}
    reading = WishReading()
    for piece in made:
        _read(piece, doubtful.get(piece.sentence), reading)
    return agreed(reading.wishes, reading.doubts, is_question=reading.is_question)


def _doubted(made: Sequence[WishPiece]) -> Iterator[tuple[int, Doubt]]:
    """Sentences that are not to be acted on, and why."""
    closed = {piece.sentence for piece in made if piece.days and piece.says("off", "drop")}
    for piece, after in zip(made, (*made[1:], None), strict=False):
        if after is not None and piece.is_question and _is_plain_answer(after):
            yield piece.sentence, "unsure"
        if any(_is_quoted(piece, tag) for tag in piece.cues):
            yield piece.sentence, "unsure"
        if piece.sentence in closed and _denies_days(piece):
            # "Monday off, not Tuesday".
            yield piece.sentence, "contradiction"
        if piece.says("if"):
            yield piece.sentence, "condition"
        elif piece.says("unsure", "past", "denied"):
            yield piece.sentence, "unsure"


_QUOTES = frozenset("\"'\u201c\u201d\u201e\u00ab\u00bb")


def _is_quoted(piece: WishPiece, cue: Tag) -> bool:
    """ "I 'love' burpees"."""
    before = piece.words[cue.first - 1].glue[-1:] if cue.first else ""
    return before in _QUOTES and bool(before) and piece.words[cue.last - 1].glue[:1] in _QUOTES


def _denies_days(piece: WishPiece) -> bool:
    only_not = {tag.name for tag in piece.cues} == {"not"}
    return bool(piece.days) and only_not and not piece.things and not piece.free


_SLIPS = frozenset({"sorry", "вибач", "вибачте", "пробач", "пробачте", "тобто"})


def _is_slip(piece: WishPiece) -> bool:
    """ "Drop lunges, sorry, squats": somebody sets right what they have just said."""
    words = [word.text for word in piece.words[piece.first : piece.last]]
    corrects = words[0] in _SLIPS and piece.first + 1 < len(piece.words)
    return piece.joint == "comma" and (corrects or words[:2] == ["i", "mean"])


def _is_plain_answer(piece: WishPiece) -> bool:
    """ "Remove squats? Never.": somebody answers their own question."""
    return bool(piece.cues) and not (piece.things or piece.days) and is_plain_no(piece)


def _read(piece: WishPiece, why: Doubt | None, reading: WishReading) -> None:
    if _is_question(piece):
        # "Squats? Love them": what is only named is spoken of next.
        bare = is_bare(piece)
        reading.things, reading.is_named_only = (piece.things if bare else ()), bare
        reading.is_question = reading.is_question or not bare
        return
    reading.is_other = _about_other(piece, reading)
    if reading.is_other or why is not None:
        if piece.things or piece.days or piece.cues:
            reading.doubts.append(doubt(piece, why or "somebody_else"))
            reading.things = piece.things or reading.things
        return
    _understand(piece, reading)


def _understand(piece: WishPiece, reading: WishReading) -> None:
    """Read a piece that may be acted on, and remember what the next one may go on from."""
    if piece.sentence != reading.sentence:
        reading.sentence, reading.heads, reading.days = piece.sentence, None, ()
    piece = _with_days(piece, reading.days)
    found = _of_goal(piece, list(_first(piece, reading)), reading)
    is_open = not _wishes(found) and not piece.things and (found or piece.cues or piece.free)
    if piece.joint == "but" and is_open:
        # "I dislike squats, but ..." and the rest is not understood: it may turn the first round.
        found = [*_retracted(piece, reading), *found]
    wishes = _wishes(found)
    # Days that all training is on have no time of their own.
    limits = (
        piece.all("minutes")
        or piece.says("except")
        or any(wish.do in {"days_only", "day_off"} for wish in wishes)
    )
    reading.days = () if limits else piece.all("weekday")
    if not found and not piece.things and piece.says("have", "gone"):
        reading.heads = "own" if piece.says("have") else "lack"
    reading.doubts += (part for part in found if isinstance(part, Doubtful))
    reading.wishes += wishes
    if wishes or piece.things:
        reading.last = wishes
    if piece.things:
        # What was doubtful of a thing is not made certain by a pronoun.
        doubted = found and not wishes
        reading.things = () if doubted else piece.things
        reading.is_named_only = is_bare(piece) and not found


def _of_goal(piece: WishPiece, parts: list[Read], reading: WishReading) -> list[Read]:
    """What was read, but a lift that is a goal, which is no best."""
    if piece.says("goal"):
        reading.goal = piece.sentence
    is_goal = reading.goal == piece.sentence
    is_best = any(wish.do == "best" for wish in _wishes(parts))
    return [doubt(piece, "incomplete")] if is_goal and is_best else parts


def _wishes(parts: Sequence[Read]) -> tuple[TypedWish, ...]:
    return tuple(part for part in parts if isinstance(part, TypedWish))


def _with_days(piece: WishPiece, days: tuple[Tag, ...]) -> WishPiece:
    """Minutes are those of the day that was just named: "Thursday is fine, 90 minutes"."""
    if not days or piece.days or not piece.all("minutes") or piece.free:
        return piece
    return replace(piece, items=(*days, *piece.items))


_WHY = frozenset({"why", "what", "what's", "how", "чому", "навіщо", "нащо", "чого", "шо", "що"})


def _is_question(piece: WishPiece) -> bool:
    """A question for information; a polite request only sounds like one."""
    begins = any(tag.name == "asks" and tag.first == piece.first for tag in piece.cues)
    opens = piece.joint in {"", "end"} and piece.words[piece.first].text in _WHY
    if opens and begins and not piece.says("polite", "if", "undo"):
        return True
    return piece.is_question and (begins or not _REQUESTS & {tag.name for tag in piece.cues})


def _about_other(piece: WishPiece, reading: WishReading) -> bool:
    if piece.says("other"):
        return True
    return reading.is_other and not piece.says("me") and piece.joint not in {"end", ""}


def _first(piece: WishPiece, reading: WishReading) -> Iterator[Read]:
    """What the first reader that knows the piece makes of it; an item of a list is as its head."""
    for reader in (_taken_back, _turned_round, carried_on):
        found = reader(piece, reading)
        if found is not None:
            yield from found
            return
    for reader in _READERS:
        found = list(reader(piece, reading.things if _goes_on(piece, reading) else ()))
        if found:
            yield from _covered(piece, found)
            if reader is _frequency and piece.all("kg"):
                # "Two sessions a week with one 16 kg kettlebell".
                yield from facts.equipment(piece)
            return
        if reader is _equipment:
            piece = _with_bench(piece)


# Wishes that an unread word may turn round.
_POLAR = frozenset(
    {"avoid", "prefer", "keep", "swap", "less_of", "more_of", "own", "lack", "day_off"}
    | {"days_only", "easier", "harder", "less", "more", "focus"}
)


def _covered(piece: WishPiece, parts: Sequence[Read]) -> Iterator[Read]:
    """What was read, or a doubt where a word of the piece was not: it might turn the wish round."""
    polar = any(wish.do in _POLAR and not wish.is_whole for wish in _wishes(parts))
    yield from (doubt(piece, "unsure"),) if polar and piece.free else parts


def _taken_back(piece: WishPiece, reading: WishReading) -> Iterator[Read] | None:
    """What is said to be as it was, and reasons, which ask for nothing."""
    if piece.says("undo"):
        return iter((doubt(piece, "unsure"),))
    if piece.says("undo_now"):
        return _undone(piece, reading)
    if piece.joint == "because":
        # A reason asks for nothing: where nothing else was said, it is asked what it is for.
        spoken = piece.things and piece.cues and not reading.wishes
        return iter((doubt(piece, "unsure"),) if spoken else ())
    if piece.all("weekref") and not piece.says("race"):
        # A wish for some weeks is none for all of them.
        return iter((doubt(piece, "incomplete"),))
    if piece.joint == "but" and piece.days and not piece.things and reading.things:
        # "I like squats, but not on Friday" closes no day.
        return iter((doubt(piece, "incomplete"),))
    return None


def _retracted(piece: WishPiece, reading: WishReading) -> Iterator[Read]:
    """What was said last, and this, as a question."""
    last, reading.last = reading.last, ()
    reading.wishes = [wish for wish in reading.wishes if wish not in last]
    return iter((doubt(piece, "contradiction"),))


_STILL = frozenset({"again", "more", "ever", "thanks", "більше", "знову", "дякую", "thank"})


def _is_taken_back(piece: WishPiece, last: Sequence[TypedWish]) -> bool:
    """ "I adore burpees... not", "Others drop squats. Not me", "rows are great, but not for me"."""
    if not last or piece.things or piece.days or piece.all("minutes", "count", "number"):
        return False
    words = {word.text for word in piece.words[piece.first : piece.last]}
    only_no = {tag.name for tag in piece.cues} - {"me", "polite", "it", "anymore"} == {"not"}
    only_no = only_no and len(piece.items) == len(piece.cues)
    alone = only_no and piece.cues[0].first == piece.first and not words & _STILL
    turned = piece.joint == "but" and piece.says("not", "hate") and not piece.says("it")
    return alone or (turned and all(wish.do in {"prefer", "avoid"} for wish in last))


def _turned_round(piece: WishPiece, reading: WishReading) -> Iterator[Read] | None:
    """What a piece turns round of what stands before it: both are asked, or it alone."""
    if _is_welcome(piece, reading.last) or _is_taken_back(piece, reading.last):
        return _retracted(piece, reading)
    denies = exercises.is_but_no(piece) and not piece.all("equipment")
    if denies and (not reading.last or any(wish.do in _TAKEN_OUT for wish in reading.last)):
        # "Remove lunges, but squats no" may well keep the squats.
        return iter((doubt(piece, "contradiction"),))
    return None


def _is_welcome(piece: WishPiece, last: Sequence[TypedWish]) -> bool:
    """Whether an effort is said to be as it should be: "too heavy, but I like it"."""
    efforts = bool(last) and all(wish.do in {"easier", "harder"} for wish in last)
    asks = piece.things or piece.days or piece.says("too_hard", "too_easy", "drop", "keep", "swap")
    if not efforts or asks or piece.joint in {"", "end"}:
        return False
    return piece.joint == "but" or piece.says("like", "fine")


def _goes_on(piece: WishPiece, reading: WishReading) -> bool:
    """Whether it may speak of what was named before it."""
    if is_plain_no(piece):
        # "Deadlifts: no", and not "Replace squats? No".
        return reading.is_named_only
    return (
        bool(piece.things) or piece.joint not in {"", "end"} or piece.says("it") or not piece.free
    )


def _undone(piece: WishPiece, reading: WishReading) -> Iterator[Read]:
    """What is to be as it was before."""
    if piece.says("not", "without", "stop", "cannot"):
        yield doubt(piece, "contradiction")
        return
    things = piece.things or (reading.things if piece.says("it") or not piece.free else ())
    if not things and (reading.doubts or piece.free):
        # What is to come back stands in words that were not understood.
        yield doubt(piece, "incomplete")
        return
    yield from (exercises.about(piece, "undo", tag) for tag in things or (None,))


def _with_bench(piece: WishPiece) -> WishPiece:
    """Where nobody speaks of owning one, a bench is a lift."""
    items = (
        replace(tag, kind="group", name="bench_press")
        if (tag.kind, tag.name) == ("equipment", "bench")
        else tag
        for tag in piece.items
    )
    return replace(piece, items=tuple(items))
