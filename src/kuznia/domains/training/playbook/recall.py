"""What was learnt about a person, put into their next order."""

from collections.abc import Iterable, Iterator

from kuznia.domains.training.cards import cards
from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.catalogue.matching import words_of
from kuznia.domains.training.playbook.log import LessonLog
from kuznia.domains.training.schema.lesson import AvoidExercise, Lesson, Prefer
from kuznia.domains.training.schema.profile import PlanInput

# Lessons and cards in the context a model gets, and the words a card must share to be in it.
_MAX_LESSONS = 6
_MAX_CARDS = 2
_MIN_SHARED = 2


def recall(order: PlanInput, log: tuple[str, ...], *, by_context: bool = False) -> PlanInput:
    """The order with the caller's open lessons, instead of whatever lessons it came with."""
    lessons = LessonLog.read(log).playbook.open
    if by_context:
        lessons = ranked(lessons, _prompt_of(order))
    return order.model_copy(update={"lessons": lessons})


def ranked(lessons: Iterable[Lesson], text: str) -> tuple[Lesson, ...]:
    """Safety first, then what speaks of the same things, then as they were learnt."""
    words = frozenset(words_of(text))
    return tuple(sorted(lessons, key=lambda lesson: (not lesson.pinned, -_shares(lesson, words))))


def context(order: PlanInput) -> tuple[str, ...]:
    """Lessons about what the person asks for now, and cards about the same things."""
    words = frozenset(words_of(_prompt_of(order)))
    near = [lesson for lesson in order.lessons if lesson.pinned or _shares(lesson, words)]
    near = near[:_MAX_LESSONS]
    subject = words.union(*(words_of(_text(lesson)) for lesson in near))
    return (*(lesson.text for lesson in near), *_known(subject, order.profile.language))


def _known(words: frozenset[str], language: str) -> Iterator[str]:
    texts = [card.text_uk if language == "uk" else card.text for card in cards().values()]
    shared = {text: len(words & frozenset(words_of(text))) for text in texts}
    best = sorted(texts, key=lambda text: -shared[text])[:_MAX_CARDS]
    return (text for text in best if shared[text] >= _MIN_SHARED)


def _prompt_of(order: PlanInput) -> str:
    return f"{order.prompt} {order.profile.notes}"


def _shares(lesson: Lesson, words: frozenset[str]) -> int:
    return len(words & frozenset(words_of(_text(lesson))))


def _text(lesson: Lesson) -> str:
    """Its words, and the names of the exercises it is about in both languages."""
    ids = (e.exercise for e in lesson.effects if isinstance(e, Prefer | AvoidExercise))
    named = (catalogue()[name] for name in ids if name in catalogue())
    return " ".join((lesson.text, *(f"{exercise.name} {exercise.name_uk}" for exercise in named)))
