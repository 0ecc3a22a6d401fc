"""Reasons that name the person: what an exercise trains, why this one, and what is new this week.

Every claim is read off the plan it stands in, so that none of them can be untrue of its day.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.catalogue import Exercise, catalogue, patterns
from kuznia.domains.training.planner.dosing import fixed_weight, only_load, own_weights
from kuznia.domains.training.planner.endurance.aerobic import spoken
from kuznia.domains.training.planner.phases import EASY, Span
from kuznia.domains.training.planner.progress import Effort
from kuznia.domains.training.planner.strength import Chosen
from kuznia.domains.training.planner.wording import PlanWords, ReasonPart
from kuznia.domains.training.schema.plan import Dose, PlannedSession, Reason
from kuznia.domains.training.schema.profile import Region

_LOWER: frozenset[Region] = frozenset({"knee", "hip", "ankle", "low_back"})
# Minutes by which a session must differ from last week's to be called longer or shorter.
_MINUTES = 1
# Muscles a day's reason names at most.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class PlanReasons:
    """The reasons of one person's plan, each wording made once."""

    words: PlanWords
    athlete: Athlete

    def plan(self) -> Reason:
        """Why the plan is as it is, for this person."""
        athlete, say = self.athlete, self.words.say
        goal, level = say(f"goal_{athlete.aim}"), say(f"level_{athlete.level}")
        parts = [self.words.part("plan_for", goal=goal, level=level)]
        if athlete.kind != "endurance":
            parts.append(self.words.part("why_plan"))
        if athlete.kind != "strength":
            parts.append(self.words.part("why_plan_endurance"))
        if athlete.injuries:
            parts.append(self.words.part("plan_spares", regions=self._regions()))
        return self.words.joined(*parts)

    def _regions(self) -> str:
        names = dict.fromkeys(injury.region for injury in self.athlete.injuries)
        return self.words.listed([self.words.say(f"region_{name}") for name in names])

    def dose(self, chosen: Chosen, effort: Effort, span: Span, first: bool) -> Reason:
        """Why this exercise stands here, and what is new in it this week."""
        if chosen.exercise.pattern == "balance":
            return self.words.joined(self.words.part("pattern_balance"), *self._week(span))
        works, why = self._works(chosen.exercise), self._why(chosen, effort, first)
        parts = [self.words.part("pattern_power")] if chosen.scheme.explosive else []
        return self.words.joined(works, why, *parts, *self._new(chosen, effort, span))

    def edited(self, dose: Dose, *, added: bool) -> Reason:
        """Why an exercise stands here that feedback brought in or changed."""
        name = "edited_new" if added else "edited_dose"
        return self.words.joined(self._works(catalogue()[dose.id]), self.words.part(name))

    def _week(self, span: Span) -> list[ReasonPart]:
        if span.phase in EASY:
            return [self._place(span)]
        return [self._place(span), self.words.part("new_steady")]

    def _works(self, exercise: Exercise) -> ReasonPart:
        leads = [self.words.say(f"muscle_{name}") for name in exercise.primary]
        helps = [
            self.words.say(f"muscle_{name}")
            for name, share in exercise.muscles.items()
            if share < 1.0
        ]
        if not leads:
            return self.words.part("pattern_other")
        if not helps:
            return self.words.part("line_works", leads=self.words.listed(leads))
        return self.words.part(
            "line_works_helped", leads=self.words.listed(leads), helps=self.words.listed(helps)
        )

    def _why(self, chosen: Chosen, effort: Effort, first: bool) -> ReasonPart:
        exercise = chosen.exercise
        if chosen.lesson:
            return self.words.part("because_lesson")
        if only_load(exercise, self.athlete) is not None:
            return self.words.part("line_kit_only")
        if effort.load is not None:
            return self.words.part("because_load")
        near = self._near(exercise)
        if near:
            return self.words.part("line_allows", regions=self.words.listed(near))
        if first:
            return self.words.part("line_first", goal=self.words.say(f"goal_{self.athlete.aim}"))
        kit = "kettlebell" if fixed_weight(exercise, self.athlete) else exercise.load_type
        return self.words.part(f"line_kit_{kit}")

    def _near(self, exercise: Exercise) -> list[str]:
        """The person's sore regions that an exercise of this part of the body comes near."""
        lower = patterns()[exercise.pattern].body == "lower"
        names = dict.fromkeys(
            injury.region for injury in self.athlete.injuries if (injury.region in _LOWER) == lower
        )
        return [self.words.say(f"region_{name}") for name in names]

    def _new(self, chosen: Chosen, effort: Effort, span: Span) -> list[ReasonPart]:
        if effort.change == "easy":
            return [self._place(span)]
        if effort.change == "start":
            known = "known" if effort.load is not None else chosen.exercise.unit
            return [self.words.part(f"new_start_{known}")]
        name = f"new_{effort.change}"
        if effort.change == "next_weight" and own_weights(chosen.exercise, self.athlete):
            name = "new_next_weight_own"
        return [self._place(span), self.words.part(name)]

    def _place(self, span: Span) -> ReasonPart:
        """Which week of which block it is."""
        if span.phase == "taper":
            return self.words.part("place_taper")
        block = self.words.nth(span.block, of=True)
        if span.phase in EASY:
            return self.words.part("place_easy", block=block)
        return self.words.part("place_build", week=self.words.nth(span.step), block=block)

    def session(self, session: PlannedSession, before: int | None, span: Span) -> PlannedSession:
        """The session with its reason: its kind, its week, and its length against last week's."""
        if session.kind == "race":
            return session
        kind = (
            "session_walk_run"
            if "run-walk" in session.reason.cites
            else f"why_{spoken(session.kind, session.sport)}"
        )
        change = "first"
        if before is not None:
            off = session.minutes - before
            change = "same" if abs(off) <= _MINUTES else "longer" if off > 0 else "shorter"
        parts = [
            self.words.part(kind),
            self._place(span),
            self.words.part(f"session_{change}"),
        ]
        return session.model_copy(update={"reason": self.words.joined(*parts)})

    def day(self, exercises: tuple[Dose, ...], known: Mapping[str, Exercise]) -> tuple[str, str]:
        """The name of a strength day's reason, and the muscles that lead on it, most first."""
        sets: dict[str, int] = {}
        movements: set[str] = set()
        for dose in exercises:
            exercise = known[dose.id]
            if exercise.compound:
                movements.add(exercise.pattern)
            for muscle in exercise.primary:
                sets[muscle] = sets.get(muscle, 0) + dose.sets
        ranked = sorted(sets, key=lambda muscle: -sets[muscle])[:_NAMED]
        leads = self.words.listed([self.words.say(f"muscle_{muscle}") for muscle in ranked])
        whole = all(movements & group for group in _WHOLE)
        return ("day_full" if whole else "day_part"), leads


_WHOLE = (
    frozenset({"squat", "hinge", "lunge"}),
    frozenset({"h_push", "v_push"}),
    frozenset({"h_pull", "v_pull"}),
)
