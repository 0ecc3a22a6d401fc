"""Passwords that guessing finds first: runs, repetitions, names, and words everybody uses.

What a guesser has for nothing counts as one letter, and what is left has to be long enough.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby, pairwise
from operator import itemgetter

# Letters of a whole password, and of what is left of it.
MIN_LENGTH = 12
MIN_REST = 8
MIN_DIFFERENT = 5
# Of a name: shorter pieces of it stand in any sentence.
MIN_NAME_PART = 4
MIN_RUN = 3

# Neighbours on keyboards, in rows and in columns. A Ukrainian layout is read as its keys.
ROWS = (
    "1234567890-=",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "1q2w3e4r5t6y7u8i9o0p",
    "abcdefghijklmnopqrstuvwxyz",
)
ALPHABET = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"
KEYS = str.maketrans(
    "йцукенгшщзхїфівапролджєячсмитьбю" + "ъыэё", "qwertyuiop[]asdfghjkl;'zxcvbnm,." + "]s'`"
)
# One letter written as another: pa55w0rd.
DISGUISES = str.maketrans("013457@$!|", "oieastasii")

# What people choose when they are asked for a password, gathered by ourselves.
_GATHERED = (
    "password passwort passphrase passcode letmein welcome admin administrator root superuser user "
    "login signin secret private access account master guest test testing tester changeme change "
    "default temporary temp hello iloveyou loveyou love sunshine princess dragon monkey football "
    "baseball soccer shadow superman batman starwars trustno freedom whatever flower summer winter "
    "spring autumn monday friday january february march april june july august september october "
    "november december company office server computer internet kuznia forge ukraine kyiv kiev lviv "
    "odesa kharkiv dnipro slava taras oleksandr andriy dmytro "
    "пароль парол секрет привіт вітаю ласкаво логін адмін адміністратор користувач тест дозвіл "
    "доступ кохання кохаю люблю сонце сонечко котик зайчик весна літо осінь зима понеділок "
    "пʼятниця січень лютий березень квітень травень червень липень серпень вересень жовтень "
    "листопад грудень україна україні україни слава героям київ львів одеса харків дніпро кузня "
    "калина козак шевченко тарас олександр андрій дмитро марія наталя оксана привет любовь мама "
    "тато родина"
)
COMMON = tuple(_GATHERED.split())
_WORDS = frozenset(COMMON) | {word.translate(KEYS) for word in COMMON}
_COMMON = re.compile("|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)))


def weakness(password: str, name: str) -> str | None:
    """Why it would soon be guessed, in words for its owner; None if it would not."""
    text = _plain(password)
    if len(set(text)) < MIN_DIFFERENT:
        return f"it has fewer than {MIN_DIFFERENT} different characters"
    period = _period(text)
    if period < MIN_LENGTH and 2 * period <= len(text):
        return "it repeats one short piece"
    if not any(sign.isalpha() for sign in text):
        return "it has no letters: dates and phone numbers are guessed first"
    guessed = bytearray(len(text))
    for start, end in _known(text, _plain(name)):
        guessed[start:end] = b"\1" * (end - start)
    rest = sum(1 if known else len([*letters]) for known, letters in groupby(guessed))
    if rest < MIN_REST:
        return "most of it is your name, a common word, or a sequence like 12345 or qwerty"
    return None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _period(text: str) -> int:
    """The length of the piece that makes up the whole, its last repetition cut or not."""
    # By how much of its own beginning each beginning ends with: linear, whatever the text.
    borders = [0] * len(text)
    for place in range(1, len(text)):
        length = borders[place - 1]
        while length and text[place] != text[length]:
            length = borders[length - 1]
        borders[place] = length + (text[place] == text[length])
    return len(text) - borders[-1] if text else 0


def _known(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Where something stands that is guessed for nothing, however it is typed."""
    typed = text.translate(KEYS)
    pieces = [name, *(one for one in re.split(r"[\W_]+", name) if len(one) >= MIN_NAME_PART)]
    own = re.compile("|".join(map(re.escape, filter(None, pieces))) or r"(?!)")
    for reading in {text, typed, text.translate(DISGUISES)}:
        yield from (found.span() for found in own.finditer(reading))
        yield from (found.span() for found in _COMMON.finditer(reading))
    yield from _runs(typed)
    yield from _runs(text)


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Where neighbours follow each other in one direction, or one letter follows itself."""
    start, going = 0, frozenset[int]()
    for place, pair in enumerate((*pairwise(text), ("", "")), 1):
        steps = _STEPS.get(pair, frozenset({0}) if pair[0] == pair[1] != "" else frozenset[int]())
        if not going & steps:
            if going and place - start >= MIN_RUN:
                yield start, place
            start = place - 1
        going = going & steps or steps


def _neighbours() -> Iterator[tuple[tuple[str, str], int]]:
    """Each pair of neighbours, and by a number in which row and direction they follow."""
    for number, row in enumerate((*ROWS, ALPHABET), 1):
        for first, second in pairwise(row):
            yield (first, second), number
            yield (second, first), -number


_STEPS = {
    pair: frozenset(step for _, step in steps)
    for pair, steps in groupby(sorted(_neighbours()), itemgetter(0))
}
