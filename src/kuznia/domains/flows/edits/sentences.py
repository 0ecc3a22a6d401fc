"""A sentence that asks for changes, read as edits: whole, or not at all.

The sentence is split where its clauses, commas and conjunctions are. A piece is an instruction when
a rule explains each of its words; pieces are joined until each is one, or the sentence is refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from kuznia.domains.flows.edits.changes.applying import apply_edits
from kuznia.domains.flows.edits.operations import Edit, ImpossibleEdit
from kuznia.domains.flows.edits.rules.branching import ADDING_RULES
from kuznia.domains.flows.edits.rules.cases import CASE_RULES
from kuznia.domains.flows.edits.rules.decisions import DECISION_RULES
from kuznia.domains.flows.edits.rules.fees import FEE_RULES
from kuznia.domains.flows.edits.rules.fields import FIELD_RULES
from kuznia.domains.flows.edits.rules.limits import LIMIT_RULES
from kuznia.domains.flows.edits.rules.regrouping import PLACE_RULES
from kuznia.domains.flows.edits.rules.renaming import RENAME_RULES
from kuznia.domains.flows.edits.rules.service import SERVICE_RULES
from kuznia.domains.flows.edits.words.names import FlowLabels, labels_of, name_words, names_in
from kuznia.domains.flows.edits.words.segment import EditReading, EditSegment
from kuznia.domains.flows.edits.words.tokens import SentenceToken, normal, tokens_of
from kuznia.domains.flows.edits.words.vocabulary import (
    EditCue,
    corrected,
    cues_in,
    is_reason,
    is_reported,
    numbers_in,
    word_set,
)
from kuznia.domains.flows.schema import Flow
from kuznia.forge.terms import Finding, Wish
from kuznia.forge.wishes.clauses import clauses

RULES = (
    *RENAME_RULES,
    *FIELD_RULES,
    *LIMIT_RULES,
    *PLACE_RULES,
    *FEE_RULES,
    *CASE_RULES,
    *SERVICE_RULES,
    *DECISION_RULES,
    *ADDING_RULES,
)
_JOINTS = word_set("joints")
_ANDS = word_set("ands")
# Pieces that one instruction may be joined of, and readings that are tried for one sentence.
_MAX_JOINED = 10
_MAX_TRIED = 600
# Words that a question begins with, also where its mark is left out.
_ASKING = word_set("asking")
_MAX_QUOTED = 200
_SAY = "Say what to add, remove, move, rename, limit or make optional, and which field."


@dataclass(frozen=True, slots=True)
class Instruction:
    """A piece of the sentence and the edits that it asks for; none where it is so already."""

    quote: str
    start: int
    end: int
    edits: tuple[Edit, ...]


class NotUnderstood(ImpossibleEdit):
    """A sentence that was not understood, or cannot be done, as a whole: nothing was changed."""

    def __init__(
        self,
        understood: Sequence[Instruction],
        unclear: Sequence[Wish],
        why: str = "",
        finding: Finding | None = None,
    ) -> None:
        quotes = "; ".join(wish.quote for wish in unclear)
        trouble = "Cannot be done" if why else "Not understood"
        super().__init__(f"Nothing was changed. {trouble}: {quotes[:_MAX_QUOTED]}. {why or _SAY}")
        self.understood = tuple(understood)
        self.not_understood = tuple(unclear)
        self.finding = finding


@dataclass(frozen=True)
class _Read:
    """The text with its tokens and phrases, and the places where a piece may begin."""

    text: str
    tokens: tuple[SentenceToken, ...]
    cues: tuple[EditCue, ...]
    joints: tuple[int, ...]


@dataclass(frozen=True)
class _ReadState:
    """The flow as the instructions so far leave it, and what the last was about."""

    origin: Flow
    flow: Flow
    labels: FlowLabels
    about: tuple[str, ...] = ()
    done: tuple[Instruction, ...] = ()
    # Whether the next instruction is said in place of the last: `no wait, 380`.
    corrects: bool = False


@dataclass
class _Attempts:
    """How much was tried, and the reading that went furthest."""

    state: _ReadState
    left: int = _MAX_TRIED
    furthest: int = 0
    reasons: dict[int, str] = field(default_factory=dict[int, str])


def read_edits(flow: Flow, sentence: str) -> tuple[Edit, ...]:
    """The edits that a sentence asks for; NotUnderstood when a part of it is not understood."""
    return tuple(edit for step in read_instructions(flow, sentence) for edit in step.edits)


def read_instructions(flow: Flow, sentence: str) -> tuple[Instruction, ...]:
    """The instructions of a sentence, each understood whole."""
    read = _tokens(flow, normal(sentence))
    attempts = _Attempts(_ReadState(flow, flow, labels_of(flow)))
    done = _from(read, 0, attempts.state, attempts)
    if done is None:
        raise _refusal(read, attempts)
    if not done:
        raise NotUnderstood((), (_wish(read, 0, len(read.tokens)),))
    return done


def _tokens(flow: Flow, text: str) -> _Read:
    tokens = tokens_of(text)
    names = name_words(flow)
    spelled = tuple(
        replace(token, text=corrected(token.text, names)) if token.kind == "word" else token
        for token in tokens
    )
    words = [token.text if token.kind == "word" else "" for token in spelled]
    signs = [
        token.text if token.kind == "sign" else word
        for token, word in zip(spelled, words, strict=True)
    ]
    return _Read(text, spelled, tuple(cues_in(signs)), _joints(flow, text, spelled))


def _joints(flow: Flow, text: str, tokens: Sequence[SentenceToken]) -> tuple[int, ...]:
    """Where a piece may begin: at a clause, behind a sign, before a conjunction; and the end."""
    begins = {wish.start for wish in clauses(text)}
    inside = {
        n for name in names_in(labels_of(flow), tokens) for n in range(name.first + 1, name.last)
    }
    words = [token.text if token.kind == "word" else "" for token in tokens]
    inside |= {n for first, last in numbers_in(words) for n in range(first + 1, last)}
    places = {0, len(tokens)}
    for n, token in enumerate(tokens[1:], 1):
        before = tokens[n - 1]
        # A clause begins behind a filler too, which is quoted with it.
        new_line = token.start in begins and "\n" in text[before.end : token.start]
        if new_line or (before.kind == "sign" and before.text in _JOINTS):
            places.add(n)
        if token.kind == "word" and token.text in _ANDS:
            places.add(n)
    return tuple(sorted(places - inside))


def _from(
    read: _Read, begin: int, state: _ReadState, attempts: _Attempts
) -> tuple[Instruction, ...] | None:
    """The instructions from a joint on, in pieces as short as can be; None when some are not."""
    if begin >= len(read.joints) - 1:
        return state.done
    if begin > attempts.furthest:
        attempts.furthest, attempts.state = begin, state
    for end in range(begin + 1, min(len(read.joints), begin + 1 + _MAX_JOINED)):
        attempts.left -= 1
        if attempts.left < 0:
            return None
        after = _piece(read, begin, end, state, attempts)
        if after is not None and (done := _from(read, end, after, attempts)) is not None:
            return done
    return None


def _piece(
    read: _Read, begin: int, end: int, state: _ReadState, attempts: _Attempts
) -> _ReadState | None:
    """The state after a piece; None when it is no instruction, no reason and no courtesy."""
    first, last = read.joints[begin], read.joints[end]
    seg = _segment(read, first, last, state)
    if _asks_nothing(seg):
        corrects = bool(state.done) and seg.has("correction")
        return replace(state, corrects=state.corrects or corrects)
    try:
        reading = (
            None if _asks(seg) else next((known for rule in RULES if (known := rule(seg))), None)
        )
        if reading is not None:
            wish = _wish(read, first, last)
            return _followed(
                state, Instruction(wish.quote, wish.start, wish.end, reading.edits), reading
            )
    except ImpossibleEdit as impossible:
        attempts.reasons.setdefault(begin, str(impossible))
        return None
    words = [token.text for token in seg.tokens if token.kind != "sign"]
    if seg.quotes or not is_reason(words, seg.tags):
        return None
    options = tuple(f"{field}.{option}" for field, option in seg.options)
    return replace(state, about=seg.fields or options or state.about)


def _followed(state: _ReadState, new: Instruction, reading: EditReading) -> _ReadState:
    """The state after one more instruction, or after the one that corrects the last."""
    done, flow = state.done, state.flow
    if state.corrects and done:
        if [edit.op for edit in done[-1].edits] != [edit.op for edit in new.edits]:
            raise ImpossibleEdit("It is not clear what is corrected.")
        done = done[:-1]
        flow = apply_edits(state.origin, [edit for step in done for edit in step.edits])
    if any(_contradict(old, edit) for step in done for old in step.edits for edit in new.edits):
        raise ImpossibleEdit("This contradicts what was asked before it.")
    flow = apply_edits(flow, new.edits)
    labels = state.labels if flow is state.flow else labels_of(flow)
    return _ReadState(state.origin, flow, labels, reading.about or state.about, (*done, new))


_SINGLE = frozenset({"require-field", "set-fee", "set-days", "limit-field", "rename", "hint-field"})


def _contradict(old: Edit, new: Edit) -> bool:
    """Whether two edits set one value in two ways."""
    if old.op != new.op or old.op not in _SINGLE:
        return False
    first, second = old.model_dump(), new.model_dump()
    if any(first.get(name) != second.get(name) for name in ("field", "what", "step")):
        return False
    return any(
        first[name] != second[name] and _is_set(first[name]) and _is_set(second[name])
        for name in first
    )


def _is_set(value: object) -> bool:
    return value is not None and value != ()


def _asks_nothing(seg: EditSegment) -> bool:
    """Whether it only greets, thanks, or says `please update`."""
    if seg.quotes or seg.names or seg.numbers_left():
        return False
    return seg.explained(("thanks", "correction", "change", "pronoun"), names=False)


def _asks(seg: EditSegment) -> bool:
    """Whether it is a question, and no request in the form of one."""
    words = [token.text for token in seg.tokens if token.kind == "word"]
    if words and words[0] in _ASKING and not seg.has("request"):
        return True
    return any(token.text == "?" for token in seg.tokens) and not seg.has("request", "add")


def _segment(read: _Read, first: int, last: int, state: _ReadState) -> EditSegment:
    tokens = read.tokens[first:last]
    skip = is_reported([token.text if token.kind == "word" else "" for token in tokens])
    first += skip
    tokens = tokens[skip:]
    return EditSegment(
        state.flow,
        state.labels,
        read.text,
        tokens,
        tuple(_cues(read.cues, first, last)),
        names_in(state.labels, tokens),
        state.about,
    )


def _cues(cues: Sequence[EditCue], first: int, last: int) -> Iterator[EditCue]:
    for cue in cues:
        if first <= cue.places[0] and cue.places[-1] < last:
            yield EditCue(cue.tag, tuple(place - first for place in cue.places))


def _wish(read: _Read, first: int, last: int) -> Wish:
    words = [
        token
        for token in read.tokens[first:last]
        if token.kind != "sign" and token.text not in _ANDS
    ]
    if not words:
        return Wish(read.text[:80], 0, min(len(read.text), 80))
    start, end = words[0].start, words[-1].end
    return Wish(read.text[start:end], start, end)


def _refusal(read: _Read, attempts: _Attempts) -> NotUnderstood:
    """The first piece that was not understood, and everything around it that was."""
    begin, state = attempts.furthest, attempts.state
    for end in range(begin + 1, min(len(read.joints), begin + 1 + 2 * _MAX_JOINED)):
        rest = _from(read, end, state, _Attempts(state, _MAX_TRIED // 4))
        if rest is not None:
            break
    else:
        end, rest = len(read.joints) - 1, state.done
    wish = _wish(read, read.joints[begin], read.joints[end])
    return NotUnderstood(rest, (wish,), attempts.reasons.get(begin, ""))
