"""Counter-offers: the wish, why it cannot be met, and what is planned instead."""

from collections.abc import Iterator, Mapping

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.planner.endurance.events import EVENTS
from kuznia.domains.training.planner.endurance.volume import Base
from kuznia.domains.training.planner.limits import TrainingLimits
from kuznia.domains.training.planner.schedule import WeekLayout
from kuznia.domains.training.planner.wording import PlanWords
from kuznia.domains.training.schema.plan import Notice, Offer
from kuznia.domains.training.schema.profile import Multisport, Sport
from kuznia.domains.training.schema.weights import OwnWeights

# Of body mass a week.
_SAFE_LOSS = 0.01
_LEAST_BMI = 18.5


def offers(
    athlete: Athlete, start: Base | None, frame: TrainingLimits, words: PlanWords
) -> Iterator[Offer]:
    """Every counter-offer this person is due."""
    if start is not None:
        yield from _event_offer(athlete, start, frame.event_km, words)
    yield from _multisport_offer(athlete, words)
    yield from _weight_offer(athlete, words)


def _event_offer(
    athlete: Athlete, start: Base, most_km: float, words: PlanWords
) -> Iterator[Offer]:
    wished = athlete.endurance.event
    if wished is None or (start.event is not None and start.event.name == wished):
        return
    event = EVENTS[wished]
    asked = words.say(f"event_{wished}")
    offered = words.say(f"event_{start.event.name}") if start.event else words.say("offer_base")
    if event.km > most_km + 0.1:
        message = words.say("offer_E10_harm", asked=asked, offered=offered)
        reason = words.because("why_offer_harm")
        yield Offer(code="E10", asked=wished, offered=offered, message=message, reason=reason)
        return
    if event in start.events:
        # Base and weeks would do: what is short is the ladder of long runs.
        message = words.say(
            "offer_E10_ladder", asked=asked, offered=offered, long=f"{event.long_km:g}"
        )
        reason = words.because("why_offer_event")
        yield Offer(code="E10", asked=wished, offered=offered, message=message, reason=reason)
        return
    message = words.say(
        "offer_E10",
        base=f"{start.weekly:g} km" if start.running else "0 km",
        weeks=athlete.weeks,
        long=round(start.long_minutes),
        asked=asked,
        need_weeks=event.weeks,
        need_base=f"{event.base_km:g}",
        need_long=round(event.long_km * start.pace),
        offered=offered,
    )
    yield Offer(
        code="E10",
        asked=wished,
        offered=offered,
        message=message,
        reason=words.because("why_offer_event"),
    )


_SPORTS: Mapping[Multisport, tuple[Sport, ...]] = {
    "triathlon": ("swimming", "cycling", "running"),
    "duathlon": ("running", "cycling"),
    "aquathlon": ("swimming", "running"),
}


def _multisport_offer(athlete: Athlete, words: PlanWords) -> Iterator[Offer]:
    """A race of several sports: one of them is planned, and the others are not claimed."""
    race = athlete.endurance.multisport
    if race is None:
        return
    planned = "strength" if athlete.kind == "strength" else athlete.endurance.sport
    others = [words.say(f"sport_{sport}") for sport in _SPORTS[race] if sport != planned]
    offered = words.say(f"sport_{planned}")
    message = words.say(
        "offer_E15",
        asked=words.say(f"race_{race}"),
        offered=offered,
        others=words.listed(others),
    )
    yield Offer(
        code="E15",
        asked=race,
        offered=offered,
        message=message,
        reason=words.because("why_offer_multisport"),
    )


def _weight_offer(athlete: Athlete, words: PlanWords) -> Iterator[Offer]:
    kg, target, cm = athlete.kg, athlete.target_kg, athlete.cm
    if kg is None or target is None or target >= kg:
        return
    lowest = 0.0 if cm is None else _LEAST_BMI * (cm / 100) ** 2
    safe = kg * (1 - _SAFE_LOSS) ** athlete.weeks
    if target < lowest:
        message = words.say("offer_S16_low", offered=f"{max(lowest, safe):.1f}")
    elif target < safe - 0.05:
        message = words.say(
            "offer_S16",
            asked=f"{kg - target:.1f}",
            weeks=athlete.weeks,
            offered=f"{kg - safe:.1f}",
        )
    else:
        return
    yield Offer(
        code="S16",
        asked=f"{target:.1f} kg",
        offered=f"{min(kg, max(lowest, safe)):.1f} kg",
        message=message,
        reason=words.because("why_offer_weight"),
    )


def notices(
    athlete: Athlete,
    frame: TrainingLimits,
    layout: WeekLayout,
    words: PlanWords,
) -> Iterator[Notice]:
    """What must be read beside the plan, the two that every plan has first."""
    yield words.notice("advice")
    yield words.notice("stop")
    yield from (words.notice(code) for code in frame.harm.notices)
    yield from _practical(athlete, frame, layout, words)


def _practical(
    athlete: Athlete, frame: TrainingLimits, layout: WeekLayout, words: PlanWords
) -> Iterator[Notice]:
    if athlete.kind != "strength":
        yield words.notice("E08" if frame.heart_rate else "E09")
    if athlete.unknown:
        yield words.notice("equipment", names=", ".join(athlete.unknown)[:120])
    if athlete.weights:
        yield words.notice("weights", names=_owned(athlete, words))
    if len(layout.work) < athlete.days:
        yield words.notice("days", asked=athlete.days, used=len(layout.work))
    if not athlete.flags and athlete.health.systolic is None:
        yield words.notice("health")


def _owned(athlete: Athlete, words: PlanWords) -> str:
    """The weights at hand: "kettlebell 20 kg, dumbbells up to 12 kg"."""
    return ", ".join(_weights(own, words) for own in athlete.weights.values())


def _weights(own: OwnWeights, words: PlanWords) -> str:
    unit = words.say(f"unit_{own.unit}")
    parts = [words.say(f"weights_{own.item}")]
    if own.sizes:
        parts.append(f"{', '.join(f'{size:g}' for size in own.sizes)} {unit}")
    elif own.up_to is not None:
        parts.append(words.say("weights_up_to", load=f"{own.up_to:g} {unit}"))
    if own.step is not None:
        parts.append(words.say("weights_step", load=f"{own.step:g} {unit}"))
    return " ".join(parts)
