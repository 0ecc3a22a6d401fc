"""Properties: what a request says of every result, in words. `Returns a sorted list` is one.

Only what is said without a condition is read: `sorted by name`, `sorted if ...` and what is said of
the input say nothing that can be checked without knowing more.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_SENTENCE, MAX_PROPERTIES = 400, 8
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n\s*\n|\n\s*[-*•]\s+")
# What makes a sentence of one case, or of what is not sure.
_CONDITION = re.compile(
    r"\b(?:if|when|where|unless|otherwise|except|or|either|may|might|not|assume|example|e\.g"
    r"|якщо|коли|або|чи|інакше|крім|не|наприклад)\b|n['’]t\b",
    re.IGNORECASE,
)
_RETURNS = re.compile(
    r"\b(?:returns?|returning|gives?|yields?|produces?|повертає|повернути|поверне|видає|дає)\b"
    r"|\b(?:the )?(?:returned|resulting|result|output)\b|\b(?:результат|вихід)\w{0,4}\b",
    re.IGNORECASE,
)
# An order that is not the one of the values themselves.
_OTHER_ORDER = re.compile(
    r"\b(?:but|identical|ind(?:ex|ices|icies)|positions?|by|based|according|strange|key|custom|respect|humans?|natural|way|lexicographic\w*"
    r"|alphabetical\w*|descending|decreasing|reverse\w*|спадан\w*|алфавіт\w*|природн\w*)\b"
    r"|\bза (?!зростанням)|\bпо (?!зростанню)",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\b(?:number|count|how many|amount|length|sum|кількість|скільки|сум\w+)\b", re.IGNORECASE
)
# What each property is called, and the words that say it.
_WORDS = (
    (
        "sorted",
        re.compile(
            r"\b(?:sorted|in (?:ascending|increasing) order|відсортован\w+|впорядкован\w+"
            r"|за зростанням|у порядку зростання)\b",
            re.IGNORECASE,
        ),
        _COUNT,
    ),
    (
        "without duplicates",
        re.compile(
            r"(?<!-)\b(?:unique|distinct)(?: [a-z]{1,20}){0,2} [a-z]{1,20}s\b"
            r"|\b(?:without (?:duplicates|repetitions?)|no duplicates|унікальн\w+"
            r"|без (?:повтор\w+|дублікат\w+))\b",
            re.IGNORECASE,
        ),
        _COUNT,
    ),
    (
        "never negative",
        re.compile(
            r"\b(?:non-?negative|never (?:negative|below (?:zero|0)|less than (?:zero|0))"
            r"|невід['’ʼ]ємн\w+|ніколи не (?:від['’ʼ]ємн\w+|менше нуля))\b",
            re.IGNORECASE,
        ),
        re.compile(r"\b(?:given|list|array|all|of)\b", re.IGNORECASE),
    ),
    (
        "as long as the input",
        re.compile(r"\b(?:of )?the same length\b|\bтієї (?:ж|самої) довжини\b", re.IGNORECASE),
        re.compile(r"\b(?:as|words|strings|than|with)\b", re.IGNORECASE),
    ),
    (
        "idempotent",
        re.compile(
            r"\bidempotent\b|\bідемпотентн\w+"
            r"|\b(?:applying|calling|running) it twice (?:changes nothing|gives the same)\b",
            re.IGNORECASE,
        ),
        _COUNT,
    ),
)
_TRIP = re.compile(
    r"\bround[- ]?trips?\b|\bexact(?:ly)? (?:inverse|reverse)\b|\binverse of\b|\blossless\w*"
    r"|\b(?:decod|pars|deserializ|unescap|decompress)\w{1,4} is exact\b|\bencoded with\b"
    r"|\bтуди й назад\b|\bбез втрат\b|\bобернен\w+ до\b",
    re.IGNORECASE,
)
# What undoes what, by the beginnings of their names.
PAIRS = (
    *(("encode", "decode"), ("serialize", "deserialize"), ("serialise", "deserialise")),
    *(("compress", "decompress"), ("escape", "unescape"), ("dumps", "loads"), ("dump", "load")),
    *(("format", "parse"), ("to", "from"), ("pack", "unpack"), ("encrypt", "decrypt")),
)
_DENIES = re.compile(r"\b(?:never|does not|must not|не|ніколи)\b|n['’]t\b", re.IGNORECASE)
_EMPTY = re.compile(
    r"(?<!return )(?<!returns )(?<!return an )(?<!returns an )(?<!\bnot )(?<!non-)"
    r"\b(?:empty|порожн\w{1,4})[ ](?P<kind>lists?|arrays?|arr|sequences?|strings?|texts?|inputs?"
    r"|рядк\w{1,3}|рядок|списк\w{1,3}|список|текст\w{0,3}|вхід|введенн\w)\b"
    r"|\b(?P<named>list|array|sequence|string|text|input|рядок|список|текст|вхід)(?: is)?"
    r" (?:empty|порожній)\b",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"(?<!non-)\b(?:(?P<zero>(?:zero|0) or (?:negative|less|below)|(?:negative|less) or (?:zero|0)"
    r"|not positive|non-positive|нуль або від['’ʼ]ємн\w{1,4}|від['’ʼ]ємн\w{1,4} або нуль)"
    r"|negative|below (?:zero|0)|less than (?:zero|0)|від['’ʼ]ємн\w{1,4})\b",
    re.IGNORECASE,
)
_RAISES = re.compile(
    r"\b(?i:raises?|throws?|кидає|викидає|піднімає)[ ](?:an? |виняток |помилку )?`?"
    r"(?P<error>[A-Z]\w{2,40}(?:Error|Exception))\b",
)
_GIVES = re.compile(
    r"\b(?i:returns?|повертає|поверне|повернути)[ ]`?"
    r"(?P<value>None|True|False|-?\d{1,4}|\[\]|\"\"|'')"
    r"(?![\w\[(\]]|\.\d|`?[ ](?:[-+*/]|or|and|або)\b)",
)


@dataclass(frozen=True, slots=True)
class OrderProperty:
    """What must hold of every result, or of an empty input, and the words that say it."""

    kind: str
    quote: str
    # What is raised or returned, where `kind` is an empty input.
    raises: str = ""
    value: str = ""


def properties(request: str) -> tuple[OrderProperty, ...]:
    """What a request says of all results."""
    plain = _described(request).replace('"""', " ").replace("'''", " ")
    sentences = (" ".join(sentence.split()) for sentence in _SENTENCE.split(plain))
    is_usual = _OTHER_ORDER.search(plain) is None
    read = [
        prop
        for sentence in sentences
        if 0 < len(sentence) <= MAX_SENTENCE
        for prop in _in_sentence(sentence)
        if is_usual or prop.kind != "sorted"
    ]
    return tuple(dict.fromkeys(read))[:MAX_PROPERTIES]


def _described(request: str) -> str:
    """The words about the last function that is begun, without sessions of examples."""
    start = max(request.rfind("\ndef "), 0)
    lines = request[start:].split("\n")
    return "\n".join(line for line in lines if not line.lstrip().startswith((">>>", "def ")))


def _in_sentence(sentence: str) -> Iterator[OrderProperty]:
    yield from _of_one_input(sentence)
    if _TRIP.search(sentence) and not _CONDITION.search(sentence):
        yield OrderProperty("undone", sentence)
    said = _RETURNS.search(sentence)
    for kind, words, other in _WORDS:
        after = sentence[said.start() if said else 0 :]
        # What is idempotent is a function, not what it returns.
        is_said = said is not None or kind == "idempotent"
        is_said = is_said and not _CONDITION.search(after) and not other.search(after)
        if is_said and words.search(after):
            yield OrderProperty(kind, sentence)


def _of_one_input(sentence: str) -> Iterator[OrderProperty]:
    """What comes of an empty input, or of a number below zero."""
    raised, values = _RAISES.search(sentence), [*_GIVES.finditer(sentence)]
    if empty := _EMPTY.search(sentence):
        kind = _kind(empty["kind"] or empty["named"])
        if raised:
            yield OrderProperty(kind, sentence, raises=raised["error"])
        elif len(values) == 1 and "else" not in sentence:
            yield OrderProperty(kind, sentence, value=values[0]["value"])
    below = _BELOW.search(sentence)
    if below and raised and not _DENIES.search(sentence):
        kind = "not positive" if below["zero"] else "negative"
        yield OrderProperty(kind, sentence, raises=raised["error"])


def _kind(word: str) -> str:
    """What is empty: a text, a list, or whatever the function takes."""
    if word.lower().startswith(("string", "text", "ряд", "текст")):
        return "empty text"
    return "empty" if word.lower().startswith(("input", "вхід", "введ")) else "empty list"
