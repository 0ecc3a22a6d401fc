"""What the reader of wishes did not act on, because it could be meant in two ways: it is asked."""

from collections.abc import Sequence
from dataclasses import replace

from kuznia.domains.training.schema.profile import Language, PlanInput
from kuznia.domains.training.wishes.order import read_order_wishes
from kuznia.domains.training.wishes.typed import Doubt
from kuznia.domains.training.wishes.wording import question_for
from kuznia.forge.terms import Wish

# Other doubts are words that the account may well know.
_ASKED: frozenset[Doubt] = frozenset({"condition", "contradiction"})


def with_questions(order: PlanInput, answered: Sequence[Wish], language: Language) -> list[Wish]:
    """The answers, what nobody understood with the question that the reader has about it."""
    read = read_order_wishes(order.prompt, order.profile.notes)
    doubts = [doubt for doubt in read.doubts if doubt.why in _ASKED]
    questions: list[Wish] = []
    for wish in answered:
        mine: list[Doubt] = [doubt.why for doubt in doubts if wish.start <= doubt.start < wish.end]
        is_open = bool(mine) and wish.outcome == "not_understood"
        why = question_for(mine[0], language) if is_open else ""
        questions.append(replace(wish, outcome="unclear", why=why) if is_open else wish)
    return questions
