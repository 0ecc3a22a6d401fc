"""What a clause says of money: prices, and that nothing is paid."""

import re

from kuznia.domains.flows.reading.quantities import numbers_of
from kuznia.domains.flows.reading.statements import Statement
from kuznia.domains.flows.reading.words import Words, content, cue, cues, denial, denies
from kuznia.platform.data_files import read_toml

_WORDS = read_toml(__file__, "words.toml")
_PRICING = frozenset(_WORDS["clause_kinds_pricing"])


_NO_MONEY = re.compile(
    r"\bгрош\w+\b.{0,30}\bне (?:бер|стяг)|\bоплат[иа]\b.{0,12}\b(?:ніяк|нема)|\bno (?:money"
    r"|charge)\b",
    re.IGNORECASE,
)


def has_prices(words: Words, text: str) -> bool:
    return sum(row.measure == "money" for row in numbers_of(text, words)) > 1


def price_list(statement: Statement) -> list[tuple[Words, int]]:
    """What has which price: `new ones cost 5, old ones 3`, `159 for A and 138 for B`."""
    words = statement.words
    amounts = [
        (row.start, row.end, row.kopiykas) for row in statement.numbers if row.measure == "money"
    ]
    if amounts:
        # `20 days for 1147 UAH or 7 days for 1787`.
        amounts += [
            (row.start, row.end, row.kopiykas)
            for row in statement.numbers
            if row.measure == "plain"
            and re.search(r"(?:\bза|\bfor|£|\$)\s*$", statement.text[: row.start])
        ]
    amounts += [(words[s.start].start, words[s.end - 1].end, 0) for s in cues("free", words)]
    amounts.sort()
    if len(amounts) < 2:
        return []
    first = [word for word in words if word.end <= amounts[0][0]]
    behind = not content(_priced(tuple(first)))
    rows: list[tuple[Words, int]] = []
    for number, (start, end, kopiykas) in enumerate(amounts):
        before = amounts[number - 1][1] if number else 0
        after = amounts[number + 1][0] if number + 1 < len(amounts) else len(statement.text)
        own = tuple(
            w
            for w in words
            if (end <= w.start < after if behind else before <= w.start and w.end <= start)
        )
        rows.append((_priced(own), kopiykas))
    return rows


def _priced(words: Words) -> Words:
    rows = list(words)
    while rows and rows[0].text in _PRICING:
        rows.pop(0)
    while rows and rows[-1].text in _PRICING:
        rows.pop()
    return tuple(rows)


def is_money(words: Words) -> bool:
    return cue("money", words) is not None


def takes_no_money(words: Words) -> bool:
    return bool(_NO_MONEY.search(" ".join(word.text for word in words)))


def denied(words: Words) -> bool:
    return denies(words) or denial(words) is not None


def is_too_much(text: str, end: int) -> bool:
    """Whether an amount goes on in words, as the sum insured does: 1 million."""
    return text[end:].lstrip().lower().startswith(("million", "thousand", "млн", "мільйон", "тис"))
