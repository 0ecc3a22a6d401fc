"""Instructions about money: the fee, none, one for each option, and who pays nothing."""

from kuznia.domains.flows.edits.operations import Exempt, FeeCase, ImpossibleEdit, SetFee, SetFees
from kuznia.domains.flows.edits.words.segment import (
    EditReading,
    EditSegment,
    StatedNumber,
    places_of,
)
from kuznia.domains.flows.schema import Comparison, Flow

_MONEY = ("fee", "pay", "uah")
_TAGS = (
    *_MONEY,
    "change",
    "with_new",
    "service",
    "at_most",
    "where",
    "add",
    "page",
    "step",
    "pronoun",
    "more",
    "instead",
    "not",
    "before",
    "request",
    "decision",
    "move",
)
_FOREIGN = ("days", "weeks", "chars", "mb", "hint", "rename_to", "optional", "approve", "final")


def fee(seg: EditSegment) -> EditReading | None:
    if not seg.has(*_MONEY) or not seg.numbers or seg.has(*_FOREIGN) or seg.quotes:
        return None
    if seg.has("free", "remove", "if", "only") or seg.fields or seg.options:
        return None
    tags = (*_TAGS, "each") if _is_whole(seg) else _TAGS
    if not seg.stated(tags, *places_of(seg.numbers)):
        return None
    if seg.has("each") and not _is_whole(seg):
        return None
    number = _new(seg)
    if number is None:
        return None
    kopiykas = round(number.value * 100) + _base(seg, number)
    if kopiykas < 0:
        return None
    return EditReading((SetFee(kopiykas=kopiykas),), _pays(seg.flow) or ("pay",))


def _base(seg: EditSegment, number: StatedNumber) -> int:
    """The fee that a number is added to or taken from: `raise the fee by 100`."""
    before = seg.tokens[number.first - 1].text if number.first else ""
    verbs = [token.text for token in seg.tokens]
    rises = any(verb.startswith(_RISES) for verb in verbs)
    falls = any(verb.startswith(_FALLS) for verb in verbs)
    if before not in {"by", "на"} or not (rises or falls) or len(seg.numbers) > 1:
        return 0
    current = _current(seg.flow)
    if current is None:
        raise ImpossibleEdit("There is no fee to raise or lower.")
    return current if rises else current - 2 * round(number.value * 100)


_RISES = ("rais", "increas", "збільш", "підвищ", "підн", "add")
_FALLS = ("reduc", "lower", "decreas", "зменш", "зниз", "cut")


def _is_whole(seg: EditSegment) -> bool:
    """Whether `per` and `each` are about the application as a whole."""
    return seg.has("each") and any(
        token.text.startswith(("application", "заяв", "подан")) for token in seg.tokens
    )


def _new(seg: EditSegment) -> StatedNumber | None:
    """The number that is not the old fee: that stands behind `instead of` or `from`."""
    old = {cue.places[-1] + 1 for cue in seg.of("instead", "not")}
    if len(seg.numbers) > 1:
        old |= {
            n + 1 for n, token in enumerate(seg.tokens) if token.text in {"from", "з", "із", "від"}
        }
    numbers = [number for number in seg.numbers if number.first not in old]
    return numbers[0] if len(numbers) == 1 else None


def _pays(flow: Flow) -> tuple[str, ...]:
    return tuple(step.id for step in flow.steps if step.kind == "pay")


def free(seg: EditSegment) -> EditReading | None:
    """No fee for all."""
    takes = seg.has("free") or (seg.has("remove", "not") and seg.has("fee", "pay"))
    if (
        not takes
        or seg.numbers_left()
        or seg.quotes
        or seg.names
        or seg.has(*_FOREIGN, "if", "only", "each")
    ):
        return None
    if not seg.explained(("free", "remove", "not", "step", "instead", *_TAGS)):
        return None
    if not seg.has("service", "fee", "pay", "step", "page", "pronoun") and len(seg.tokens) > 4:
        return None
    return EditReading((SetFee(kopiykas=0),), _pays(seg.flow) or ("pay",))


def by_option(seg: EditSegment) -> EditReading | None:
    """`Diesel pays 400, petrol 300`: a number for each option that is named."""
    if (
        len(seg.options) < 2
        or not seg.numbers
        or seg.has(*_FOREIGN, "not", "remove", "more", "less")
    ):
        return None
    if len({field for field, _ in seg.options}) != 1 or not seg.explained(
        (*_TAGS, "if", "chosen", "option", "free"), *places_of(seg.numbers)
    ):
        return None
    name = seg.options[0][0]
    pairs = _pairs(seg)
    options = seg.flow.asks[name].options
    if pairs is None or not seg.has(*_MONEY, "free"):
        return None
    current = _current(seg.flow)
    if current is None and len(pairs) < len(options):
        raise ImpossibleEdit(f"Say the fee of each option of {name}.")
    cases = tuple(
        FeeCase(option=option.id, kopiykas=pairs.get(option.id, current or 0)) for option in options
    )
    fees = SetFees(field=name, cases=cases)
    # The payment has to be there before it can depend on anything.
    first = () if _pays(seg.flow) else (SetFee(kopiykas=max(case.kopiykas for case in cases)),)
    return EditReading((*first, fees))


def _pairs(seg: EditSegment) -> dict[str, int] | None:
    """The fee of each option: of those before the number, or of the one behind it."""
    marks: list[tuple[int, str | float]] = [
        (name.first, name.ids("option")[0].partition(".")[2])
        for name in seg.names
        if len(name.ids("option")) == 1
    ]
    marks += [(number.first, number.value) for number in seg.numbers]
    marks += [(cue.places[0], 0.0) for cue in seg.of("free")]
    row = [mark for _, mark in sorted(marks, key=lambda mark: mark[0])]
    if row and not isinstance(row[0], str):
        row = [mark for pair in zip(row[1::2], row[::2], strict=False) for mark in pair]
    pairs: dict[str, int] = {}
    waiting: list[str] = []
    for mark in row:
        if isinstance(mark, str):
            waiting.append(mark)
        elif not waiting:
            return None
        else:
            pairs |= dict.fromkeys(waiting, round(mark * 100))
            waiting = []
    return pairs if not waiting and len(row) == len(marks) else None


def _current(flow: Flow) -> int | None:
    pays = [step for step in flow.steps if step.kind == "pay"]
    return pays[0].fee.kopiykas if len(pays) == 1 and pays[0].fee else None


def exempt(seg: EditSegment) -> EditReading | None:
    """Who chose an option, or answered yes, pays nothing."""
    if (
        not seg.has("free")
        or seg.numbers_left()
        or seg.quotes
        or seg.has(*_FOREIGN, "unless", "not")
    ):
        return None
    when = _guard(seg)
    if when is None or not seg.explained(
        (*_TAGS, "free", "if", "chosen", "option", "field", "yes", "show", "for", "only")
    ):
        return None
    return EditReading((Exempt(when=when),))


def _guard(seg: EditSegment) -> Comparison | None:
    if len(seg.options) == 1:
        field, option = seg.options[0]
        return Comparison(fact=field, op="eq", value=option)
    fields = seg.fields or tuple(name for name in seg.before if name in seg.flow.asks)
    asked = [name for name in fields if seg.flow.asks[name].type == "yesno"]
    if len(asked) != 1 or seg.options or not (seg.has("yes") or seg.fields):
        return None
    return Comparison(fact=asked[0], op="eq", value=True)


FEE_RULES = (by_option, exempt, free, fee)
