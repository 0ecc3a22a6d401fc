"""Questions that decide: a condition of the prompt turned into something a person can answer."""

import re
from collections.abc import Sequence

from kuznia.domains.flows.planner.phrases.labels import to_english, to_ukrainian
from kuznia.domains.flows.reading.words import Words
from kuznia.domains.flows.schema import Text
from kuznia.platform.data_files import read_toml

# Words of the clauses, by what they do.
_WORDS = read_toml(__file__, "words.toml")

_BE = {
    "is": "Is",
    "are": "Are",
    "was": "Was",
    "were": "Were",
    "can": "Can",
    "will": "Will",
    "does": "Does",
    "do": "Do",
    "did": "Did",
    "could": "Could",
    "should": "Should",
}
_NOT = {
    "isn't": "is",
    "aren't": "are",
    "wasn't": "was",
    "weren't": "were",
    "don't": "do",
    "doesn't": "does",
    "didn't": "did",
    "hasn't": "has",
    "haven't": "have",
    "can't": "can",
    "won't": "will",
}
_YOU = frozenset(_WORDS["questions_you"])
_VERBS = frozenset(_WORDS["questions_verbs"])
_ARTICLES = frozenset({"the", "a", "an", "their", "your", "his", "her", "its"})
_NO_UK = re.compile(r"\b(?:не|немає|нема|ні)\s+", re.IGNORECASE)
_PERSONS_UK = re.compile(
    r"(?:ник|ець|іст|ист|ант|ент|яр|ар|ач|ун|тор|сер|нер|лог|цям|ний|ений|ат|ток|опікун|мама"
    r"|тато|особа|сирота)$"
)
_PERSONS_EN = re.compile(
    r"(?:er|or|ist|ant|ent|ee|ian|holder|parent|child|person|man|woman|pupil|refugee|trader"
    r"|officer)s?$"
)
_NOT_PERSONS = frozenset(
    {"water", "paper", "order", "vehicle", "letter", "number", "permit", "fence"}
)
MAX_QUESTION = 100


def asked(text: str, words: Words) -> tuple[Text, bool, bool]:
    """A condition as a question; whether `yes` means that it holds; whether words were lost."""
    phrase = " ".join(text[words[0].start : words[-1].end].split()) if words else ""
    plain = [word.text for word in words]
    if all(word.isascii() or not word.isalpha() for word in plain):
        question, holds = _english(phrase)
        other, rough = to_ukrainian(_content(question))
        return Text(uk=_uk_question(other), en=question), holds, rough or not other
    question, holds = _ukrainian(phrase)
    other, rough = to_english(question.rstrip("?").split()[1:])
    return Text(uk=question, en=_en_question(other)), holds, rough or not other


def about(subject: str, *, english: bool) -> tuple[Text, bool]:
    """A question whether the applicant, or the matter, is what the subject of a clause names."""
    if english:
        own = _are_you(subject)
        other, rough = to_ukrainian(_content(own))
        return Text(uk=_uk_question(other), en=own), rough or not other
    last = subject.split()[0].lower() if subject else ""
    person = any(_PERSONS_UK.search(word.lower().strip("(),")) for word in subject.split()[:2])
    own = f"Чи заявник — {_low(subject)}?" if person and last else f"Чи це {_low(subject)}?"
    other, rough = to_english(subject.split())
    return Text(uk=_short(own), en=_en_question(other)), rough or not other


def _content(question: str) -> list[str]:
    rows = re.findall(r"[\w'-]+", question)
    return rows[1:] if len(rows) > 1 else rows


def _uk_question(phrase: str) -> str:
    return _short(f"{phrase[:1].upper()}{phrase[1:]}?") if phrase else "Чи стосується це вас?"


def _en_question(phrase: str) -> str:
    return _short(f"{phrase[:1].upper()}{phrase[1:]}?") if phrase else "Does this apply to you?"


def _low(phrase: str) -> str:
    word = phrase.split(" ", 1)[0]
    return phrase if word.isupper() and len(word) > 1 else phrase[:1].lower() + phrase[1:]


def _short(question: str) -> str:
    if len(question) <= MAX_QUESTION:
        return question
    return question[:MAX_QUESTION].rsplit(" ", 1)[0].rstrip(" ,;:") + "?"


def _ukrainian(phrase: str) -> tuple[str, bool]:
    phrase = re.sub(r"^(?:чи|то|так)\s+", "", phrase, flags=re.IGNORECASE)
    denied = _NO_UK.search(phrase)
    if denied:
        word = denied[0].strip().lower()
        rest = (
            phrase[: denied.start()]
            + ("є " if word in {"немає", "нема"} else "")
            + phrase[denied.end() :]
        )
        return _short(f"Чи {_low(rest.strip())}?"), False
    return _short(f"Чи {_low(phrase)}?"), True


def _english(phrase: str) -> tuple[str, bool]:
    words = phrase.split()
    holds = True
    rows: list[str] = []
    for word in words:
        low = word.lower()
        if low in _NOT:
            rows.append(_NOT[low])
            holds = False
        elif low in {"not", "no"} and rows:
            holds = False
        elif low in {"it's", "they're", "they've", "there's"}:
            rows += {
                "it's": ["it", "is"],
                "they're": ["they", "are"],
                "they've": ["they", "have"],
                "there's": ["there", "is"],
            }[low]
        else:
            rows.append(word)
    if rows and rows[0].lower() in {*_BE, "has", "have", "had"}:
        # It is a question already.
        return _short(f"{rows[0][:1].upper()}{rows[0][1:]} {' '.join(rows[1:])}?"), holds
    return _short(_turned(rows)), holds


def _turned(rows: list[str]) -> str:
    """The words with the verb in front: `the vehicle is electric` becomes `is the vehicle ...`."""
    low = [row.lower().strip(",") for row in rows]
    for place in range(1, min(len(low), _MAX_SUBJECT)):
        if turned := _turned_at(rows, low, place):
            return turned
    if low and low[0] in _ARTICLES:
        return f"Is there {' '.join(rows)}?".replace("Is there the ", "Is it the ")
    if low and low[0].endswith(("ed", "ent", "ic")):
        return f"Is it {' '.join(rows)}?"
    return f"Is there {_with_article(rows)}?"


_MAX_SUBJECT = 9


def _turned_at(rows: list[str], low: list[str], place: int) -> str:
    """The question, if the verb stands at this place; nothing otherwise."""
    word, before, after = low[place], rows[:place], rows[place + 1 :]
    if word in _BE:
        return _question(_BE[word], before, after)
    if word in {"has", "have", "had"}:
        perfect = bool(after) and (
            low[place + 1].endswith("ed") or low[place + 1] in {"been", "had"}
        )
        if perfect:
            return _question("Have" if word == "have" else "Has", before, after)
        return _question("Do" if word == "have" else "Does", before, ["have", *after])
    base = word.removesuffix("s")
    if word in _VERBS:
        return _question("Do", before, [word, *after])
    return _question("Does", before, [base, *after]) if base in _VERBS else ""


def _with_article(rows: Sequence[str]) -> str:
    text = " ".join(rows)
    first = rows[0].lower() if rows else ""
    plural = bool(rows) and rows[-1].lower().endswith("s")
    if (
        first in {"any", "no", "more", "less", "over", "under"}
        or plural
        or not first
        or first[0].isdigit()
    ):
        return text
    return f"{'an' if first[0] in 'aeiou' else 'a'} {text}"


def _question(verb: str, subject: Sequence[str], rest: Sequence[str]) -> str:
    name = [
        word.lower().strip(",")
        for word in subject
        if word.lower() not in {"the", "a", "an", "either"}
    ]
    if name and all(word in _YOU for word in name):
        verb = {"Is": "Are", "Was": "Were", "Has": "Have", "Does": "Do"}.get(verb, verb)
        subject = ["you"]
    subject = (
        [subject[0].lower() if subject[0].istitle() else subject[0], *subject[1:]]
        if subject
        else ["it"]
    )
    return f"{verb} {' '.join([*subject, *rest])}?"


def _are_you(subject: str) -> str:
    words = re.sub(r"^(?:every|all|any|only|the|a|an)\s+", "", subject.strip(), flags=re.I).split()
    if words and words[0].lower() in {"anything", "something"}:
        return _short(f"Is it something {' '.join(words[1:])}?")
    if not words:
        return "Does this apply to you?"
    head = (
        next(
            (
                n
                for n, word in enumerate(words)
                if word.lower() in {"on", "of", "with", "in", "who", "used", "from", "under", "for"}
            ),
            len(words),
        )
        - 1
    )
    head = max(head, 0)
    noun = words[head]
    person = (
        bool(_PERSONS_EN.search(noun.lower()))
        and noun.lower().removesuffix("s") not in _NOT_PERSONS
    )
    single = _single(noun)
    phrase = " ".join([*words[:head], single, *words[head + 1 :]])
    article = (
        ""
        if single == noun and noun.endswith("s")
        else ("an " if phrase[0].lower() in "aeiou" else "a ")
    )
    phrase = phrase if phrase.split()[0].isupper() else _low(phrase)
    return _short(f"{'Are you' if person else 'Is it'} {article}{phrase}?")


def _single(noun: str) -> str:
    if noun.lower() in {"people", "children"}:
        return {"people": "person", "children": "child"}[noun.lower()]
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    if noun.endswith("s") and not noun.endswith("ss"):
        return noun[:-1]
    return noun


# A question that has one of these behind its first words is a piece of a sentence.
_PIECE_EN = re.compile(
    r"^(?:Is it|Is there|Are you)(?: an?)? (?:they|we|you|not|yes|and|found|start|later|how)\b"
    r"|^(?:Is it|Is there|Are you) .{0,90}\b(?:is|are|was|they|we|leave|shows?|looks?|how|may)\b"
    r"|^\w{2,9} (?:how|only|yes)\b|^(?:Are|Is) \w+\?$|\b(?:we|to|the|they)\?$|: |\$"
    r"|\b(?:officer writes|gets a|has to agree|both sign)\b",
    re.IGNORECASE,
)
_PIECE_UK = re.compile(
    r"^Чи (?:це|заявник —) (?:не|тобі|значить|без|можлива|як|покази|\w+ти|"
    r"\w+(?:ів|ам|ям|цям|цю|ого|ьому|их|ому))\b"
    r"|^Чи (?:це|заявник —) .{0,90}\b(?:нема|має|лише|може|їм|її|йому|"
    r"\w{2,20}(?:ємо|аємо|ють|яє|уємо|ядає))\b"
    r"|\(|^Чи (?:як|такого|він|його|перевищив, то|приходити|виявилося)\b|, .{0,60},",
    re.IGNORECASE,
)
_MAX_WORDS = 15


def is_sensible(text: Text, *, english: bool) -> bool:
    """Whether a question can be asked as it is: it is whole, and no piece of a sentence."""
    own = text.en if english else text.uk
    piece = _PIECE_EN if english else _PIECE_UK
    return len(own.split()) <= _MAX_WORDS and not piece.search(own)
