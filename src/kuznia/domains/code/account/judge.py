"""A clause of the prompt against the code: what it says, and whether the code shows it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kuznia.domains.code.account.facts.amounts import amount, decimals
from kuznia.domains.code.account.facts.consequences import consequences
from kuznia.domains.code.account.facts.forbidden import forbidden
from kuznia.domains.code.account.facts.literals import examples, literals
from kuznia.domains.code.account.facts.markup import labelled
from kuznia.domains.code.account.facts.names import is_optional, is_there, names
from kuznia.domains.code.account.facts.outcomes import CONDITIONS, outcome, permissions
from kuznia.domains.code.account.facts.relations import relations, switches
from kuznia.domains.code.account.facts.signatures import signatures
from kuznia.domains.code.account.reading.change import is_of_today, stays
from kuznia.domains.code.account.reading.evidence import CodeEvidence, Facet, Scope
from kuznia.domains.code.account.reading.quantities import all_amounts
from kuznia.domains.code.account.words.lexicon import (
    Concept,
    concepts,
    content_words,
    is_known,
    listed,
    words_of,
)
from kuznia.domains.code.account.words.patterns import patterns

_PATTERNS = patterns("judge")

Span = tuple[int, int]

# So much of what a clause says has to be seen, unless what can be checked is missing.
ENOUGH = 0.3
# What a word counts that stands elsewhere in the code or in its comments.
NEAR = 0.5
# What the absence of a word says that no dictionary has.
UNKNOWN = 0.25

_README = re.compile("readme|documentation|документац")
_EVERY = re.compile(r"\b(?:every|each|all)\b|кожн|всі\b|усі\b")
# What a clause says of the people who ask, and of what for.
_BACKGROUND = _PATTERNS["background"]
_IN_LANGUAGE = _PATTERNS["in_language"]


@dataclass
class _ReadClause:
    """A clause while it is read: what of it is understood already."""

    quote: str
    is_heading: bool = False
    taken: list[Span] = field(default_factory=list[Span])
    facets: list[Facet] = field(default_factory=list[Facet])
    # Whether what it says happens was found, under its condition.
    is_found: bool = False

    def take(self, span: Span, facet: Facet | None = None) -> None:
        """Count a span as understood, up to the ends of its words."""
        start, end = span
        while 0 < start < end and self.quote[start - 1].isalpha() and self.quote[start].isalpha():
            start -= 1
        while (
            start < end < len(self.quote)
            and self.quote[end - 1].isalpha()
            and self.quote[end].isalpha()
        ):
            end += 1
        self.taken.append((start, end))
        if facet is not None:
            self.facets.append(facet)

    def rest(self) -> str:
        """What is not understood yet, everything else blank."""
        text = list(self.quote)
        for start, end in self.taken:
            text[start:end] = " " * (min(end, len(text)) - start)
        return "".join(text)


@dataclass(frozen=True, slots=True)
class ClauseVerdict:
    """Whether code shows what a clause asks for, where, and what is missing."""

    met: bool
    pointers: tuple[str, ...] = ()
    why: str = ""
    # Something that can be checked is not as it should be.
    is_refuted: bool = False
    # An example that nothing contradicts: it stands or falls with the rest.
    is_example: bool = False
    # How many facts the code shares with the clause, and how much of what else it says.
    facts: int = 0
    share: float = 1.0


# The number of an item in a list.
_MARKER = re.compile(r"^\s*\d{1,2}[.)]\s+")
# What somebody says of themselves asks for nothing.
_PERSONAL = _PATTERNS["personal"]
_ASKS = _PATTERNS["asks"]


def judge(
    quote: str,
    evidence: CodeEvidence,
    *,
    is_heading: bool = False,
    claimed: Scope | None = None,
) -> ClauseVerdict:
    """Whether the code shows what a clause asks for."""
    quote = _MARKER.sub(lambda match: " " * len(match[0]), quote)
    clause = _ReadClause(quote, is_heading)
    if _asks_nothing(quote, evidence):
        return ClauseVerdict(True, (evidence.code[0].pointer,))
    if example := next(examples(quote, evidence), None):
        return ClauseVerdict(
            example.shown is not False,
            (example.pointer,) if example.pointer else (),
            example.why,
            is_example=example.shown is None,
        )
    _read_facts(clause, evidence)
    _read_concepts(clause, evidence, first=False)
    if clause.is_found:
        _take_words(clause)
    is_fault = evidence.change is not None and is_of_today(quote)
    for facet in () if is_fault else clause.facets:
        if facet.shown is False:
            where = (facet.pointer,) if facet.pointer else ()
            return ClauseVerdict(False, where, facet.why, is_refuted=True)
    verdict = _weigh(clause, evidence, claimed)
    if not verdict.met and evidence.change and (is_fault or evidence.change.shares(quote)):
        return replace(verdict, met=True, pointers=(evidence.whole.pointer,), why="")
    return verdict


def _asks_nothing(quote: str, evidence: CodeEvidence) -> bool:
    if evidence.change and stays(quote):
        return True
    return bool(_PERSONAL.match(quote)) and not _ASKS.search(quote)


def _fact(facet: Facet) -> Facet:
    return replace(facet, is_fact=True)


def _read_facts(clause: _ReadClause, evidence: CodeEvidence) -> None:
    """What can be checked hard: names, bans, outcomes, literals, numbers."""
    quote = clause.quote
    for pattern in (_BACKGROUND, _IN_LANGUAGE):
        for match in pattern.finditer(quote):
            clause.take(match.span())
    _read_concepts(clause, evidence, first=True)
    for span, facet in signatures(quote, evidence):
        clause.take(span, _fact(facet))
    for span, facet in forbidden(clause.rest(), evidence):
        clause.take(span, facet)
    for span, facet in literals(clause.rest(), evidence):
        clause.take(span, _fact(_unless_had(quote[span[0] : span[1]], facet, evidence)))
    _read_outcomes(clause, evidence)
    _read_names(clause, evidence)
    clause.facets += relations(quote, evidence)
    clause.facets += switches(quote, evidence)
    clause.facets += permissions(quote, evidence)
    clause.facets += decimals(quote, evidence)
    for item in all_amounts(quote, clause.taken):
        span, facet = item.span, amount(item, quote, evidence)
        facet = _unless_had(quote[span[0] : span[1]], facet, evidence)
        clause.take(item.span, _fact(facet) if item.value > 1 else facet)


def _unless_had(text: str, facet: Facet, evidence: CodeEvidence) -> Facet:
    """A facet; what a change speaks of may be what was there before it."""
    is_old = facet.shown is False and evidence.change and evidence.change.had(text)
    return Facet(None) if is_old else facet


def _read_names(clause: _ReadClause, evidence: CodeEvidence) -> None:
    quote = clause.quote
    for span, name in names(quote, evidence, clause.taken):
        pointer = is_there(name, evidence, quote)
        why = f"{name} is there." if pointer else f"There is no {name} in the code."
        if not pointer and evidence.change and evidence.change.has(name):
            clause.take(span, Facet(None))
            continue
        if pointer and name in evidence.unused:
            pointer, why = "", f"{name} is taken and never used."
        shown = bool(pointer) or (None if is_optional(name, quote[: span[0]], evidence) else False)
        clause.take(span, Facet(shown, pointer, why, weight=2, is_fact=True))
    is_name = re.fullmatch(r"[A-Z][A-Za-z0-9]+", quote) and quote.lower() not in listed("idle")
    if is_name and not clause.is_heading:
        pointer = is_there(quote, evidence)
        why = f"Looked for {quote}."
        clause.take((0, len(quote)), Facet(bool(pointer), pointer, why, weight=2))


# What is said in passing: what something is not, and what for.
_ASIDE = re.compile(
    r"(?:,?\s(?:а не|rather than|instead of|so that|because|бо|замість)|,\s(?:not|since))"
    r"\s[^.;]{0,200}$",
    re.IGNORECASE,
)


def _read_outcomes(clause: _ReadClause, evidence: CodeEvidence) -> None:
    quote = clause.rest()
    every = consequences(quote, evidence)
    pieces = _pieces(quote, [consequence.span for consequence in every])
    for consequence, piece in zip(every, pieces, strict=True):
        facet = outcome(consequence, piece, evidence)
        clause.take(consequence.span, _fact(facet) if consequence.value else facet)
        # The condition was found with its outcome: its words have done their work.
        clause.is_found = bool(facet.shown) and len(every) == 1


def _take_words(clause: _ReadClause) -> None:
    """Count the words of a condition as understood, without the numbers in it."""
    for match in re.finditer(r"[^\W\d_][\w'’-]*", clause.rest()):
        taken = any(match.start() < end and match.end() > start for start, end in clause.taken)
        if not taken and not re.search(r"[A-Z_].*[A-Z_]|_", match[0]):
            clause.taken.append(match.span())


def _pieces(quote: str, spans: Sequence[Span]) -> list[str]:
    """The condition of each outcome: the sentence without outcomes, or its own part of it."""
    ordered = sorted(spans)
    pieces: dict[Span, str] = {}
    for number, span in enumerate(ordered):
        before = ordered[number - 1][1] if number else 0
        after = ordered[number + 1][0] if number + 1 < len(ordered) else len(quote)
        if len(ordered) == 1:
            pieces[span] = f"{quote[: span[0]]} {quote[span[1] :]}"
            continue
        left = quote[before : span[0]]
        right = quote[span[1] : after]
        if _IF_NEXT.match(right):
            pieces[span] = right
            continue
        pieces[span] = left if content_words(left) else f"{left} {right}"
    return [pieces[span] for span in spans]


_IF_NEXT = re.compile(r"\s*(?:if|on|when|for|in case|якщо|при|коли)\b", re.IGNORECASE)


def _read_concepts(clause: _ReadClause, evidence: CodeEvidence, *, first: bool) -> None:
    text = clause.rest().lower()
    for concept in concepts():
        if concept.first != first or (clause.is_found and concept.name in CONDITIONS):
            continue
        if match := concept.says.search(text):
            facet = _concept(concept, clause.quote, evidence)
            if _NEGATED.search(text[: match.start()]):
                facet = _denied(concept, facet)
            clause.take(match.span(), facet)


_NEGATED = re.compile(
    r"\b(?:no|not|never|don.t|doesn.t|without|neither|nor|не|без|ніколи|жодн\w+)\s+(?:\w+\s+)?$"
)
_DENIABLE = frozenset(
    ("logged", "rounded", "retried", "remembered", "by chance", "asynchronous", "documented")
)


def _denied(concept: Concept, facet: Facet) -> Facet:
    """What is said of something that should not be done."""
    if concept.name not in _DENIABLE or facet.shown is False:
        return Facet(None)
    if facet.shown:
        return Facet(False, facet.pointer, f"The code does this all the same: {concept.name}.")
    return Facet(True, "/code/files/0", f"The code does not do this: {concept.name}.", weight=2)


def _concept(concept: Concept, quote: str, evidence: CodeEvidence) -> Facet:
    if concept.part == "tests":
        pointer = evidence.tests[0].pointer if evidence.tests else ""
        return Facet(bool(pointer), pointer, "" if pointer else "There are no tests.", weight=2)
    lower = quote.lower()
    if concept.comments and evidence.has_documentation and _README.search(lower):
        return Facet(True, "/documentation/files/0", "It is documented.")
    if concept.name == "with a label" and _EVERY.search(lower):
        return labelled(evidence)
    searched = _searched(concept, quote, evidence)
    shown = next((pointer for pointer, text in searched if concept.shows.search(text)), None)
    if concept.wrong and not (concept.first and shown is not None):
        for pointer, text in searched:
            if wrong := concept.wrong.search(text):
                return Facet(False, pointer, f"The code has {wrong[0].strip()[:40]}.")
    if shown is not None:
        return Facet(True, shown, f"The code shows: {concept.name}.", weight=2)
    why = f"Nothing in the code shows: {concept.name}."
    return Facet(False, why=why) if concept.sure else Facet(None, why=why, weight=2)


def _searched(concept: Concept, quote: str, evidence: CodeEvidence) -> list[tuple[str, str]]:
    """The texts in which a concept may show, with their pointers."""
    if concept.near or evidence.language in concept.near_in:
        return [_near(quote, concept.name, evidence)]
    if concept.comments:
        return [(source.pointer, source.raw) for source in evidence.code]
    return [
        (source.pointer, source.text if concept.strings else source.bare)
        for source in evidence.code
    ]


def _near(quote: str, name: str, evidence: CodeEvidence) -> tuple[str, str]:
    """The part of the code that a clause is about. Of SQL the statements that share most with it,
    and of those the lines."""
    if evidence.language != "sql":
        scope = _best(content_words(quote), evidence, units=True)
        return scope.pointer, scope.text
    own = words_of(name)
    words = [word for word in content_words(quote) if not own.has(word)]
    statements = _most(re.split(r";\s*\n", evidence.text), words)
    lines = [line for statement in statements for line in _most(statement.split("\n"), words)]
    return evidence.code[0].pointer, "\n".join(lines)


def _most(texts: Sequence[str], words: Sequence[str]) -> list[str]:
    """The texts that share most with the words."""
    scores = [sum(map(words_of(text).explain, words)) for text in texts]
    return [text for text, score in zip(texts, scores, strict=True) if score == max(scores)]


def _best(words: Sequence[str], evidence: CodeEvidence, *, units: bool = False) -> Scope:
    """The part of the code that most of the words lead to, the smallest of several."""

    def rank(scope: Scope) -> tuple[float, int]:
        named = 1.5 * any(word == scope.name.lower() for word in words)
        size = len(scope.text) if evidence.language == "yaml" else -len(scope.text)
        return named + sum(map(scope.words.explain, words)), size

    scopes = [scope for scope in evidence.scopes if scope.name or not units]
    return max(scopes, key=rank, default=evidence.whole)


def _weigh(clause: _ReadClause, evidence: CodeEvidence, claimed: Scope | None) -> ClauseVerdict:
    """Whether enough of what a clause says is in one part of the code, or where a claim leads."""
    if aside := _ASIDE.search(clause.rest()):
        clause.take(aside.span())
    words = [
        word for word in dict.fromkeys(content_words(clause.rest())) if word not in listed("idle")
    ]
    scope = claimed or _best(words, evidence)
    weights = {word: _word_weight(word, scope, evidence) for word in words}
    shown = [facet for facet in clause.facets if facet.shown]
    pointers = tuple(dict.fromkeys(facet.pointer for facet in shown if facet.pointer))
    share = _share(clause, weights)
    if not _is_enough(clause, words, share, is_claimed=claimed is not None):
        missing = ", ".join(word for word, (seen, _) in weights.items() if not seen)
        return ClauseVerdict(False, pointers, f"Nothing in the code shows: {missing}."[:300])
    facts = sum(facet.is_fact for facet in shown)
    return ClauseVerdict(True, pointers or (scope.pointer,), "", facts=facts, share=share)


def _share(clause: _ReadClause, weights: Mapping[str, tuple[float, float]]) -> float:
    """How much of a clause is seen; all, where it says nothing that could be."""
    looked = [facet for facet in clause.facets if facet.shown is not None or facet.why]
    total = sum(weight for _, weight in weights.values()) + sum(f.weight for f in looked)
    seen = sum(seen for seen, _ in weights.values()) + sum(f.weight for f in looked if f.shown)
    return seen / total if total else 1.0


def _is_enough(
    clause: _ReadClause, words: Sequence[str], share: float, *, is_claimed: bool
) -> bool:
    """Whether so much is seen that the clause is met; with a claim anything of it will do."""
    looked = any(facet.shown is not None or facet.why for facet in clause.facets)
    # What cannot be checked at all is believed where somebody claims it.
    is_blank = not looked and not any(map(is_known, words))
    return (share > 0 or is_blank) if is_claimed else share >= ENOUGH


def _word_weight(word: str, scope: Scope, evidence: CodeEvidence) -> tuple[float, float]:
    """How much of a word is seen, and how much its absence says.

    A word that is in no dictionary of ours can only be seen as it stands, in the comments too.
    """
    if scope.words.explain(word):
        return 1.0, 1.0
    if evidence.words.explain(word):
        return NEAR, 1.0
    if not is_known(word):
        return (1.0, 1.0) if evidence.labels.explain(word) else (0.0, UNKNOWN)
    return (NEAR, 1.0) if evidence.labels.explain(word) else (0.0, 1.0)
