"""Wishes in words: what was understood, why it cannot be, and what is asked."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.language.named import names_of
from kuznia.domains.training.wishes.typed import Doubt, Thing, TypedWish
from kuznia.platform.data_files import read_toml

Language = Literal["en", "uk"]


@cache
def _texts() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return read_toml(__file__, "wording.toml")


def echo(wish: TypedWish, language: Language) -> str:
    """What was understood."""
    name = f"{wish.do}_{'both' if wish.other else 'thing' if wish.thing else 'all'}"
    rows = _texts()["echo"]
    row = rows.get(name) or rows[wish.do]
    text = row[language].format(
        thing=thing_name(wish.thing, language),
        other=thing_name(wish.other, language),
        days=days_named(wish, language),
        amount=f"{wish.amount:g}" if wish.amount is not None else "",
        reps=wish.reps,
    )
    return f"{text} {_texts()['scope']['once'][language]}" if wish.once else text


def refusal(name: str, wish: TypedWish, language: Language) -> str:
    """Why a wish that was understood cannot be done."""
    return f"{echo(wish, language)} {_texts()['refusals'][name][language]}"


def question_for(why: Doubt, language: Language) -> str:
    """What is asked of words that were not acted on."""
    return _texts()["doubts"][why][language]


def thing_name(thing: Thing | None, language: Language) -> str:
    """What a thing is called."""
    if thing is None:
        return ""
    if thing.kind == "exercise" and thing.name in catalogue():
        return catalogue()[thing.name].label(language)
    if thing.kind == "group":
        names = names_of("group", thing.name)
        mine = [name for name in names if name.isascii() == (language == "en")]
        return (mine or names or (thing.name,))[0].replace("*", "")
    known = _texts()["things"].get(thing.name)
    return known[language] if known else thing.name.replace("_", " ")


def days_named(wish: TypedWish, language: Language) -> str:
    """Its weekdays."""
    names = _texts()["days"]
    return ", ".join(names[str(day)][language] for day in wish.days)
