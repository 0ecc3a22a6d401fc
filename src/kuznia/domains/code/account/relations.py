"""What a clause says is more or less than something else, in the comparisons of code."""

import re
from collections.abc import Iterator

from kuznia.domains.code.account.evidence import Evidence, Facet
from kuznia.domains.code.account.lexicon import content_words, words_of

_MORE = re.compile(
    r"\b(?:more|greater|higher|later|longer|older|larger|bigger|newer) than (?:the |their |its |an? |his |her )?(?P<noun>[a-z_]\w+)"
    r"|\b(?:більш\w*|пізніш\w*|довш\w*|старш\w*|вищ\w*) (?:за|ніж|від) (?P<uk>[^\W\d]\w+)",
    re.IGNORECASE,
)
_LESS = re.compile(
    r"\b(?:less|lower|earlier|shorter|younger|smaller|fewer) than (?:the |their |its |an? |his |her )?(?P<noun>[a-z_]\w+)"
    r"|\b(?:менш\w*|раніш\w*|коротш\w*|молодш\w*|нижч\w*) (?:за|ніж|від) (?P<uk>[^\W\d]\w+)",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"([\w.]+(?:\([^()\n]{0,40}\))?)\s*(<=|>=|<|>)\s*([\w.]+(?:\([^()\n]{0,40}\))?)")
_NO = re.compile(r"\b(?:not|no|never|must|should|has to|не|має|повин\w+)\b", re.IGNORECASE)


def relations(quote: str, evidence: Evidence) -> Iterator[Facet]:
    """Where every comparison with what the clause names points the wrong way."""
    for pattern, sign in ((_MORE, ">"), (_LESS, "<")):
        for match in pattern.finditer(quote):
            noun = match["noun"] or match["uk"]
            before = quote[: match.start()]
            if _NO.search(before[-40:]) and evidence.language != "sql":
                # What must be so is refused where it is not: the sign may be either.
                continue
            signs = set(_signs(noun, content_words(before), evidence))
            if signs and sign not in signs:
                yield Facet(False, evidence.code[0].pointer, f"It is compared with {noun} the other way round.")


def _signs(noun: str, subjects: list[str], evidence: Evidence) -> Iterator[str]:
    """How what the clause is about is compared with what it names."""
    for source in evidence.code:
        for match in _COMPARED.finditer(source.bare):
            left, right = words_of(match[1]), words_of(match[3])
            about_left = any(map(left.explain, subjects))
            about_right = any(map(right.explain, subjects))
            if right.explain(noun) and not left.explain(noun) and (about_left or not about_right):
                yield match[2][0]
            elif left.explain(noun) and not right.explain(noun):
                yield "<" if match[2][0] == ">" else ">"
