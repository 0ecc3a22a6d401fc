"""What kind of clause it is: what it asks, prices, whose case it names, and what it only tells."""

import re
from dataclasses import replace

from kuznia.domains.flows.planner.clauses.facts import Setting
from kuznia.domains.flows.planner.clauses.marks import UP_TO
from kuznia.domains.flows.planner.clauses.naming import ListSubject, known_fields
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.planner.phrases.labels import labelled
from kuznia.domains.flows.reading.prompt_text import slug
from kuznia.domains.flows.reading.sentences import Sentence
from kuznia.domains.flows.reading.statements import Statement, pieces_of
from kuznia.domains.flows.reading.words import (
    Cue,
    Words,
    content,
    cue,
    cues,
    denial,
    denies,
    read_words,
    starts,
)
from kuznia.domains.flows.schema import Text
from kuznia.platform.data_files import read_toml

# Words of the clauses, by what they do.
_WORDS = read_toml(__file__, "words.toml")

MAX_NAME = 5
MAX_OUTCOME = 3
MAX_HEAD_CASE = 8
MAX_OPTION_HEAD = 3
_SHORT = 5
_EACH = re.compile(r"\b(?:кожн\w{1,4}|each|every)\s+(?:of the\s+)?([^\W\d_]+)", re.IGNORECASE)
_ABOUT = re.compile(
    r"^(?:about|for|from) (?:(?:the|each|every) )?([^\W\d_]+(?: [^\W\d_]+)?)$"
    r"|^(?:від|про|дані|по) ([^\W\d_]+)$",
    re.IGNORECASE,
)
_CHILD = re.compile(r"^(?:дит|діт|малюк|child|kid|son$|daughter$)", re.IGNORECASE)
# Whose details a form asks anyway.
APPLICANTS = re.compile(
    r"^(?:заявник|людин|особ|дорослого|користувач|громадян|applicant|person|people|owner|user"
    r"|you|them|they|"
    r"власник|адміністратор|both|everyone|everybody|all|усі|всі|усіх|всіх|решт|others?|the|of"
    r"|from|time|day|"
    r"спочатку|спершу|потім|далі|нічого|зазвичай|тут|там|наприкінці|once|then|nothing|nobody"
    r"|here|somebody|whole|"
    r"week|month|year|день|дня|рік|місяц|раз|case|page|one|it|this|that|us|free|now|visit|випадк"
    r"|справ)",
    re.IGNORECASE,
)
_POLITE = re.compile(r"^(?:can|could|would|will) you\b|^чи можете|^можете|^можна\b", re.IGNORECASE)
_ACTS = re.compile(
    r"^(?:has|have|must|need|needs|may|can|cannot|can't|don't|doesn't|do|does|is|are|isn't"
    r"|aren't|was|were|pays?|type|types"
    r"|gives?|uploads?|attach(?:es)?|adds?|shows?|tells?|gets?|goes|go|brings?|provides?|skips?"
    r"|sends?|should|sign|signs|enters?"
    r"|choose|chooses|pick|picks|needs|requires?|join|joins|cost|costs|will|also|never|still"
    r"|want|wants|sells|supply"
    r"|додає|додають|кріпить|вантажить|завантажує|завантажують|вказує|пише|подає|подають|мусить"
    r"|мусять|має|мають|повинен|повинні"
    r"|платить|платять|сплачує|сплачують|надає|надають|потребує|потребують|прикладає|прикріплює"
    r"|показує|показуємо|треба|потрібен"
    r"|потрібна|потрібно|потрібні|не|може|можуть|приносить|підписує|обирає|вводить|зазначає"
    r"|докладає|долучаємо|долучає|отримує"
    r"|іде|йде|ідуть|йдуть|беремо|питаємо|просимо|вантажать|кидає|даємо|відмовляємо|безкоштовно"
    r"|пільга)$",
    re.IGNORECASE,
)
FOR = frozenset({"for", "для", "with", "за", "при", "на", "without", "по", "коли", "від"})
_ENDS = re.compile(
    r"\bвідмову\b|\bвідмови\b|\brefusals?\b|\bу разі відмови\b|\bвідмовляти\b|\bwithout refus",
    re.IGNORECASE,
)
_STORY = re.compile(
    r"^(?:we|our|i|i'm|ми|наш\w*|нам|просили|завдання|task|коротка|є запит|the idea|this is|хочу"
    r"|хочемо|потрібн\w+|треба|"
    r"зробіть|створіть|please|можна|як|keep|start|послуга|сервіс|форма|service|form)\b",
    re.IGNORECASE,
)


_PREDICATE = re.compile(
    r"^(?:\w{2,}(?:ємо|имо|аєм|уєм|ють|ять|ється|яться|ються|ило)|we|they|it|you|he"
    r"|she|there|this|that's|is|are|was"
    r"|gets?|goes|has|have|show|shows|point|close|closes|don't|doesn't|not|never|no|told|tell"
    r"|skip|straight|сюди|далі|все|всьо|кінець)$"
)


def is_noun_phrase(words: Words) -> bool:
    """Whether words name something, and say nothing of it."""
    if not words or len(words) > 14:
        return False
    return not any(_PREDICATE.match(word.text) or _ACTS.match(word.text) for word in words[:4])


def is_otherwise(words: Words) -> bool:
    """Whether a head is nothing but `otherwise`."""
    span = cue("otherwise", words)
    return span is not None and span.start == 0 and span.end == len(words)


def names_service(words: Words) -> bool:
    return cue("service", words) is not None


def asks(words: Words) -> bool:
    return any(cue(name, words) for name in ("ask", "asking", "upload"))


def asks_more(words: Words) -> bool:
    """Whether a clause asks for fields, besides saying how people sign in or sign."""
    return bool(lexical_fields(words)) and asks(words)


def is_short(words: Words) -> bool:
    return len(words) <= _SHORT


def is_polite(words: Words) -> bool:
    return bool(_POLITE.match(" ".join(word.text for word in words[:3])))


def begins_condition(words: Words) -> bool:
    span = cue("condition", words)
    return span is not None and span.start <= 1


def follows(words: Words) -> bool:
    """Whether a sentence can say what follows from the answer to the question before it."""
    names: tuple[Cue, ...] = (
        "ask",
        "upload",
        "refuse",
        "required",
        "free",
        "money",
        "sign",
        "then",
    )
    short = len(words) <= 12 and cue("decides", words) is None
    return short or (len(words) <= 18 and any(cue(name, words) for name in names))


def subject_of(text: str, words: Words) -> tuple[ListSubject | None, int | None]:
    """Whose details a head announces, and how often they are asked."""
    spoken = " ".join(word.text for word in words)
    each = _EACH.search(text)
    if each and not APPLICANTS.match(each.group(1)):
        up_to = UP_TO.search(text)
        return _subject(each.group(1)), int(up_to.group(1)) if up_to else 5
    about = _ABOUT.match(spoken)
    name = (about.group(1) or about.group(2)) if about else None
    if name is None or APPLICANTS.match(name):
        return None, None
    return _subject(name), None


def _subject(name: str) -> ListSubject:
    if _CHILD.match(name):
        return ListSubject(Text(uk="дитина", en="child"), "child", child=True)
    label = labelled(name)
    return ListSubject(label.text, slug(label.text.en))


def is_bare_head(words: Words, subject: ListSubject | None) -> bool:
    """Whether a head only announces its list."""
    rest = [word for word in words if content((word,))]
    return subject is not None or len(rest) <= 2 or not (asks(words) or cue("decides", words))


_DEMANDING: tuple[Cue, ...] = ("ask", "refuse", "free")


def condition_of(statement: Statement) -> tuple[Words, Statement]:
    """The condition and the rest; where no sign parts them, a verb that demands does."""
    words = statement.condition
    if statement.condition != statement.words:
        return words, statement
    for place in range(2, len(words)):
        if (
            (
                _ACTS.match(words[place].text)
                or any(starts(name, words[place:]) for name in _DEMANDING)
            )
            and content(words[:place])
            and _demands(words[place:])
        ):
            rest = words[place:]
            return words[:place], replace(
                statement, condition=words[:place], pieces=pieces_of(statement.text, rest)
            )
    return words, replace(statement, pieces=())


def _demands(words: Words) -> bool:
    names: tuple[Cue, ...] = ("ask", "refuse", "free", "money", "upload", "dont_ask", "decides")
    return any(cue(name, words) for name in names)


def without_asides(text: str, words: Words) -> Words:
    return tuple(
        word for word in words if text[: word.start].count("(") <= text[: word.start].count(")")
    )


_VERB_UK = re.compile(r"^[а-яіїєґ']{3,}(?:ємо|имо|аєм|уєм|ють|ять|ить|ає|ує|ється|ються|яться)$")


def is_verb(word: str) -> bool:
    return bool(_ACTS.match(word) or _VERB_UK.match(word))


def verb_in(words: Words, start: int) -> int:
    return next((n for n in range(max(start, 1), len(words)) if is_verb(words[n].text)), 0)


def ends_here(part: Statement) -> bool:
    """Whether a refusal ends the service, and is not only spoken of."""
    return not _ENDS.search(" ".join(word.text for word in part.words))


def waits(part: Statement) -> bool:
    """Whether somebody works on the application, and no field is asked."""
    words = part.words
    if words and words[0].text in {"whether", "чи", "if"}:
        return False
    decides = cue("decides", words)
    if decides is None:
        return len(words) <= 5 or cue("wait", words) is not None
    asks_first = cue("ask", words[: decides.start])
    return asks_first is None


def lexical_fields(words: Words) -> tuple[str, ...]:
    """Every field of the lexicon that some words name."""
    rows = LEXICON.find([word.text for word in words])
    return tuple(dict.fromkeys(name for *_, phrase in rows for name in phrase.fields))


def settings(words: Words) -> list[Setting]:
    """What a clause says of how people come in, sign or check."""
    rows: list[Setting] = []
    denied = denies(words) or denial(words) is not None
    names: tuple[tuple[Setting, Cue], ...] = (
        ("sign", "sign"),
        ("authenticate", "authenticate"),
        ("review", "review"),
    )
    for setting, name in names:
        if cue(name, words) and not denied:
            rows.append(setting)
    return rows


def is_setting_alone(words: Words) -> bool:
    return not lexical_fields(words) and len(words) <= 12


def is_list(part: Statement) -> bool:
    """Whether a clause is nothing but names of things: `name, home address, phone and email`."""
    pieces = part.pieces
    if len(pieces) < 2 or cue("decides", part.words) or cue("background", part.words[:2]):
        return False
    named = sum(bool(known_fields(piece.words)) for piece in pieces)
    return named >= 2 or (named == len(pieces) - 1 and named > 0)


def tail_of(words: Words) -> Words:
    """What stands behind `with` or `fields` in the name of a service."""
    spans = [span for span in cues("field_list", words) if span.start]
    if not spans:
        return ()
    span = spans[-1]
    start = span.start + 1 if words[span.start].text == "за" else span.end
    tail = words[start:]
    return tail if lexical_fields(tail) else ()


def is_story(words: Words, number: int) -> bool:
    """Whether a clause only says who asks, or that a service is needed."""
    spoken = " ".join(word.text for word in words)
    return bool(_STORY.match(spoken)) or cue("background", words[:2]) is not None or number == 0


def begins_with_for(words: Words) -> bool:
    return bool(words) and words[0].text in FOR


def is_about_time(part: Statement) -> bool:
    """Whether a clause without anybody in it says how long the work takes."""
    return (
        len(part.words) <= 6
        or cue("decides", part.words) is not None
        or cue("wait", part.words) is not None
    )


def speaks_of_case(sentence: Sentence) -> bool:
    """Whether a condition stands before the first colon or dash, which ends it."""
    before = re.split(r":\s|\s[–—-]\s", sentence.text, maxsplit=1)[0]
    return begins_condition(read_words(before))


def is_thing(part: Statement) -> bool:
    """Whether a clause names a thing, such as a translation by an approved translator."""
    return (
        is_noun_phrase(part.words)
        and not any(row.days for row in part.numbers)
        and verb_in(part.words, 0) == 0
    )


def is_choice(part: Statement) -> bool:
    """Whether a clause is nothing but things to choose from: `employee or volunteer`."""
    words = part.words
    return (
        cue("or", words) is not None
        and is_noun_phrase(words)
        and len(words) <= 10
        and verb_in(words, 0) == 0
    )


_SOMEBODY = re.compile(r"(?:ник|ець|іст|ант|ент|ач|ун|тор|нер|рант)$")


def is_somebody(word: str) -> bool:
    """Whether a word names a kind of applicant, as a head may."""
    return (
        bool(_SOMEBODY.search(word))
        and not APPLICANTS.match(word)
        and word not in {"документ", "будинок"}
    )


_TELLS = re.compile(
    r"\b(?:must|only|cannot|can't|may|will|should|note|notes?|remind\w*|tells?|told|shows?|shown|says?|lasts?|valid|posted"
    r"|emailed|sends?|sent|gets?|receives?|issued|allowed|never|before|after|until|at least|at most"
    r"|повин\w+|має|мають|мусить|лише|тільки|можна|може|можуть|показ\w+|поясн\w+|повідомл\w+|надсил\w+|шлемо|діє|видає\w*"
    r"|видаєм\w*|отрим\w+"
    r"|приход\w+|результат\w*|підсум\w+|виході|після|перед|до того|приносить|забирає|строк\w*)\b",
    re.IGNORECASE,
)


def tells(words: Words) -> bool:
    """Whether people have to know what a clause says: a rule, a limit, what they get."""
    return _TELLS.search(" ".join(word.text for word in words)) is not None


_VALID = frozenset({"діє", "дійсний", "дійсна", "valid", "lasts", "last"})


def is_valid_for(words: Words) -> bool:
    """Whether a time is how long something is valid, and nobody works so long."""
    return any(
        word.text in {"діє", "дійсний", "дійсна", "valid", "lasts", "last"} for word in words
    )


def asks_when(statement: Statement) -> bool:
    """Whether `when` asks for a date in a list, and begins no condition."""
    if not (statement.listed and statement.condition):
        return False
    lead = statement.text[: statement.condition[0].start].rstrip().lower()
    return lead.endswith((", when", ", коли")) and not _demands(statement.words)


def is_free_text(words: Words) -> bool:
    """Whether `free` speaks of a text, and not of money."""
    return any(word.text in {"text", "текст"} for word in words)
