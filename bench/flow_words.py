"""Names of one thing compared: what two of them have in common."""

from functools import lru_cache

from kuznia.domains.flows.reading.prompt_text import clean
from kuznia.forge.wishes.matching import alike, terms

Stems = frozenset[str]
# They name nothing alone.
_PLAIN = frozenset({"applicant", "заявник", "особ", "person", "owner"})


@lru_cache(maxsize=8192)
def stems(text: str) -> Stems:
    """The stems of a text's words."""
    rows = terms(clean(text))
    return rows.stems | rows.numbers


def common(left: Stems, right: Stems) -> Stems:
    """Those of the first that the second has, in any inflection."""
    return frozenset(
        one for one in left if one in right or any(alike(one, other) for other in right)
    )


def likeness(name: Stems, label: Stems) -> float:
    """How much two names have in common, from 0 to 1."""
    if not (name and label):
        return 0.0
    shared = common(name, label)
    if shared and not shared - _PLAIN and len(name) > 1:
        return 0.0
    return 2 * len(shared) / (len(name) + len(label))
