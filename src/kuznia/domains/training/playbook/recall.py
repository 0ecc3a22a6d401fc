"""What was learnt about a person, put into their next order."""

from collections.abc import Iterable, Iterator

from kuznia.domains.training.cards import cards
from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.catalogue.matching import words_of
from kuznia.domains.training.playbook import Log
from kuznia.domains.training.schema.lesson import AvoidExercise, Lesson, Prefer
from kuznia.domains.training.schema.profile import PlanInput

# What a model is told of the context, at most; and the words a card must share to belong to it.
_MOST_TOLD = 6
_MOST_CARDS = 2
_SHARED = 2


def recall(order: PlanInput, log: tuple[str, ...], *, by_context: bool = False) -> PlanInput:
    """The order with the caller's open lessons, instead of whatever lessons it came with."""
    lessons = Log.read(log).playbook.open
    if by_context:
        lessons = ranked(lessons, _said(order))
    return order.model_copy(update={"lessons": lessons})


def ranked(lessons: Iterable[Lesson], said: str) -> tuple[Lesson, ...]:
    """Safety first, then what speaks of the same things, then as they were learnt."""
    words = frozenset(words_of(said))
    return tuple(sorted(lessons, key=lambda one: (not one.pinned, -_shares(one, words))))


def context(told: PlanInput) -> tuple[str, ...]:
    """Lessons that speak of what the person now asks for, and what we know about these things."""
    words = frozenset(words_of(_said(told)))
    near = [one for one in told.lessons if one.pinned or _shares(one, words)][:_MOST_TOLD]
    here = words.union(*(words_of(_text(one)) for one in near))
    return (*(one.text for one in near), *_known(here, told.profile.language))


def _known(words: frozenset[str], language: str) -> Iterator[str]:
    texts = [card.text_uk if language == "uk" else card.text for card in cards().values()]
    shared = {text: len(words & frozenset(words_of(text))) for text in texts}
    best = sorted(texts, key=lambda text: -shared[text])[:_MOST_CARDS]
    return (text for text in best if shared[text] >= _SHARED)


def _said(told: PlanInput) -> str:
    return f"{told.prompt} {told.profile.notes}"


def _shares(lesson: Lesson, words: frozenset[str]) -> int:
    return len(words & frozenset(words_of(_text(lesson))))


def _text(lesson: Lesson) -> str:
    """Its words, and the names of the exercises it is about in both languages."""
    ids = (one.exercise for one in lesson.effects if isinstance(one, Prefer | AvoidExercise))
    named = (catalogue()[name] for name in ids if name in catalogue())
    return " ".join((lesson.text, *(f"{one.name} {one.name_uk}" for one in named)))
