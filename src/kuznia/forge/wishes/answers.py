"""Answers to open wishes, put into the prompt beside the words they explain."""

from collections.abc import Mapping, Sequence
from typing import Any


class AnswersNothing(Exception):
    """An answer to a wish that is not there, or not open; the message says which."""


# Any: wishes as the JSON of an artefact has them.
def with_answers(
    prompt: str, wishes: Sequence[Mapping[str, Any]], answers: Mapping[int, str]
) -> str:
    """The prompt with each answer in brackets after its clause."""
    open_ = {
        number: wish
        for number, wish in enumerate(wishes, 1)
        if wish["outcome"] not in {"met", "not_asked"}
    }
    for number in sorted(answers, reverse=True):
        if number not in open_:
            known = ", ".join(map(str, open_)) or "none"
            raise AnswersNothing(f"Wish {number} is not open; open are {known}.")
        wish = open_[number]
        prompt = f"{prompt[: wish['end']]} ({answers[number]}){prompt[wish['end'] :]}"
    return prompt
