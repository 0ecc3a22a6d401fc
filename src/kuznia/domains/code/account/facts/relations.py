"""What a clause says is more or less than something else, in the comparisons of code."""

import re
from collections.abc import Iterator

from kuznia.domains.code.account.reading.evidence import CodeEvidence, Facet
from kuznia.domains.code.account.words.lexicon import content_words, words_of
from kuznia.domains.code.account.words.patterns import patterns

_PATTERNS = patterns("relations")

_MORE = _PATTERNS["more"]
_LESS = _PATTERNS["less"]
_COMPARED = re.compile(
    r"([\w.]{1,60}(?:\([^()\n]{0,40}\))?)\s{0,8}(<=|>=|<|>)\s{0,8}([\w.]{1,60}(?:\([^()\n]{0,40}\))?)"
)
_NO = re.compile(r"\b(?:not|no|never|must|should|has to|не|має|повин\w+)\b", re.IGNORECASE)


def relations(quote: str, evidence: CodeEvidence) -> Iterator[Facet]:
    """Where every comparison with what the clause names points the wrong way."""
    for pattern, sign in ((_MORE, ">"), (_LESS, "<")):
        for match in pattern.finditer(quote):
            noun = match["noun"] or match["uk"]
            if match[0].lower().startswith(("after", "before")) and "_" not in noun:
                continue
            before = quote[: match.start()]
            if _NO.search(before[-40:]) and evidence.language != "sql":
                # What must be so is refused where it is not: the sign may be either.
                continue
            signs = set(_signs(noun, content_words(before), evidence))
            if signs and sign not in signs:
                yield Facet(
                    False,
                    evidence.code[0].pointer,
                    f"It is compared with {noun} the other way round.",
                )


def _signs(noun: str, subjects: list[str], evidence: CodeEvidence) -> Iterator[str]:
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


_DENIES = re.compile(
    r"\b(?:no|not|never|don.t|doesn.t|without|disable\w*|off|не|без|ніколи|вимкн\w+|заборон\w+)\b",
    re.IGNORECASE,
)
_DEFAULT = _PATTERNS["default"]


def switches(quote: str, evidence: CodeEvidence) -> Iterator[Facet]:
    """Where what a clause wants is switched off, what it does not want on, or a default turned."""
    clause, denies = words_of(quote), bool(_DENIES.search(quote))
    for source in evidence.code:
        for name, pieces, value in source.switches:
            is_on = value.lower() in ("true", "yes")
            if is_on == denies and all(map(clause.has, pieces)):
                yield Facet(False, source.pointer, f"{name} is {value}.")
    for match in _DEFAULT.finditer(quote):
        before = re.split(r"[.;,]", quote[max(0, match.start() - _NAME_BEFORE) : match.start()])[-1]
        for name in _NAME.findall(before)[-MAX_NAMES:]:
            value = match["value"].lower()
            if _is_turned(name, value, evidence.text):
                why = f"{name} is not {value} by default."
                yield Facet(False, evidence.code[0].pointer, why)


# Characters before the word `default` in which the name stands, and how many names are tried.
_NAME_BEFORE, MAX_NAMES = 60, 4
_NAME = re.compile(r"\b[A-Za-z_]\w*")


def _is_turned(name: str, value: str, text: str) -> bool:
    """Whether the code gives a name the other default."""
    other = "false" if value == "true" else "true"
    defined = rf"(?i)\b{re.escape(name)}\b[^\n,;]{{0,60}}?(?:default|=|:)\s*"
    if re.search(rf"{defined}{value}\b", text):
        return False
    return re.search(rf"{defined}{other}\b", text) is not None
