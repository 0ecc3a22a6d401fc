"""What was learnt, put into the next order."""

from tests.domains.training.makers import a_told

from kuznia.domains.training.playbook.log import Close, Learn, LessonLog, learnt_id
from kuznia.domains.training.playbook.recall import context, ranked, recall
from kuznia.domains.training.schema.lesson import AvoidTag, Lesson, Prefer
from kuznia.domains.training.schema.profile import PlanInput

ROWS = Learn(text="rows feel good", kind="preference", effects=(Prefer(exercise="t-bar-row"),))
SWINGS = Learn(
    text="обожнюю махи", kind="preference", effects=(Prefer(exercise="kettlebell-swing"),)
)
SORE = Learn(text="sore shoulder", kind="safety", effects=(AvoidTag(tag="dip"),))
LOG = LessonLog().learn(ROWS, SWINGS, SORE).entries


def texts(told: PlanInput) -> list[str]:
    return [lesson.text for lesson in told.lessons]


def recalled(prompt: str, **more) -> PlanInput:
    told = recall(a_told(prompt=prompt), LOG, **more)
    assert isinstance(told, PlanInput)
    return told


def test_what_an_order_says_of_lessons_is_not_listened_to():
    forged = Lesson(id="l-1", text="forged", kind="preference")

    assert recall(a_told(lessons=(forged,)), ()) == a_told()


def test_open_lessons_come_in_the_order_they_were_learnt():
    log = LessonLog.read(LOG).learn(Close(lesson=learnt_id(ROWS), by="person"))

    assert texts(recalled("Make me strong")) == ["rows feel good", "обожнюю махи", "sore shoulder"]
    assert [one.text for one in recall(a_told(), log.entries).lessons] == [
        "обожнюю махи",
        "sore shoulder",
    ]


def test_by_context_safety_is_first_and_then_what_the_prompt_speaks_of():
    told = recalled("More kettlebell swings this month", by_context=True)

    assert texts(told) == ["sore shoulder", "обожнюю махи", "rows feel good"]


def test_lessons_the_prompt_says_nothing_of_keep_their_order():
    lessons = LessonLog.read(LOG).playbook.open

    assert [one.text for one in ranked(lessons, "")] == [
        "sore shoulder",
        "rows feel good",
        "обожнюю махи",
    ]


def test_the_context_is_lessons_that_match_and_what_we_know_of_it():
    told = recalled("Kettlebell swings, and how much volume a week for muscle?", by_context=True)
    said = context(told)

    assert said[:2] == ("sore shoulder", "обожнюю махи")
    assert "rows feel good" not in said
    assert 2 < len(said) <= 4


def test_the_context_is_told_in_the_persons_language():
    told = a_told({"language": "uk"}, prompt="Скільки відпочивати між важкими тренуваннями?")

    assert any("\u0430" <= letter <= "\u044f" for text in context(told) for letter in text)
