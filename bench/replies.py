"""What the fake model says: for each part of the code domain a reply that passes its checks."""

CODE = '''**counting.py**
```python
"""Counting words, as asked in call 00000000."""

from collections import Counter
from collections.abc import Iterable


def words(text: str) -> list[str]:
    """Split a text into lower-case words without the signs around them."""
    stripped = (word.strip(".,;:!?()[]\\"'") for word in text.lower().split())
    return [word for word in stripped if word]


def count(texts: Iterable[str]) -> Counter[str]:
    """Count each word over all texts; an empty text adds nothing."""
    total: Counter[str] = Counter()
    for text in texts:
        total.update(words(text))
    return total


def most_common(texts: Iterable[str], limit: int = 10) -> list[tuple[str, int]]:
    """The most frequent words, ties in alphabetical order."""
    if limit < 1:
        raise ValueError("limit must be at least 1")
    counted = count(texts)
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return ordered[:limit]
```
'''


TESTS = """**test_counting.py**
```python
# Written in call 00000000.

import pytest
from counting import count, most_common, words


def test_words_are_lower_case_and_bare() -> None:
    assert words('He said: "Stop!"') == ["he", "said", "stop"]


def test_counts_add_up_over_texts() -> None:
    assert count(["one two", "two"])["two"] == 2


def test_an_empty_text_adds_nothing() -> None:
    assert count([""]) == {}


def test_ties_come_in_alphabetical_order() -> None:
    assert most_common(["b a b a c"], limit=2) == [("a", 2), ("b", 2)]


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        most_common(["a"], limit=0)
```
"""

DOCUMENTATION = """# Counting words

Counts the words of some texts (call 00000000) and names the most common ones. It needs the
standard library only.

## `words(text: str) -> list[str]`

Splits a text into lower-case words and drops the signs around them. Returns the words in order.

## `count(texts: Iterable[str]) -> Counter[str]`

Counts each word over all texts. Returns a counter; an empty text adds nothing to it.

## `most_common(texts: Iterable[str], limit: int = 10) -> list[tuple[str, int]]`

Returns the most frequent words with their counts, ties in alphabetical order. Raises `ValueError`
when `limit` is below 1.

```python
from counting import most_common

print(most_common(["one two", "two"], limit=1))
```
"""

# Each whole reply has the number of its call here: two that were the same could be read once.
NUMBER = b"00000000"

# How the code domain's prompts begin; any other request is one for code.
BY_PROMPT = ((b"You write tests", TESTS), (b"You write documentation", DOCUMENTATION))


def reply_to(body: bytes) -> str:
    """Find out from the request which part is asked for, and say what passes its checks."""
    return next((reply for words, reply in BY_PROMPT if words in body), CODE)
