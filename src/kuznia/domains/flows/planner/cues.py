"""Words about a service as a whole: its kind, its fee, its days, who takes part."""

import re
from dataclasses import dataclass

from kuznia.domains.flows.schema import Archetype

# Stems that name each kind of service, with their weights. The ending of a stem inside a word is
# bounded: a word of a thousand stems would otherwise be read from each of them to its end.
_KINDS: dict[Archetype, tuple[tuple[int, str], ...]] = {
    "certificate": (
        (4, r"довідк|витяг(?!ти)|дублікат\w{0,9} свідоц|копі\w{1,9} свідоц|виписк"),
        (4, r"\bcertificates?\b(?! scan)|\bextracts?\b|\bclearance\b"),
    ),
    "registration": (
        (
            3,
            r"реєстрац|зареєстр|запис\w{0,9} дитин\w{0,9} до (?:школ|сад)"
            r"|постановк\w{1,9} на облік",
        ),
        (3, r"\bregist(?:er|ration)\w*|\bsign[ -]?up\b|\benrol\w*"),
    ),
    "benefit": (
        (5, r"субсиді|допомог|пільг|компенсац|пенсі\w*|стипенді|відшкодуван|\bтепла зима"),
        (2, r"виплат"),
        (
            5,
            r"\bsubsid\w+|\bbenefits?\b|\ballowances?\b|\bscholarship\w*|\bcompensation\b"
            r"|\bpension\b",
        ),
        (5, r"\bgrant application"),
    ),
    "payment": (
        (5, r"сплат\w{0,9} (?!податк\w{0,9} із)|оплат\w|поповнен|внесок|пожертв|\bdonat\w+"),
        (5, r"\bpay\b|\bpayment\b|\btop[ -]?up\b"),
    ),
    "appointment": (
        (
            5,
            r"запис\w{0,9} (?:на|до) (?!школ)|записатис|онлайн-запис|бронюван"
            r"|електронн\w{1,9} черг|прийом",
        ),
        (5, r"\bappointments?\b|\bbook(?:ing)?\b|\bschedule\b|\breserv\w+"),
    ),
    "report": (
        (5, r"скарг|поскарж|повідом(?:ити|лення) про|звернен\w{1,9} громадян|петиці|заявити про"),
        (5, r"\bcomplaints?\b|\bpetition\b|\breport (?!form)(?:a|an|the|illegal|lost|broken)\b"),
        (3, r"\breport\b"),
    ),
    "permit": (
        (6, r"дозв[оі]л(?!\w{0,9} на зброю)|ліценз"),
        (6, r"\bpermits?\b(?! number)|\b(?:hunting|taxi|trade|fishing) licen[cs]e|\blicensing\b"),
    ),
    "survey": (
        (6, r"опитуван|анкет|голосуван|зворотн\w{1,9} зв'яз"),
        (6, r"\bsurveys?\b|\bpoll\b|\bquestionnaires?\b|\bfeedback\b"),
    ),
    "deal": (
        (
            7,
            r"між двома|купівл\w{0,9}-продаж|продаж авт|договір|договору оренд|поступк|обох сторін",
        ),
        (7, r"інша сторона|спільн\w{1,9} заяв|другий учасник|згод\w{1,9} (?:друг|обох)|дару"),
        (
            7,
            r"\bbetween two\b|\bsale\b(?! of alcohol)|\bagreement\b|\bsecond partner\b"
            r"|\bcounterparty\b",
        ),
        (7, r"\bbuyer\b|\bgift\b"),
    ),
}
_COMPILED: dict[Archetype, tuple[tuple[int, re.Pattern[str]], ...]] = {
    kind: tuple((weight, re.compile(cue, re.IGNORECASE)) for weight, cue in cues)
    for kind, cues in _KINDS.items()
}
# The least score for a kind to be considered.
_LEAST = 3
_PAYMENT_WITHIN = 90


@dataclass(frozen=True, slots=True)
class ServiceKind:
    """The kind of a service, where the text names it, and whether another scored nearly as high."""

    archetype: Archetype
    start: int
    end: int
    close: bool


# Words for an application of no particular kind.
_APPLY = re.compile(
    r"\bзаяв|\bподати\b|\bподанн|\bвиклик\b|\bзаявк|\bзміна\b|\bповернен"
    r"|\bapply\b|\bapplication\b|\brequest\b|\bform\b|\bформ[аи]\b",
    re.IGNORECASE,
)


def applied_for(text: str) -> ServiceKind | None:
    """Take an application of no named kind for a registration, as a guess."""
    hit = _APPLY.search(text)
    return ServiceKind("registration", hit.start(), hit.end(), close=True) if hit else None


def kind_of(text: str) -> ServiceKind | None:
    """The kind of service that a text asks for, or None when no word tells."""
    found: list[tuple[float, int, int, Archetype]] = []
    for archetype, cues in _COMPILED.items():
        score, start, end = 0.0, len(text), 0
        for weight, cue in cues:
            for hit in cue.finditer(text):
                if archetype == "payment" and hit.start() > _PAYMENT_WITHIN:
                    # Most services have a fee; those that are a payment begin with the word.
                    break
                score += weight if score == 0 else weight / 4
                if hit.start() < start:
                    start, end = hit.start(), hit.end()
        if score >= _LEAST:
            # The kind that is named first weighs more: later words are about details.
            found.append((score + 4 / (1 + start / 12), start, end, archetype))
    if not found:
        return None
    found.sort(reverse=True)
    score, start, end, archetype = found[0]
    close = len(found) > 1 and found[1][0] > score - 0.5
    return ServiceKind(archetype, start, end, close)


def has(cue: re.Pattern[str], text: str) -> bool:
    return cue.search(text) is not None


def _cue(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# A person proves who they are.
AUTH = _cue(
    r"через ді[юя]|\bді[яюєї]\.?підпис|\bbankid\b|\bдія id\b|\bкеп\b|\bецп\b|авториз|автентиф"
    r"|\bwith diia\b|\bqualified signature|\blog ?in\b|\bauthenticat"
)
NO_AUTH = _cue(r"без (?:авториз|автентиф|входу)|without (?:auth|log)|no (?:auth|login)")
SIGN = _cue(
    r"підпис(?:ати|ує|ання|ом|у)?\b|дія\.підпис|\bкеп\b|\bецп\b"
    r"|\bsign(?:s|ed)?\b(?![ -]?up)|\bsignature\b"
)
ANONYMOUS = _cue(r"анонім|\banonym")
MAY_BE = _cue(r"\b(?:can|may) be anonym|можна анонім|за бажанням анонім|або анонім")
# A registration with a legal effect on trade or property, which has to be signed.
LEGAL = _cue(
    r"\bфоп\w*|\bавто\b|автомоб|транспортн\w{1,9} засоб|нерухом|шлюб"
    r"|\bsole propriet|\bvehicle\b|\bproperty\b|\bmarriage\b"
)
PARALLEL = _cue(
    r"паралельно|одночасно|водночас|\bin parallel\b|\bsimultaneous|\bat the same time\b"
)
FROM_REGISTRY = _cue(
    r"з реєстру|із реєстру|взяти з|from the (?:register|registry)|\bidentify the debt"
)

_NUMBER = r"(\d{1,3}(?:[ \u00a0]\d{3}){1,3}|\d{1,9})(?:[.,](\d{1,2}))?"
_FEE = _cue(rf"{_NUMBER}\s*(?:грн|гривень|гривні|гривня|uah|hryvnia|₴)")
# Characters before a fee in which words qualify it.
_NEAR = 80
_RANGE_BEFORE = _cue(r"(?:від|from|до|to)\s+$")
_DAYS = _cue(r"(\d{1,3})[ -]*(?:робочих |календарних |working |business )?(?:дн|діб|доб|days?\b)")
_URGENT = _cue(r"(?:якщо|if)\s+(?:терміново|урочисто|urgent|терміновий|термінова)\D{0,20}$")


def fees(text: str) -> tuple[int | None, int | None]:
    """The usual fee and the urgent one, in kopiykas."""
    usual: int | None = None
    urgent: int | None = None
    for hit in _FEE.finditer(text):
        before = text[max(0, hit.start() - _NEAR) : hit.start()]
        if has(_RANGE_BEFORE, before):
            continue
        amount = int(re.sub(r"\D", "", hit.group(1))) * 100 + int(
            (hit.group(2) or "0").ljust(2, "0")
        )
        if has(_URGENT, before):
            urgent = amount
        elif usual is None:
            usual = amount
    return usual, urgent


def days(text: str) -> int | None:
    """The number of days that a text names, if any."""
    hit = _DAYS.search(text)
    return int(hit.group(1)) if hit and int(hit.group(1)) > 0 else None
