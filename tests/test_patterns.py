"""No text of a caller or a model makes a regular expression of ours slow: time grows as the text.

Patterns handed to pydantic are not here: Rust's engine, which runs them, is linear.
"""

import re
from collections.abc import Iterator

import pytest
from tests.patterns import Expression, expressions, unknown
from tests.worstcases import USES, slow_text

from kuznia.domains.code.analysis.tables import python
from kuznia.domains.code.languages.testing import _FORMS, _compiled

# Where a pattern is made of parts that only a function knows, and how it is tried all the same.
HELD = "the module holds what it makes"
TRIED = "by made()"
# Escaped words and numbers of a clause between word boundaries, with a bounded distance.
ACCOUNT = "words of a clause, escaped, in a form that is itself linear"
MADE_BY_FUNCTIONS = {
    "kuznia.domains.code.analysis.repository.gitignore": "test_repository.py tries slow patterns",
    "kuznia.domains.records.lenient.reader": "it is a text up to its end, one letter after another",
    "kuznia.callers.credentials.guessable": "it is a choice of plain words, parts of a name",
    "kuznia.domains.code.account.effects": ACCOUNT,
    "kuznia.domains.code.account.facts.amounts": ACCOUNT,
    "kuznia.domains.code.account.facts.consequences": ACCOUNT,
    "kuznia.domains.code.account.facts.forbidden": ACCOUNT,
    "kuznia.domains.code.account.facts.literals": ACCOUNT,
    "kuznia.domains.code.account.facts.names": ACCOUNT,
    "kuznia.domains.code.account.facts.outcomes": ACCOUNT,
    "kuznia.domains.code.account.facts.relations": ACCOUNT,
    "kuznia.domains.code.account.facts.signatures": ACCOUNT,
    "kuznia.domains.code.account.reading.quantities": ACCOUNT,
    "kuznia.domains.code.account.reading.source": ACCOUNT,
    "kuznia.domains.code.account.words.lexicon": ACCOUNT,
    "kuznia.domains.code.account.words.patterns": ACCOUNT,
    "kuznia.domains.code.checks.promises": "a word of the code, between bounded distances",
    "kuznia.domains.code.languages.testing": TRIED,
    "kuznia.domains.code.order_examples.example": "a name, escaped, between single characters",
    "kuznia.domains.flows.structure.formats": HELD,
    "kuznia.domains.flows.planner.cues": HELD,
    "kuznia.domains.flows.planner.clauses.marks": HELD,
    "kuznia.domains.training.language.weekdays": HELD,
    "kuznia.domains.training.edits.feedback": HELD,
    "kuznia.platform.redis": "they are the first words of our own table",
    "kuznia.platform.redaction": "it is a choice of plain words, the operator's secrets",
}
# A lexicon of five hundred, each of which is only ever searched for.
SEARCHED = "kuznia.domains.code.account.words.lexicon."
ROOMS = (
    "app",
    "callers",
    "domains.code",
    "domains.flows",
    "domains.records",
    "domains.training",
    "doors",
    "forge",
)
ROOMS += ("llm", "models", "platform", "resources", "web")

# Each with a text that it was slow for, when it stood in the product.
SLOW = {
    # The languages a browser likes, before anybody signed in.
    r"\s*(en|uk)\b[^;,]*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*": "en {n spaces},",
    # A sentence that changes a flow.
    r"(?:rename|call)\s+(?P<what>.+?)\s+(?:to|as)\s+(?P<to>.+)$": "rename{n spaces}",
    # Every text of every order.
    r"<\s*/?\s*(?:script|iframe)\b": "<{n spaces}",
    # And what only looks harmless.
    r"\s+$": "{n spaces}x",
    r"\s*,\s*": "{n spaces}x",
    r"\bfor.*in": "{n times 'for '}",
    r"x(?=[^y]*y)": "{n times 'x'}",
    r"^[ \t]*(?:#|//+)[ \t]*(.*?)[ \t]*(?:-->)?[ \t]*$": "#{n spaces}\n",
    r"(?:a*)*b": "{n times 'a'}",
    r"(?:\w|_)+:": "{n times '_'}",
    r"(?:[^()]|[^\n])*\)x": "{n times 'a'}",
}
FAST = (
    r"(?<!\s)\s++,",
    r"(?<!\s)\s++(en|uk)\b[^;,]*+",
    r"^(?>.*?(?:rename|call)\s+)(.+?)(?<!\s)\s++(?:to|as)\s+(.+)",
    r"<\s*+/?\s*+(?:script|iframe)\b",
    r"[^\W_]+(?:['.\-][^\W_]+)*",
    r"\bfor\b[^\n]{0,40}\bin\b",
)


def made() -> Iterator[Expression]:
    """What functions make of their arguments, with arguments that they are given."""
    for language in _FORMS:
        for pattern in _compiled(language):
            yield Expression(
                f"kuznia.domains.code.languages.testing[{language}]", pattern, {"search"}
            )
    # Tree-sitter's own queries search with Python's expressions.
    takes_all = re.compile(python._TAKES_ALL.replace(2 * "\\", "\\"))
    yield Expression("kuznia.domains.code.analysis.tables.python", takes_all, {"search"})


@pytest.fixture(scope="module", autouse=True)
def imported() -> None:
    """What a module does when it is imported is measured, what the expressions do is not."""
    expressions()


# Their time is spent in the search for texts, which is no code of Kuznia.
@pytest.mark.no_cover
@pytest.mark.parametrize("room", ROOMS)
def test_no_expression_is_slow_whatever_it_reads(room: str) -> None:
    ours: dict[re.Pattern[str], tuple[str, set[str]]] = {}
    for one in (*expressions(), *made()):
        if one.where.startswith(f"kuznia.{room}"):
            # Some are found twice: by their name, and in the table they come from.
            uses = {"search"} if one.where.startswith(SEARCHED) else one.uses
            ours.setdefault(one.pattern, (one.where, set()))[1].update(uses)

    slow = {where: slow_text(pattern, uses) for pattern, (where, uses) in ours.items()}

    assert not {where: text for where, text in slow.items() if text}


def test_every_expression_stands_in_a_room() -> None:
    rooms = tuple(f"kuznia.{room}" for room in ROOMS)

    assert [one.where for one in expressions() if not one.where.startswith(rooms)] == []
    assert len(expressions()) > 300


def test_an_expression_made_by_a_function_is_listed_with_how_it_is_tried() -> None:
    assert unknown() == MADE_BY_FUNCTIONS.keys()


@pytest.mark.no_cover
@pytest.mark.parametrize("pattern", SLOW)
def test_a_slow_one_is_found(pattern: str) -> None:
    assert slow_text(re.compile(pattern), USES)


@pytest.mark.no_cover
@pytest.mark.parametrize("pattern", FAST)
def test_a_fast_one_is_left_alone(pattern: str) -> None:
    assert slow_text(re.compile(pattern), ["search", "match"]) is None
