"""Who checks, approves or decides, as a clause names them."""

import re

from kuznia.domains.flows.planner.phrases.labels import labelled
from kuznia.domains.flows.reading.words import Word, Words, content, cues
from kuznia.domains.flows.schema import Text
from kuznia.platform.data_files import read_toml

# Words of the clauses, by what they do.
_WORDS = read_toml(__file__, "words.toml")

AUTHORITY = Text(uk="Уповноважений орган", en="The authority")
_SKIP = frozenset(_WORDS["people_skip"])
_NOBODY = frozenset(_WORDS["people_nobody"])
_BEHIND = frozenset({"by", "to", "from", "до", "into"})
_STOP = frozenset(_WORDS["people_stop"])
_MAX_NAME = 8
_LETTERS = re.compile(r"[^\W\d_]")


def who_waits(text: str, words: Words) -> tuple[Text | None, bool]:
    """Whose work is waited for, in both languages; nobody where nobody is named."""
    spans = list(cues("decides", words))
    for span in spans:
        after, before = words[span.end :], words[: span.start]
        last = words[span.end - 1]
        verb_first = not _named(before)
        by = next((n for n, word in enumerate(after[:4]) if word.text in _BEHIND), None)
        tail = last.text in _BEHIND
        if (by is not None and not verb_first) or tail:
            rows = _run(after[(by + 1) if by is not None else 0 :])
        elif verb_first:
            rows = _run(after)
        else:
            rows = _named(before)
        if rows:
            label = labelled(text[rows[0].start : rows[-1].end])
            return label.text, label.rough
    return _who_has_time(text, words)


_HAS = frozenset({"has", "have", "gets", "takes", "має", "мають"})


def _who_has_time(text: str, words: Words) -> tuple[Text | None, bool]:
    """`The inspector has 7 days`."""
    place = next((n for n, word in enumerate(words) if word.text in _HAS), 0)
    rows = _named(words[:place]) if place else []
    if not rows:
        return None, False
    label = labelled(text[rows[0].start : rows[-1].end])
    return label.text, label.rough


def _named(words: Words) -> list[Word]:
    """The last run of words that may name somebody."""
    rows = [word for word in words if _LETTERS.search(word.text)]
    while rows and rows[0].text in _SKIP:
        rows.pop(0)
    return _kept(_run(rows))


def _run(words: Words | list[Word]) -> list[Word]:
    rows: list[Word] = []
    for word in words:
        if not rows and word.text in _SKIP:
            continue
        if word.text in _STOP or not _LETTERS.search(word.text):
            break
        rows.append(word)
    return _kept(rows)


def _kept(rows: list[Word]) -> list[Word]:
    if not rows or len(rows) > _MAX_NAME or rows[0].text in _NOBODY or not content(rows):
        return []
    return rows
